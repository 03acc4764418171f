//! Which lines of a script did not run, by the programs that it was seen to run and how they ended.

use crate::debian::temporary_root::within_root;
use std::collections::BTreeSet;

use crate::explain::command_fit::{base, is_program};
use crate::explain::script_runs::{course, is_same};
use crate::explain::scripts::ParsedScript;
use crate::explain::scripts::command_names::{HELPERS, READERS, WRITERS};
use crate::explain::scripts::interpret::asked::Outcomes;
use crate::explain::scripts::interpret::pattern::glob;
use crate::trace::course::{Course, RunCommand};
use crate::trace::process::Script;
use crate::trace::record::{Read, Trace};

/// Whether a line of a script ran in one of these builds, or may have. Without builds, it may.
pub(crate) fn may_have_run(
    text: &ParsedScript,
    number: usize,
    script: &Script,
    builds: &[&Trace],
) -> bool {
    builds.is_empty()
        || builds
            .iter()
            .any(|build| may_have_run_in(build, text, number, script, builds))
}

/// The same of one build; what its script's programs are is known of all of them.
pub(crate) fn may_have_run_in(
    build: &Trace,
    text: &ParsedScript,
    number: usize,
    script: &Script,
    builds: &[&Trace],
) -> bool {
    let Some(own) = course(build, script).filter(|_| build.gap.is_none()) else {
        return true;
    };
    let courses = builds.iter().filter_map(|build| course(build, script));
    let commands = courses.flat_map(|course| &course.commands);
    let programs: BTreeSet<&str> = commands
        .filter_map(|run| run.process.command.first())
        .map(|program| base(program))
        .collect();
    text.may_have_run(number, &|words| {
        if let Some(arguments) = tested(words) {
            return test(build, script, arguments);
        }
        let name = words.first().map_or("", |name| base(name));
        let is_known = programs.contains(name) || is_surely_program(name, build);
        outcomes(text, own, words, is_known)
    })
}

/// How a command of a script ended, in all its runs of one build; `is_known` says whether it is a
/// program, and no builtin or function of the shell.
fn outcomes(text: &ParsedScript, course: &Course, words: &[String], is_known: bool) -> Outcomes {
    let runs = course.commands.iter();
    let runs: Vec<&RunCommand> = runs
        .filter(|run| may_be(words, &run.process.command))
        .collect();
    if !runs.is_empty() {
        return Outcomes {
            succeeds: runs.iter().any(|run| !run.has_failed),
            fails: runs.iter().any(|run| run.has_failed),
        };
    }
    // What was run, and is no command of any line as it was read, may be this one.
    let is_strange = |run: &RunCommand| {
        let argv = &run.process.command;
        let is_it = argv
            .first()
            .is_some_and(|program| is_program(words, program));
        is_it && !text.all_commands().any(|other| may_be(other, argv))
    };
    if is_known && !course.commands.iter().any(is_strange) {
        Outcomes::NEVER
    } else {
        Outcomes::UNKNOWN
    }
}

/// The arguments of `[ … ]` or `test`.
fn tested(words: &[String]) -> Option<&[String]> {
    let (name, arguments) = words.split_first()?;
    match (name.as_str(), arguments.split_last()) {
        ("test", _) => Some(arguments),
        ("[" | "[[", Some((_, inside))) => Some(inside),
        _ => None,
    }
}

/// How a test of files ended, by what the script was told of them; test(1posix).
fn test(trace: &Trace, script: &Script, arguments: &[String]) -> Outcomes {
    if arguments.iter().any(|word| word == "-o") {
        return Outcomes::UNKNOWN;
    }
    let mut all = Outcomes {
        succeeds: true,
        fails: false,
    };
    for part in arguments.split(|word| word == "-a") {
        let one = match part {
            [not, operator, path] if not == "!" => {
                negated(file_test(trace, script, operator, path))
            }
            [operator, path] => file_test(trace, script, operator, path),
            _ => Outcomes::UNKNOWN,
        };
        all = Outcomes {
            succeeds: all.succeeds && one.succeeds,
            fails: all.fails || one.fails,
        };
    }
    all
}

