//! Failures in the words of the programs that Debian's scripts run.

use super::*;
use crate::debian::maintainer_script::ScriptKind;
use crate::explain::failure::failing_line::observed_line;
use crate::explain::scripts::package::Scripts;
use crate::sandbox::ExitStatus;
use crate::trace::log::{Act, Event, Image, Log};
use crate::trace::replay::replay;

fn failed(words: &[&str]) -> FailedScript {
    FailedScript {
        package: "p".to_owned(),
        version: Some("1".to_owned()),
        script: ScriptKind::Postinst,
        status: 1,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    }
}

/// The cause by the last words, where both chroots have `crontab`, and the normal one `x`.
fn cause(words: &str) -> FailureCause {
    explained(words, "").cause
}

fn explained(words: &str, text: &str) -> ScriptFailure {
    explained_by(words, text, None)
}

fn explained_by(words: &str, text: &str, observed: Option<usize>) -> ScriptFailure {
    let systems = Systems {
        chrootless: &|_| Some(b"crontab:x:1:\n".to_vec()),
        normal: &|path| {
            let passwd = b"root:x:0\nx:x:1".to_vec();
            let group = b"root:x:0\ncrontab:x:1".to_vec();
            Some(if path.ends_with(b"passwd") {
                passwd
            } else {
                group
            })
        },
        outside: &|_| Some(b"root:x:0:\n".to_vec()),
        has_outside: &|path| path == b"/usr/bin/there",
    };
    let failed = failed(&["before", words]);
    ScriptFailure::explain(&failed, &[], text.as_bytes(), observed, systems)
}

fn account(kind: AccountKind, name: &str) -> Account {
    Account {
        kind,
        name: name.to_owned(),
    }
}

#[test]
fn accounts_that_only_a_chroot_has_are_told_from_those_that_nobody_has() {
    let group = || FailureCause::OnlyInside(account(AccountKind::Group, "crontab"));
    assert_eq!(cause("chown: invalid group: ‘root:crontab’"), group());
    assert_eq!(cause("chgrp: invalid group: 'crontab'"), group());
    assert_eq!(cause("install: invalid group ‘crontab’"), group());
    let user = || FailureCause::OnlyInNormal(account(AccountKind::User, "x"));
    assert_eq!(cause("chown: invalid user: ‘x:crontab’"), user());
    assert_eq!(cause("id: ‘x’: no such user"), user());
    assert_eq!(cause("usermod: user 'x' does not exist"), user());
    assert_eq!(
        cause("adduser: The group `other' does not exist."),
        FailureCause::NotOutside(account(AccountKind::Group, "other"))
    );
    // The outside has it: something else is the matter.
    assert_eq!(cause("id: ‘root’: no such user"), FailureCause::Unknown);
}

#[test]
fn what_the_outside_lacks_is_named() {
    let program = |program: &str| FailureCause::NoProgram {
        program: program.to_owned(),
    };
    let shell = "/tmp/mmdebstrap.a_B1/var/lib/dpkg/info/p.postinst";
    assert_eq!(
        cause(&format!("{shell}: 3: tool: not found")),
        program("tool")
    );
    assert_eq!(
        cause(&format!("{shell}: line 3: tool: command not found")),
        program("tool")
    );
    assert_eq!(
        cause("env: ‘tool’: No such file or directory"),
        program("tool")
    );
    assert_eq!(
        cause(&format!("{shell}: 3: there: not found")),
        FailureCause::Unknown
    );
    let file = |path: &str| FailureCause::NoFile {
        path: path.to_owned(),
    };
    assert_eq!(cause("cat: /x/y: No such file or directory"), file("/x/y"));
    assert_eq!(
        cause(&format!(
            "{shell}: 3: cannot create /x/y: Directory nonexistent"
        )),
        file("/x/y")
    );
    let inside = FailureCause::NoFileInside {
        path: "/x".to_owned(),
    };
    assert_eq!(
        cause("cat: /tmp/mmdebstrap.a_B1/x: No such file or directory"),
        inside
    );
}

#[test]
fn other_words_are_understood_or_nothing_is_said() {
    assert_eq!(
        cause("touch: cannot touch '/x': Read-only file system"),
        FailureCause::ReadOnly
    );
    assert_eq!(
        cause("p: cannot be installed with DPKG_ROOT"),
        FailureCause::RefusesRoot
    );
    assert_eq!(cause("something went wrong"), FailureCause::Unknown);
}

