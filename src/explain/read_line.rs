//! What became of a line of a maintainer script that acts on the outside: reading the script says
//! that it may run, and an observed build whether it did.

use std::collections::BTreeSet;

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::command_fit::base;
use crate::explain::observed_outside::{Actor, ObservedOutside};
use crate::explain::scripts::{Act, Line};
use crate::explain::words::shell_words;

/// A line that acts on the outside, as reading the script has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLine {
    /// The line.
    pub line: Line,
    /// Whether it ran in the observed chrootless build; `None` if that is not known.
    pub run: Option<LineRun>,
}

/// Whether a line ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineRun {
    /// It did, and this is what it tried on the outside: positions among all attempts.
    Ran {
        /// The attempts, ascending; none if it changed nothing there.
        attempts: Vec<usize>,
    },
    /// It did not: it is unexercised.
    Unexercised,
}

/// What became of a line of a script of this package.
pub(crate) fn run(
    observed: &ObservedOutside,
    package: &str,
    script: ScriptKind,
    line: &Line,
) -> Option<LineRun> {
    let place = (package.to_owned(), script, line.number);
    if observed.idle.contains(&place) {
        return Some(LineRun::Unexercised);
    }
    let is_its = |actor: &Actor| actor.package == package && actor.script.file() == script;
    let at_line = |actor: &Actor| is_its(actor) && actor.line == Some(line.number);
    let attempts = observed.attempts.iter().enumerate();
    let attempts: Vec<usize> = attempts
        .filter(|(_, attempt)| at_line(&attempt.actor))
        .map(|(at, _)| at)
        .collect();
    let has_run = observed.reads.iter().any(|read| at_line(&read.actor))
        || observed.commands.iter().any(at_line);
    if has_run || !attempts.is_empty() {
        return Some(LineRun::Ran { attempts });
    }
    let does_something = |act: &Act| matches!(act, Act::Writes(_) | Act::Runs(_));
    // A program that is not there is not seen to be run.
    let is_there = |act: &Act| match act {
        Act::Runs(tool) => observed.programs.contains(base(tool)),
        _ => true,
    };
    let is_seen = observed.gap.is_none()
        && line.acts.iter().any(does_something)
        && line.acts.iter().all(is_there);
    let of_attempts = observed.attempts.iter();
    let of_attempts = of_attempts.map(|one| (&one.actor, one.path.as_slice()));
    let of_reads = observed.reads.iter();
    let of_reads = of_reads.map(|one| (&one.actor, one.path.as_slice()));
    let of_commands = observed.commands.iter().map(|actor| (actor, &b""[..]));
    let mut all = of_attempts.chain(of_reads).chain(of_commands);
    let may_have_run =
        all.any(|(actor, path)| is_its(actor) && actor.line.is_none() && may_be(line, actor, path));
    (is_seen && !may_have_run).then_some(LineRun::Unexercised)
}

/// Whether a process whose line is not known may have run for this one: it names the program or
/// the path, or something that only running it tells.
fn may_be(line: &Line, actor: &Actor, path: &[u8]) -> bool {
    let words: BTreeSet<&str> = shell_words(&line.text).collect();
    let program = actor.command.words.first().map_or("", String::as_str);
    let program = base(program);
    let path = String::from_utf8_lossy(path);
    line.text.contains('$')
        || words.contains(program)
        || (!path.is_empty() && line.text.contains(&*path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::command_line::CommandLine;
    use crate::explain::observed_outside::{Attempt, Effect};
    use crate::explain::scripts::Reach;
    use crate::trace::log::Gap;

    fn line(text: &str) -> Line {
        Line {
            number: 4,
            text: text.to_owned(),
            reach: Reach::Installs,
            acts: vec![Act::Writes("/etc/a".to_owned())],
        }
    }

    fn actor(command: &[&str], line: Option<usize>) -> Actor {
        Actor {
            package: "p".to_owned(),
            script: ScriptKind::Postinst,
            command: CommandLine {
                words: command.iter().map(|word| (*word).to_owned()).collect(),
            },
            line,
        }
    }

    fn observed(attempts: Vec<Attempt>, commands: Vec<Actor>) -> ObservedOutside {
        ObservedOutside {
            attempts,
            reads: Vec::new(),
            commands,
            idle: BTreeSet::new(),
            programs: BTreeSet::new(),
            gap: None,
        }
    }

    fn of(observed: &ObservedOutside, text: &str) -> Option<LineRun> {
        run(observed, "p", ScriptKind::Postinst, &line(text))
    }

    #[test]
    fn a_line_that_ran_is_linked_to_what_it_tried() {
        let attempt = |line| Attempt {
            path: b"/etc/a".to_vec(),
            call: "unlinkat".to_owned(),
            effect: Effect::Failed(nix::libc::ENOENT),
            actor: actor(&["rm", "/etc/a"], line),
        };
        let tried = observed(vec![attempt(Some(3)), attempt(Some(4))], Vec::new());
        let attempts = vec![1];
        assert_eq!(of(&tried, "rm /etc/a"), Some(LineRun::Ran { attempts }));
        let ran = observed(Vec::new(), vec![actor(&["rm", "/etc/a"], Some(4))]);
        let attempts = Vec::new();
        assert_eq!(of(&ran, "rm /etc/a"), Some(LineRun::Ran { attempts }));
    }

    #[test]
    fn a_line_of_which_nothing_was_seen_is_unexercised() {
        let nothing = observed(Vec::new(), Vec::new());
        assert_eq!(of(&nothing, "rm /etc/a"), Some(LineRun::Unexercised));
        let of_other = observed(Vec::new(), vec![actor(&["rm", "/etc/b"], Some(5))]);
        assert_eq!(of(&of_other, "rm /etc/a"), Some(LineRun::Unexercised));
    }

    #[test]
    fn of_a_line_that_may_have_run_nothing_is_said() {
        let unclear = observed(Vec::new(), vec![actor(&["/bin/rm", "/etc/b"], None)]);
        assert_eq!(of(&unclear, "rm /etc/a"), None);
        assert_eq!(of(&unclear, "chmod 0644 \"$file\""), None);
        assert_eq!(
            of(&unclear, "chmod 0644 /etc/a"),
            Some(LineRun::Unexercised)
        );
        let gap = ObservedOutside {
            gap: Some(Gap::UnknownMachine),
            ..observed(Vec::new(), Vec::new())
        };
        assert_eq!(of(&gap, "rm /etc/a"), None);
    }
}
