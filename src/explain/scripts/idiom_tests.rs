//! How the idioms of maintainer scripts are read.

use std::time::{Duration, Instant};

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::scripts::interpret::effort::ReadLimit;
use crate::explain::scripts::line::{Act, Reach};
use crate::explain::scripts::package::Scripts;
use crate::explain::scripts::parsed_script::{ParsedScript, TriggerInterest};
use crate::explain::scripts::support::Support;

fn postinst(body: &str) -> ParsedScript {
    ParsedScript::read(
        ScriptKind::Postinst,
        format!("#!/bin/sh\nset -e\n{body}\n").as_bytes(),
        TriggerInterest::Absent,
    )
}

/// The silent lines, as `NUMBER: TEXT`.
fn silent(script: &ParsedScript) -> Vec<String> {
    script
        .silent_lines()
        .map(|line| format!("{}: {}", line.number, line.text))
        .collect()
}

#[test]
fn a_line_has_the_text_that_continues_its_command_and_not_the_next_command() {
    let script = postinst(
        "if [ -e /etc/a ] && \\\n[ -e /etc/b ]; then\nrm -f \\\n  /etc/c\nfi\n\
        [ -d /etc/d ] || \\\n  mkdir /etc/d",
    );
    assert_eq!(
        silent(&script),
        [
            "3: if [ -e /etc/a ] &&",
            "4: [ -e /etc/b ]; then",
            "5: rm -f /etc/c",
            "8: [ -d /etc/d ] ||",
            "9: mkdir /etc/d",
        ]
    );
}

/// Bodies of scripts that name `DPKG_ROOT`: as a prefix, a guard or an option.
const AWARE: &[&str] = &[
    r#"touch "$DPKG_ROOT/etc/a""#,
    r#"touch ${DPKG_ROOT}/etc/a"#,
    r#"touch "${DPKG_ROOT:-}/etc/a""#,
    r#"root="$DPKG_ROOT"; touch "$root/etc/a""#,
    r#"if [ -z "$DPKG_ROOT" ]; then start-a; fi"#,
    r#"[ -n "$DPKG_ROOT" ] || start-a"#,
    r#"test -n "${DPKG_ROOT:-}" && exit 0; start-a"#,
    r#"systemd-sysusers ${DPKG_ROOT:+--root="$DPKG_ROOT"} a.conf"#,
    r#"ldconfig -r "$DPKG_ROOT/""#,
    r#"pam-auth-update --root "$DPKG_ROOT" --package"#,
    r#"groupadd --prefix "$DPKG_ROOT" a"#,
];

/// Bodies of scripts that act through helpers.
const HELPER: &[&str] = &[
    "update-alternatives --install /usr/bin/a a /usr/bin/b 1",
    "dpkg-divert --add /usr/bin/a",
    r#"dpkg-maintscript-helper rm_conffile /etc/a 1~ -- "$@""#,
    "deb-systemd-helper enable a.service >/dev/null || true",
    "update-rc.d a defaults >/dev/null",
    ". /usr/share/debconf/confmodule\ndb_get a/b",
    "if command -v add-shell >/dev/null; then add-shell /bin/a; fi",
    "test $1 = configure && update-shells",
];

/// Bodies of scripts that do nothing on initial installation.
const NONE_NEEDED: &[&str] = &[
    "exit 0",
    r#"if [ "$1" = upgrade ]; then rm -f /etc/a; fi"#,
    r#"[ -n "$2" ] && rm -f /etc/a"#,
    r#"if [ "x$2" != x ]; then rm -f /etc/a; fi"#,
    r#"case "$1" in abort-*) rm /etc/a ;; configure) ;; esac"#,
    r#"if [ "$1" != configure ]; then exit 0; fi; [ "$2" ] || exit 0; rm /etc/a"#,
    r#"if dpkg --compare-versions "$2" lt-nl 2.0; then rm /etc/a; fi"#,
    r#"if dpkg --compare-versions -- "$2" gt 2.0; then rm /etc/a; fi"#,
    "[ -x /usr/bin/a ] || true; echo done >/dev/null",
    "if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi",
    "# touch /etc/a\necho 'touch /etc/a'",
    "cat <<EOF\ntouch /etc/a\nEOF",
    "unused() { touch /etc/a; }",
    "tool=$(mktemp); rm -f \"$tool\"",
];

/// Bodies of scripts that act without `DPKG_ROOT`.
const SILENT: &[&str] = &[
    "touch /etc/a",
    "echo a >/etc/a",
    "cat > /etc/a <<-EOF\n\tx\n\tEOF",
    "systemd-hwdb update",
    "[ -e /etc/a ] || mkdir /etc/b",
    "getent passwd a >/dev/null",
    "adduser --system a",
    "LC_ALL=C ldconfig",
    "exec /usr/lib/a/setup",
    "make() { cp \"$1\" \"$2\"; }\nmake /usr/share/a /etc/a",
    "make ()\n{\n  touch /etc/a\n}\nmake",
    "dir=/var/lib/a\nif [ ! -d $dir ]; then mkdir $dir; fi",
    "cd /etc && rm a",
    "sed -i s/a/b/ /etc/a",
    "x=`cat /etc/a`",
    r#"if dpkg --compare-versions "$2" lt 2.0; then rm /etc/a; fi"#,
    r#"f=$(dpkg-divert --truename /usr/sbin/a); ln -sf b "$f""#,
    "case $1 in (configure) update-menus ;; esac",
    "for i in a b; do touch /etc/$i; done",
];

