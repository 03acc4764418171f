//! Which of the changes that an audit saw are escapes, and which it could not see.

use crate::audit::change::Change;
use crate::audit::method::Method;
use crate::bootstrap::outside::OutsideSystem;
use crate::trace::record::Trace;

/// What a chrootless build changed outside, by what the audit saw and what an observed chrootless
/// build did.
///
/// overlayfs copies up what is opened for writing, whether it is written or not: such a change is
/// none if no process did more than open the file, which only a build knows of that everything is
/// seen of.
pub(crate) fn escapes(audit: Method, changes: &[Change], trace: Option<&Trace>) -> Vec<Change> {
    let is_escape = |change: &&Change| match (audit, trace) {
        (Method::Overlay, Some(trace)) if trace.sees_everything => {
            !change.is_touch() || !trace.at_most_opened(&change.path)
        }
        _ => true,
    };
    changes.iter().filter(is_escape).cloned().collect()
}

/// Writes that a read-only outside system refused.
pub(crate) fn refused(trace: Option<&Trace>, outside: &OutsideSystem) -> Vec<Change> {
    trace.map_or_else(Vec::new, |trace| {
        trace.refused(|path| outside.has_path(path))
    })
}
