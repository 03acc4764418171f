//! Whose an entry or an escape is where several scripts had to do with it, and why.

use crate::audit::change::Change;
use crate::compare::comparison::Comparison;
use crate::debian::maintainer_script::ScriptKind;
use crate::explain::attribution::AlsoBy;
use crate::explain::evidence::{Evidence, LineBuilds};
use crate::explain::explain;
use crate::explain::explanation::Explanation;
use crate::explain::finding::{Finding, What};
use crate::explain::observations::Observations;
use crate::explain::observed_outside::Audited;
use crate::explain::tests::{OPEN, compared, created};
use crate::trace::log;
use crate::trace::log::{Event, Image, Log};
use crate::trace::record::Trace;
use crate::trace::replay::replay;

/// Looks at a path, which is there or not.
fn look(log: &mut Log, image: usize, path: &str, is_there: bool) {
    log.did(Event {
        error: if is_there { 0 } else { nix::libc::ENOENT },
        ..Event::new(image, "newfstatat", log::Act::Look, path.as_bytes())
    });
}

/// What is explained by both builds, the normal one first, and what an audit saw.
fn explained(
    comparison: &Comparison,
    [normal, chrootless]: [&Trace; 2],
    escapes: &[Change],
) -> Explanation {
    let observations = Observations {
        normal: Some(normal),
        chrootless: Some(chrootless),
        audited: Audited::Changes(escapes),
        ..Observations::none(None)
    };
    explain(comparison, &observations)
}

fn postinst(log: &mut Log, package: &str) -> usize {
    let program = format!("/tmp/mmdebstrap.x/var/lib/dpkg/info/{package}.postinst");
    let argv = [&format!("{package}.postinst"), "configure"];
    log.ran(Image::new(None, program.as_bytes(), &argv))
}

/// A command of a script that opens these paths to make them.
fn opens(log: &mut Log, script: usize, command: &[&str], paths: &[&str]) {
    let program = format!("/usr/bin/{}", command[0]);
    let image = log.ran(Image::new(Some(script), program.as_bytes(), command));
    log.did(Event::new(
        image,
        "execve",
        log::Act::Execute,
        program.as_bytes(),
    ));
    for path in paths {
        log.did(Event::new(image, "openat", OPEN, path.as_bytes()));
    }
}

/// A log of a script that makes a list, and of one that edits it, in the chroot or outside.
fn made_and_edited(root: &str) -> Log {
    let mut log = Log::default();
    let path = |name: &str| format!("{root}/srv/{name}");
    let maker = postinst(&mut log, "maker");
    log.did(Event::new(maker, "openat", OPEN, path("list").as_bytes()));
    let editor = postinst(&mut log, "editor");
    let sed = ["sed", "-i", "d", "/srv/list"];
    let image = log.ran(Image::new(Some(editor), b"/usr/bin/sed", &sed));
    log.did(Event::new(image, "openat", OPEN, path("sedX").as_bytes()));
    let act = log::Act::RenameTo(path("list").as_bytes().into());
    log.did(Event::new(image, "rename", act, path("sedX").as_bytes()));
    log
}

#[test]
fn an_entry_that_is_missing_is_the_work_of_each_script_that_left_something_out_of_it() {
    let scripts = [
        (
            "var/lib/dpkg/info/maker.postinst",
            "#!/bin/sh\necho >/srv/list\n",
        ),
        (
            "var/lib/dpkg/info/editor.postinst",
            "#!/bin/sh\nsed -i d /srv/list\n",
        ),
        ("srv/list", "1"),
    ];
    let comparison = compared(&scripts, &scripts[..2]);
    let normal = replay(&made_and_edited("/tmp/mmdebstrap.x"));
    let escapes = [created("/srv/list")];
    for (chrootless, escapes, what) in [
        (Trace::default(), &[][..], What::ChangedNothing),
        (replay(&made_and_edited("")), &escapes, What::WroteOutside),
    ] {
        let explanation = explained(&comparison, [&normal, &chrootless], escapes);
        let findings = explanation.findings.iter();
        let found: Vec<_> = findings
            .map(|one| (one.package.as_deref(), one.claims.as_slice()))
            .collect();
        assert_eq!(
            found,
            [(Some("editor"), &[0][..]), (Some("maker"), &[0][..])]
        );
        assert_eq!(explanation.findings[0].what, what);
        let [attribution] = explanation.attributions.as_slice() else {
            panic!("{:?}", explanation.attributions);
        };
        // The one that wrote last is first.
        assert_eq!(attribution.package.as_deref(), Some("editor"));
        assert_eq!(
            (attribution.finding, &attribution.others),
            (Some(0), &vec![1])
        );
    }
}