fn negated(outcomes: Outcomes) -> Outcomes {
    Outcomes {
        succeeds: outcomes.fails,
        fails: outcomes.succeeds,
    }
}

/// How `-e PATH` and its like ended. What is not there is nothing, and of what is there only `-e`
/// is known to be true.
fn file_test(trace: &Trace, script: &Script, operator: &str, path: &str) -> Outcomes {
    const OPERATORS: [&str; 10] = ["-d", "-e", "-f", "-h", "-L", "-p", "-r", "-S", "-s", "-x"];
    let (is_rooted, path) = match path.strip_prefix("$DPKG_ROOT") {
        Some(path) => (true, path),
        None => (false, path),
    };
    if !OPERATORS.contains(&operator) || !path.starts_with('/') || path.contains('*') {
        return Outcomes::UNKNOWN;
    }
    let outside = trace.decided_by.iter().filter(|_| !is_rooted);
    let reads = outside.chain(&trace.asked_inside);
    let is_its = |read: &&Read| {
        let of = read.process.script.as_ref();
        read.path == path.as_bytes() && of.is_some_and(|other| is_same(other, script))
    };
    let answers: BTreeSet<bool> = reads.filter(is_its).map(|read| read.is_there).collect();
    match (answers.contains(&true), answers.contains(&false)) {
        (false, true) => Outcomes {
            succeeds: false,
            fails: true,
        },
        (true, false) if operator == "-e" => Outcomes {
            succeeds: true,
            fails: false,
        },
        _ => Outcomes::UNKNOWN,
    }
}

/// Whether a name is of a program that exists in the build, and of no builtin of a shell: one that
/// the tables know, and that something was seen to execute.
fn is_surely_program(name: &str, trace: &Trace) -> bool {
    let tables = [&READERS[..], &WRITERS[..], &HELPERS[..]];
    let is_it = |path: &[u8]| path.rsplit(|byte| *byte == b'/').next() == Some(name.as_bytes());
    tables.iter().any(|table| table.contains(&name))
        && trace.executed.keys().any(|path| is_it(path))
}

/// Whether words of a script, `*` for what is not known, may have become this command.
fn may_be(words: &[String], command: &[String]) -> bool {
    let pattern = one_text(words.iter().map(|word| word.replace("$DPKG_ROOT", "")));
    let text = one_text(command.iter().map(|word| within_root(word)));
    glob(pattern.as_bytes(), text.as_bytes())
}

