//! What each rule claims of an entry, and what it leaves alone.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::slice;

use crate::compare::comparison::Comparison;
use crate::compare::options::Options;
use crate::compare::{Source, SourceKind, compare};
use crate::debian::maintainer_script::{ScriptKind, ScriptName};
use crate::explain::observations::{DifferingPaths, Observations};
use crate::explain::observed_outside::Audited;
use crate::explain::rule_id::RuleId;
use crate::explain::tests::created;
use crate::explain::{explain, explain_archives};
use crate::sandbox::ExitStatus;
use crate::trace::log::{Act, Bytes, Event, Image, LineChange, Log};
use crate::trace::record::Trace;
use crate::trace::replay::replay;

/// An entry of an archive.
#[derive(Debug, Clone)]
struct One {
    path: &'static str,
    kind: tar::EntryType,
    content: &'static str,
    link: &'static str,
    mode: u32,
    gid: u64,
    mtime: u64,
}

fn file(path: &'static str, content: &'static str) -> One {
    One {
        path,
        kind: tar::EntryType::Regular,
        content,
        link: "",
        mode: 0o644,
        gid: 0,
        mtime: 0,
    }
}

impl One {
    fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    fn gid(self, gid: u64) -> Self {
        Self { gid, ..self }
    }

    fn mtime(self, mtime: u64) -> Self {
        Self { mtime, ..self }
    }
}

fn directory(path: &'static str) -> One {
    One {
        kind: tar::EntryType::Directory,
        ..file(path, "")
    }
}

fn link(path: &'static str, link: &'static str) -> One {
    One {
        kind: tar::EntryType::Symlink,
        link,
        ..file(path, "")
    }
}

fn source(entries: &[One]) -> Source {
    let mut archive = tar::Builder::new(Vec::new());
    for one in entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(one.kind);
        header.set_mode(one.mode);
        header.set_gid(one.gid);
        header.set_mtime(one.mtime);
        header.set_size(one.content.len() as u64);
        if one.link.is_empty() {
            let content = one.content.as_bytes();
            archive.append_data(&mut header, one.path, content).unwrap();
        } else {
            archive
                .append_link(&mut header, one.path, one.link)
                .unwrap();
        }
    }
    Source {
        label: "side".to_owned(),
        name: "side".to_owned(),
        kind: SourceKind::Stream(Box::new(Cursor::new(archive.into_inner().unwrap()))),
    }
}

fn compared(left: &[One], right: &[One]) -> Comparison {
    compare(source(left), source(right), &Options::default(), &|_| ())
}

/// The paths that rules claim, each with its rule.
fn claims(comparison: &Comparison, observations: &Observations<'_>) -> Vec<(String, RuleId)> {
    let explanation = explain(comparison, observations);
    let attributed = comparison.divergences.iter().zip(&explanation.attributions);
    attributed
        .filter_map(|(divergence, attribution)| {
            let finding = &explanation.findings[attribution.finding?];
            Some((divergence.entry_path().to_string(), finding.rule))
        })
        .collect()
}

/// The rule that claims the only entry that two builds differ in.
fn rule(left: &[One], right: &[One]) -> Option<RuleId> {
    let claims = claims(&compared(left, right), &Observations::none(Some(1000)));
    claims.first().map(|(_, rule)| *rule)
}

/// A rule, and two entries that differ in what it explains.
fn explained() -> Vec<(RuleId, One, One)> {
    const ID: &str = "0123456789abcdef0123456789abcdef\n";
    const OTHER_ID: &str = "1123456789abcdef0123456789abcdef\n";
    let root = "cd /tmp/mmdebstrap.a_B1/etc\n";
    let sources = "deb http://a/debian trixie main\n";
    vec![
        (
            RuleId::Surroundings,
            file("etc/hostname", "a\n"),
            file("etc/hostname", "b\n"),
        ),
        (
            RuleId::Surroundings,
            file("etc/apt/sources.list", sources),
            file("etc/apt/sources.list", "deb http://b/debian trixie main\n"),
        ),
        (
            RuleId::Random,
            file("etc/machine-id", ID),
            file("etc/machine-id", OTHER_ID),
        ),
        (
            RuleId::Accounts,
            file("etc/group", "a:x:1:\n"),
            file("etc/group", "a:x:2:\n"),
        ),
        (
            RuleId::BuildPath,
            file("etc/x", "cd /etc\n"),
            file("etc/x", root),
        ),
        (
            RuleId::OrderOnly,
            file("etc/x", "a\nb\n"),
            file("etc/x", "b\na\n"),
        ),
        (
            RuleId::Clock,
            file("x.log", "2026-11-24 1\n"),
            file("x.log", "2026-11-25 1\n"),
        ),
        (RuleId::Clock, file("x", "x"), file("x", "x").mtime(1001)),
        (
            RuleId::PrivilegesLost,
            file("x", "x").mode(0o2755),
            file("x", "x").mode(0o755),
        ),
    ]
}

