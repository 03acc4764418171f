//! Who runs twinroot: root can do without user namespaces, a plain user cannot.

use std::fs;

use nix::unistd::geteuid;

use crate::cli::commands::doctor::check::Answer;
use crate::sandbox::idmap::has_enough_ids;

/// The user that runs twinroot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invoker {
    /// Root with enough ids for a chroot, whose sandboxes can do without a user namespace.
    Root,
    /// Any other user.
    PlainUser,
}

impl Invoker {
    /// The user that runs this process.
    pub(crate) fn current() -> Self {
        let uid_map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
        if geteuid().is_root() && has_enough_ids(&uid_map) {
            Self::Root
        } else {
            Self::PlainUser
        }
    }

    /// What it means to this user that there are no user namespaces.
    pub(crate) fn without_namespaces(self, what: String, fix: Option<String>) -> Answer {
        match self {
            Self::Root => Answer::Weak {
                what: format!("{what}; root's sandboxes do without and drop capabilities instead"),
                fix,
            },
            Self::PlainUser => Answer::Missing { what, fix },
        }
    }
}