/// Words with one blank between them, the program without its directory.
fn one_text(words: impl Iterator<Item = String>) -> String {
    let text = words.collect::<Vec<_>>().join(" ");
    let mut words = text.split_whitespace();
    let program = words.next().unwrap_or_default();
    std::iter::once(base(program))
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::scripts::{ScriptKind, TriggerInterest};
    use crate::sandbox::ExitStatus;
    use crate::trace::log::{Act, Event, Gap, Image, Log};
    use crate::trace::replay::replay;

    const POSTINST: &str = "#!/bin/sh\n\
        if grep x /etc/a || ! grep y /etc/a; then\n\
        mv /etc/a.tmp /etc/a\n\
        fi\n\
        mv /etc/a.tmp /etc/a\n\
        for one in X Y; do\n\
        if ! grep \"^$one=\" $DPKG_ROOT/etc/b; then\n\
        echo $one= >>/etc/a\n\
        fi\n\
        done\n\
        sed s/a/b/ </etc/b >/etc/a\n\
        cat /etc/c >/etc/a\n\
        grep z /etc/a && echo z >/etc/a\n\
        make-all /etc/a\n";

    /// The lines that ran or may have, of a build in which the script ran these commands, which
    /// ended with these statuses, and in which another one ran sed.
    fn lines(commands: &[(&str, i32)], gap: Option<Gap>) -> Vec<usize> {
        let text = ParsedScript::read(
            ScriptKind::Postinst,
            POSTINST.as_bytes(),
            TriggerInterest::Absent,
        );
        let mut log = Log::default();
        let start = |log: &mut Log, parent, command: &str, status| {
            let argv: Vec<&str> = command.split(' ').collect();
            let program = format!("/usr/bin/{}", argv.first().unwrap()).into_bytes();
            let image = log.ran(Image {
                end: Some(ExitStatus::Exited(status)),
                ..Image::new(parent, &program, &argv)
            });
            log.did(Event::new(image, "execve", Act::Execute, &program));
        };
        start(&mut log, None, "sed -n p", 0);
        let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
        let postinst = log.ran(Image::new(None, program, &["p.postinst", "configure"]));
        for (command, status) in commands {
            start(&mut log, Some(postinst), command, *status);
        }
        let trace = Trace {
            gap,
            ..replay(&log)
        };
        let script = Script {
            package: "p".to_owned(),
            name: "postinst".to_owned(),
            arguments: vec!["configure".to_owned()],
        };
        let may = |number: &usize| may_have_run(&text, *number, &script, &[&trace]);
        let acting = [3, 5, 8, 11, 12, 13, 14];
        acting.into_iter().filter(may).collect()
    }

    const RUN: [(&str, i32); 7] = [
        ("grep x /etc/a", 1),
        ("grep y /etc/a", 0),
        ("mv /etc/a.tmp /etc/a", 0),
        ("grep ^X= /tmp/mmdebstrap.x/etc/b", 0),
        ("grep ^Y= /tmp/mmdebstrap.x/etc/b", 0),
        ("cat /etc/c", 0),
        ("grep z /etc/a", 1),
    ];

    #[test]
    fn a_line_did_not_run_if_its_programs_did_not_or_the_conditions_around_it_did_not_hold() {
        assert_eq!(lines(&RUN, None), [5, 12, 13, 14]);
        let mut entered = RUN;
        entered[0] = ("grep x /etc/a", 0);
        entered[4] = ("grep ^Y= /tmp/mmdebstrap.x/etc/b", 1);
        assert_eq!(lines(&entered, None), [3, 5, 8, 12, 13, 14]);
    }

    #[test]
    fn a_line_may_have_run_for_a_command_that_was_not_understood() {
        let strange = [&RUN[..], &[("sed s/other/ /etc/b", 0)]].concat();
        assert_eq!(lines(&strange, None), [5, 11, 12, 13, 14]);
    }

    #[test]
    fn a_line_may_have_run_in_a_build_that_was_not_wholly_observed() {
        let all = [3, 5, 8, 11, 12, 13, 14];
        assert_eq!(lines(&RUN, Some(Gap::UnknownMachine)), all);
        assert_eq!(lines(&[], None), all);
    }

    #[test]
    fn a_test_of_a_file_failed_if_the_file_was_not_there() {
        let text = ParsedScript::read(
            ScriptKind::Postinst,
            b"#!/bin/sh\nif [ -f /etc/a -a ! -L /etc/a ]; then\nmake-a\nfi\n\
              [ ! -e /etc/b ] || make-b\ntest -d /etc/c && make-c\n",
            TriggerInterest::Absent,
        );
        let script = Script {
            package: "p".to_owned(),
            name: "postinst".to_owned(),
            arguments: vec!["configure".to_owned()],
        };
        let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
        let mut log = Log::default();
        let image = log.ran(Image::new(None, program, &["p.postinst", "configure"]));
        let other = log.ran(Image::new(Some(image), b"/usr/bin/x", &["x"]));
        log.did(Event::new(other, "execve", Act::Execute, b"/usr/bin/x"));
        for (path, is_there) in [("/etc/a", false), ("/etc/b", true), ("/etc/c", true)] {
            log.did(Event {
                error: if is_there { 0 } else { nix::libc::ENOENT },
                ..Event::new(image, "newfstatat", Act::Look, path.as_bytes())
            });
        }
        let trace = replay(&log);
        let may = |number| may_have_run(&text, number, &script, &[&trace]);
        assert_eq!([3, 5, 6].map(may), [false, true, true]);
    }
}