#[test]
fn a_rule_claims_what_it_explains_and_nothing_that_differs_in_more() {
    for (id, left, right) in explained() {
        let pair = |left: &One, right: &One| rule(slice::from_ref(left), slice::from_ref(right));
        assert_eq!(pair(&left, &right), Some(id), "{left:?}");
        let mode = right.clone().mode(0o600);
        assert_eq!(pair(&left, &mode), None, "{mode:?}");
        let group = right.clone().gid(7);
        assert_eq!(pair(&left, &group), None, "{group:?}");
        // A change of another kind alone, and an entry that one archive lacks.
        assert_eq!(pair(&left, &left.clone().mode(0o600)), None, "{left:?}");
        let only = rule(slice::from_ref(&left), &[]);
        let is_account = id == RuleId::Accounts;
        assert_eq!(only, is_account.then_some(id), "{left:?}");
    }
}

#[test]
fn a_content_that_a_rule_explains_in_part_is_not_its() {
    let pairs = [
        (
            "etc/apt/sources.list",
            "deb http://a x main\n",
            "deb http://b x main contrib\n",
        ),
        ("etc/x", "cd /etc\n", "cd /tmp/mmdebstrap.a/etc\nmore\n"),
        ("etc/x", "a\nb\n", "b\na\nc\n"),
        ("x.log", "2026-11-24 1\n", "2026-11-25 2\n"),
    ];
    for (path, left, right) in pairs {
        assert_eq!(
            rule(&[file(path, left)], &[file(path, right)]),
            None,
            "{right}"
        );
    }
    let lost_and_gained = [file("x", "x").mode(0o4755), file("x", "x").mode(0o2755)];
    assert_eq!(rule(&lost_and_gained[..1], &lost_and_gained[1..]), None);
}

#[test]
fn an_owner_was_looked_up_outside_only_if_the_outside_has_the_account() {
    let comparison = |gid| compared(&[file("x", "x").gid(7)], &[file("x", "x").gid(gid)]);
    let group = |path: &[u8]| (path == b"/etc/group").then(|| b"root:x:0:\ncron:x:101:\n".to_vec());
    let observations = Observations {
        outside: &group,
        ..Observations::none(None)
    };
    let found = |gid| claims(&comparison(gid), &observations);
    assert_eq!(found(101), [("x".to_owned(), RuleId::OwnerByName)]);
    assert_eq!(found(102), []);
    // Nobody set the group.
    assert_eq!(found(0), []);
}

#[test]
fn a_link_that_is_a_directory_explains_no_other_content_below_it() {
    let left = [
        link("bin", "usr/bin"),
        file("etc/shells", "/usr/bin/sh\n"),
        file("etc/mode", "/bin/sh\n"),
        directory("usr/bin/"),
        file("usr/bin/moved", "moved"),
        file("usr/bin/same", "1"),
        file("usr/bin/other", "1"),
        file("usr/bin/missing", "missing"),
    ];
    let right = [
        directory("bin/"),
        file("bin/moved", "moved"),
        file("bin/same", "1").mtime(5),
        file("bin/different", "2"),
        file("etc/shells", "/bin/sh\n"),
        file("etc/mode", "/usr/bin/sh\n").mode(0o600),
        directory("usr/bin/"),
        file("usr/bin/other", "2"),
    ];
    let found = claims(&compared(&left, &right), &Observations::none(None));
    let paths: BTreeSet<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    let expected = ["bin", "bin/moved", "bin/same", "etc/shells", "usr/bin/same"];
    assert_eq!(paths, BTreeSet::from(expected));
    assert!(found.iter().all(|(_, rule)| *rule == RuleId::Aliasing));
}

#[test]
fn the_time_of_a_directory_in_which_entries_differ_is_told_apart() {
    let left = [directory("a/").mtime(1).mode(0o2755), file("a/x", "x")];
    let right = [directory("a/").mtime(2).mode(0o755), file("a/x", "y")];
    let found =
        |left: &[One], right: &[One]| claims(&compared(left, right), &Observations::none(None));
    let lost = ("a".to_owned(), RuleId::PrivilegesLost);
    assert_eq!(found(&left, &right), [lost]);
    let [directory, _] = right;
    let alone = [directory, left[1].clone()];
    assert_eq!(found(&left, &alone), []);
}

