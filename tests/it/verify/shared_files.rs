//! Files that several scripts write, all in one chroot: each script is named for its own lines, and
//! who wrote a file last, correctly, is not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::harness::Test;
use crate::support::report::report;
use crate::support::repository::Repository;
use crate::support::run::{directory, run, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(each_script_is_named_for_its_own_lines_and_not_for_those_of_others, needs: [Sandboxes, Root]),
];

/// Packages, in the order in which they are configured, and what their postinsts do.
const SCRIPTS: [(&str, &str); 6] = [
    (
        "leaves-out",
        "[ -n \"$DPKG_ROOT\" ] || {\n\
         echo 'out:x:901:901::/:/bin/sh' >>/etc/passwd\n\
         echo /bin/out >>/etc/shells\n\
         }",
    ),
    (
        "writes-outside",
        "shell=/bin/true\n\
         [ -z \"$DPKG_ROOT\" ] || shell=/bin/false\n\
         echo \"other:x:902:902::/:$shell\" >>\"$DPKG_ROOT/etc/passwd\"\n\
         echo /bin/outside >>/etc/shells",
    ),
    (
        "asks-first",
        "value=true\n\
         [ -z \"$DPKG_ROOT\" ] || value=false\n\
         db=\"$DPKG_ROOT/var/cache/debconf/config.dat\"\n\
         mkdir -p \"${db%/*}\"\n\
         printf 'Name: first/q\\nValue: %s\\nOwners: asks-first\\n\\n' $value >\"$db-new\"\n\
         mv \"$db-new\" \"$db\"",
    ),
    (
        "asks-second",
        "db=\"$DPKG_ROOT/var/cache/debconf/config.dat\"\n\
         cat \"$db\" >\"$db-new\"\n\
         [ -n \"$DPKG_ROOT\" ] || printf 'Name: second/q\\nValue: x\\n\\n' >>\"$db-new\"\n\
         mv \"$db\" \"$db.gone\"\n\
         rm \"$db.gone\"\n\
         mv \"$db-new\" \"$db\"",
    ),
    (
        "asks-last",
        "db=\"$DPKG_ROOT/var/cache/debconf/config.dat\"\n\
         cat \"$db\" >\"$db-new\"\n\
         printf 'Name: last/q\\nValue: y\\n\\n' >>\"$db-new\"\n\
         cat \"$db-new\" >\"$db\"\n\
         rm \"$db-new\"",
    ),
    (
        "writes-last",
        "echo 'last:x:903:903::/:/bin/sh' >>\"$DPKG_ROOT/etc/passwd\"\n\
         file=\"$DPKG_ROOT/etc/shells\"\n\
         { echo /bin/last; [ ! -e \"$file\" ] || cat \"$file\"; } >\"$file.new\"\n\
         mv \"$file.new\" \"$file\"",
    ),
];

/// A package that is configured after the one before it.
fn source(at: usize, place: &Path) -> PathBuf {
    let (name, script) = SCRIPTS[at];
    let source = place.join(name);
    fs::create_dir_all(&source).unwrap();
    let before = at.checked_sub(1).map(|before| SCRIPTS[before].0);
    let depends = before.map_or_else(String::new, |before| format!("Depends: {before}\n"));
    let control = format!(
        "Package: {name}\nVersion: 1.0\nArchitecture: all\n\
         Maintainer: twinroot tests <tests@example.org>\n{depends}\
         Description: a script that writes files of others\n"
    );
    fs::write(source.join("control"), control).unwrap();
    fs::write(
        source.join("postinst"),
        format!("#!/bin/sh\nset -e\n{script}\n"),
    )
    .unwrap();
    source
}

