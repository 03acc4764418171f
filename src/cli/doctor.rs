//! `twinroot doctor`: what this machine can do, and the command that mends what it can't.
//! `verify` and `build` ask the same questions before they start.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::statvfs::statvfs;
use nix::unistd::geteuid;

use super::Trouble;
use super::machine::{cache_root, id_map};
use crate::build::BuildError;
use crate::build::pin::host_plan;
use crate::build::run::{discard, run};
use crate::sandbox::Interrupts;

/// One capability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    name: &'static str,
    answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// It is there.
    Can(String),
    /// It is not, and nothing works without it.
    Lacks { what: String, mend: Option<String> },
    /// It is not, and only something works less well.
    Weak { what: String, mend: Option<String> },
}

/// Programs without which nothing works, the package that has each, and what shows its version.
const PROGRAMS: [(&str, &str); 4] = [
    ("mmdebstrap", "mmdebstrap"),
    ("apt-get", "apt"),
    ("dpkg-deb", "dpkg"),
    ("tar", "tar"),
];

/// Free space below which a first run is likely to fail: a state and an outside.
const SPACE_WANTED: u64 = 1 << 30;

/// Memory below which two chroots in tmpfs are likely to fail.
const MEMORY_WANTED: u64 = 2 << 30;

/// Prints every capability.
///
/// # Errors
/// The first lack that stops everything.
#[expect(clippy::print_stdout, reason = "the command's result")]
pub(super) fn report() -> Result<u8, Trouble> {
    let mut checks = preconditions();
    if checks
        .iter()
        .all(|check| !matches!(check.answer, Answer::Lacks { .. }))
    {
        checks.push(trial());
    }
    checks.extend(conveniences());
    for Check { name, answer } in &checks {
        let (word, text, mend) = match answer {
            Answer::Can(text) => ("ok", text, None),
            Answer::Lacks { what, mend } => ("LACKS", what, mend.as_ref()),
            Answer::Weak { what, mend } => ("weak", what, mend.as_ref()),
        };
        println!("{word:6} {name:20} {text}");
        if let Some(mend) = mend {
            println!("       {:20} mend: {mend}", "");
        }
    }
    first_lack(checks).map_or(Ok(0), |lack| Err(lack.into()))
}

/// Asks what every build needs.
///
/// # Errors
/// The first lack.
pub(super) fn preflight() -> Result<(), BuildError> {
    first_lack(preconditions()).map_or(Ok(()), Err)
}

fn first_lack(checks: Vec<Check>) -> Option<BuildError> {
    checks.into_iter().find_map(|check| match check.answer {
        Answer::Lacks { what, mend } => Some(BuildError::Recipe {
            what: check.name.to_owned(),
            why: what,
            hint: mend,
        }),
        Answer::Can(_) | Answer::Weak { .. } => None,
    })
}

fn preconditions() -> Vec<Check> {
    let mut checks: Vec<_> = PROGRAMS
        .iter()
        .map(|(program, package)| installed(program, package))
        .collect();
    if !geteuid().is_root() {
        checks.push(installed("newuidmap", "uidmap"));
    }
    checks.push(Check {
        name: "user namespaces",
        answer: namespaces(&|path| fs::read_to_string(path).ok()),
    });
    checks.push(Check {
        name: "subordinate ids",
        answer: ids(),
    });
    checks.push(Check {
        name: "overlayfs",
        answer: overlayfs(),
    });
    checks
}

fn installed(program: &'static str, package: &str) -> Check {
    let answer = match find(program) {
        Some(path) => {
            Answer::Can(version(program).unwrap_or_else(|| path.to_string_lossy().into_owned()))
        }
        None => Answer::Lacks {
            what: "not installed".to_owned(),
            mend: Some(format!("sudo apt-get install {package}")),
        },
    };
    Check {
        name: program,
        answer,
    }
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|path| path.is_file())
}

/// The first line of `--version`; set-uid helpers have none.
fn version(program: &str) -> Option<String> {
    if program.starts_with("new") {
        return None;
    }
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .next()
        .map(str::to_owned)
        .filter(|line| !line.is_empty())
}

/// What the kernel's knobs say of user namespaces.
fn namespaces(read: &dyn Fn(&str) -> Option<String>) -> Answer {
    let value = |path: &str| read(path).map(|text| text.trim().to_owned());
    let is_plain = !geteuid().is_root();
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
            return Answer::Lacks {
                what: format!("{path} is {closed}"),
                mend: Some(mend.to_owned()),
            };
        }
    }
    match value("/proc/sys/user/max_user_namespaces") {
        Some(most) => Answer::Can(format!("up to {most}")),
        None => Answer::Lacks {
            what: "this kernel has none (CONFIG_USER_NS)".to_owned(),
            mend: None,
        },
    }
}