#[test]
fn two_normal_builds_explain_contents_that_both_have_and_no_missing_entry() {
    let fields = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let control = || {
        DifferingPaths::from([
            (b"key".to_vec(), fields(&["content"])),
            (b"once".to_vec(), fields(&[])),
        ])
    };
    let found = |left: &[One], right: &[One]| {
        let observations = Observations {
            control: control(),
            ..Observations::none(None)
        };
        claims(&compared(left, right), &observations)
    };
    let random = ("key".to_owned(), RuleId::Nondeterminism);
    let key = |content| [file("key", content)];
    assert_eq!(found(&key("1"), &key("2")), [random]);
    assert_eq!(found(&key("1"), &key("22")), []);
    assert_eq!(found(&key("1"), &[]), []);
    assert_eq!(found(&[file("once", "1")], &[]), []);
}

/// What the postinst of `p` did, each a command, its status and the path that it made.
fn trace(commands: &[(&str, i32, &str)]) -> Trace {
    let mut log = Log::default();
    run_postinst(&mut log, "p", commands);
    replay(&log)
}

fn run_postinst(log: &mut Log, package: &str, commands: &[(&str, i32, &str)]) {
    let program = format!("/tmp/mmdebstrap.x/var/lib/dpkg/info/{package}.postinst");
    let argv = [&format!("{package}.postinst"), "configure"];
    let script = log.ran(Image::new(None, program.as_bytes(), &argv));
    for (command, status, path) in commands {
        let argv: Vec<&str> = command.split(' ').collect();
        let image = log.ran(Image {
            end: Some(ExitStatus::Exited(*status)),
            ..Image::new(Some(script), argv[0].as_bytes(), &argv)
        });
        log.did(Event::new(image, "execve", Act::Execute, b"/bin/true"));
        log.did(Event::new(image, "mknod", Act::Make, path.as_bytes()));
    }
}

#[test]
fn of_a_script_that_fails_only_what_it_did_not_get_to_is_missing_because_of_that() {
    let normal = trace(&[
        ("a", 0, "/tmp/mmdebstrap.x/etc/a"),
        ("b /etc", 0, "/tmp/mmdebstrap.x/etc/b"),
        ("c", 0, "/tmp/mmdebstrap.x/etc/c"),
    ]);
    let chrootless = trace(&[
        ("a", 0, "/etc/a"),
        ("b /tmp/mmdebstrap.x/etc", 1, "/etc/b.new"),
    ]);
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        passed_over: vec![ScriptName {
            package: "p".to_owned(),
            script: ScriptKind::Postinst,
        }],
        ..Observations::none(None)
    };
    let left = ["etc/a", "etc/b", "etc/c"].map(|path| file(path, "x"));
    let claim = |path: &str, rule| (path.to_owned(), rule);
    assert_eq!(
        claims(&compared(&left, &[]), &observations),
        [
            claim("etc/a", RuleId::EscapedWrite),
            claim("etc/b", RuleId::ScriptFailed),
            claim("etc/c", RuleId::ScriptFailed),
        ]
    );
}

/// What debconf's frontend, run by the postinst of `p`, made of a question, after it ran these
/// scripts.
fn frontend(scripts: &[&str], value: &str) -> Trace {
    let program = |script| format!("/tmp/mmdebstrap.x/var/lib/dpkg/info/p.{script}");
    let mut log = Log::default();
    let postinst = program("postinst");
    let argv = ["p.postinst", "configure"];
    let postinst = log.ran(Image::new(None, postinst.as_bytes(), &argv));
    let argv = ["frontend", "p.postinst", "configure"];
    let frontend = log.ran(Image::new(Some(postinst), b"/usr/share/frontend", &argv));
    for script in scripts {
        let argv = [&format!("p.{script}"), "configure"];
        let _ = log.ran(Image::new(
            Some(frontend),
            program(script).as_bytes(),
            &argv,
        ));
    }
    log.lines = vec![LineChange {
        image: Some(frontend),
        path: Bytes::from(&b"/tmp/mmdebstrap.x/var/cache/debconf/config.dat"[..]),
        removed: Vec::new(),
        added: vec![Bytes::from(format!("p/q: Value: {value}").as_bytes())],
    }];
    replay(&log)
}

#[test]
fn what_debconf_wrote_names_no_script_if_it_ran_several() {
    let database = |value: &'static str| [file("var/cache/debconf/config.dat", value)];
    let (left, right) = ("Name: p/q\nValue: a\n\n", "Name: p/q\nValue: b\n\n");
    let script = |scripts: &[&str]| {
        let (normal, chrootless) = (frontend(scripts, "a"), frontend(scripts, "b"));
        let observations = Observations {
            normal: Some(&normal),
            chrootless: Some(&chrootless),
            ..Observations::none(None)
        };
        let compared = compared(&database(left), &database(right));
        let findings = explain(&compared, &observations).findings;
        let of = findings
            .first()
            .map(|one| (one.package.clone(), one.script));
        of.unwrap()
    };
    let package = || Some("p".to_owned());
    assert_eq!(
        script(&["postinst"]),
        (package(), Some(ScriptKind::Postinst))
    );
    assert_eq!(script(&["config", "postinst"]), (package(), None));
}

