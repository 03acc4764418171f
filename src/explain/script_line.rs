//! Which line of a maintainer script a process ran for, by what the process was.

use std::cmp::Reverse;

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::command_fit::{Fit, is_program};
use crate::explain::ran::may_have_run;
use crate::explain::script_runs::kind;
use crate::explain::scripts::command_names::WRAPPERS;
use crate::explain::scripts::interpret::pattern::glob;
use crate::explain::scripts::package::Scripts;
use crate::explain::scripts::parsed_script::Occasion;
use crate::explain::scripts::{Act, Line, ParsedScript, Reach};
use crate::explain::words::shell_words;
use crate::tar::entry_path::EntryPath;
use crate::trace::process::Process;
use crate::trace::record::Trace;

/// What a process did to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Access {
    /// It asked what is there on the outside, or read it.
    Reads,
    /// It wrote the path of the outside, or tried to.
    Writes,
    /// It wrote the path in the chroot.
    WritesInside,
}

/// The number of the line that is likelier than all others to be what a process of one of these
/// builds ran for when it did something to a path of the outside; `None` if several are equally
/// likely.
pub(crate) fn script_line(
    scripts: &Scripts,
    process: &Process,
    path: &[u8],
    access: Access,
    builds: &[&Trace],
) -> Option<usize> {
    let run = process.script.as_ref()?;
    let script = scripts.script(&run.package, kind(run)?.file())?;
    match likeliest_lines(script, process, path, access, builds).as_slice() {
        [line] => Some(line.number),
        _ => None,
    }
}

/// The lines of a script that are likelier than all others, and equally likely, to be what a
/// process of one of these builds ran for when it did something to a path.
pub(crate) fn likeliest_lines(
    script: &ParsedScript,
    process: &Process,
    path: &[u8],
    access: Access,
    builds: &[&Trace],
) -> Vec<Line> {
    let path = String::from_utf8_lossy(path);
    let mut lines = match process.command.split_first() {
        None => of_shell(script, &path, access),
        Some((program, _)) => running(script, program, &path),
    };
    let occasion = match process.script.as_ref().and_then(kind) {
        Some(ScriptKind::Trigger) => Occasion::Trigger,
        _ => Occasion::FirstRun,
    };
    let run = process.script.as_ref().filter(|_| lines.len() > 1);
    let may_have_run =
        |line: &Line| run.is_none_or(|run| may_have_run(script, line.number, run, builds));
    let did_not_run = lines.iter().filter(|line| !may_have_run(line));
    let did_not_run: Vec<usize> = did_not_run.map(|line| line.number).collect();
    let likeness = |line: &Line| Likeness {
        runs: runs_in_build(line, access)
            && script.runs(line.number, occasion)
            && !did_not_run.contains(&line.number),
        ..likeness(script, line, &process.command, &path, access)
    };
    let best = lines.iter().map(likeness).max();
    lines.retain(|line| Some(likeness(line)) == best);
    lines
}

/// The lines that run a program, or have its name at least: of those that do something known, of
/// those that name the path, and of those where a command begins with it.
fn running(script: &ParsedScript, program: &str, path: &str) -> Vec<Line> {
    let name = program.rsplit('/').next().unwrap_or_default();
    let is_it = |word: &str| word == name || word == program;
    let acts = |line: &Line| {
        script
            .commands(line.number)
            .any(|words| is_program(words, program))
            || line.acts.iter().any(|act| match act {
                Act::Runs(tool) | Act::Helper(tool) => {
                    is_it(tool) || tool.ends_with(&format!("/{name}"))
                }
                Act::Rooted(_) | Act::Writes(_) | Act::Reads(_) => false,
            })
    };
    let names = |line: &&Line| acts(line) || shell_words(&line.text).any(is_it);
    let mut lines: Vec<Line> = script.lines().iter().filter(names).cloned().collect();
    if lines.is_empty() {
        lines = script.lines_about(path);
        lines.retain(|line| names(&line));
    }
    let is_run = |line: &Line| acts(line) || runs(&line.text, is_it);
    let runs_it = |number| {
        let mut commands = script.commands(number);
        commands.any(|words| is_program(words, program))
    };
    let others = script.other_lines(runs_it).into_iter();
    let is_known = |number| lines.iter().any(|line| line.number == number);
    let others: Vec<Line> = others.filter(|line| !is_known(line.number)).collect();
    lines.extend(others);
    if lines.iter().any(is_run) {
        lines.retain(is_run);
    }
    lines
}

