//! What the kernel and the user's account provide: user namespaces, subordinate ids, overlayfs.

use std::{fmt, fs};

use crate::cli::commands::doctor::check::Answer;
use crate::cli::commands::doctor::invoker::Invoker;
use crate::cli::output::hints;
use crate::verify;
use crate::verify::environment::id_map;

/// The first two numbers of a kernel's release, such as 6 and 7 of `6.7.12-amd64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KernelRelease {
    pub(crate) major: u32,
    pub(crate) minor: u32,
}

impl KernelRelease {
    /// The running kernel's release, or `None` if it does not begin with two numbers.
    pub(crate) fn running() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/sys/kernel/osrelease").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.trim().split(|c: char| !c.is_ascii_digit());
        Some(Self {
            major: numbers.next()?.parse().ok()?,
            minor: numbers.next()?.parse().ok()?,
        })
    }
}

impl fmt::Display for KernelRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// How many user namespaces there may be; the file is absent if the kernel has none.
const MAX_USER_NAMESPACES: &str = "/proc/sys/user/max_user_namespaces";

/// A setting of the kernel that closes user namespaces.
struct Knob {
    path: &'static str,
    /// The value that closes them.
    closed: &'static str,
    /// The command that opens them.
    fix: &'static str,
    closed_to: ClosedTo,
}

/// Whom a [`Knob`] keeps from making user namespaces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClosedTo {
    Everybody,
    PlainUsers,
}

const KNOBS: [Knob; 3] = [
    Knob {
        path: MAX_USER_NAMESPACES,
        closed: "0",
        fix: "sudo sysctl user.max_user_namespaces=15000",
        closed_to: ClosedTo::Everybody,
    },
    Knob {
        path: "/proc/sys/kernel/unprivileged_userns_clone",
        closed: "0",
        fix: "sudo sysctl kernel.unprivileged_userns_clone=1",
        closed_to: ClosedTo::PlainUsers,
    },
    Knob {
        path: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        closed: "1",
        fix: "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        closed_to: ClosedTo::PlainUsers,
    },
];