#[test]
fn the_line_is_that_of_the_shell_or_the_only_one_that_fits() {
    let text = "#!/bin/sh\n# chown root:crontab\nchown root:root /a\nchown root:crontab \\\n  $d\n";
    let line = |number, text: &str| {
        Some(FailingLine {
            number,
            text: text.to_owned(),
        })
    };
    let chown = "chown: invalid group: ‘root:crontab’";
    assert_eq!(
        explained(chown, text).line,
        line(4, "chown root:crontab $d")
    );
    let twice = format!("{text}chown root:crontab /b\n");
    assert_eq!(explained(chown, &twice).line, None);
    let shell = "/tmp/mmdebstrap.a_B1/var/lib/dpkg/info/p.postinst: 3: tool: not found";
    let failure = explained(shell, text);
    assert_eq!(failure.line, line(3, "chown root:root /a"));
    let words = [
        "before",
        "ROOT/var/lib/dpkg/info/p.postinst: 3: tool: not found",
    ];
    assert_eq!(failure.words, words);
}

#[test]
fn a_file_of_the_chroot_that_the_outsides_tool_does_not_understand_is_named_with_its_line() {
    let explained = explained(
        "/tmp/mmdebstrap.a_B1/usr/lib/sysusers.d/basic.conf:3: Unknown modifier 'u!'.",
        "#!/bin/sh\nset -e\nsystemd-sysusers --root=\"$DPKG_ROOT\" basic.conf\n",
    );
    assert_eq!(
        explained.cause,
        FailureCause::OutsideTool(FileLine {
            path: "/usr/lib/sysusers.d/basic.conf".to_owned(),
            number: 3,
        })
    );
    assert_eq!(explained.line.map(|line| line.number), Some(3));
    // What is wrong with a script is not what is wrong with a file.
    let script = "/tmp/mmdebstrap.a_B1/var/lib/dpkg/info/p.postinst:3: parse error";
    assert_eq!(cause(script), FailureCause::Unknown);
}

/// The line that a trace of the failing script shows, which ran these commands.
fn observed(script: &str, commands: &[(&[&str], i32)]) -> Option<usize> {
    let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
    let mut log = Log::default();
    let shell = log.ran(Image::new(None, program, &["p.postinst", "configure"]));
    for (argv, status) in commands {
        let image = log.ran(Image {
            end: Some(ExitStatus::Exited(*status)),
            ..Image::new(Some(shell), argv[0].as_bytes(), argv)
        });
        log.did(Event::new(image, "execve", Act::Execute, b"/usr/bin/x"));
    }
    let files: [(&[u8], &[u8]); 1] = [(b"var/lib/dpkg/info/p.postinst", script.as_bytes())];
    let name = failed(&[]).name();
    observed_line(&replay(&log), &Scripts::read(files), &name)
}

#[test]
fn the_line_whose_command_was_seen_to_fail_last_is_the_one_that_failed() {
    const SCRIPT: &str = "#!/bin/sh\nset -e\n\
        sysusers ${DPKG_ROOT:+--root=\"$DPKG_ROOT\"} a.conf\ntmpfiles --create a.conf\n";
    let sysusers = ["sysusers", "--root=/tmp/mmdebstrap.x", "a.conf"];
    let seen = observed(SCRIPT, &[(&["true"], 1), (&sysusers, 1)]);
    assert_eq!(seen, Some(3));
    // The shell itself failed after that.
    assert_eq!(observed(SCRIPT, &[(&sysusers, 0)]), None);
    let words = "/tmp/mmdebstrap.x/usr/lib/sysusers.d/a.conf:3: Unknown modifier 'u!'.";
    let line = |number| {
        explained_by(words, SCRIPT, number)
            .line
            .map(|line| line.number)
    };
    assert_eq!([line(None), line(seen)], [None, Some(3)]);
}

#[test]
fn of_two_lines_with_one_command_the_one_whose_condition_held_is_the_one_that_failed() {
    const SCRIPT: &str = "#!/bin/sh\nset -e\n\
        if check a; then\nmove a b\nfi\nif ! check b; then\nmove a b\nfi\n";
    let moved = ["move", "a", "b"];
    let checked = |a, b| {
        let commands: [(&[&str], i32); 3] =
            [(&["check", "a"], a), (&["check", "b"], b), (&moved, 1)];
        observed(SCRIPT, &commands)
    };
    assert_eq!(checked(0, 0), Some(4));
    assert_eq!(checked(1, 1), Some(7));
    assert_eq!(checked(0, 1), None);
}