#[test]
fn a_copy_that_is_missing_is_theirs_who_left_out_a_change_of_its_file() {
    let file_inside = "/tmp/mmdebstrap.x/var/lib/dpkg/statoverride";
    let copy_inside = format!("{file_inside}-old");
    // The second one that changes the file makes the copy.
    let mut normal = Log::default();
    run_postinst(&mut normal, "p", &[("a", 0, file_inside)]);
    let commands = [("b", 0, copy_inside.as_str()), ("b", 0, file_inside)];
    run_postinst(&mut normal, "q", &commands);
    let mut chrootless = Log::default();
    run_postinst(&mut chrootless, "q", &[("b", 0, file_inside)]);
    let (normal, chrootless) = (replay(&normal), replay(&chrootless));
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let compared = compared(&[file("var/lib/dpkg/statoverride-old", "x")], &[]);
    let findings = explain(&compared, &observations).findings;
    let packages: Vec<_> = findings
        .into_iter()
        .map(|finding| finding.package)
        .collect();
    assert_eq!(packages, [Some("p".to_owned())]);
}

#[test]
fn the_time_of_a_directory_is_theirs_who_made_the_last_entry_in_it() {
    let build = |root: &str| {
        let (directory, entry) = (format!("{root}/srv/d"), format!("{root}/srv/d/x"));
        let mut log = Log::default();
        run_postinst(&mut log, "p", &[("mkdir", 0, &directory)]);
        run_postinst(&mut log, "q", &[("touch", 0, &entry)]);
        replay(&log)
    };
    let (normal, chrootless) = (build("/tmp/mmdebstrap.x"), build(""));
    let escapes = [created("/srv/d"), created("/srv/d/x")];
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        audited: Audited::Changes(&escapes),
        ..Observations::none(None)
    };
    let left = [directory("srv/d/").mtime(1), file("srv/d/x", "x")];
    let right = [directory("srv/d/").mtime(2)];
    let explanation = explain(&compared(&left, &right), &observations);
    let packages: Vec<_> = explanation
        .attributions
        .iter()
        .map(|one| one.package.as_deref())
        .collect();
    assert_eq!(packages, [Some("q"), Some("q")]);
}

#[test]
fn the_time_of_a_directory_has_no_cause_of_a_script_that_did_not_make_the_last_entry_in_it() {
    let found = |commands: &[(&str, &str)]| {
        let mut log = Log::default();
        for (package, path) in commands {
            run_postinst(&mut log, package, &[("make", 0, path)]);
        }
        let normal = replay(&log);
        let chrootless = Trace::default();
        let observations = Observations {
            normal: Some(&normal),
            chrootless: Some(&chrootless),
            ..Observations::none(None)
        };
        let left = [directory("srv/d/").mtime(1), file("srv/d/x", "x")];
        let right = [directory("srv/d/").mtime(2)];
        claims(&compared(&left, &right), &observations)
    };
    let (first, other) = ("/tmp/mmdebstrap.x/srv/d/x", "/tmp/mmdebstrap.x/srv/d/y");
    let of = |rule| {
        [
            ("srv/d".to_owned(), rule),
            ("srv/d/x".to_owned(), RuleId::ScriptDiffers),
        ]
    };
    assert_eq!(found(&[("p", first)]), of(RuleId::ScriptDiffers));
    assert_eq!(found(&[("p", first), ("q", other)]), of(RuleId::ParentTime));
}

#[test]
fn a_further_name_of_a_file_is_the_script_s_that_made_the_first_one() {
    let hard = |path, first| One {
        kind: tar::EntryType::Link,
        ..link(path, first)
    };
    let normal = trace(&[("ln", 0, "/tmp/mmdebstrap.x/lib/all")]);
    let chrootless = trace(&[]);
    let observations = Observations {
        normal: Some(&normal),
        chrootless: Some(&chrootless),
        ..Observations::none(None)
    };
    let left = [file("lib/all", "x"), hard("lib/on", "lib/all")];
    let right = [file("lib/on", "x")];
    assert_eq!(
        claims(&compared(&left, &right), &observations),
        ["lib/all", "lib/on"].map(|path| (path.to_owned(), RuleId::ScriptDiffers))
    );
}

#[test]
fn of_two_archives_that_nobody_built_nothing_is_said_of_the_outside() {
    let comparison = compared(&[file("x", "x").gid(7)], &[file("x", "x").gid(101)]);
    let explanation = explain_archives(&comparison, None).unwrap();
    assert_eq!(explanation.findings, []);
}
