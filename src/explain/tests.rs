//! Explaining a tiny comparison: the whole finished value, and the verdicts on its packages.

use std::collections::BTreeSet;
use std::io::Cursor;

use crate::audit::change::{Change, ChangeKind};
use crate::compare::comparison::Comparison;
use crate::compare::options::Options;
use crate::compare::{Source, SourceKind, compare};
use crate::debian::maintainer_script::ScriptKind;
use crate::explain::attribution::{Attribution, EscapeAttribution};
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{
    Builds, CommandRole, EntryFact, Evidence, LineBuilds, OutsideAccess, QuotedLine,
};
use crate::explain::explanation::Explanation;
use crate::explain::finding::{Finding, Reader, What};
use crate::explain::observations::{DifferingPaths, Observations};
use crate::explain::observed_outside::{Actor, Attempt, Audited, Effect, ObservedOutside};
use crate::explain::origin::{Origin, SnippetUser};
use crate::explain::ownership::is_evidence;
use crate::explain::package_verdict::{LeftoverCounts, PackageVerdict, Reason, Relation, Touched};
use crate::explain::packages::{
    ExplainedRow, PackageFinding, RunFindings, ScriptReading, packages,
};
use crate::explain::read_line::{LineRun, ReadLine};
use crate::explain::rule_id::RuleId;
use crate::explain::scripts::{Act, Line, Reach, Snippet, Support};
use crate::explain::{explain, explain_archives};
use crate::trace::log;
use crate::trace::log::{Event, Gap, Image, Log};
use crate::trace::record::Trace;
use crate::trace::replay::replay;

/// A file of an archive: name and content.
pub(super) type File<'a> = (&'a str, &'a str);

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
pub(super) fn compared(left: &[File<'_>], right: &[File<'_>]) -> Comparison {
    let side = |files: &[File<'_>]| chroot(&[files, &database()].concat());
    let options = Options {
        collect: Some(is_evidence),
        ..Options::default()
    };
    compare(side(left), side(right), &options, &|_| ())
}

/// A run of the postinst that writes these paths, in this order.
fn writing(paths: &[&str]) -> Trace {
    let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/writer.postinst";
    let mut log = Log::default();
    let script = log.ran(Image::new(None, program, &["writer.postinst", "configure"]));
    for path in paths {
        let act = log::Act::Open {
            creates: true,
            empties: true,
        };
        log.did(Event::new(script, "openat", act, path.as_bytes()));
    }
    replay(&log)
}

pub(super) fn created(path: &str) -> Change {
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
        scripts: reading(Some(LineRun::Unexercised)),
        divergences: 0,
        escapes: 0,
        attempts: 0,
        verdict,
        reason,
    }
}

/// The script of `writer`, of whose line this is known.
fn reading(run: Option<LineRun>) -> Vec<ScriptReading> {
    vec![ScriptReading {
        script: ScriptKind::Postinst,
        support: Support::Silent,
        interpreter: None,
        lines: vec![ReadLine { line: line(), run }],
        limit: None,
    }]
}

/// What is known of that line if all attempts are its own.
fn line_run(observed: &ObservedOutside) -> Option<LineRun> {
    let attempts: Vec<usize> = (0..observed.attempts.len()).collect();
    match (attempts.is_empty(), observed.gap) {
        (false, _) => Some(LineRun::Ran { attempts }),
        (true, None) => Some(LineRun::Unexercised),
        (true, Some(_)) => None,
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
        attempts: 0,
        verdict,
        reason,
    }
}

/// A chrootless build was observed whose scripts left the outside alone.
fn nothing_seen() -> ObservedOutside {
    ObservedOutside {
        attempts: Vec::new(),
        reads: Vec::new(),
        commands: Vec::new(),
        idle: BTreeSet::new(),
        programs: BTreeSet::new(),
        gap: None,
    }
}

fn row(explanation: &Explanation) -> ExplainedRow<'_> {
    ExplainedRow {
        label: "leak-check",
        explanation,
    }
}

