//! How one chroot can be built: normal modes of mmdebstrap, and techniques to run it chrootless
//! without putting the machine at risk.
//!
//! The techniques are those of the proposal that DPKG_ROOT comes from (debian-devel,
//! September 2022); `userns` is twinroot's own. Each runs inside a sandbox, whatever it does by
//! itself: what it makes is compared, and the machine is safe in any case.

use crate::bootstrap::command::mmdebstrap::Mode;
use crate::sandbox::plan::Rights;

/// How the chrootless build is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Technique {
    /// As root of the sandbox's user namespace, which may write to the outside: what it writes is
    /// seen.
    Userns,
    /// fakeroot(1), as a user without privileges.
    Fakeroot,
    /// mmdebstrap in a hook of another one, which has mount and pid namespaces and `/` read-only.
    Nested,
    /// `mmdebstrap --unshare-helper`, as a user with subordinate ids, `/` read-only.
    UnshareHelper,
    /// lxc-usernsexec(1) and lxc-unshare(1), as a user with subordinate ids, `/` read-only.
    Lxc,
}

/// Which of mmdebstrap's modes makes the chroot the normal way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NormalMode {
    /// `--mode=root`, as root of the sandbox's user namespace.
    Root,
    /// `--mode=unshare`, as a user with subordinate ids.
    Unshare,
    /// `--mode=fakechroot`, as a user without privileges.
    Fakechroot,
}

/// How one chroot is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuildMode {
    /// Maintainer scripts run inside the chroot.
    Normal(NormalMode),
    /// Maintainer scripts run outside, with `DPKG_ROOT`.
    Chrootless(Technique),
}

/// A program that a build mode runs on the outside, and the Debian package that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// Its path without the leading slash.
    pub path: &'static str,
    /// The package.
    pub package: &'static str,
}

const fn program(path: &'static str, package: &'static str) -> Program {
    Program { path, package }
}

const NEWUIDMAP: Program = program("usr/bin/newuidmap", "uidmap");
/// Makes `/` read-only.
const MOUNT: Program = program("usr/bin/mount", "mount");

impl Technique {
    /// The word of `--technique` and of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Userns => "userns",
            Self::Fakeroot => "fakeroot",
            Self::Nested => "nested",
            Self::UnshareHelper => "unshare-helper",
            Self::Lxc => "lxc",
        }
    }
}

impl NormalMode {
    /// The word of `--mode-reference`, of reports, and of mmdebstrap's `--mode`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Unshare => "unshare",
            Self::Fakechroot => "fakechroot",
        }
    }
}

impl BuildMode {
    /// The two builds that are compared by default: normal, then chrootless.
    pub const ORDINARY: [Self; 2] = [
        Self::Normal(NormalMode::Root),
        Self::Chrootless(Technique::Userns),
    ];

    /// Where its maintainer scripts run.
    #[must_use]
    pub fn mode(self) -> Mode {
        match self {
            Self::Normal(_) => Mode::Normal,
            Self::Chrootless(_) => Mode::Chrootless,
        }
    }

    /// How it is run, as reports have it beside the mode.
    #[must_use]
    pub fn technique(self) -> &'static str {
        match self {
            Self::Normal(reference) => reference.as_str(),
            Self::Chrootless(technique) => technique.as_str(),
        }
    }

    /// Its name in stages and files: `normal`, `chrootless`, or that of its technique.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Normal(NormalMode::Root) | Self::Chrootless(Technique::Userns) => {
                self.mode().label()
            }
            Self::Normal(_) | Self::Chrootless(_) => self.technique(),
        }
    }

    /// Programs that it needs in addition to those of every build.
    #[must_use]
    pub fn programs(self) -> &'static [Program] {
        const FAKEROOT: Program = program("usr/bin/fakeroot", "fakeroot");
        match self {
            Self::Normal(NormalMode::Root) | Self::Chrootless(Technique::Userns) => &[],
            Self::Normal(NormalMode::Unshare) => &[NEWUIDMAP],
            Self::Chrootless(Technique::UnshareHelper) => &[NEWUIDMAP, MOUNT],
            Self::Normal(NormalMode::Fakechroot) => {
                const { &[program("usr/bin/fakechroot", "fakechroot"), FAKEROOT] }
            }
            Self::Chrootless(Technique::Fakeroot) => &[FAKEROOT],
            Self::Chrootless(Technique::Nested) => &[MOUNT],
            Self::Chrootless(Technique::Lxc) => {
                const {
                    &[
                        program("usr/bin/lxc-usernsexec", "lxc"),
                        program("usr/bin/lxc-unshare", "lxc"),
                        NEWUIDMAP,
                        MOUNT,
                    ]
                }
            }
        }
    }

    /// Whether the build runs as `nobody`: setpriv(1) drops from root.
    #[must_use]
    pub fn is_unprivileged(self) -> bool {
        match self {
            Self::Normal(NormalMode::Root)
            | Self::Chrootless(Technique::Userns | Technique::Nested) => false,
            Self::Normal(NormalMode::Unshare | NormalMode::Fakechroot)
            | Self::Chrootless(Technique::Fakeroot | Technique::UnshareHelper | Technique::Lxc) => {
                true
            }
        }
    }

    /// What its processes may ask the kernel for.
    #[must_use]
    pub fn rights(self) -> Rights {
        if self.needs_subordinate_ids() {
            return Rights::SetUserId;
        }
        match self {
            Self::Normal(NormalMode::Root) | Self::Chrootless(Technique::Nested) => {
                Rights::Mounting
            }
            Self::Normal(NormalMode::Unshare | NormalMode::Fakechroot)
            | Self::Chrootless(
                Technique::Userns | Technique::Fakeroot | Technique::UnshareHelper | Technique::Lxc,
            ) => Rights::Scripts,
        }
    }

    /// Whether the user who runs it needs subordinate ids on the outside.
    #[must_use]
    pub fn needs_subordinate_ids(self) -> bool {
        self.programs().contains(&NEWUIDMAP)
    }
}