#[test]
fn every_idiom_is_classified() {
    let cases = [
        (AWARE, Support::Aware),
        (HELPER, Support::Helper),
        (NONE_NEEDED, Support::NoneNeeded),
        (SILENT, Support::Silent),
    ];
    for (bodies, expected) in cases {
        for body in bodies {
            let script = postinst(body);
            assert_eq!(script.support, expected, "{body}: {:?}", script.lines());
            assert_eq!(script.unread, None, "{body}");
        }
    }
}

#[test]
fn an_aware_script_still_names_the_lines_that_are_not() {
    let script = postinst(
        "update_hwdb() {\n\tsystemd-hwdb --usr \\\n\t\tupdate || true\n}\n\
         [ \"$1\" = configure ] && update_hwdb\n\
         systemd-sysusers ${DPKG_ROOT:+--root=\"$DPKG_ROOT\"} a.conf",
    );
    assert_eq!(script.support, Support::Aware);
    assert_eq!(silent(&script), ["4: systemd-hwdb --usr update || true"]);
}

#[test]
fn a_line_says_when_it_runs() {
    let script = postinst(
        "touch /etc/always\n\
         [ \"$1\" = triggered ] && touch /etc/trigger\n\
         [ -z \"$DPKG_ROOT\" ] && touch /etc/inside\n\
         [ -d /run/systemd/system ] && systemctl daemon-reload\n\
         [ -n \"$2\" ] && touch /etc/upgrade",
    );
    let reached: Vec<_> = script
        .lines()
        .iter()
        .map(|line| (line.number, line.reach))
        .collect();
    let expected = [
        (3, Reach::Installs),
        (4, Reach::OtherAction),
        (5, Reach::NotChrootless),
        (6, Reach::BootedOnly),
        (7, Reach::OtherAction),
    ];
    assert_eq!(reached, expected);
}

#[test]
fn what_follows_an_exit_on_dpkg_root_is_not_chrootless() {
    let script = postinst("[ -z \"$DPKG_ROOT\" ] || exit 0\ntouch /etc/a");
    assert_eq!(script.support, Support::Aware);
    assert_eq!(script.lines()[0].reach, Reach::NotChrootless);
}

#[test]
fn a_trigger_counts_where_the_package_has_an_interest() {
    let body = b"#!/bin/sh\ncase \"$1\" in triggered) systemd-hwdb update ;; esac\n";
    let support = |interest| ParsedScript::read(ScriptKind::Postinst, body, interest).support;
    assert_eq!(support(TriggerInterest::Absent), Support::NoneNeeded);
    assert_eq!(support(TriggerInterest::Declared), Support::Silent);
}

#[test]
fn other_programs_are_not_read() {
    let cases: [(ScriptKind, &[u8], &str, Support); 5] = [
        (ScriptKind::Postinst, b"\x7fELF\x02", "ELF", Support::Unread),
        (
            ScriptKind::Config,
            b"#!/usr/bin/perl -w\nunlink;\n",
            "perl",
            Support::Unread,
        ),
        (
            ScriptKind::Postinst,
            b"#!/usr/bin/perl\n$ENV{DPKG_ROOT};\n",
            "perl",
            Support::Aware,
        ),
        (
            ScriptKind::Prerm,
            b"#!/usr/bin/env python3\n",
            "python3",
            Support::NoneNeeded,
        ),
        (
            ScriptKind::Postrm,
            b"#! /bin/sh\nrm -rf /etc/a\n",
            "sh",
            Support::NoneNeeded,
        ),
    ];
    for (kind, content, interpreter, support) in cases {
        let script = ParsedScript::read(kind, content, TriggerInterest::Absent);
        assert_eq!(
            (script.interpreter.as_str(), script.support),
            (interpreter, support)
        );
    }
}

#[test]
fn lines_are_found_by_the_path_they_name_or_their_tool_makes() {
    let files: [(&[u8], &[u8]); 3] = [
        (
            b"var/lib/dpkg/info/udevd:amd64.postinst",
            b"#!/bin/sh\n# /etc/a\nsystemd-hwdb update\nput() { echo >\"$1/b\"; }\nput /etc\n",
        ),
        (
            b"var/lib/dpkg/info/other.preinst",
            b"#!/bin/sh\ntouch /etc/a.d /etc/a\n",
        ),
        (b"var/lib/dpkg/status", b""),
    ];
    let scripts = Scripts::read(files);
    let found = |path: &str| -> Vec<(String, usize)> {
        let mut found = Vec::new();
        for (package, scripts) in scripts.packages() {
            for (kind, script) in scripts {
                let lines = script.lines_about(path).into_iter();
                found.extend(
                    lines.map(|line| (format!("{package}.{}", kind.as_str()), line.number)),
                );
            }
        }
        found
    };
    assert_eq!(
        found("./usr/lib/udev/hwdb.bin"),
        [("udevd.postinst".to_owned(), 3)]
    );
    assert_eq!(found("/etc/b"), [("udevd.postinst".to_owned(), 4)]);
    assert_eq!(found("etc/a"), [("other.preinst".to_owned(), 2)]);
    assert!(
        scripts
            .script("other", ScriptKind::Preinst)
            .unwrap()
            .lines_about("./etc/a.d")
            .iter()
            .any(|line| line.number == 2)
    );
    assert_eq!(found("etc"), [("udevd.postinst".to_owned(), 5)]);
    let line = &scripts.lines_about("udevd", ScriptKind::Postinst, "etc/b")[0];
    assert_eq!(line.acts, [Act::Writes("/etc/b".to_owned())]);
}

