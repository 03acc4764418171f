//! Two chroots that differ because a file of the outside was altered, and a trace of who read it:
//! the file, its reader and the script are named, and nothing that was read by the way.

use std::collections::BTreeSet;
use std::io::Cursor;

use twinroot::compare::{Comparison, Options, Source, SourceKind, compare};
use twinroot::explain::{Finding, Observations, explain};
use twinroot::report::sentences;
use twinroot::trace::Trace;
use twinroot::trace::log::{Act, Event, Image, Log};
use twinroot::trace::replay::replay;

use crate::support::archive::{Spec, archive, file};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(of_the_files_that_a_script_read_the_one_whose_words_came_in_is_named),
    test!(a_group_that_was_looked_up_by_name_is_told_from_settings_that_everybody_reads),
    test!(what_dpkg_left_out_by_its_own_systems_settings_is_a_known_bug),
    test!(a_directory_that_a_script_listed_is_named_by_the_file_whose_name_came_in),
    test!(the_name_of_the_host_is_known_without_a_file_that_was_read),
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

/// The postinst of `p` as dpkg runs it.
fn postinst(log: &mut Log) -> usize {
    let program = "/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
    let argv = [program, "configure", ""];
    log.ran(Image::new(None, program.as_bytes(), &argv))
}

fn read(log: &mut Log, image: usize, path: &str) {
    log.did(Event::new(image, "openat", Act::Read, path.as_bytes()));
}

fn wrote(log: &mut Log, image: usize, path: &str) {
    let act = Act::Open {
        creates: true,
        empties: true,
    };
    log.did(Event::new(image, "openat", act, path.as_bytes()));
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
        host_name: (!altered.is_empty()).then_some("other-host"),
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

fn of_the_files_that_a_script_read_the_one_whose_words_came_in_is_named() {
    let comparison = compared(
        &[("./etc/pam.d/auth", 0, "auth required\n")],
        &[("./etc/pam.d/auth", 0, "auth required\n# different: auth\n")],
    );
    let mut log = Log::default();
    let script = postinst(&mut log);
    for path in [
        "/etc/passwd",
        "/usr/share/pam/auth",
        "/usr/share/pam/session",
    ] {
        read(&mut log, script, path);
    }
    wrote(&mut log, script, "/tmp/mmdebstrap.x/etc/pam.d/auth");
    let trace = replay(&log);
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
    let mut log = Log::default();
    let script = postinst(&mut log);
    for (owner, path) in [("root:utmp", "/var/log/wtmp"), ("root:mail", "/var/mail")] {
        let argv = ["chown", owner, path];
        let chown = log.ran(Image::new(Some(script), b"/usr/bin/chown", &argv));
        read(&mut log, chown, "/etc/ld.so.cache");
        read(&mut log, chown, "/etc/group");
        let act = Act::Owner {
            uid: Some(0),
            gid: Some(44),
        };
        let inside = format!("/tmp/mmdebstrap.x{path}");
        log.did(Event::new(chown, "fchownat", act, inside.as_bytes()));
    }
    let altered = [
        ("/etc/group", "utmp:x:44:\nmail:x:9:\n"),
        ("/etc/ld.so.cache", "other"),
    ];
    assert_eq!(
        explained(&comparison, &replay(&log), &altered),
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

fn a_directory_that_a_script_listed_is_named_by_the_file_whose_name_came_in() {
    let comparison = compared(
        &[("./etc/list", 0, "/etc/x.d/a\n")],
        &[("./etc/list", 0, "/etc/x.d/a\n/etc/x.d/added\n")],
    );
    let mut log = Log::default();
    let script = postinst(&mut log);
    for path in ["/etc/y.d", "/etc/x.d", "/etc/passwd"] {
        read(&mut log, script, path);
    }
    wrote(&mut log, script, "/tmp/mmdebstrap.x/etc/list");
    let altered = [
        ("/etc/passwd", "different:x:1:1:::\n"),
        ("/etc/x.d/added", "different\n"),
        ("/etc/y.d/other", "different\n"),
    ];
    assert_eq!(
        explained(&comparison, &replay(&log), &altered),
        [InWords {
            hint: Some("read it below \"$DPKG_ROOT\"".to_owned()),
            ..finding(
                "p, postinst: reads the outside's /etc/x.d",
                Some(("p", "postinst")),
                &[
                    "/etc/x.d: read by ROOT/var/lib/dpkg/info/p.postinst configure '', for p postinst configure",
                    "etc/list: has words of the outside's /etc/x.d",
                ],
                &[0],
            )
        }]
    );
}

fn the_name_of_the_host_is_known_without_a_file_that_was_read() {
    let comparison = compared(
        &[("./etc/owner", 0, "root@host\n")],
        &[("./etc/owner", 0, "root@other-host\n")],
    );
    let mut log = Log::default();
    let script = postinst(&mut log);
    wrote(&mut log, script, "/tmp/mmdebstrap.x/etc/owner");
    let altered = [("/etc/passwd", "different:x:1:1:::\n")];
    assert_eq!(
        explained(&comparison, &replay(&log), &altered),
        [InWords {
            hint: Some(
                "leave it to the first boot: a chroot has no name of its own yet".to_owned()
            ),
            ..finding(
                "p, postinst: reads the outside's name of the host (/proc/sys/kernel/hostname)",
                Some(("p", "postinst")),
                &["etc/owner: has words of the outside's /proc/sys/kernel/hostname"],
                &[0],
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
    let mut log = Log::default();
    let argv = ["/usr/bin/dpkg", "--root=/tmp/mmdebstrap.x"];
    let dpkg = log.ran(Image::new(None, b"/usr/bin/dpkg", &argv));
    read(&mut log, dpkg, "/etc/dpkg/dpkg.cfg.d/slim");
    let trace = replay(&log);
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
    let mut log = Log::default();
    let argv = ["mmdebstrap", "trixie"];
    let program = log.ran(Image::new(None, b"/usr/bin/mmdebstrap", &argv));
    read(&mut log, program, "/etc/hostname");
    wrote(&mut log, program, "/tmp/mmdebstrap.x/etc/hostname");
    let trace = replay(&log);
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