fn ids() -> Answer {
    match id_map() {
        Ok(ids) => Answer::Can(ids.to_string()),
        Err(error) => Answer::Lacks {
            what: error
                .to_string()
                .trim_start_matches("user namespaces: ")
                .to_owned(),
            mend: error.hint(),
        },
    }
}

fn overlayfs() -> Answer {
    let table = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    if table
        .lines()
        .any(|line| line.trim_start_matches("nodev").trim() == "overlay")
    {
        return Answer::Can("in this kernel".to_owned());
    }
    Answer::Lacks {
        what: "not in /proc/filesystems".to_owned(),
        mend: Some("sudo modprobe overlay".to_owned()),
    }
}

/// Runs a whole sandbox around true(1): the only proof that all the parts work together.
fn trial() -> Check {
    let attempt = || {
        let ids = id_map()?;
        let directory =
            tempfile::tempdir().map_err(crate::build::at("a temporary directory", "make"))?;
        let plan = host_plan("trial", vec!["true".to_owned()], directory.path(), &ids)?;
        run(&plan, &Interrupts::default(), discard, &|_| ())
    };
    let answer = match attempt() {
        Ok(_) => Answer::Can("namespaces, overlays and mounts work together".to_owned()),
        Err(error) => Answer::Lacks {
            what: error.to_string(),
            mend: None,
        },
    };
    Check {
        name: "sandbox",
        answer,
    }
}

/// What only makes things better.
fn conveniences() -> Vec<Check> {
    let cache = match cache_root() {
        Ok(root) => space(&root),
        Err(error) => Answer::Lacks {
            what: error.to_string(),
            mend: None,
        },
    };
    vec![
        Check {
            name: "cache",
            answer: cache,
        },
        observer(),
        Check {
            name: "memory",
            answer: memory(&fs::read_to_string("/proc/meminfo").unwrap_or_default()),
        },
    ]
}

/// strace of the outside, which for `--outside host` and `audit --audit read-only` is the
/// machine's.
fn observer() -> Check {
    let check = installed("strace", "strace");
    let answer = match check.answer {
        Answer::Lacks { what, mend } => Answer::Weak {
            what: format!("{what}: on --outside host no script can be observed"),
            mend,
        },
        answer => answer,
    };
    Check { answer, ..check }
}

fn space(root: &Path) -> Answer {
    let existing = root
        .ancestors()
        .find(|path| path.exists())
        .unwrap_or(Path::new("/"));
    let shown = root.to_string_lossy();
    match statvfs(existing) {
        Ok(stat) => {
            let free = stat.blocks_available() * stat.fragment_size();
            let text = format!("{shown}: {} MiB free", free >> 20);
            if free >= SPACE_WANTED {
                return Answer::Can(text);
            }
            Answer::Weak {
                what: text,
                mend: Some("export XDG_CACHE_HOME=DIR with more space".to_owned()),
            }
        }
        Err(error) => Answer::Weak {
            what: format!("{shown}: {error}"),
            mend: None,
        },
    }
}

fn memory(meminfo: &str) -> Answer {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib: Option<u64> = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
    match kib {
        Some(kib) if kib * 1024 >= MEMORY_WANTED => {
            Answer::Can(format!("{} MiB available", kib / 1024))
        }
        Some(kib) => Answer::Weak {
            what: format!("{} MiB available, for two chroots in memory", kib / 1024),
            mend: Some("twinroot verify --jobs 1 builds one after the other".to_owned()),
        },
        None => Answer::Weak {
            what: "unknown".to_owned(),
            mend: None,
        },
    }
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
        assert_eq!(
            namespaces(&read),
            Answer::Lacks {
                what: "/proc/sys/user/max_user_namespaces is 0".to_owned(),
                mend: Some("sudo sysctl user.max_user_namespaces=15000".to_owned()),
            }
        );
    }

    #[test]
    fn little_memory_is_a_weakness_and_no_lack() {
        assert_eq!(
            memory("MemAvailable:   4194304 kB\n"),
            Answer::Can("4096 MiB available".to_owned())
        );
        assert!(matches!(
            memory("MemAvailable:   1000 kB\n"),
            Answer::Weak { .. }
        ));
    }
}
