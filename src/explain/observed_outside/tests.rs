use super::*;
use crate::trace::log::{Act, Before, Event, Image, Log};
use crate::trace::replay::replay;

const POSTINST: &[u8] = b"#!/bin/sh\nset -e\n[ -e /etc/seen ] || true\nmkdir -p /var/lib/x\n";

/// A trace in which the postinst of `p` looks at `/etc/seen` and at what belongs to the outside's
/// programs, and runs `mkdir`, which does this.
fn trace(events: &[(Act, &str, i32)]) -> Trace {
    let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
    let mut log = Log::default();
    let script = log.ran(Image::new(None, program, &["p.postinst", "configure"]));
    let mkdir = ["mkdir", "-p", "/var/lib/x"];
    let mkdir = log.ran(Image::new(Some(script), b"/usr/bin/mkdir", &mkdir));
    log.did(Event::new(script, "newfstatat", Act::Look, b"/etc/seen"));
    for path in ["/run/systemd/system", "/usr/share/debconf/confmodule"] {
        log.did(Event::new(script, "newfstatat", Act::Look, path.as_bytes()));
    }
    for (act, path, error) in events {
        log.did(Event {
            error: *error,
            before: Some(Before::Absent),
            ..Event::new(mkdir, "call", act.clone(), path.as_bytes())
        });
    }
    replay(&log)
}

fn scripts() -> Scripts {
    let files: [(&[u8], &[u8]); 1] = [(b"var/lib/dpkg/info/p.postinst", POSTINST)];
    Scripts::read(files)
}

fn change(path: &str, kind: ChangeKind) -> Change {
    Change {
        path: path.as_bytes().to_vec(),
        kind,
        fields: Vec::new(),
    }
}

#[test]
fn an_attempt_and_a_read_name_their_script_command_and_line() {
    let trace = trace(&[(Act::Make, "/var/lib/x", nix::libc::EEXIST)]);
    let actor = |words: &[&str], line| Actor {
        package: "p".to_owned(),
        script: ScriptKind::Postinst,
        command: CommandLine {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        },
        line: Some(line),
    };
    assert_eq!(
        ObservedOutside::new(&trace, Audited::Changes(&[]), &scripts()),
        ObservedOutside {
            attempts: vec![Attempt {
                path: b"/var/lib/x".to_vec(),
                call: "call".to_owned(),
                effect: Effect::Failed(nix::libc::EEXIST),
                actor: actor(&["mkdir", "-p", "/var/lib/x"], 4),
            }],
            reads: vec![OutsideRead {
                path: b"/etc/seen".to_vec(),
                exists: true,
                actor: actor(&["p.postinst", "configure"], 3),
            }],
            commands: vec![actor(&["mkdir", "-p", "/var/lib/x"], 4)],
            idle: BTreeSet::new(),
            programs: BTreeSet::new(),
            gap: None,
        }
    );
}

#[test]
fn what_a_command_makes_on_the_way_to_what_it_makes_is_said_once() {
    let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
    let mut log = Log::default();
    let script = log.ran(Image::new(None, program, &["p.postinst", "configure"]));
    let mkdir = ["mkdir", "-p", "/var/lib/x"];
    let mkdir = log.ran(Image::new(Some(script), b"/usr/bin/mkdir", &mkdir));
    for path in ["/var", "/var/lib", "/var/lib/x"] {
        log.did(Event {
            error: nix::libc::EEXIST,
            ..Event::new(mkdir, "mkdir", Act::Make, path.as_bytes())
        });
    }
    let observed = ObservedOutside::new(&replay(&log), Audited::Changes(&[]), &scripts());
    let paths: Vec<_> = observed.attempts.iter().map(|one| &one.path).collect();
    assert_eq!(paths, [b"/var/lib/x"]);
}

#[test]
fn an_attempt_had_an_effect_if_the_audit_has_something_left_of_it() {
    let made = [
        (Act::Make, "/var/lib/gone", 0),
        (Act::Make, "/var/lib/left", 0),
        (Act::Make, "/var/lib/new/in", 0),
        (Act::Mode(0o755), "/etc/a/in", 0),
        (Act::Make, "/etc/b", nix::libc::EROFS),
    ];
    let trace = trace(&made);
    let changes = [
        change("/var/lib/left", ChangeKind::Created),
        change("/var/lib/new", ChangeKind::Created),
        change("/etc/a", ChangeKind::Metadata),
    ];
    let effects = |audited: Audited<'_>| -> Vec<Effect> {
        let observed = ObservedOutside::new(&trace, audited, &scripts());
        observed.attempts.iter().map(|one| one.effect).collect()
    };
    let refused = Effect::Refused(nix::libc::EROFS);
    let changed = [Effect::Changed; 4];
    assert_eq!(
        effects(Audited::Unwatched),
        [&changed[..], &[refused]].concat()
    );
    assert_eq!(
        effects(Audited::Changes(&changes)),
        [
            Effect::Unchanged,
            Effect::Changed,
            Effect::Changed,
            Effect::Unchanged,
            refused,
        ]
    );
}

