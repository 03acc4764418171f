//! Which line of a maintainer script a process ran for, by what the process was.

use crate::explain::script_runs::kind;
use crate::explain::scripts::package::Scripts;
use crate::explain::scripts::{Act, Line, ParsedScript, Reach};
use crate::explain::words::shell_words;
use crate::tar::entry_path::EntryPath;
use crate::trace::process::Process;

/// The number of the line that is likelier than all others to be what a process ran for when it
/// did something to a path of the outside; `None` if several are equally likely.
pub(crate) fn script_line(scripts: &Scripts, process: &Process, path: &[u8]) -> Option<usize> {
    let run = process.script.as_ref()?;
    let script = scripts.script(&run.package, kind(run)?.file())?;
    let path = String::from_utf8_lossy(path);
    let lines = match process.command.split_first() {
        None => script.lines_about(&path),
        Some((program, _)) => running(script, program, &path),
    };
    let is_shells = |line: &Line| process.command.is_empty() && does_itself(line, &path);
    let arguments = process.command.get(1..).unwrap_or_default();
    likeliest(&lines, |line| Likeness {
        is_shells: is_shells(line),
        ..likeness(line, arguments, &path)
    })
}

/// The lines that run a program: of those that do something known, or of those that name the path.
fn running(script: &ParsedScript, program: &str, path: &str) -> Vec<Line> {
    let name = program.rsplit('/').next().unwrap_or_default();
    let runs = |line: &&Line| shell_words(&line.text).any(|word| word == name);
    let known: Vec<Line> = script.lines().iter().filter(runs).cloned().collect();
    if known.is_empty() {
        let about = script.lines_about(path);
        return about.iter().filter(runs).cloned().collect();
    }
    known
}

/// Whether the shell itself does something with a path on a line: it tests it, or redirects to or
/// from it.
fn does_itself(line: &Line, path: &str) -> bool {
    let mut tests = line
        .text
        .split(|c: char| c.is_whitespace() || "(;|&!".contains(c));
    let mut before = line.text.match_indices(path).map(|(at, _)| {
        let text = line.text.get(..at).unwrap_or_default();
        text.trim_end_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'')
    });
    tests.any(|word| ["[", "[[", "test", "."].contains(&word))
        || before.any(|text| text.ends_with(['<', '>']))
}

/// What speaks for a line, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    /// It is not left out of a chrootless installation.
    runs: bool,
    /// The shell itself did it, and does something with the path here.
    is_shells: bool,
    /// It acts on this very path.
    acts_on_path: bool,
    /// How many of the command's arguments it has.
    arguments: usize,
}

fn likeness(line: &Line, arguments: &[String], path: &str) -> Likeness {
    let is_path = |act: &Act| match act {
        Act::Writes(known) | Act::Reads(known) => {
            EntryPath::new(known.as_bytes()) == EntryPath::new(path.as_bytes())
        }
        Act::Rooted(_) | Act::Helper(_) | Act::Runs(_) => false,
    };
    let has = |argument: &&String| shell_words(&line.text).any(|word| word == argument.as_str());
    Likeness {
        runs: line.reach == Reach::Installs,
        is_shells: false,
        acts_on_path: line.acts.iter().any(is_path),
        arguments: arguments.iter().filter(has).count(),
    }
}

/// The one line of which most speaks for it.
fn likeliest(lines: &[Line], likeness: impl Fn(&Line) -> Likeness) -> Option<usize> {
    let best = lines.iter().map(&likeness).max()?;
    let mut likeliest = lines.iter().filter(|line| likeness(line) == best);
    let line = likeliest.next()?;
    likeliest.next().is_none().then_some(line.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::process::Script;

    const POSTINST: &[u8] = b"#!/bin/sh\nset -e\nif [ \"$1\" = configure ]; then\n\
        mkdir -p /var/lib/a\nmkdir -p \"/var/lib/b\"\nfor one in c d; do\n\
        chmod 0755 /etc/$one\ndone\n[ -e /etc/e ] && : >/etc/f\nrm /etc/g\nrm /etc/g\nfi\n\
        echo x >/etc/i\nmv /etc/i /etc/j\n[ -e /etc/k ] ||\nrm /etc/k\nmknod /etc/l p\n";

    /// The line that a process of this command ran for.
    fn line(command: &[&str], path: &str) -> Option<usize> {
        let files: [(&[u8], &[u8]); 1] = [(b"var/lib/dpkg/info/p.postinst", POSTINST)];
        let process = Process {
            script: Some(Script {
                package: "p".to_owned(),
                name: "postinst".to_owned(),
                arguments: vec!["configure".to_owned()],
            }),
            argv: Vec::new(),
            command: command.iter().map(|word| (*word).to_owned()).collect(),
        };
        script_line(&Scripts::read(files), &process, path.as_bytes())
    }

    #[test]
    fn the_line_of_a_command_has_its_program_and_its_arguments() {
        assert_eq!(line(&["mkdir", "-p", "/var/lib/a"], "/var/lib/a"), Some(4));
        assert_eq!(
            line(&["/bin/mkdir", "-p", "/var/lib/b"], "/var/lib/b"),
            Some(5)
        );
        assert_eq!(line(&["chmod", "0755", "/etc/d"], "/etc/d"), Some(7));
        assert_eq!(line(&["chown", "root", "/etc/d"], "/etc/d"), None);
        assert_eq!(line(&["mv", "/etc/i", "/etc/j"], "/etc/j"), Some(14));
        assert_eq!(line(&["mknod", "/etc/l", "p"], "/etc/l"), Some(17));
    }

    #[test]
    fn what_the_shell_does_itself_is_found_by_the_path() {
        assert_eq!(line(&[], "/etc/e"), Some(9));
        assert_eq!(line(&[], "/etc/f"), Some(9));
        assert_eq!(line(&[], "/etc/h"), None);
        assert_eq!(line(&[], "/etc/i"), Some(13));
        assert_eq!(line(&[], "/etc/k"), Some(15));
    }

    #[test]
    fn two_lines_that_are_equally_likely_are_none() {
        assert_eq!(line(&["rm", "/etc/g"], "/etc/g"), None);
    }
}
