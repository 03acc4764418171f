//! Which events are kept: all that a maintainer script's processes do, and of others what tells
//! who wrote an entry of the chroot and who read the outside's data.

use crate::debian::temporary_root::inside;
use crate::trace::calls::CallKind;
use crate::trace::log::Act;
use crate::trace::record::is_data;

/// Who runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    /// A maintainer script itself: the shell or perl that reads it.
    Script,
    /// A process that descends from one.
    OfScript,
    /// dpkg, apt, mmdebstrap and all else.
    Other,
}

/// Whether an event is kept.
pub(crate) fn is_relevant(actor: Actor, act: &Act, path: &[u8]) -> bool {
    match (act, actor) {
        (Act::Read | Act::Look, _) if inside(path).is_some() => false,
        (Act::Read, Actor::Other) => is_data(path),
        (Act::Look, Actor::Other) => false,
        _ => true,
    }
}

/// Whether a call matters at all if a process makes it that no maintainer script started. Who
/// wrote an entry is known by its name's events: what dpkg sets for a file that it unpacks is in
/// the package.
pub(crate) fn matters_of_others(kind: CallKind) -> bool {
    !matches!(
        kind,
        CallKind::Mode { .. }
            | CallKind::Owner { .. }
            | CallKind::Times(_)
            | CallKind::Resize(_)
            | CallKind::Attribute(_)
    )
}

/// Whether it matters what came of an event of a process that no maintainer script started. What
/// dpkg and others do to the chroot succeeds.
pub(crate) fn needs_result(act: &Act, path: &[u8]) -> bool {
    inside(path).is_none() || matches!(act, Act::Execute)
}

/// Whether it matters what was there before: a script's process is about to change the outside,
/// perhaps without effect.
pub(crate) fn needs_before(actor: Actor, act: &Act, path: &[u8]) -> bool {
    actor != Actor::Other
        && inside(path).is_none()
        && !matches!(act, Act::Execute | Act::Read | Act::Look)
}