#[test]
fn what_leads_to_the_target_root_is_none_of_the_outside() {
    let paths = |events: &[(Act, &str, i32)]| -> Vec<Vec<u8>> {
        let observed = ObservedOutside::new(&trace(events), Audited::Unwatched, &scripts());
        let attempts = observed.attempts.into_iter();
        attempts.map(|attempt| attempt.path).collect()
    };
    let tmp = (Act::Make, "/tmp", nix::libc::EEXIST);
    let root = (Act::Make, "/tmp/mmdebstrap.x", nix::libc::EEXIST);
    assert_eq!(paths(&[tmp.clone(), root]), [b""; 0]);
    assert_eq!(paths(&[tmp]), [b"/tmp"]);
    assert_eq!(paths(&[(Act::Mode(0o755), "/tmp", 0)]), [b"/tmp"]);
}

/// Path and effect of each attempt of a postinst that does this, where these paths changed.
fn effects(events: &[(Act, &str, Before)], changed: &[&str]) -> Vec<(String, Effect)> {
    let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
    let mut log = Log::default();
    let script = log.ran(Image::new(None, program, &["p.postinst", "configure"]));
    for (act, path, before) in events {
        log.did(Event {
            before: Some(*before),
            ..Event::new(script, "call", act.clone(), path.as_bytes())
        });
    }
    let changes = changed
        .iter()
        .map(|path| change(path, ChangeKind::Modified));
    let changes: Vec<Change> = changes.collect();
    let audited = Audited::Changes(&changes);
    let observed = ObservedOutside::new(&replay(&log), audited, &scripts());
    let attempts = observed.attempts.into_iter();
    attempts
        .map(|one| (String::from_utf8(one.path).unwrap(), one.effect))
        .collect()
}

const FILE: Before = Before::There {
    mode: 0o100_644,
    uid: 0,
    gid: 0,
    size: 5,
};
const OPEN: Act = Act::Open {
    creates: true,
    empties: false,
};

#[test]
fn the_random_end_of_a_name_that_comes_and_goes_is_left_out() {
    let made = |path| (Act::Make, path, Before::Absent);
    let names = [
        "/etc/passwd.1423",
        "/etc/tmp.AbCdEf",
        "/etc/id.ISGVGCAB",
        "/etc/NEWS",
        "/etc/passwd.lock",
        "/etc/a.12",
    ];
    let expected = [
        "/etc/passwd.*",
        "/etc/tmp.*",
        "/etc/id.*",
        "/etc/NEWS",
        "/etc/passwd.lock",
    ];
    let expected = expected.map(|path| (path.to_owned(), Effect::Unchanged));
    let left = ("/etc/a.12".to_owned(), Effect::Changed);
    assert_eq!(
        effects(&names.map(made), &["/etc/a.12"]),
        [&expected[..], &[left]].concat()
    );
}

#[test]
fn the_name_of_a_file_that_stays_is_whole() {
    let path = "/var/lib/a/tool3.13_installed";
    let touched = [(OPEN, path, FILE), (Act::Times, path, FILE)];
    assert_eq!(
        effects(&touched, &[path]),
        [
            (path.to_owned(), Effect::Unchanged),
            (path.to_owned(), Effect::Changed),
        ]
    );
}

#[test]
fn a_file_that_was_opened_changed_unless_another_call_is_known_to_have_changed_it() {
    let passwd = "/etc/passwd".to_owned();
    let opened = (OPEN, "/etc/passwd", FILE);
    let replaced = (Act::Make, "/etc/passwd", FILE);
    let audited = ["/etc/passwd"];
    assert_eq!(
        effects(std::slice::from_ref(&opened), &[]),
        [(passwd.clone(), Effect::Unchanged)]
    );
    assert_eq!(
        effects(std::slice::from_ref(&opened), &audited),
        [(passwd.clone(), Effect::Changed)]
    );
    assert_eq!(
        effects(&[opened, replaced], &audited),
        [
            (passwd.clone(), Effect::Unchanged),
            (passwd, Effect::Changed)
        ]
    );
}
