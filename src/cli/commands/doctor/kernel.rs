//! What the kernel and the user's account give: user namespaces, ids, overlayfs, and a trial of
//! them all together.

use std::{fmt, fs};

use nix::unistd::geteuid;

use crate::bootstrap::at;
use crate::bootstrap::build::{discard, run};
use crate::bootstrap::freeze::host_plan;
use crate::cli::commands::doctor::check::Answer;
use crate::sandbox::idmap::has_enough_ids;
use crate::sandbox::launch::Interrupts;
use crate::sandbox::plan::Emulation;
use crate::sandbox::stage::init::EMULATION_WARNING;
use crate::verify;
use crate::verify::environment::id_map;

/// A kernel's version, its first two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Release(pub(crate) u32, pub(crate) u32);

impl Release {
    /// The running kernel's, where it says one that we can read.
    pub(crate) fn running() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/sys/kernel/osrelease").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.trim().split(|c: char| !c.is_ascii_digit());
        Some(Self(
            numbers.next()?.parse().ok()?,
            numbers.next()?.parse().ok()?,
        ))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A superuser with ids enough for a chroot, whose sandboxes do without a user namespace where there is none.
    Superuser,
    /// Anybody else.
    PlainUser,
}

impl Asker {
    /// Whoever runs this.
    pub(crate) fn caller() -> Self {
        let uid_map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
        if geteuid().is_root() && has_enough_ids(&uid_map) {
            Self::Superuser
        } else {
            Self::PlainUser
        }
    }

    /// That there are no user namespaces.
    fn without(self, what: String, mend: Option<String>) -> Answer {
        match self {
            Self::Superuser => Answer::Weak {
                what: format!(
                    "{what}: the superuser's sandboxes have none, and fewer capabilities"
                ),
                mend,
            },
            Self::PlainUser => Answer::Lacks { what, mend },
        }
    }
}

/// What the kernel's knobs say of user namespaces.
pub(crate) fn namespaces(asker: Asker, read: &dyn Fn(&str) -> Option<String>) -> Answer {
    let value = |path: &str| read(path).map(|text| text.trim().to_owned());
    let is_plain = asker == Asker::PlainUser;
    let knobs = [
        (
            "/proc/sys/user/max_user_namespaces",
            "0",
            "sudo sysctl user.max_user_namespaces=15000",
            false,
        ),
        (
            "/proc/sys/kernel/unprivileged_userns_clone",
            "0",
            "sudo sysctl kernel.unprivileged_userns_clone=1",
            true,
        ),
        (
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
            true,
        ),
    ];
    for (path, closed, mend, is_for_plain_users) in knobs {
        if value(path).as_deref() == Some(closed) && (is_plain || !is_for_plain_users) {
            return asker.without(format!("{path} is {closed}"), Some(mend.to_owned()));
        }
    }
    match value("/proc/sys/user/max_user_namespaces") {
        Some(most) => Answer::Can(format!("up to {most}")),
        None => asker.without("this kernel has none (CONFIG_USER_NS)".to_owned(), None),
    }
}

pub(crate) fn ids() -> Answer {
    match id_map() {
        Ok(ids) => Answer::Can(ids.to_string()),
        Err(error) => Answer::Lacks {
            what: error
                .to_string()
                .trim_start_matches("user namespaces: ")
                .to_owned(),
            mend: crate::cli::output::hints::of(&error),
        },
    }
}

pub(crate) fn overlayfs() -> Answer {
    let table = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    if table
        .lines()
        .any(|line| line.trim_start_matches("nodev").trim() == "overlay")
    {
        return Answer::Can("in this kernel".to_owned());
    }
    Answer::Weak {
        what: "not in /proc/filesystems: only --audit snapshot works".to_owned(),
        mend: Some("sudo modprobe overlay".to_owned()),
    }
}

/// What a sandbox that works shows of the machine.
#[derive(Debug)]
pub(crate) struct Trial {
    /// The kernel's word for why the sandbox got no list of emulators of its own, if it did not.
    pub(crate) no_own_list: Option<String>,
}

/// Runs a whole sandbox around true(1): the only proof that all the parts work together.
///
/// # Errors
/// They don't.
pub(crate) fn trial() -> Result<Trial, verify::Error> {
    let ids = id_map()?;
    let directory = tempfile::tempdir().map_err(at("a temporary directory", "make"))?;
    let mut plan = host_plan("trial", vec!["true".to_owned()], directory.path(), &ids)?;
    plan.emulation = Emulation::None;
    let built = run(&plan, &Interrupts::default(), discard, &|_| ())?;
    Ok(Trial {
        no_own_list: no_own_list(&String::from_utf8_lossy(&built.transcript_bytes)),
    })
}

fn no_own_list(transcript: &str) -> Option<String> {
    let mut words = transcript
        .lines()
        .filter_map(|line| line.strip_prefix(EMULATION_WARNING));
    let word = words.next()?;
    Some(word.trim_start_matches(": ").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_user_namespaces_come_with_the_command_that_opens_them() {
        let read = |path: &str| {
            path.ends_with("max_user_namespaces")
                .then(|| "0\n".to_owned())
        };
        let mend = Some("sudo sysctl user.max_user_namespaces=15000".to_owned());
        assert_eq!(
            namespaces(Asker::PlainUser, &read),
            Answer::Lacks {
                what: "/proc/sys/user/max_user_namespaces is 0".to_owned(),
                mend: mend.clone(),
            }
        );
        assert_eq!(
            namespaces(Asker::Superuser, &read),
            Answer::Weak {
                what: "/proc/sys/user/max_user_namespaces is 0: the superuser's sandboxes have \
                       none, and fewer capabilities"
                    .to_owned(),
                mend,
            }
        );
    }

    #[test]
    fn releases_of_distributions_are_ordered_by_number() {
        let read = ["6.1.0-18-amd64\n", "6.18.44-fc", "6.7-rc1", "6.12"].map(Release::parse);
        assert_eq!(
            read,
            [
                Some(Release(6, 1)),
                Some(Release(6, 18)),
                Some(Release(6, 7)),
                Some(Release(6, 12))
            ]
        );
        assert!(Release(6, 7) < Release(6, 18));
        assert_eq!(Release::parse("unknown"), None);
    }

    #[test]
    fn the_kernels_word_is_taken_from_the_sandboxs_warning() {
        let warning = format!("{EMULATION_WARNING}: EPERM: Operation not permitted\n");
        assert_eq!(
            no_own_list(&warning),
            Some("EPERM: Operation not permitted".to_owned())
        );
        assert_eq!(no_own_list(""), None);
    }
}