/// The text of a kernel setting, or `None` if this kernel has no such setting.
pub(crate) fn read_knob(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// Whether the kernel's settings, read by `read`, let this user make user namespaces.
pub(crate) fn user_namespaces(invoker: Invoker, read: &dyn Fn(&str) -> Option<String>) -> Answer {
    let value = |path: &str| read(path).map(|text| text.trim().to_owned());
    let closed = KNOBS.iter().find(|knob| {
        let applies = knob.closed_to == ClosedTo::Everybody || invoker == Invoker::PlainUser;
        applies && value(knob.path).as_deref() == Some(knob.closed)
    });
    if let Some(knob) = closed {
        let what = format!("{} is {}", knob.path, knob.closed);
        return invoker.without_namespaces(what, Some(knob.fix.to_owned()));
    }
    match value(MAX_USER_NAMESPACES) {
        Some(most) => Answer::Works(format!("up to {most}")),
        None => invoker.without_namespaces("not in this kernel (CONFIG_USER_NS)".to_owned(), None),
    }
}

/// Whether the user has ids for a sandbox.
pub(crate) fn subordinate_ids() -> Answer {
    match id_map() {
        Ok(ids) => Answer::Works(ids.to_string()),
        Err(error) => Answer::Missing {
            fix: hints::of(&error),
            what: match error {
                verify::Error::UserNamespaces(error) => error.to_string(),
                other => other.to_string(),
            },
        },
    }
}

/// What the kernel does where a seccomp program says so (proc_sys_kernel(5)).
const SECCOMP_ACTIONS: &str = "/proc/sys/kernel/seccomp/actions_avail";

/// Whether Yama keeps processes from being traced; the file is absent if the kernel has no Yama.
const PTRACE_SCOPE: &str = "/proc/sys/kernel/yama/ptrace_scope";

/// Whether builds can be observed, by the kernel's settings, read by `read`.
pub(crate) fn observing(read: &dyn Fn(&str) -> Option<String>) -> Answer {
    const WITHOUT: &str = "so packages are unproven";
    let is_off = |scope: String| scope.trim() == "3";
    if read(PTRACE_SCOPE).is_some_and(is_off) {
        let what = format!("{PTRACE_SCOPE} is 3 until the next boot, {WITHOUT}");
        return Answer::Weak { what, fix: None };
    }
    let actions = read(SECCOMP_ACTIONS).unwrap_or_default();
    if !actions.split_whitespace().any(|action| action == "trace") {
        let what = format!("no seccomp in this kernel that stops processes, {WITHOUT}");
        return Answer::Weak { what, fix: None };
    }
    Answer::works("by ptrace and seccomp")
}

/// Whether the kernel has overlayfs.
pub(crate) fn overlayfs() -> Answer {
    let table = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    if table
        .lines()
        .any(|line| line.trim_start_matches("nodev").trim() == "overlay")
    {
        return Answer::works("in this kernel");
    }
    Answer::weak(
        "not in /proc/filesystems, so only --audit snapshot works",
        "sudo modprobe overlay",
    )
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
        let fix = Some("sudo sysctl user.max_user_namespaces=15000".to_owned());
        assert_eq!(
            user_namespaces(Invoker::PlainUser, &read),
            Answer::Missing {
                what: "/proc/sys/user/max_user_namespaces is 0".to_owned(),
                fix: fix.clone(),
            }
        );
        assert_eq!(
            user_namespaces(Invoker::Root, &read),
            Answer::Weak {
                what: "/proc/sys/user/max_user_namespaces is 0; root's sandboxes do without and \
                       drop capabilities instead"
                    .to_owned(),
                fix,
            }
        );
    }

    #[test]
    fn a_setting_for_plain_users_does_not_concern_root() {
        let read = |path: &str| {
            let is_closed = path.ends_with("unprivileged_userns_clone");
            Some(if is_closed { "0" } else { "9" }.to_owned())
        };
        assert_eq!(
            user_namespaces(Invoker::Root, &read),
            Answer::works("up to 9")
        );
        assert!(matches!(
            user_namespaces(Invoker::PlainUser, &read),
            Answer::Missing { .. }
        ));
    }

    #[test]
    fn observing_needs_ptrace_and_a_seccomp_that_stops_processes() {
        let of = |scope: Option<&str>, actions: Option<&str>| {
            observing(&|path: &str| {
                let value = if path == PTRACE_SCOPE { scope } else { actions };
                value.map(str::to_owned)
            })
        };
        let actions = Some("kill_process errno trace allow\n");
        assert_eq!(of(None, actions), Answer::works("by ptrace and seccomp"));
        assert_eq!(
            of(Some("1\n"), actions),
            Answer::works("by ptrace and seccomp")
        );
        let weak = |what: &str| Answer::Weak {
            what: what.to_owned(),
            fix: None,
        };
        assert_eq!(
            of(Some("3\n"), actions),
            weak(
                "/proc/sys/kernel/yama/ptrace_scope is 3 until the next boot, so packages are \
                 unproven"
            )
        );
        assert_eq!(
            of(None, None),
            weak("no seccomp in this kernel that stops processes, so packages are unproven")
        );
    }

    #[test]
    fn releases_of_distributions_are_ordered_by_number() {
        let release = |major, minor| KernelRelease { major, minor };
        let read = ["6.1.0-18-amd64\n", "6.18.44-fc", "6.7-rc1", "6.12"];
        assert_eq!(
            read.map(KernelRelease::parse),
            [
                Some(release(6, 1)),
                Some(release(6, 18)),
                Some(release(6, 7)),
                Some(release(6, 12))
            ]
        );
        assert!(release(6, 7) < release(6, 18));
        assert_eq!(KernelRelease::parse("unknown"), None);
    }
}