/// The packages of a comparison of which only the tarballs are known.
fn judged(comparison: &Comparison, extra: &[ExplainedRow<'_>]) -> Vec<PackageFinding> {
    packages(RunFindings {
        failures: &[],
        comparison,
        escapes: &[],
        explanation: &explain_archives(comparison, None).unwrap(),
        extra,
        observed: Some(&nothing_seen()),
    })
}

/// The finding on a script that writes `/etc/absolute.conf` of the outside.
fn escaped_write() -> Finding {
    Finding {
        package: Some("writer".to_owned()),
        version: Some("1-2".to_owned()),
        script: Some(ScriptKind::Postinst),
        evidence: vec![
            Evidence::ScriptLine {
                line: QuotedLine {
                    package: None,
                    script: ScriptKind::Postinst,
                    number: 3,
                    text: line().text,
                },
                ran: LineBuilds::Any,
            },
            Evidence::OutsideFile {
                file: b"/etc/absolute.conf".to_vec(),
                command: command(),
                access: OutsideAccess::Wrote,
            },
            Evidence::Command {
                command: command(),
                role: CommandRole::WroteInside(1),
            },
        ],
        claims: vec![0],
        escapes: vec![0],
        ..Finding::new(RuleId::EscapedWrite, What::WroteOutside)
    }
}

#[test]
fn a_package_is_complete_only_if_its_scripts_were_seen_to_leave_the_outside_alone() {
    let comparison = compared(&[], &[]);
    let explanation = explain_archives(&comparison, None).unwrap();
    let attempt = |effect| Attempt {
        path: b"/etc/absolute.conf".to_vec(),
        call: "openat".to_owned(),
        effect,
        actor: Actor {
            package: "writer".to_owned(),
            script: ScriptKind::Postinst,
            command: command(),
            line: Some(3),
        },
    };
    let seen = |attempts: Vec<Attempt>, gap: Option<Gap>| ObservedOutside {
        attempts,
        gap,
        ..nothing_seen()
    };
    let latent = Reason::Attempts {
        paths: vec![b"/etc/absolute.conf".to_vec()],
    };
    let changed = Reason::Own {
        divergences: vec![],
        escapes: vec![b"/etc/absolute.conf".to_vec()],
    };
    let unseen = Some(Reason::NotObserved);
    let twice = vec![attempt(Effect::Failed(17)), attempt(Effect::Unchanged)];
    let gap = Some(Gap::UnknownMachine);
    for (observed, of_writer, of_quiet) in [
        (None, unseen.clone(), unseen.clone()),
        (Some(nothing_seen()), None, None),
        (Some(seen(vec![], gap)), unseen.clone(), unseen.clone()),
        (Some(seen(twice, gap)), Some(latent), unseen),
        (
            Some(seen(vec![attempt(Effect::Changed)], None)),
            Some(changed),
            None,
        ),
    ] {
        let found = packages(RunFindings {
            comparison: &comparison,
            escapes: &[],
            explanation: &explanation,
            failures: &[],
            extra: &[],
            observed: observed.as_ref(),
        });
        let run = observed.as_ref().and_then(line_run);
        let attempts = observed.map_or(0, |observed| observed.attempts.len());
        let verdict = |reason: &Option<Reason>| {
            let verdict = reason.as_ref().map(Reason::verdict);
            verdict.unwrap_or(PackageVerdict::Complete)
        };
        let writer = PackageFinding {
            attempts,
            scripts: reading(run),
            ..writer(verdict(&of_writer), of_writer)
        };
        assert_eq!(found, [writer, quiet(verdict(&of_quiet), of_quiet)]);
    }
}

#[test]
fn a_write_on_the_outside_becomes_one_finished_value() {
    let comparison = compared(&[("etc/absolute.conf", "absolute\n")], &[]);
    let normal = writing(&["/tmp/mmdebstrap.x/etc/absolute.conf"]);
    let chrootless = writing(&["/etc/absolute.conf"]);
    let escapes = [created("/etc/absolute.conf")];
    let observations = Observations {
        audited: Audited::Changes(&escapes),
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
            others: vec![],
            package: Some("writer".to_owned()),
            script: Some(ScriptKind::Postinst),
            writers: Vec::new(),
        }]
    );
    assert_eq!(
        explanation.escapes,
        [EscapeAttribution {
            package: Some("writer".to_owned()),
            script: Some(ScriptKind::Postinst),
            command: Some(command()),
            line: Some(3),
            also: Vec::new(),
        }]
    );
    let run = RunFindings {
        failures: &[],
        comparison: &comparison,
        escapes: &escapes,
        explanation: &explanation,
        extra: &[],
        observed: Some(&nothing_seen()),
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
fn what_a_script_did_outside_without_effect_instead_is_linked_to_the_entry() {
    let comparison = compared(&[("etc/absolute.conf", "absolute\n")], &[]);
    let normal = writing(&["/tmp/mmdebstrap.x/etc/absolute.conf"]);
    let chrootless = writing(&["/etc/absolute.conf"]);
    let observations = Observations {
        audited: Audited::Changes(&[]),
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let written = EntryFact::WrittenIn {
        builds: Builds::Normal,
        command: command(),
    };
    let attempt = Attempt {
        path: b"/etc/absolute.conf".to_vec(),
        call: "openat".to_owned(),
        effect: Effect::Unchanged,
        actor: Actor {
            package: "writer".to_owned(),
            script: ScriptKind::Postinst,
            command: command(),
            line: Some(3),
        },
    };
    let found = explain(&comparison, &observations).findings;
    let [finding] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(finding.what, What::ActedOutside);
    assert_eq!(
        finding.evidence.get(1..),
        Some(
            &[
                Evidence::Entry {
                    path: b"etc/absolute.conf".to_vec(),
                    fact: written,
                },
                Evidence::Attempt(attempt),
            ][..]
        )
    );
}

#[test]
fn findings_that_say_the_same_of_one_script_are_one() {
    let files: [File<'_>; 2] = [("srv/a", "1"), ("srv/b", "1")];
    let comparison = compared(&files, &[]);
    let both = ["/tmp/mmdebstrap.x/srv/a", "/tmp/mmdebstrap.x/srv/b"];
    let normal = writing(&both);
    let chrootless = Trace::default();
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
fn what_no_known_script_did_leaves_only_those_unproven_that_may_have_done_it() {
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
    assert_eq!(
        judged(&changed, &[]),
        [
            writer(PackageVerdict::Unproven, Some(suspicion)),
            quiet(PackageVerdict::Complete, None),
        ]
    );
    let leftovers = |has_acting_script| Reason::Leftovers {
        leftovers: LeftoverCounts {
            divergences: 1,
            ..LeftoverCounts::default()
        },
        has_acting_script,
    };
    // No package ships it, and no script names it: only one that acts may have made it.
    let nobodys = compared(&[("srv/a", "1\n")], &[("srv/a", "2\n")]);
    assert_eq!(
        judged(&nobodys, &[]),
        [
            writer(PackageVerdict::Unproven, Some(leftovers(true))),
            quiet(PackageVerdict::Complete, None),
        ]
    );
    let shipped = compared(&[("usr/bin/quiet", "1\n")], &[("usr/bin/quiet", "2\n")]);
    assert_eq!(
        judged(&shipped, &[]),
        [
            writer(PackageVerdict::Complete, None),
            quiet(PackageVerdict::Unproven, Some(leftovers(false))),
        ]
    );
}

#[test]
fn a_cause_is_held_against_the_script_that_did_it_and_not_against_whose_files_differ() {
    let comparison = compared(&[("usr/bin/quiet", "1\n")], &[("usr/bin/quiet", "2\n")]);
    let normal = writing(&["/tmp/mmdebstrap.x/usr/bin/quiet"]);
    let chrootless = Trace::default();
    let judged = |control: DifferingPaths| {
        let observations = Observations {
            normal: Some(&normal),
            chrootless: Some(&chrootless),
            control,
            ..Observations::none(None)
        };
        packages(RunFindings {
            comparison: &comparison,
            escapes: &[],
            explanation: &explain(&comparison, &observations),
            failures: &[],
            extra: &[],
            observed: Some(&nothing_seen()),
        })
    };
    let beside = |relation| Reason::Beside {
        touched: vec![Touched {
            finding: 0,
            entries: 1,
            relation,
        }],
    };
    let own = Reason::Own {
        divergences: vec![b"usr/bin/quiet".to_vec()],
        escapes: Vec::new(),
    };
    assert_eq!(
        judged(DifferingPaths::new()),
        [
            PackageFinding {
                divergences: 1,
                ..writer(PackageVerdict::Incomplete, Some(own))
            },
            quiet(PackageVerdict::Complete, Some(beside(Relation::Shipped))),
        ]
    );
    // What two normal builds differ in too is nobody's fault.
    let fields = ["content".to_owned()].into_iter().collect();
    assert_eq!(
        judged(DifferingPaths::from([(b"usr/bin/quiet".to_vec(), fields)])),
        [
            writer(PackageVerdict::Complete, None),
            quiet(PackageVerdict::Complete, Some(beside(Relation::Shipped))),
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
        ..explain_archives(&same, None).unwrap()
    };
    assert_eq!(
        judged(&same, &[row(&leak)]),
        [
            writer(PackageVerdict::Complete, None),
            quiet(
                PackageVerdict::Incomplete,
                Some(Reason::ReadsOutside { files })
            ),
        ]
    );
}

#[test]
fn a_script_that_does_something_else_in_an_extra_build_makes_its_package_incomplete() {
    let same = compared(&[], &[]);
    let finding = |package: &str, rule, what| Finding {
        package: Some(package.to_owned()),
        claims: vec![0, 1],
        ..Finding::new(rule, what)
    };
    let other = Explanation {
        findings: vec![
            finding("writer", RuleId::Nondeterminism, What::NormalBuildsDiffer),
            finding("quiet", RuleId::ScriptDiffers, What::MadeSomethingElse),
        ],
        ..explain_archives(&same, None).unwrap()
    };
    let in_row = Reason::InRow {
        row: "leak-check".to_owned(),
        what: What::MadeSomethingElse,
        entries: 2,
    };
    assert_eq!(
        judged(&same, &[row(&other)]),
        [
            writer(PackageVerdict::Complete, None),
            quiet(PackageVerdict::Incomplete, Some(in_row)),
        ]
    );
}

#[test]
fn what_a_tool_of_debhelper_brought_into_two_packages_is_one_cause_and_the_tools() {
    const SNIPPET: &str = "#!/bin/sh\nset -e\n# Automatically added by dh_x/13.1\n\
        touch /srv/a /srv/b\n# End automatically added section\n";
    let scripts: [File<'_>; 4] = [
        ("var/lib/dpkg/info/a.postinst", SNIPPET),
        ("var/lib/dpkg/info/b.postinst", SNIPPET),
        ("srv/a", "1"),
        ("srv/b", "1"),
    ];
    let comparison = compared(&scripts, &scripts[..2]);
    let mut log = Log::default();
    for package in ["a", "b"] {
        let program = format!("/tmp/mmdebstrap.x/var/lib/dpkg/info/{package}.postinst");
        let argv = [&format!("{package}.postinst"), "configure"];
        let script = log.ran(Image::new(None, program.as_bytes(), &argv));
        let argv = ["touch", "/srv/a", "/srv/b"];
        let touch = log.ran(Image::new(Some(script), b"/usr/bin/touch", &argv));
        let act = log::Act::Open {
            creates: true,
            empties: true,
        };
        let path = format!("/tmp/mmdebstrap.x/srv/{package}");
        log.did(Event::new(touch, "openat", act, path.as_bytes()));
    }
    let (normal, chrootless) = (replay(&log), Trace::default());
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let explanation = explain(&comparison, &observations);
    let [finding] = explanation.findings.as_slice() else {
        panic!("{:?}", explanation.findings);
    };
    let user = |package: &str, at| SnippetUser {
        package: package.to_owned(),
        script: ScriptKind::Postinst,
        claims: vec![at],
        escapes: Vec::new(),
    };
    let snippet = Snippet {
        tool: "dh_x".to_owned(),
        version: Some("13.1".to_owned()),
    };
    let users = vec![user("a", 0), user("b", 1)];
    assert_eq!(finding.origin, Some(Origin { snippet, users }));
    assert_eq!((&finding.package, &finding.claims), (&None, &vec![0, 1]));
    let packages = explanation.attributions.iter();
    let packages: Vec<_> = packages.map(|one| one.package.as_deref()).collect();
    assert_eq!(packages, [Some("a"), Some("b")]);
}

/// A log in which the postinst of each of these packages runs commands, in this order, each of which
/// does something to paths.
fn ran(commands: &[(&str, &[&str], log::Act, &[&str])]) -> Log {
    let mut log = Log::default();
    let mut scripts: Vec<(&str, usize)> = Vec::new();
    for (package, command, act, paths) in commands {
        let known = scripts.iter().find(|(name, _)| name == package);
        let script = known.map(|(_, script)| *script).unwrap_or_else(|| {
            let program = format!("/tmp/mmdebstrap.x/var/lib/dpkg/info/{package}.postinst");
            let argv = [&format!("{package}.postinst"), "configure"];
            let script = log.ran(Image::new(None, program.as_bytes(), &argv));
            scripts.push((package, script));
            script
        });
        let program = format!("/usr/bin/{}", command[0]);
        let image = log.ran(Image::new(Some(script), program.as_bytes(), command));
        for path in *paths {
            log.did(Event::new(image, "call", act.clone(), path.as_bytes()));
        }
    }
    log
}

pub(super) const OPEN: log::Act = log::Act::Open {
    creates: true,
    empties: true,
};

#[test]
fn what_debhelper_added_to_a_script_is_a_cause_apart_from_the_rest_of_the_script() {
    const SCRIPT: &str = "#!/bin/sh\nset -e\n[ -n \"$DPKG_ROOT\" ] || touch /srv/own\n\
        # Automatically added by dh_x/13.1\ntool=touch\n\
        [ -n \"$DPKG_ROOT\" ] || $tool /srv/tools\n# End automatically added section\n";
    let files: [File<'_>; 3] = [
        ("var/lib/dpkg/info/a.postinst", SCRIPT),
        ("srv/own", "1"),
        ("srv/tools", "1"),
    ];
    let comparison = compared(&files, &files[..1]);
    let normal = replay(&ran(&[
        (
            "a",
            &["touch", "/srv/own"],
            OPEN,
            &["/tmp/mmdebstrap.x/srv/own"],
        ),
        (
            "a",
            &["touch", "/srv/tools"],
            OPEN,
            &["/tmp/mmdebstrap.x/srv/tools"],
        ),
    ]));
    let chrootless = Trace::default();
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let explanation = explain(&comparison, &observations);
    let findings = explanation.findings.iter();
    let lines = |finding: &Finding| -> Vec<usize> {
        let evidence = finding.evidence.iter();
        evidence
            .filter_map(|one| match one {
                Evidence::ScriptLine { line, .. } => Some(line.number),
                _ => None,
            })
            .collect()
    };
    let found: Vec<_> = findings
        .map(|finding| {
            let tool = finding.origin.as_ref().map(|one| one.snippet.tool.as_str());
            (finding.package.as_deref(), tool, lines(finding))
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some("a"), None, vec![3]),
            (Some("a"), Some("dh_x"), vec![6]),
        ]
    );
}

const SETTING: &str = "#!/bin/sh\n[ -n \"$DPKG_ROOT\" ] || chgrp mail /srv/spool\n\
    [ -n \"$DPKG_ROOT\" ] || chmod 0644 /srv/spool\n";

/// A chroot in which `/srv/spool` has this group.
fn with_group(gid: u64) -> Source {
    stored(gid, tar::Header::new_gnu)
}

/// The same, with headers of this format.
fn stored(gid: u64, header: fn() -> tar::Header) -> Source {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content, gid) in [
        ("var/lib/dpkg/status", STATUS, 0),
        ("var/lib/dpkg/info/writer.postinst", SETTING, 0),
        ("srv/spool", "", gid),
    ] {
        let mut header = header();
        header.set_mode(0o644);
        header.set_gid(gid);
        header.set_size(content.len() as u64);
        archive
            .append_data(&mut header, path, content.as_bytes())
            .unwrap();
    }
    Source {
        label: "side".to_owned(),
        name: "side".to_owned(),
        kind: SourceKind::Stream(Box::new(Cursor::new(archive.into_inner().unwrap()))),
    }
}

#[test]
fn what_another_tar_program_stores_otherwise_is_the_work_of_no_script() {
    let options = Options {
        collect: Some(is_evidence),
        ..Options::default()
    };
    let other_format = stored(8, tar::Header::new_ustar);
    let comparison = compare(with_group(8), other_format, &options, &|_| ());
    let wrote = || {
        let spool = "/tmp/mmdebstrap.x/srv/spool";
        let command: &[&str] = &["chmod", "0644", "/srv/spool"];
        replay(&ran(&[(
            "writer",
            command,
            log::Act::Mode(0o644),
            &[spool],
        )]))
    };
    let (normal, chrootless) = (wrote(), wrote());
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let findings = explain(&comparison, &observations).findings;
    let found: Vec<_> = findings
        .iter()
        .map(|one| (one.rule, one.package.as_deref(), one.claims.as_slice()))
        .collect();
    assert_eq!(found, [(RuleId::StoredOtherwise, None, &[0, 1, 2][..])]);
}

#[test]
fn a_group_that_differs_is_the_work_of_the_command_that_set_it() {
    let options = Options {
        collect: Some(is_evidence),
        ..Options::default()
    };
    let comparison = compare(with_group(8), with_group(0), &options, &|_| ());
    let spool = "/tmp/mmdebstrap.x/srv/spool";
    let owner = log::Act::Owner {
        uid: None,
        gid: Some(8),
    };
    let normal = replay(&ran(&[
        ("writer", &["chgrp", "mail", "/srv/spool"], owner, &[spool]),
        (
            "writer",
            &["chmod", "0644", "/srv/spool"],
            log::Act::Mode(0o644),
            &[spool],
        ),
    ]));
    let chrootless = Trace::default();
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let explanation = explain(&comparison, &observations);
    let [finding] = explanation.findings.as_slice() else {
        panic!("{:?}", explanation.findings);
    };
    let written = EntryFact::WrittenIn {
        builds: Builds::Normal,
        command: CommandLine {
            words: ["chgrp", "mail", "/srv/spool"].map(str::to_owned).to_vec(),
        },
    };
    assert_eq!(
        finding.evidence,
        [
            Evidence::ScriptLine {
                line: QuotedLine {
                    package: None,
                    script: ScriptKind::Postinst,
                    number: 2,
                    text: "[ -n \"$DPKG_ROOT\" ] || chgrp mail /srv/spool".to_owned(),
                },
                ran: LineBuilds::Guarded,
            },
            Evidence::Entry {
                path: b"srv/spool".to_vec(),
                fact: written,
            },
        ]
    );
}

#[test]
fn a_directory_outside_has_its_time_from_whoever_changed_it_last() {
    let comparison = compared(&[], &[]);
    // By their names, the file of `first` comes last.
    let chrootless = replay(&ran(&[
        ("first", &["touch", "/etc/z"], OPEN, &["/etc/z"]),
        ("last", &["touch", "/etc/a"], OPEN, &["/etc/a"]),
    ]));
    let escapes = [Change {
        path: b"/etc".to_vec(),
        kind: ChangeKind::Metadata,
        fields: Vec::new(),
    }];
    let observations = Observations {
        chrootless: Some(&chrootless),
        audited: Audited::Changes(&escapes),
        ..Observations::none(None)
    };
    let explanation = explain(&comparison, &observations);
    let command = CommandLine {
        words: ["touch", "/etc/a"].map(str::to_owned).to_vec(),
    };
    assert_eq!(
        explanation.escapes,
        [EscapeAttribution {
            package: Some("last".to_owned()),
            script: Some(ScriptKind::Postinst),
            command: Some(command.clone()),
            line: None,
            also: Vec::new(),
        }]
    );
    let [finding] = explanation.findings.as_slice() else {
        panic!("{:?}", explanation.findings);
    };
    let written = Evidence::OutsideFile {
        file: b"/etc".to_vec(),
        command,
        access: OutsideAccess::Wrote,
    };
    assert_eq!(finding.evidence, [written]);
}
