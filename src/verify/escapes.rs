//! Which of the changes that an audit saw are escapes, and which it could not see.

use crate::audit::change::Change;
use crate::audit::method::Method;
use crate::bootstrap::outside::OutsideSystem;
use crate::trace::attempt::Effect;
use crate::trace::record::Trace;

/// What a chrootless build changed outside, by what the audit saw and what an observed chrootless
/// build did.
///
/// overlayfs copies up what is opened for writing, whether it is written or not: such a change is
/// none if no process did more than open the file, which only a build knows of that everything is
/// seen of. Nor is it one if all that was set was there already, for which the kernel gives a new
/// change time as well.
pub(crate) fn escapes(audit: Method, changes: &[Change], trace: Option<&Trace>) -> Vec<Change> {
    let is_escape = |change: &&Change| match (audit, trace) {
        (Method::Overlay, Some(trace)) if trace.sees_all_writers => {
            let path = &change.path;
            !change.is_touch() || !(trace.at_most_opened(path) || is_as_it_was(trace, path))
        }
        (Method::Overlay | Method::Snapshot, Some(trace)) => {
            !change.is_touch() || !is_as_it_was(trace, &change.path)
        }
        _ => true,
    };
    changes.iter().filter(is_escape).cloned().collect()
}

/// Whether a path was written by maintainer scripts only, and none of their attempts changed it.
fn is_as_it_was(trace: &Trace, path: &[u8]) -> bool {
    let writers = trace.wrote_outside(path);
    let mut attempts = trace.attempts.iter();
    !writers.is_empty()
        && writers.iter().all(|process| process.script.is_some())
        && attempts.all(|one| one.path != path || one.effect != Effect::Changed)
}

/// Writes that a read-only outside system refused.
pub(crate) fn refused(trace: Option<&Trace>, outside: &OutsideSystem) -> Vec<Change> {
    trace.map_or_else(Vec::new, |trace| {
        trace.refused(|path| outside.has_path(path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::change::{ChangeKind, FieldChange};
    use crate::audit::value::AuditedField;
    use crate::trace::log::{Act, Before, Event, Image, Log};
    use crate::trace::replay::replay;

    /// A trace of a postinst that sets the mode of `/etc/a`, which is 0644, to these.
    fn setting(modes: &[u32]) -> Trace {
        let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
        let mut log = Log::default();
        let script = log.ran(Image::new(None, program, &["p.postinst", "configure"]));
        let before = Some(Before::There {
            mode: 0o100_644,
            uid: 0,
            gid: 0,
            size: 1,
        });
        for mode in modes {
            log.did(Event {
                before,
                ..Event::new(script, "fchmodat", Act::Mode(*mode), b"/etc/a")
            });
        }
        replay(&log)
    }

    #[test]
    fn a_new_change_time_is_an_escape_only_if_something_was_changed() {
        let touch = Change {
            path: b"/etc/a".to_vec(),
            kind: ChangeKind::Metadata,
            fields: vec![FieldChange {
                field: AuditedField::Ctime,
                before: None,
                after: None,
            }],
        };
        let count = |audit, trace| escapes(audit, std::slice::from_ref(&touch), trace).len();
        let (same, undone) = (setting(&[0o644]), setting(&[0o600, 0o644]));
        for audit in [Method::Overlay, Method::Snapshot] {
            assert_eq!(count(audit, None), 1);
            assert_eq!(count(audit, Some(&same)), 0);
            assert_eq!(count(audit, Some(&undone)), 1);
        }
    }
}
