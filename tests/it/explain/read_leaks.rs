//! Two chroots that differ because a file of the outside was altered, and a trace of who read it:
//! the file, its reader and the script are named, and nothing that was read by the way.

use std::collections::BTreeSet;
use std::io::Cursor;

use twinroot::compare::{Comparison, Options, Source, SourceKind, compare};
use twinroot::explain::{Finding, Observations, explain};
use twinroot::report::sentences;
use twinroot::trace::{Trace, Tracer};

use crate::support::archive::{Spec, archive, file};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(of_the_files_that_a_script_read_the_one_whose_words_came_in_is_named),
    test!(a_group_that_was_looked_up_by_name_is_told_from_settings_that_everybody_reads),
    test!(what_dpkg_left_out_by_its_own_systems_settings_is_a_known_bug),
    test!(an_outside_that_was_not_altered_leaks_nothing_by_this_rule),
];

/// Path, group and content of a file.
type File<'a> = (&'a str, u64, &'a str);

fn chroot(files: &[File<'_>]) -> SourceKind {
    let entry = |(path, gid, content): &File<'_>| Spec {
        gid: *gid,
        ..file(path, content.as_bytes())
    };
    let entries: Vec<Spec> = files.iter().map(entry).collect();
    SourceKind::Stream(Box::new(Cursor::new(archive(&entries))))
}

fn compared(left: &[File<'_>], right: &[File<'_>]) -> Comparison {
    let source = |label: &str, kind| Source {
        label: label.to_owned(),
        name: label.to_owned(),
        kind,
    };
    let (left, right) = (
        source("normal", chroot(left)),
        source("chrootless", chroot(right)),
    );
    compare(left, right, &Options::default(), &|_| ())
}

fn traced(lines: &[&str]) -> Trace {
    let mut tracer = Tracer::default();
    lines.iter().for_each(|line| tracer.take(line));
    tracer.finish()
}

/// A finding in words.
#[derive(Debug, PartialEq, Eq)]
struct InWords {
    rule: &'static str,
    title: String,
    package: Option<String>,
    script: Option<&'static str>,
    evidence: Vec<String>,
    hint: Option<String>,
    bug: Option<&'static str>,
    claims: Vec<usize>,
}

impl From<Finding> for InWords {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule.as_str(),
            title: sentences::finding::title(&finding),
            script: finding.script.map(|script| script.as_str()),
            evidence: sentences::evidence::lines(&finding),
            hint: sentences::finding::hint(&finding),
            bug: sentences::finding::bug(&finding),
            package: finding.package,
            claims: finding.claims,
        }
    }
}

/// What the rules say if files of the outside, with their contents, were altered.
fn explained(comparison: &Comparison, trace: &Trace, altered: &[(&str, &str)]) -> Vec<InWords> {
    let names: BTreeSet<Vec<u8>> = altered
        .iter()
        .map(|(path, _)| path.as_bytes().to_vec())
        .collect();
    let outside = |wanted: &[u8]| {
        altered
            .iter()
            .find(|(path, _)| path.as_bytes() == wanted)
            .map(|(_, text)| text.as_bytes().to_vec())
    };
    let observations = Observations {
        chrootless: Some(trace),
        outside: &outside,
        altered: (!altered.is_empty()).then_some(&names),
        ..Observations::none(None)
    };
    let findings = explain(comparison, &observations).findings;
    findings.into_iter().map(InWords::from).collect()
}

