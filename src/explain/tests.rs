//! Explaining a tiny comparison: the whole finished value, and the verdicts on its packages.

use std::io::Cursor;

use crate::audit::change::{Change, ChangeKind};
use crate::compare::comparison::Comparison;
use crate::compare::options::Options;
use crate::compare::{Source, SourceKind, compare};
use crate::debian::maintainer_script::ScriptKind;
use crate::explain::attribution::{Attribution, EscapeAttribution};
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{Builds, CommandRole, EntryFact, Evidence, OutsideAccess};
use crate::explain::explanation::Explanation;
use crate::explain::finding::{Finding, Reader, What};
use crate::explain::observations::Observations;
use crate::explain::ownership::is_evidence;
use crate::explain::package_verdict::{LeftoverCounts, PackageVerdict, Reason};
use crate::explain::packages::{PackageFinding, RunFindings, ScriptReading, packages};
use crate::explain::rule_id::RuleId;
use crate::explain::scripts::{Act, Line, Reach, Support};
use crate::explain::{explain, explain_archives};
use crate::trace::record::Trace;
use crate::trace::tracker::Tracer;

/// A file of an archive: name and content.
type File<'a> = (&'a str, &'a str);

/// Two packages: `writer`, whose postinst writes on the outside, and `quiet` of source `other`.
const STATUS: &str = "Package: writer\nStatus: install ok installed\nVersion: 1-2\n\
    Architecture: all\n\nPackage: quiet\nEssential: yes\nStatus: install ok installed\n\
    Source: other (7)\nVersion: 7+b1\nArchitecture: amd64\n";

const POSTINST: &str = "#!/bin/sh\nset -e\necho absolute >/etc/absolute.conf\n";

/// The database of both packages.
fn database() -> Vec<File<'static>> {
    vec![
        ("var/lib/dpkg/info/writer.list", "/etc\n"),
        ("var/lib/dpkg/info/writer.postinst", POSTINST),
        ("var/lib/dpkg/info/quiet.list", "/usr/bin/quiet\n"),
        ("var/lib/dpkg/status", STATUS),
    ]
}

fn chroot(files: &[File<'_>]) -> Source {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        archive
            .append_data(&mut header, path, content.as_bytes())
            .unwrap();
    }
    let bytes = archive.into_inner().unwrap();
    Source {
        label: "side".to_owned(),
        name: "side".to_owned(),
        kind: SourceKind::Stream(Box::new(Cursor::new(bytes))),
    }
}

