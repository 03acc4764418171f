//! Which events are kept: all that a maintainer script's processes do, without what others than the
//! script itself read in the chroot, and of others what tells who wrote an entry of the chroot and
//! who read the outside's data.

use crate::debian::temporary_root::inside;
use crate::trace::log::Act;
use crate::trace::record::is_data;

/// Who runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    /// A maintainer script itself: the shell or perl that reads it.
    Script,
    /// A process that descends from one.
    OfScript,
    /// mmdebstrap's `rm` of a root that was packed already: nothing that it does matters.
    Cleaner,
    /// dpkg, apt, mmdebstrap and all else.
    Other,
}

impl Actor {
    /// Whether it is a maintainer script or descends from one.
    pub(crate) fn is_of_script(self) -> bool {
        matches!(self, Self::Script | Self::OfScript)
    }
}

/// Whether an event is kept.
pub(crate) fn is_relevant(actor: Actor, act: &Act, path: &[u8]) -> bool {
    match (act, actor) {
        (_, Actor::Cleaner) => false,
        (Act::Read | Act::Look, Actor::OfScript | Actor::Other) if inside(path).is_some() => false,
        (Act::Read, Actor::Other) => is_data(path),
        (Act::Look, Actor::Other) => false,
        _ => true,
    }
}

/// Whether it matters what was there before: a script's process is about to change the outside,
/// perhaps without effect.
pub(crate) fn needs_before(actor: Actor, act: &Act, path: &[u8]) -> bool {
    actor.is_of_script()
        && inside(path).is_none()
        && !matches!(act, Act::Execute | Act::Read | Act::Look)
}

/// Whether what will come of a call is looked for at its beginning: of what a script's process
/// changes the outcome itself is a fact of the report, and a script itself stops at the end of each
/// call anyway.
pub(crate) fn is_foreseeable(actor: Actor, act: &Act, path: &[u8]) -> bool {
    match actor {
        Actor::Script => false,
        Actor::OfScript => *act == Act::Read,
        Actor::Other | Actor::Cleaner => *act == Act::Read || inside(path).is_some(),
    }
}