/// Whether a program's name stands where a command begins.
fn runs(text: &str, is_it: impl Fn(&str) -> bool) -> bool {
    const BEFORE: [&str; 9] = [
        "if", "elif", "then", "else", "do", "while", "until", "!", "{",
    ];
    let is_before =
        |word: &&str| BEFORE.contains(word) || WRAPPERS.contains(word) || word.contains('=');
    let mut commands = text.split([';', '|', '&', '(', ')', '`']);
    commands.any(|command| {
        let mut words = command.split_whitespace().skip_while(is_before);
        words
            .next()
            .is_some_and(|word| is_it(word.trim_matches(['"', '\''])))
    })
}

/// The lines on which the script itself may do something with a path.
fn of_shell(script: &ParsedScript, path: &str, access: Access) -> Vec<Line> {
    let mut lines = script.lines_about(path);
    for line in script.lines() {
        let is_known = lines.iter().any(|other| other.number == line.number);
        if !is_known && match_of(line, path, access) == Match::Pattern {
            lines.push(line.clone());
        }
    }
    if script.is_shell() {
        lines.retain(|line| does_itself(&line.text, access));
    } else {
        lines.retain(|line| !only_assigns(&line.text));
    }
    lines
}

/// Whether the shell itself does something with files on a line: it tests them, reads them or finds
/// their names, or redirects to them.
fn does_itself(text: &str, access: Access) -> bool {
    let mut words = text.split(|c: char| c.is_whitespace() || "(;|&!`".contains(c));
    match access {
        Access::Writes | Access::WritesInside => text.contains('>'),
        Access::Reads => {
            words.any(|word| ["[", "[[", "test", ".", "source"].contains(&word))
                || without_quoted(text).contains(['<', '*', '?'])
        }
    }
}

/// A text without what stands in quotes, where the shell finds no names of files.
fn without_quoted(text: &str) -> String {
    let mut quote = None;
    let mut kept = String::new();
    for character in text.chars() {
        match quote {
            Some(open) if open == character => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None => kept.push(character),
        }
    }
    kept
}

/// Whether a line of another language than shell only gives a name to a path.
fn only_assigns(text: &str) -> bool {
    let text = text.trim_start();
    let text = ["my ", "our ", "local "]
        .into_iter()
        .fold(text, |text, word| text.strip_prefix(word).unwrap_or(text));
    let is_name = |name: &str| name.trim_end().starts_with(['$', '@', '%']);
    text.split_once('=')
        .is_some_and(|(name, _)| is_name(name) && !name.trim().contains(' '))
}

/// What speaks for a line, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    /// It runs in the build, and on the occasion, that the process is of.
    runs: bool,
    /// How well its words fit the command.
    fit: Fit,
    /// How well it acts on this very path.
    acts_on_path: Match,
    /// How many options it has that the command has not.
    strange_options: Reverse<usize>,
}

/// How well a line's acts are about a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    /// None is.
    None,
    /// One is about paths that are not wholly known, and this may be one of them.
    Pattern,
    /// One does something else with it.
    OtherAct,
    /// One does this with it.
    Exact,
}

fn likeness(
    script: &ParsedScript,
    line: &Line,
    command: &[String],
    path: &str,
    access: Access,
) -> Likeness {
    let is_given = |word: &str| command.iter().any(|argument| argument == word);
    let strange = |word: &&str| word.len() > 1 && word.starts_with('-') && !is_given(word);
    Likeness {
        runs: true,
        fit: Fit::best(script.commands(line.number), &line.text, command),
        acts_on_path: match_of(line, path, access),
        strange_options: Reverse(if command.is_empty() {
            0
        } else {
            shell_words(&line.text).filter(strange).count()
        }),
    }
}

/// Whether two texts name one path.
fn names(known: &str, path: &str) -> bool {
    EntryPath::new(known.as_bytes()) == EntryPath::new(path.as_bytes())
}

/// Whether a line is reached in the builds in which this may be done.
fn runs_in_build(line: &Line, access: Access) -> bool {
    match access {
        Access::Reads | Access::Writes => line.reach == Reach::Installs,
        Access::WritesInside => matches!(line.reach, Reach::Installs | Reach::NotChrootless),
    }
}

fn match_of(line: &Line, path: &str, access: Access) -> Match {
    let matches = line.acts.iter().map(|act| {
        let (known, is_it) = match (act, access) {
            (Act::Writes(known), Access::Writes | Access::WritesInside)
            | (Act::Reads(known), Access::Reads)
            | (Act::Rooted(known), Access::WritesInside) => (known, true),
            (Act::Writes(known), Access::Reads)
            | (Act::Reads(known), Access::Writes | Access::WritesInside) => (known, false),
            (Act::Rooted(_), Access::Reads | Access::Writes)
            | (Act::Helper(_) | Act::Runs(_), _) => return Match::None,
        };
        if names(known, path) {
            return if is_it { Match::Exact } else { Match::OtherAct };
        }
        if is_pattern_of(known, path) {
            Match::Pattern
        } else {
            Match::None
        }
    });
    matches.max().unwrap_or(Match::None)
}