/// Two chroots with the same packages, each with further files.
fn compared(left: &[File<'_>], right: &[File<'_>]) -> Comparison {
    let side = |files: &[File<'_>]| chroot(&[files, &database()].concat());
    let options = Options {
        collect: Some(is_evidence),
        ..Options::default()
    };
    compare(side(left), side(right), &options, &|_| ())
}

fn traced(lines: &[&str]) -> Trace {
    let mut tracer = Tracer::default();
    lines.iter().for_each(|line| tracer.take(line));
    tracer.finish()
}

/// A run of the postinst that writes one path.
fn writing(path: &str) -> Trace {
    traced(&[
        r#"1 execve("/tmp/mmdebstrap.x/p.postinst", ["writer.postinst", "configure"], ["DPKG_MAINTSCRIPT_PACKAGE=writer", "DPKG_MAINTSCRIPT_NAME=postinst"]) = 0"#,
        &format!(r#"1 openat(AT_FDCWD</>, "{path}", O_WRONLY|O_CREAT, 0666) = 3<{path}>"#),
    ])
}

fn created(path: &str) -> Change {
    Change {
        path: path.as_bytes().to_vec(),
        kind: ChangeKind::Created,
        fields: Vec::new(),
    }
}

fn command() -> CommandLine {
    CommandLine {
        words: vec!["writer.postinst".to_owned(), "configure".to_owned()],
    }
}

/// The line of the postinst that writes.
fn line() -> Line {
    Line {
        number: 3,
        text: "echo absolute >/etc/absolute.conf".to_owned(),
        reach: Reach::Installs,
        acts: vec![Act::Writes("/etc/absolute.conf".to_owned())],
    }
}

fn writer(verdict: PackageVerdict, reason: Option<Reason>) -> PackageFinding {
    PackageFinding {
        name: "writer".to_owned(),
        version: "1-2".to_owned(),
        source: "writer".to_owned(),
        source_version: "1-2".to_owned(),
        architecture: "all".to_owned(),
        is_essential: false,
        scripts: vec![ScriptReading {
            script: ScriptKind::Postinst,
            support: Support::Silent,
            interpreter: None,
            lines: vec![line()],
        }],
        divergences: 0,
        escapes: 0,
        verdict,
        reason,
    }
}

fn quiet(verdict: PackageVerdict, reason: Option<Reason>) -> PackageFinding {
    PackageFinding {
        name: "quiet".to_owned(),
        version: "7+b1".to_owned(),
        source: "other".to_owned(),
        source_version: "7".to_owned(),
        architecture: "amd64".to_owned(),
        is_essential: true,
        scripts: Vec::new(),
        divergences: 0,
        escapes: 0,
        verdict,
        reason,
    }
}

/// The packages of a comparison of which only the tarballs are known.
fn judged(comparison: &Comparison, extra: &[&Explanation]) -> Vec<PackageFinding> {
    packages(RunFindings {
        comparison,
        escapes: &[],
        explanation: &explain_archives(comparison, None),
        extra,
    })
}

/// The finding on a script that writes `/etc/absolute.conf` of the outside.
fn escaped_write() -> Finding {
    Finding {
        package: Some("writer".to_owned()),
        version: Some("1-2".to_owned()),
        script: Some(ScriptKind::Postinst),
        evidence: vec![
            Evidence::OutsideFile {
                file: b"/etc/absolute.conf".to_vec(),
                command: command(),
                access: OutsideAccess::Wrote,
            },
            Evidence::Command {
                command: command(),
                role: CommandRole::WroteInside(1),
            },
            Evidence::ScriptLine {
                script: ScriptKind::Postinst,
                number: 3,
                text: line().text,
                is_guarded: false,
            },
        ],
        claims: vec![0],
        escapes: vec![0],
        ..Finding::new(RuleId::EscapedWrite, What::WroteOutside)
    }
}

#[test]
fn a_write_on_the_outside_becomes_one_finished_value() {
    let comparison = compared(&[("etc/absolute.conf", "absolute\n")], &[]);
    let normal = writing("/tmp/mmdebstrap.x/etc/absolute.conf");
    let chrootless = writing("/etc/absolute.conf");
    let escapes = [created("/etc/absolute.conf")];
    let observations = Observations {
        escapes: &escapes,
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let explanation = explain(&comparison, &observations);
    assert_eq!(explanation.findings, [escaped_write()]);
    assert_eq!(
        explanation.attributions,
        [Attribution {
            finding: Some(0),
            package: Some("writer".to_owned()),
            script: Some(ScriptKind::Postinst),
        }]
    );
    assert_eq!(
        explanation.escapes,
        [EscapeAttribution {
            package: Some("writer".to_owned()),
            script: Some(ScriptKind::Postinst),
            command: Some(command()),
        }]
    );
    let run = RunFindings {
        comparison: &comparison,
        escapes: &escapes,
        explanation: &explanation,
        extra: &[],
    };
    let own = Reason::Own {
        divergences: vec![b"etc/absolute.conf".to_vec()],
        escapes: vec![b"/etc/absolute.conf".to_vec()],
    };
    assert_eq!(
        packages(run),
        [
            PackageFinding {
                divergences: 1,
                escapes: 1,
                ..writer(PackageVerdict::Incomplete, Some(own))
            },
            quiet(PackageVerdict::Complete, None),
        ]
    );
}

#[test]
fn findings_that_say_the_same_of_one_script_are_one() {
    let files: [File<'_>; 2] = [("srv/a", "1"), ("srv/b", "1")];
    let comparison = compared(&files, &[]);
    let both = ["/tmp/mmdebstrap.x/srv/a", "/tmp/mmdebstrap.x/srv/b"];
    let lines = both.map(|path| {
        format!(r#"1 openat(AT_FDCWD</>, "{path}", O_WRONLY|O_CREAT, 0666) = 3<{path}>"#)
    });
    let normal = traced(&[
        r#"1 execve("/x", ["writer.postinst", "configure"], ["DPKG_MAINTSCRIPT_PACKAGE=writer", "DPKG_MAINTSCRIPT_NAME=postinst"]) = 0"#,
        &lines[0],
        &lines[1],
    ]);
    let chrootless = traced(&[]);
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let written = |path: &[u8]| Evidence::Entry {
        path: path.to_vec(),
        fact: EntryFact::WrittenIn {
            builds: Builds::Normal,
            command: command(),
        },
    };
    assert_eq!(
        explain(&comparison, &observations).findings,
        [Finding {
            package: Some("writer".to_owned()),
            version: Some("1-2".to_owned()),
            script: Some(ScriptKind::Postinst),
            evidence: vec![written(b"srv/a"), written(b"srv/b")],
            claims: vec![0, 1],
            ..Finding::new(RuleId::ScriptDiffers, What::ChangedNothing)
        }]
    );
}

#[test]
fn what_belongs_to_no_package_leaves_all_unproven_and_a_line_that_names_it_is_the_reason() {
    let changed = compared(
        &[("etc/absolute.conf", "1\n")],
        &[("etc/absolute.conf", "2\n")],
    );
    let suspicion = Reason::Suspicion {
        path: b"etc/absolute.conf".to_vec(),
        script: ScriptKind::Postinst,
        line: 3,
        text: line().text,
    };
    let leftovers = Reason::Leftovers {
        leftovers: LeftoverCounts {
            divergences: 1,
            ..LeftoverCounts::default()
        },
        has_acting_script: false,
    };
    assert_eq!(
        judged(&changed, &[]),
        [
            writer(PackageVerdict::Unproven, Some(suspicion)),
            quiet(PackageVerdict::Unproven, Some(leftovers)),
        ]
    );
}

#[test]
fn a_script_that_reads_an_altered_outside_makes_its_package_incomplete() {
    let same = compared(&[], &[]);
    assert_eq!(
        judged(&same, &[]),
        [
            writer(PackageVerdict::Complete, None),
            quiet(PackageVerdict::Complete, None),
        ]
    );
    let files = vec![b"/etc/group".to_vec()];
    let what = What::ReadsOutside {
        reader: Reader::Script,
        files: files.clone(),
    };
    let leak = Explanation {
        findings: vec![Finding {
            package: Some("quiet".to_owned()),
            ..Finding::new(RuleId::ReadLeak, what)
        }],
        ..explain_archives(&same, None)
    };
    assert_eq!(
        judged(&same, &[&leak]),
        [
            writer(PackageVerdict::Complete, None),
            quiet(
                PackageVerdict::Incomplete,
                Some(Reason::ReadsOutside { files })
            ),
        ]
    );
}