#[test]
fn a_script_that_is_not_understood_says_where() {
    assert_eq!(postinst("if true; then\ntouch /etc/a\n)").unread, Some(5));
    assert_eq!(postinst(&"f() { ".repeat(500)).support, Support::NoneNeeded);
    assert!(postinst(&"$(".repeat(5000)).unread.is_some());
    let _ = postinst(&"\"${a:-".repeat(5000));
    let _ = postinst(&"a()".repeat(5000));
    let _ = postinst(&"if false; then :; el".repeat(5000));
    assert!(
        postinst(&format!(
            "{}fi",
            "if a; then b; elif c; then d; ".repeat(300)
        ))
        .unread
        .is_some()
    );
    let branches = format!("if a; then b; {}fi", "elif c; then d; ".repeat(300));
    let script = postinst(&branches);
    assert_eq!(
        (script.unread, script.limit),
        (None, Some(ReadLimit::Nodes))
    );
    let _ = postinst(&format!("x=aa\n{}", "x=$x$x\n".repeat(100)));
}

#[test]
fn loops_in_loops_come_to_a_limit_whatever_is_in_them() {
    // Each turned a budget of simple commands into none: thirty levels of two turns.
    for body in [
        "f() { :; }",
        "",
        "{ }",
        "case a in b) ;; esac",
        "for y in; do :; done",
    ] {
        let script = format!(
            "{}{body}\n{}",
            "for x in 1 2; do\n".repeat(30),
            "done\n".repeat(30)
        );
        let start = Instant::now();
        let limit = postinst(&script).limit;
        assert!(limit.is_some(), "{body}");
        assert!(start.elapsed() < Duration::from_secs(5), "{body}");
    }
    let commands = format!("f() {{ {} }}\n", "true;".repeat(1000));
    let calls = format!("{commands}{}", "f\n".repeat(200));
    assert_eq!(postinst(&calls).limit, Some(ReadLimit::Nodes));
    let turns = format!(
        "{}x=1\n{}",
        "for x in 1 2 3 4; do\n".repeat(8),
        "done\n".repeat(8)
    );
    assert_eq!(postinst(&turns).limit, Some(ReadLimit::Turns));
}

#[test]
fn any_bytes_are_read_to_the_end() {
    let signs: Vec<char> = "aif$(){}`\"'\\;&|<>\n #=*case in esac do done then"
        .chars()
        .collect();
    let mut state = 1_u32;
    for _ in 0..2000 {
        let body: String = (0..60)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                signs[state as usize / 65_536 % signs.len()]
            })
            .collect();
        let _ = postinst(&body);
    }
}

/// The lines that decide whether the line with `chmod` runs.
fn deciding(body: &str) -> Vec<usize> {
    let script = postinst(body);
    let mut lines = script.lines().iter();
    let line = lines.find(|line| line.text.contains("chmod 1")).unwrap();
    let tests = script.tests_before(line.number);
    tests.map(|test| test.number).collect()
}

#[test]
fn a_test_of_the_outside_decides_on_the_lines_that_depend_on_it() {
    // The first line of the body is line 3.
    let cases: [(&str, &[usize]); 8] = [
        ("[ -e /etc/x ] && exit 0\nchmod 1 /etc/y", &[3]),
        ("[ -e /etc/x ] || exit 0\nchmod 1 /etc/y", &[3]),
        ("if [ -e /etc/x ]; then\n  chmod 1 /etc/y\nfi", &[3]),
        (
            "if test -f /etc/x; then\n  :\nelse\n  chmod 1 /etc/y\nfi",
            &[3],
        ),
        ("f() {\n[ -e /etc/x ] && return\nchmod 1 /etc/y\n}\nf", &[4]),
        (
            "f() {\n[ -e /etc/x ] && return\ntrue\n}\nf\nchmod 1 /etc/y",
            &[],
        ),
        ("if [ -e /etc/x ]; then\n  :\nfi\nchmod 1 /etc/y", &[]),
        ("[ -e \"$DPKG_ROOT/etc/x\" ] && exit 0\nchmod 1 /etc/y", &[]),
    ];
    for (body, expected) in cases {
        assert_eq!(deciding(body), expected, "{body}");
    }
}