/// Whether a path that is not wholly known may be this one, or has this one as the directory in
/// which the shell looks for names.
fn is_pattern_of(known: &str, path: &str) -> bool {
    let Some(star) = known.find('*') else {
        return false;
    };
    let start = known.get(..star).unwrap_or_default();
    let directory = start.rsplit_once('/').map_or("", |(before, _)| before);
    let path = path.strip_suffix('/').unwrap_or(path);
    // `*` and `/*` say nothing.
    directory.len() > 1 && (directory == path || glob(known.as_bytes(), path.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::process::Script;

    const POSTINST: &[u8] = b"#!/bin/sh\nset -e\nif [ \"$1\" = configure ]; then\n\
        mkdir -p /var/lib/a\nmkdir -p \"/var/lib/b\"\nfor one in c d; do\n\
        chmod 0755 /etc/$one\ndone\n[ -e /etc/e ] && : >/etc/f\nrm /etc/g\nrm /etc/g\nfi\n\
        echo x >/etc/i\nmv /etc/i /etc/j\n[ -e /etc/k ] ||\nrm /etc/k\nmknod /etc/l p\n\
        mknod /dev/m c 1 3 || true\n";

    /// The line that a process of this command ran for when it wrote the path.
    fn line(command: &[&str], path: &str) -> Option<usize> {
        line_of(POSTINST, command, path, Access::Writes)
    }

    fn line_of(script: &[u8], command: &[&str], path: &str, access: Access) -> Option<usize> {
        let files: [(&[u8], &[u8]); 1] = [(b"var/lib/dpkg/info/p.postinst", script)];
        let process = Process {
            script: Some(Script {
                package: "p".to_owned(),
                name: "postinst".to_owned(),
                arguments: vec!["configure".to_owned()],
            }),
            argv: Vec::new(),
            command: command.iter().map(|word| (*word).to_owned()).collect(),
        };
        script_line(
            &Scripts::read(files),
            &process,
            path.as_bytes(),
            access,
            &[],
        )
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
        assert_eq!(
            line(&["mknod", "/dev/m", "c", "1", "3"], "/dev/m"),
            Some(18)
        );
    }

    #[test]
    fn what_the_shell_does_itself_is_found_by_the_path() {
        let read = |path| line_of(POSTINST, &[], path, Access::Reads);
        assert_eq!(read("/etc/e"), Some(9));
        assert_eq!(line(&[], "/etc/f"), Some(9));
        assert_eq!(line(&[], "/etc/h"), None);
        assert_eq!(line(&[], "/etc/i"), Some(13));
        assert_eq!(read("/etc/k"), Some(15));
    }

    #[test]
    fn the_shell_asks_on_one_line_and_writes_on_another() {
        let script = b"#!/bin/sh\nif [ ! -e /etc/a ]; then\ncat >/etc/a <<EOF\nEOF\nfi\n\
            for i in $(seq 6 -1 0); do\nif [ -e \"/var/lib/b.$i\" ]; then\n\
            cp -f \"/var/lib/b.$i\" \"/var/lib/b.$(($i+1))\"\nfi\ndone\n\
            if [ -e /var/lib/b ]; then\ncp -f /var/lib/b /var/lib/b.0\nfi\nrm -f /etc/c/*.bin\n";
        let line = |command: &[&str], path, access| line_of(script, command, path, access);
        assert_eq!(line(&[], "/etc/a", Access::Reads), Some(2));
        assert_eq!(line(&[], "/etc/a", Access::Writes), Some(3));
        assert_eq!(line(&[], "/var/lib/b.0", Access::Reads), Some(7));
        assert_eq!(line(&[], "/etc/c", Access::Reads), Some(14));
        let copy = ["cp", "-f", "/var/lib/b.0", "/var/lib/b.1"];
        assert_eq!(line(&copy, "/var/lib/b.1", Access::Writes), Some(8));
        let copy = ["cp", "-f", "/var/lib/b", "/var/lib/b.0"];
        assert_eq!(line(&copy, "/var/lib/b.0", Access::Writes), Some(12));
    }

    #[test]
    fn a_line_that_runs_a_program_is_likelier_than_one_that_only_names_it() {
        let script = b"#!/bin/sh\nmake-all --hooks ''\ndpkg-trigger --no-await make-all\n\
            make-all\nmake-all --fresh\n[ -n \"$DPKG_ROOT\" ] || /usr/sbin/make-one b\n";
        let line = |command: &[&str], access| line_of(script, command, "/etc/a", access);
        assert_eq!(line(&["make-all"], Access::Writes), Some(4));
        assert_eq!(line(&["make-all", "--hooks", ""], Access::Writes), Some(2));
        let script =
            b"#!/bin/sh\nmake=\"/usr/sbin/make-one\"\nif [ -x \"$make\" ]; then\n$make --all\nfi\n";
        let make_one = ["/usr/sbin/make-one", "--all"];
        assert_eq!(
            line_of(script, &make_one, "/etc/a", Access::Writes),
            Some(4)
        );
        let make_one = ["/usr/sbin/make-one", "b"];
        assert_eq!(line(&make_one, Access::WritesInside), Some(6));
    }

    #[test]
    fn the_arguments_of_a_command_say_more_than_the_path_that_it_wrote() {
        let script = b"#!/bin/sh\nfor module in $list; do\nln /lib/all/$module /lib/on/$module\n\
            if [ $module = a ]; then\nln /lib/on/a /lib/on/b\nfi\ndone\n\
            one=a.conf\ntwo=b.conf\nrm /etc/d/$one\nrm /etc/d/$two\nmkdir -p /etc/other\n\
            mkdir -p `dirname \"$profile\"`\n";
        let line = |command: &[&str], path| line_of(script, command, path, Access::Writes);
        assert_eq!(
            line(&["ln", "/lib/all/a", "/lib/on/a"], "/lib/on/a"),
            Some(3)
        );
        assert_eq!(line(&["ln", "/lib/on/a", "/lib/on/b"], "/lib/on"), Some(5));
        assert_eq!(line(&["rm", "/etc/d/b.conf"], "/etc/d"), Some(11));
        assert_eq!(line(&["mkdir", "-p", "/etc/local"], "/etc/local"), Some(13));
    }

    #[test]
    fn a_pattern_of_a_case_is_no_command() {
        let script = b"#!/bin/sh\nfor one in $list; do\ncase $one in\nmake-all)\nmake-all\n\
            ;;\nesac\ndone\n";
        let found = line_of(script, &["make-all"], "/etc/a", Access::Writes);
        assert_eq!(found, Some(5));
    }

    #[test]
    fn a_line_runs_on_the_occasion_that_the_script_runs_for() {
        let files: [(&[u8], &[u8]); 2] = [
            (
                b"var/lib/dpkg/info/p.triggers",
                b"interest-noawait /usr/share/a\n",
            ),
            (
                b"var/lib/dpkg/info/p.postinst",
                b"#!/bin/sh\nif [ \"$1\" = triggered ]; then\nmake-all\nexit 0\nfi\nmake-all\n",
            ),
        ];
        let scripts = Scripts::read(files);
        let line = |arguments: &[&str]| {
            let process = Process {
                script: Some(Script {
                    package: "p".to_owned(),
                    name: "postinst".to_owned(),
                    arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
                }),
                argv: Vec::new(),
                command: vec!["make-all".to_owned()],
            };
            script_line(&scripts, &process, b"/usr/share/a", Access::Writes, &[])
        };
        assert_eq!(line(&["configure", ""]), Some(6));
        assert_eq!(line(&["triggered", "/usr/share/a"]), Some(3));
    }

    #[test]
    fn two_lines_that_are_equally_likely_are_none() {
        assert_eq!(line(&["rm", "/etc/g"], "/etc/g"), None);
    }

    #[test]
    fn what_a_loop_is_redirected_to_is_named_where_the_loop_ends() {
        let script = b"#!/bin/sh\nwhile read line; do\necho $line\ndone </etc/a >/etc/b\n\
            (echo x\necho y) >/etc/c\n";
        let write = |path| line_of(script, &[], path, Access::Writes);
        assert_eq!(write("/etc/b"), Some(4));
        assert_eq!(write("/etc/c"), Some(6));
        assert_eq!(line_of(script, &[], "/etc/a", Access::Reads), Some(4));
    }

    #[test]
    fn of_two_lines_by_which_the_shell_may_have_asked_or_written_none_is_likelier() {
        let script =
            b"#!/bin/sh\nif [ ! -L /srv/a ] && \\\n[ -d /srv/a ]; then\nrmdir /srv/a\nfi\n\
            cat >/etc/a <<EOF\nEOF\nsort -u -r /etc/b >>/etc/a\n\
            . /etc/c\ngrep \"^ *x\" /etc/c\n";
        assert_eq!(line_of(script, &[], "/srv/a", Access::Reads), None);
        assert_eq!(line_of(script, &[], "/etc/a", Access::Writes), None);
        // grep(1) reads the file, and the pattern in quotes is none of the shell's.
        assert_eq!(line_of(script, &[], "/etc/c", Access::Reads), Some(9));
    }

    #[test]
    fn a_line_of_perl_that_names_a_path_only_does_nothing_with_it() {
        let script = b"#!/usr/bin/perl\nmy $file = \"/etc/a\";\nif (-e \"/etc/a\") { exit; }\n";
        assert_eq!(line_of(script, &[], "/etc/a", Access::Reads), Some(3));
    }
}
