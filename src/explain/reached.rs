//! How far a maintainer script got that fails chrootless: what it does in the normal build before it
//! gets there is not missing because it fails.
//!
//! The last command that it ran chrootless and in the normal build as well is the place, and if
//! that command ended with another status than 0, it is what failed.

use crate::debian::temporary_root::within_root;
use crate::explain::case::Case;
use crate::explain::script_runs::{course, is_same};
use crate::trace::course::{Course, RunCommand};
use crate::trace::process::{Process, Script};
use crate::trace::record::Trace;

/// Whether a script fails chrootless before it has done what this process of it did to a path in the
/// normal build, or fails in doing it.
pub(crate) fn fails_before(case: &Case<'_>, process: &Process, path: &[u8]) -> bool {
    let (Some(script), Some(normal), Some(chrootless)) = (
        &process.script,
        case.observations.normal,
        case.observations.chrootless,
    ) else {
        return false;
    };
    if !fails(case, script) {
        return false;
    }
    let (Some(course), Some(failing)) = (course(normal, script), course(chrootless, script)) else {
        return true;
    };
    let end = End::new(course, failing);
    if process.command.is_empty() {
        let started = course.of_shell.get(path).copied().unwrap_or_default();
        end.is_before_shell(started) && !wrote_outside(chrootless, script, path)
    } else {
        end.is_before_command(course, process)
    }
}

/// Whether a script fails chrootless, and its failure was passed over.
pub(crate) fn fails(case: &Case<'_>, script: &Script) -> bool {
    let mut passed_over = case.observations.passed_over.iter();
    passed_over.any(|name| name.package == script.package && name.script.as_str() == script.name)
}

/// Whether two processes ran for the same command of a script, apart from the root that it names.
pub(crate) fn is_same_command(one: &Process, other: &Process) -> bool {
    words(one) == words(other)
}

/// Whether a script's own shell wrote the same path of the outside.
fn wrote_outside(chrootless: &Trace, script: &Script, path: &[u8]) -> bool {
    let path = [b"/", path].concat();
    chrootless.wrote_outside(&path).iter().any(|process| {
        let of_script = process.script.as_ref();
        process.command.is_empty() && of_script.is_some_and(|other| is_same(other, script))
    })
}

/// Where a script ended, as a place of its course in the normal build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End {
    /// How many commands the normal build has up to the last one that ran in both.
    reached: usize,
    /// Whether that is the one that failed.
    has_failed: bool,
}

impl End {
    fn new(normal: &Course, failing: &Course) -> Self {
        let failing = failing.commands.as_slice();
        let last = (1..=failing.len()).rev().find_map(|count| {
            let (last, before) = failing.get(..count)?.split_last()?;
            let is_it = |other: &&RunCommand| is_same_command(&other.process, &last.process);
            let number = before.iter().filter(is_it).count();
            let mut all = normal.commands.iter().enumerate();
            let (at, _) = all.by_ref().filter(|(_, other)| is_it(other)).nth(number)?;
            Some(Self {
                reached: at + 1,
                has_failed: last.has_failed && count == failing.len(),
            })
        });
        last.unwrap_or(Self {
            reached: 0,
            has_failed: false,
        })
    }

    /// Whether the end comes before what the script's shell does after this many commands. Between
    /// two commands it is not known.
    fn is_before_shell(self, started: usize) -> bool {
        started >= self.reached
    }

    /// Whether it comes before each run of a command, or is one.
    fn is_before_command(self, normal: &Course, process: &Process) -> bool {
        let reached = self.reached - usize::from(self.has_failed);
        let mut reached = normal.commands.iter().take(reached);
        !reached.any(|one| is_same_command(&one.process, process))
    }
}

/// The words of a command, the same in both builds.
fn words(process: &Process) -> Vec<String> {
    let words = process.command.iter();
    words.map(|word| within_root(word)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A course of commands; that of a name with `!` has failed.
    fn course(commands: &[&str]) -> Course {
        let command = |words: &&str| RunCommand {
            process: process(words.trim_end_matches('!')),
            has_failed: words.ends_with('!'),
        };
        Course {
            commands: commands.iter().map(command).collect(),
            ..Course::default()
        }
    }

    fn process(words: &str) -> Arc<Process> {
        Arc::new(Process {
            command: words.split(' ').map(str::to_owned).collect(),
            ..Process::default()
        })
    }

    /// Which commands of the normal build come after the end of a chrootless one, or are it.
    fn missing(normal: &[&str], chrootless: &[&str]) -> Vec<String> {
        let normal = course(normal);
        let end = End::new(&normal, &course(chrootless));
        let commands = normal.commands.iter();
        commands
            .filter(|one| end.is_before_command(&normal, &one.process))
            .map(|one| one.process.command.join(" "))
            .collect()
    }

    #[test]
    fn a_command_of_the_chrootless_build_is_known_apart_from_the_root() {
        let normal = course(&["a /etc", "b"]);
        let chrootless = course(&["a /tmp/mmdebstrap.x/etc", "b!"]);
        let end = End::new(&normal, &chrootless);
        let is_before = |one: &RunCommand| end.is_before_command(&normal, &one.process);
        let found: Vec<bool> = chrootless.commands.iter().map(is_before).collect();
        assert_eq!(found, [false, true]);
    }

    #[test]
    fn what_a_script_ran_before_it_failed_is_not_missing_because_of_that() {
        let table: [(&[&str], &[&str], &[&str]); 7] = [
            (&["a", "b", "c"], &["a", "b!"], &["b", "c"]),
            // The shell failed after b.
            (&["a", "b", "c"], &["a", "b"], &["c"]),
            // A command that failed before did not end the script.
            (&["a!", "b", "c"], &["a!", "b!"], &["b", "c"]),
            // The root is given in the chrootless build only.
            (
                &["a", "b /etc", "c"],
                &["a", "b /tmp/mmdebstrap.x/etc!"],
                &["b /etc", "c"],
            ),
            // The second of the same, of which the first one did what it does.
            (&["a", "b", "a", "c"], &["a", "b", "a!"], &["c"]),
            // What failed runs in no normal build.
            (&["a", "b"], &["a", "d!"], &["b"]),
            (&["a"], &[], &["a"]),
        ];
        for (normal, chrootless, expected) in table {
            assert_eq!(missing(normal, chrootless), expected, "{chrootless:?}");
        }
    }
}
