//! What a sandbox is at, of `/proc`: the maintainer script that runs, and its command.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

use crate::debian::maintainer_script::{InfoFile, ScriptKind};

/// A process of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Process {
    parent: u32,
    /// Program and arguments.
    argv: Vec<String>,
}

/// Processes by their ids.
type Processes = BTreeMap<u32, Process>;

/// A maintainer script that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningScript {
    /// Its package; `None` while dpkg unpacks the package.
    pub package: Option<String>,
    /// Which script it is.
    pub script: ScriptKind,
    /// Program and arguments of the process that it waits for, or its own.
    pub argv: Vec<String>,
}

impl fmt::Display for RunningScript {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.script.as_str();
        match &self.package {
            Some(package) => write!(out, "{script} of {package}")?,
            None => write!(out, "{script}")?,
        }
        write!(out, ": {}", self.argv.join(" "))
    }
}

impl RunningScript {
    /// The script that runs below a process, if one does.
    #[must_use]
    pub fn below(process: u32) -> Option<Self> {
        Self::find(process, &processes())
    }

    fn find(root: u32, processes: &Processes) -> Option<Self> {
        let children = |of: u32| {
            let children = processes.iter();
            children.filter_map(move |(id, process)| (process.parent == of).then_some(*id))
        };
        let mut pending = vec![root];
        let mut found = None;
        while let Some(id) = pending.pop() {
            pending.extend(children(id));
            let process = processes.get(&id);
            let named = process.and_then(|process| named(&process.argv));
            // A script that another one runs is the one that stands still.
            found = named.map(|script| (id, script)).or(found);
        }
        let (mut id, (package, script)) = found?;
        while let Some(child) = children(id).next_back() {
            id = child;
        }
        let argv = processes.get(&id)?.argv.clone();
        Some(Self {
            package,
            script,
            argv,
        })
    }
}

/// The maintainer script that a command line runs, with its package if the path says it.
fn named(argv: &[String]) -> Option<(Option<String>, ScriptKind)> {
    // An interpreter, its options, and the script; not what the script is given.
    argv.iter().take(4).enumerate().find_map(|(place, word)| {
        let start = word.find("/var/lib/dpkg/")?;
        let path = word.get(start + 1..)?.as_bytes();
        let script = ScriptKind::from_path(path)?;
        let is_trigger = argv.get(place + 1).is_some_and(|word| word == "triggered");
        let package = InfoFile::from_path(path)
            .map(|file| String::from_utf8_lossy(file.package).into_owned());
        let script = if is_trigger {
            ScriptKind::Trigger
        } else {
            script
        };
        Some((package, script))
    })
}

/// All processes that can be seen; what ends meanwhile is not among them.
fn processes() -> Processes {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let entries = entries.filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read(entry.path().join("stat")).ok()?;
        let stat = String::from_utf8_lossy(&stat).into_owned();
        // The name before it may hold anything (proc_pid_stat(5)).
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
        let argv = fs::read(entry.path().join("cmdline")).ok()?;
        let words = argv
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty());
        let process = Process {
            parent: parent.parse().ok()?,
            argv: words
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect(),
        };
        Some((id, process))
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(u32, u32, &str)]) -> Processes {
        let rows = rows.iter().map(|(id, parent, line)| {
            let argv = line.split(' ').map(str::to_owned).collect();
            (
                *id,
                Process {
                    parent: *parent,
                    argv,
                },
            )
        });
        rows.collect()
    }

    fn said(rows: &[(u32, u32, &str)]) -> Option<String> {
        RunningScript::find(10, &table(rows)).map(|script| script.to_string())
    }

    #[test]
    fn the_script_and_the_command_it_waits_for_are_named() {
        let build = (11, 10, "mmdebstrap trixie");
        let script = "/bin/sh /tmp/mmdebstrap.x/var/lib/dpkg/info/a:amd64.postinst configure";
        assert_eq!(said(&[build]), None);
        assert_eq!(
            said(&[build, (12, 11, script), (13, 12, "sleep 99")]),
            Some("postinst of a: sleep 99".to_owned())
        );
        assert_eq!(
            said(&[
                build,
                (12, 11, "/bin/sh -e /x/var/lib/dpkg/tmp.ci/preinst install")
            ]),
            Some("preinst: /bin/sh -e /x/var/lib/dpkg/tmp.ci/preinst install".to_owned())
        );
        assert_eq!(
            said(&[
                build,
                (12, 11, "sh /var/lib/dpkg/info/b.postinst triggered /etc")
            ]),
            Some("trigger of b: sh /var/lib/dpkg/info/b.postinst triggered /etc".to_owned())
        );
        // Another run's.
        assert_eq!(said(&[build, (12, 1, script)]), None);
    }

    #[test]
    fn this_process_is_among_those_that_are_seen() {
        assert!(processes().contains_key(&std::process::id()));
    }
}