#[test]
fn what_is_new_outside_is_the_work_of_who_made_it_and_not_of_who_opened_it_later() {
    let comparison = compared(&[], &[]);
    let mut log = Log::default();
    let there = |size| log::Before::There {
        mode: 0o10_0644,
        uid: 0,
        gid: 0,
        size,
    };
    for (package, before) in [("maker", log::Before::Absent), ("user", there(0))] {
        let script = postinst(&mut log, package);
        log.did(Event {
            before: Some(before),
            ..Event::new(script, "openat", OPEN, b"/run/lock")
        });
    }
    // It finds the file as the other one left it, and writes.
    let changer = postinst(&mut log, "changer");
    log.did(Event {
        before: Some(there(0)),
        ..Event::new(changer, "openat", OPEN, b"/run/lock")
    });
    log.sizes = vec![log::FileSize {
        path: (&b"/run/lock"[..]).into(),
        size: 7,
    }];
    let chrootless = replay(&log);
    let escapes = [created("/run/lock")];
    let observations = Observations {
        chrootless: Some(&chrootless),
        audited: Audited::Changes(&escapes),
        ..Observations::none(None)
    };
    let [escape] = explain(&comparison, &observations)
        .escapes
        .try_into()
        .unwrap();
    // The last one that changed it is named, and the other one beside it.
    assert_eq!(escape.package.as_deref(), Some("changer"));
    let also = AlsoBy {
        package: "maker".to_owned(),
        script: ScriptKind::Postinst,
        line: None,
    };
    assert_eq!(escape.also, [also]);
}

const ASKING: &str = "#!/bin/sh\nif [ ! -e /var/lib/a/on ]; then\nexit 0\nfi\n\
    full=0\nif [ ! -f /var/lib/a/index ]; then\nfull=1\nfi\nmake-index $full\n";

/// What is quoted of [`ASKING`] if its two questions had these answers in the normal build, and on
/// the outside.
fn questions(normal: [bool; 2], outside: [bool; 2]) -> Vec<(usize, &'static str)> {
    let files = [
        ("var/lib/dpkg/info/a.postinst", ASKING),
        ("var/lib/a/tag", "1"),
    ];
    let comparison = compared(&files, &files[..1]);
    let log = |root: &str, answers: [bool; 2]| {
        let mut log = Log::default();
        let script = postinst(&mut log, "a");
        for (name, is_there) in ["on", "index"].into_iter().zip(answers) {
            look(
                &mut log,
                script,
                &format!("{root}/var/lib/a/{name}"),
                is_there,
            );
        }
        let tag = format!("{root}/var/lib/a/tag");
        opens(&mut log, script, &["make-index", "0"], &[&tag]);
        replay(&log)
    };
    let (normal, chrootless) = (log("/tmp/mmdebstrap.x", normal), log("", outside));
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let explanation = explain(&comparison, &observations);
    let evidence = explanation.findings.iter().flat_map(|one| &one.evidence);
    let quoted = evidence.filter_map(|one| match one {
        Evidence::ScriptLine { line, .. } => Some((line.number, "line")),
        Evidence::ScriptTest { line, .. } => Some((line.number, "test")),
        Evidence::ScriptAsks { line, .. } => Some((line.number, "question")),
        _ => None,
    });
    quoted.collect()
}