fn finding(
    title: &str,
    by: Option<(&str, &'static str)>,
    evidence: &[&str],
    claims: &[usize],
) -> InWords {
    InWords {
        rule: "read-leak",
        title: title.to_owned(),
        package: by.map(|(package, _)| package.to_owned()),
        script: by.map(|(_, script)| script),
        evidence: evidence.iter().map(|line| (*line).to_owned()).collect(),
        hint: None,
        bug: None,
        claims: claims.to_vec(),
    }
}

const POSTINST: &str = r#"1 execve("/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst", ["/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst", "configure", ""], ["DPKG_MAINTSCRIPT_PACKAGE=p", "DPKG_MAINTSCRIPT_NAME=postinst"]) = 0"#;

fn of_the_files_that_a_script_read_the_one_whose_words_came_in_is_named() {
    let comparison = compared(
        &[("./etc/pam.d/auth", 0, "auth required\n")],
        &[("./etc/pam.d/auth", 0, "auth required\n# different: auth\n")],
    );
    let trace = traced(&[
        POSTINST,
        r#"1 openat(AT_FDCWD</>, "/etc/passwd", O_RDONLY) = 3</etc/passwd>"#,
        r#"1 openat(AT_FDCWD</>, "/usr/share/pam/auth", O_RDONLY) = 3</usr/share/pam/auth>"#,
        r#"1 openat(AT_FDCWD</>, "/usr/share/pam/session", O_RDONLY) = 3</usr/share/pam/session>"#,
        r#"1 openat(AT_FDCWD</>, "/tmp/mmdebstrap.x/etc/pam.d/auth", O_WRONLY|O_CREAT, 0666) = 4</tmp/mmdebstrap.x/etc/pam.d/auth>"#,
    ]);
    let altered = [
        ("/etc/passwd", "different:x:1:1:::\n"),
        ("/usr/share/pam/auth", "auth required\n# different: auth\n"),
        ("/usr/share/pam/session", "# different: session\n"),
        ("/usr/share/pam/unread", "# different: auth\n"),
    ];
    assert_eq!(
        explained(&comparison, &trace, &altered),
        [InWords {
            hint: Some("read it below \"$DPKG_ROOT\"".to_owned()),
            ..finding(
                "p, postinst: reads the outside's /usr/share/pam/auth",
                Some(("p", "postinst")),
                &[
                    "/usr/share/pam/auth: read by ROOT/var/lib/dpkg/info/p.postinst configure '', for p postinst configure",
                    "etc/pam.d/auth: has words of the outside's /usr/share/pam/auth",
                ],
                &[0],
            )
        }]
    );
}

fn a_group_that_was_looked_up_by_name_is_told_from_settings_that_everybody_reads() {
    let comparison = compared(
        &[("./var/log/wtmp", 43, ""), ("./var/mail", 8, "")],
        &[("./var/log/wtmp", 44, ""), ("./var/mail", 9, "")],
    );
    let chown = |pid: u32, owner: &str, path: &str| {
        [
            format!("1 clone(flags=SIGCHLD) = {pid}"),
            format!(
                r#"{pid} execve("/usr/bin/chown", ["chown", "{owner}", "{path}"], ["DPKG_MAINTSCRIPT_PACKAGE=p", "DPKG_MAINTSCRIPT_NAME=postinst"]) = 0"#
            ),
            format!(
                r#"{pid} openat(AT_FDCWD</>, "/etc/ld.so.cache", O_RDONLY) = 3</etc/ld.so.cache>"#
            ),
            format!(r#"{pid} openat(AT_FDCWD</>, "/etc/group", O_RDONLY) = 3</etc/group>"#),
            format!(r#"{pid} fchownat(AT_FDCWD</>, "/tmp/mmdebstrap.x{path}", 0, 44, 0) = 0"#),
        ]
    };
    let lines = [
        chown(2, "root:utmp", "/var/log/wtmp"),
        chown(3, "root:mail", "/var/mail"),
    ]
    .concat();
    let mut all = vec![POSTINST];
    all.extend(lines.iter().map(String::as_str));
    let altered = [
        ("/etc/group", "utmp:x:44:\nmail:x:9:\n"),
        ("/etc/ld.so.cache", "other"),
    ];
    assert_eq!(
        explained(&comparison, &traced(&all), &altered),
        [InWords {
            hint: Some("names are safe for static ids only; chown by number, or look the name up below \"$DPKG_ROOT\"".to_owned()),
            ..finding(
                "p, postinst: reads the outside's /etc/group",
                Some(("p", "postinst")),
                &[
                    "/etc/group: read by chown root:mail /var/mail, for p postinst configure",
                    "/etc/group: read by chown root:utmp /var/log/wtmp, for p postinst configure",
                ],
                &[0, 1],
            )
        }]
    );
}

fn what_dpkg_left_out_by_its_own_systems_settings_is_a_known_bug() {
    let comparison = compared(
        &[
            ("./usr/share/doc/p/changelog.gz", 0, "1"),
            ("./usr/share/doc/p/copyright", 0, "1"),
        ],
        &[],
    );
    let trace = traced(&[
        r#"1 execve("/usr/bin/dpkg", ["/usr/bin/dpkg", "--root=/tmp/mmdebstrap.x"], ["PATH=/bin"]) = 0"#,
        r#"1 openat(AT_FDCWD</>, "/etc/dpkg/dpkg.cfg.d/slim", O_RDONLY) = 3</etc/dpkg/dpkg.cfg.d/slim>"#,
    ]);
    let altered = [(
        "/etc/dpkg/dpkg.cfg.d/slim",
        "path-exclude=/usr/share/doc/*/changelog*\n",
    )];
    assert_eq!(
        explained(&comparison, &trace, &altered),
        [InWords {
            hint: Some(
                "not a package bug: the tool reads the settings of the system that it runs on"
                    .to_owned()
            ),
            bug: Some("https://bugs.debian.org/808203"),
            ..finding(
                "dpkg reads the outside's /etc/dpkg/dpkg.cfg.d/slim",
                None,
                &["/etc/dpkg/dpkg.cfg.d/slim: read by /usr/bin/dpkg --root=ROOT"],
                &[0],
            )
        }]
    );
}

fn an_outside_that_was_not_altered_leaks_nothing_by_this_rule() {
    let comparison = compared(
        &[("./etc/hostname", 0, "a\n")],
        &[("./etc/hostname", 0, "b\n")],
    );
    let trace = traced(&[
        r#"1 execve("/usr/bin/mmdebstrap", ["mmdebstrap", "trixie"], ["PATH=/bin"]) = 0"#,
        r#"1 openat(AT_FDCWD</>, "/etc/hostname", O_RDONLY) = 3</etc/hostname>"#,
        r#"1 openat(AT_FDCWD</>, "/tmp/mmdebstrap.x/etc/hostname", O_WRONLY|O_CREAT, 0666) = 4</tmp/mmdebstrap.x/etc/hostname>"#,
    ]);
    let rules = |altered: &[(&str, &str)]| -> Vec<(&'static str, String)> {
        let found = explained(&comparison, &trace, altered);
        found
            .into_iter()
            .map(|finding| (finding.rule, finding.title))
            .collect()
    };
    assert_eq!(
        rules(&[("/etc/hostname", "b\n")]),
        [(
            "read-leak",
            "mmdebstrap reads the outside's /etc/hostname".to_owned()
        )]
    );
    assert_eq!(
        rules(&[]),
        [(
            "surroundings",
            "depends on the machine or the mirror that it was made with".to_owned()
        )]
    );
}