fn each_script_is_named_for_its_own_lines_and_not_for_those_of_others() {
    let lab = directory();
    let place = lab.path().join("sources");
    let sources: Vec<_> = (0..SCRIPTS.len()).map(|at| source(at, &place)).collect();
    let repository = Repository::with(&lab.path().join("repository"), &sources);
    let names: Vec<_> = SCRIPTS.iter().map(|(name, _)| *name).collect();
    let include = format!("--include={}", names.join(","));
    let text = lab.path().join("report.txt");
    let text_option = format!("--text={}", text.display());
    let ran = run(&mut verify_tiny(
        lab.path(),
        &repository,
        &[&include, &text_option],
    ));
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let report = report(&ran);

    let mut causes: Vec<Value> = report["causes"].as_array().unwrap().clone();
    causes.retain(|cause| !cause["lines"].is_null());
    let cause = |cause: &Value| {
        json!([
            cause["package"],
            cause["script"],
            cause["rule"],
            cause["lines"]
        ])
    };
    let mut found: Vec<Value> = causes.iter().map(cause).collect();
    found.sort_by_key(|row| format!("{} {}", row[0], row[2]));
    let lines = |path: &str, left: &[&str], right: &[&str]| json!({ "path": path, "left": left, "right": right });
    let database = "./var/cache/debconf/config.dat";
    assert_eq!(
        Value::from(found),
        json!([
            [
                "asks-first",
                "postinst",
                "script-differs",
                [lines(
                    database,
                    &["first/q: Value: true"],
                    &["first/q: Value: false"]
                )]
            ],
            [
                "asks-second",
                "postinst",
                "script-differs",
                [lines(
                    database,
                    &["Name: second/q", "second/q: Value: x"],
                    &[]
                )]
            ],
            [
                "leaves-out",
                "postinst",
                "accounts",
                [lines("./etc/passwd", &["out:x:901:901::/:/bin/sh"], &[])]
            ],
            [
                "leaves-out",
                "postinst",
                "script-differs",
                [lines("./etc/shells", &["/bin/out"], &[])]
            ],
            [
                "writes-outside",
                "postinst",
                "escaped-write",
                [lines("./etc/shells", &["/bin/outside"], &[])]
            ],
            [
                "writes-outside",
                "postinst",
                "script-differs",
                [lines(
                    "./etc/passwd",
                    &["other:x:902:902::/:/bin/true"],
                    &["other:x:902:902::/:/bin/false"]
                )]
            ],
        ]),
        "{}",
        ran.stdout
    );
    causes_of_entries(&report);
    verdicts(&report);
    own_lines_in_the_text(&fs::read_to_string(text).unwrap());
}

/// Each entry has all of its causes, and `cause`, `package` and `script` are of the first one.
fn causes_of_entries(report: &Value) {
    let causes = report["causes"].as_array().unwrap();
    let named = |id: &Value| {
        let cause = causes.iter().find(|cause| cause["id"] == *id).unwrap();
        json!([cause["package"], cause["rule"]])
    };
    let rows = report["divergences"].as_array().unwrap().iter();
    let found: BTreeMap<String, Value> = rows
        .filter(|row| !row["causes"].is_null())
        .map(|row| {
            let ids = row["causes"].as_array().unwrap();
            assert_eq!(row["cause"], ids[0], "{row}");
            let first = named(&ids[0]);
            assert_eq!(
                (&row["package"], &row["script"]),
                (&first[0], &"postinst".into())
            );
            let mut all: Vec<Value> = ids.iter().map(named).collect();
            all.sort_by_key(ToString::to_string);
            (row["path"].as_str().unwrap().to_owned(), all.into())
        })
        .collect();
    let (differs, accounts) = ("script-differs", "accounts");
    assert_eq!(
        json!(found),
        json!({
            "./etc/passwd": [["leaves-out", accounts], ["writes-outside", differs]],
            "./etc/shells": [["leaves-out", differs], ["writes-outside", "escaped-write"]],
            "./var/cache/debconf/config.dat": [["asks-first", differs], ["asks-second", differs]],
        })
    );
}

/// Only packages with lines are incomplete.
fn verdicts(report: &Value) {
    let packages = report["packages"].as_array().unwrap().iter();
    let found: BTreeMap<String, Value> = packages
        .map(|one| {
            let name = one["name"].as_str().unwrap().to_owned();
            (name, json!([one["verdict"], one["divergences"]]))
        })
        .collect();
    assert_eq!(
        json!(found),
        json!({
            "asks-first": ["incomplete", 1],
            "asks-last": ["complete", 0],
            "asks-second": ["incomplete", 1],
            "leaves-out": ["incomplete", 2],
            "tiny-base": ["complete", 0],
            "writes-last": ["complete", 0],
            "writes-outside": ["incomplete", 2],
        })
    );
}

/// A cause shows its own lines of an entry, and no other ones.
fn own_lines_in_the_text(text: &str) {
    let section = |title: &str| {
        let mut sections = text.split("\n\n");
        let is_it = |section: &&str| section.contains(title);
        let heading = sections.find(is_it).unwrap_or_else(|| panic!("{text}"));
        let entries = sections.take_while(|section| section.starts_with("./"));
        let entries: Vec<&str> = entries.collect();
        assert!(!heading.contains("@@"));
        let lines = entries.iter().flat_map(|entry| entry.lines());
        let lines = lines.filter(|line| line.starts_with("    "));
        lines.map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        section("leaves-out 1.0, postinst: accounts"),
        ["-out:x:901:901::/:/bin/sh"]
    );
    assert_eq!(
        section("writes-outside 1.0, postinst: wrote"),
        ["-/bin/outside"]
    );
    assert_eq!(
        section("asks-first 1.0, postinst:"),
        ["-first/q: Value: true", "+first/q: Value: false"]
    );
}