#[test]
fn a_test_is_quoted_if_its_answer_differs_between_the_builds() {
    let line = (9, "line");
    assert_eq!(questions([false; 2], [true; 2]), [line, (2, "test")]);
    // What a line depends on has the same answer, so it is another question.
    let asked = [line, (6, "question")];
    assert_eq!(questions([true, false], [true, true]), asked);
    assert_eq!(questions([true; 2], [true; 2]), [line]);
}

#[test]
fn a_file_that_is_moved_into_place_is_the_work_of_the_line_that_wrote_it() {
    const SCRIPT: &str = "#!/bin/sh\nif [ ! -e /srv/a ]; then\nsed s/a/b/ /srv/c >/srv/a\nfi\n\
        sed s/c/d/ /srv/a >/srv/a.new\nmv /srv/a.new /srv/a\n";
    let files = [("var/lib/dpkg/info/a.postinst", SCRIPT), ("srv/a", "1")];
    let comparison = compared(&files, &files[..1]);
    let log = |root: &str, is_first: bool| {
        let mut log = Log::default();
        let script = postinst(&mut log, "a");
        let path = |name: &str| format!("{root}/srv/{name}");
        let shell = |log: &mut Log, name: &str| {
            log.did(Event::new(script, "openat", OPEN, path(name).as_bytes()));
        };
        if is_first {
            shell(&mut log, "a");
            opens(&mut log, script, &["sed", "s/a/b/", "/srv/c"], &[]);
        }
        shell(&mut log, "a.new");
        opens(&mut log, script, &["sed", "s/c/d/", "/srv/a"], &[]);
        let mv = log.ran(Image::new(
            Some(script),
            b"/usr/bin/mv",
            &["mv", "/srv/a.new", "/srv/a"],
        ));
        log.did(Event::new(mv, "execve", log::Act::Execute, b"/usr/bin/mv"));
        let act = log::Act::RenameTo(path("a").as_bytes().into());
        log.did(Event::new(mv, "rename", act, path("a.new").as_bytes()));
        replay(&log)
    };
    let (normal, chrootless) = (log("/tmp/mmdebstrap.x", true), log("", false));
    let escapes = [created("/srv/a")];
    let explanation = explained(&comparison, [&normal, &chrootless], &escapes);
    let [finding] = explanation.findings.as_slice() else {
        panic!("{:?}", explanation.findings);
    };
    let lines: Vec<(usize, LineBuilds)> = finding
        .evidence
        .iter()
        .filter_map(|one| match one {
            Evidence::ScriptLine { line, ran } => Some((line.number, *ran)),
            _ => None,
        })
        .collect();
    let expected = [
        (3, LineBuilds::Normal),
        (5, LineBuilds::Any),
        (6, LineBuilds::Any),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn of_many_lines_the_one_that_wrote_last_is_quoted() {
    let add = |number: usize| format!("add {number} /srv/list\n");
    let text: String = std::iter::once("#!/bin/sh\n".to_owned())
        .chain((2..=12).map(add))
        .collect();
    let files = [
        ("var/lib/dpkg/info/a.postinst", text.as_str()),
        ("srv/list", "1"),
    ];
    let comparison = compared(&files, &files[..1]);
    let log = |root: &str| {
        let mut log = Log::default();
        let script = postinst(&mut log, "a");
        for number in 2..=12 {
            let number = number.to_string();
            let path = format!("{root}/srv/list");
            opens(&mut log, script, &["add", &number, "/srv/list"], &[&path]);
        }
        replay(&log)
    };
    let (normal, chrootless) = (log("/tmp/mmdebstrap.x"), log(""));
    let escapes = [created("/srv/list")];
    let found = explained(&comparison, [&normal, &chrootless], &escapes);
    assert_eq!(lines(&found.findings), [2, 3, 4, 5, 6, 7, 8, 12]);
}

/// A log of a script that writes its list, and of another one that writes it afterwards.
fn written_twice(root: &str) -> Log {
    let mut log = Log::default();
    for package in ["maker", "editor"] {
        let script = postinst(&mut log, package);
        let path = format!("{root}/srv/list");
        opens(&mut log, script, &["write", "/srv/list"], &[&path]);
    }
    log
}

#[test]
fn what_changed_the_outside_is_not_said_to_have_had_no_effect() {
    let comparison = compared(&[("srv/list", "1")], &[]);
    let normal = replay(&written_twice("/tmp/mmdebstrap.x"));
    let chrootless = replay(&written_twice(""));
    let whats = |escapes: &[Change]| -> Vec<(Option<String>, What)> {
        let found = explained(&comparison, [&normal, &chrootless], escapes);
        let findings = found.findings.into_iter();
        findings.map(|one| (one.package, one.what)).collect()
    };
    let of = |package: &str, what| (Some(package.to_owned()), what);
    assert_eq!(
        whats(&[created("/srv/list")]),
        [
            of("editor", What::WroteOutside),
            of("maker", What::WroteOutside)
        ]
    );
    assert_eq!(
        whats(&[]),
        [
            of("editor", What::ActedOutside),
            of("maker", What::ActedOutside)
        ]
    );
}

#[test]
fn who_changed_something_in_a_directory_had_an_effect_on_it() {
    let comparison = compared(&[("srv/cache", ""), ("srv/cache/a", "1")], &[]);
    let log = |root: &str| {
        let mut log = Log::default();
        let script = postinst(&mut log, "maker");
        let maker = log.ran(Image::new(Some(script), b"make", &["make", "/srv/cache"]));
        let directory = format!("{root}/srv/cache");
        let mkdir = Event::new(maker, "mkdir", log::Act::Make, directory.as_bytes());
        log.did(Event {
            error: if root.is_empty() {
                nix::libc::EEXIST
            } else {
                0
            },
            ..mkdir
        });
        let file = format!("{directory}/a");
        log.did(Event::new(maker, "mknod", log::Act::Make, file.as_bytes()));
        // Another script is the last one outside.
        let script = postinst(&mut log, "editor");
        opens(&mut log, script, &["write", "/srv/cache"], &[&file]);
        replay(&log)
    };
    let (normal, chrootless) = (log("/tmp/mmdebstrap.x"), log(""));
    let escapes = [created("/srv/cache/a")];
    let found = explained(&comparison, [&normal, &chrootless], &escapes);
    let acted = found.findings.iter();
    let acted: Vec<&Finding> = acted.filter(|one| one.what == What::ActedOutside).collect();
    assert_eq!(acted, Vec::<&Finding>::new());
}

#[test]
fn a_symbolic_link_is_not_the_work_of_who_made_what_it_names() {
    const SCRIPT: &str = "#!/bin/sh\nmake-list\nln -sf /srv/list /etc/list\n";
    let files = [("var/lib/dpkg/info/a.postinst", SCRIPT), ("etc/list", "")];
    let comparison = compared(&files, &files[..1]);
    let log = |root: &str| {
        let mut log = Log::default();
        let script = postinst(&mut log, "a");
        let path = |name: &str| format!("{root}/{name}");
        opens(&mut log, script, &["make-list"], &[&path("srv/list")]);
        let link = ["ln", "-sf", "/srv/list", "/etc/list"];
        opens(&mut log, script, &link, &[&path("etc/list")]);
        replay(&log)
    };
    let (normal, chrootless) = (log("/tmp/mmdebstrap.x"), log(""));
    let escapes = [created("/etc/list")];
    let found = explained(&comparison, [&normal, &chrootless], &escapes);
    assert_eq!(lines(&found.findings), [3]);
}

/// Numbers of the lines that findings quote.
fn lines(findings: &[Finding]) -> Vec<usize> {
    let evidence = findings.iter().flat_map(|one| &one.evidence);
    let lines = evidence.filter_map(|one| match one {
        Evidence::ScriptLine { line, .. } => Some(line.number),
        _ => None,
    });
    lines.collect()
}
