//! Which lines of a script did not run, by the programs that it was seen to run and how they ended.

use crate::debian::temporary_root::within_root;
use crate::explain::command_fit::is_program;
use crate::explain::script_runs::course;
use crate::explain::scripts::ParsedScript;
use crate::explain::scripts::command_names::{HELPERS, READERS, WRITERS};
use crate::explain::scripts::interpret::asked::Outcomes;
use crate::explain::scripts::interpret::pattern::glob;
use crate::trace::course::{Course, RunCommand};
use crate::trace::process::Script;
use crate::trace::record::Trace;

/// Whether a line of a script ran in one of these builds, or may have. Without builds, it may.
pub(crate) fn may_have_run(
    text: &ParsedScript,
    number: usize,
    script: &Script,
    builds: &[&Trace],
) -> bool {
    let may = |trace: &&Trace| match course(trace, script) {
        Some(course) if trace.gap.is_none() => {
            text.may_have_run(number, &|words| outcomes(text, course, trace, words))
        }
        Some(_) | None => true,
    };
    builds.is_empty() || builds.iter().any(may)
}

/// How a command of a script ended, in all its runs of one build.
fn outcomes(text: &ParsedScript, course: &Course, trace: &Trace, words: &[String]) -> Outcomes {
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
    let is_known = words
        .first()
        .is_some_and(|name| is_surely_program(name, trace));
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

/// Whether a name is of a program that exists in the build, and of no builtin of a shell: one that
/// the tables know, and that something was seen to execute.
fn is_surely_program(name: &str, trace: &Trace) -> bool {
    let tables = [&READERS[..], &WRITERS[..], &HELPERS[..]];
    let base = |path: &[u8]| path.rsplit(|byte| *byte == b'/').next() == Some(name.as_bytes());
    tables.iter().any(|table| table.contains(&name)) && trace.executed.keys().any(|path| base(path))
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
    let program = program.rsplit('/').next().unwrap_or_default();
    std::iter::once(program)
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
}
