//! Rules against findings.

use crate::report::exit_status::{KnownFindings, exit_status};
use crate::report::known::file::Rules;
use crate::report::known::matching;
use crate::report::saved::from_json;
use crate::report::wire::known::RuleFinding;
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;
use crate::verify::verdict::Strictness;

fn report() -> Report {
    let field = |name: &str| serde_json::json!({ "name": name, "left": "1", "right": "2" });
    let side = |label: &str| serde_json::json!({ "label": label, "source": "-", "compression": "none", "bytes": 1, "entries": 1, "sha256": null });
    let json = serde_json::json!({
        "schema": "twinroot.report.v1", "verdict": "divergent",
        "left": side("normal"), "right": side("chrootless"),
        "divergences": [
            { "path": "./etc/a", "occurrence": 1, "kind": "changed", "fields": [field("content"), field("size")], "package": "aa" },
            { "path": "b\\xff", "path_base64": "Yv8=", "occurrence": 1, "kind": "changed", "fields": [field("xattr:user.a")] },
            { "path": "./etc/c", "occurrence": 1, "kind": "left-only", "fields": [] }
        ],
        "archive": [{ "name": "entry-order", "left": null, "right": null, "detail": "x" }],
        "causes": [],
        "outside": { "audit": "overlay", "technique": "userns", "escapes": [
            { "path": "/etc/a", "change": "created" },
            { "path": "/etc", "change": "metadata", "fields": [field("mtime")] }
        ] },
        "packages": [], "builds": [], "ignored": [], "known": [], "notes": [], "trouble": null, "timings": {}
    });
    from_json(json.to_string().as_bytes()).unwrap()
}

/// Each rule's name, count and finding.
fn known(rules: &str) -> Vec<(String, u64, Option<RuleFinding>)> {
    let rules = Rules::read(rules).unwrap();
    let rows = matching::known(&report(), &rules, "2026-05-01").into_iter();
    rows.map(|known| (known.rule, known.count, known.finding))
        .collect()
}

fn row(rule: &str, count: u64, finding: Option<RuleFinding>) -> (String, u64, Option<RuleFinding>) {
    (rule.to_owned(), count, finding)
}

/// How many findings the rule `package = 'aa'` matches if lines of `./etc/a` are of these packages.
fn known_lines(packages: &[&str]) -> u64 {
    let mut report = report();
    for (at, package) in packages.iter().enumerate() {
        let id = (at + 1).to_string();
        let cause = serde_json::json!({ "id": id, "rule": "r", "title": "t", "entries": 1, "package": package, "evidence": [] });
        report.causes.push(serde_json::from_value(cause).unwrap());
        let mut rows = report.divergences.all().to_vec();
        rows[0].causes.push(id);
        report.divergences = rows.into();
    }
    let rules = Rules::read("[[known]]\npackage = 'aa'\n").unwrap();
    let known = matching::known(&report, &rules, "2026-05-01");
    known.iter().map(|known| known.count).sum()
}

#[test]
fn a_rule_for_a_package_knows_no_lines_of_another_one() {
    assert_eq!(known_lines(&["aa", "aa"]), 1);
    assert_eq!(known_lines(&["aa", "bb"]), 0);
}

#[test]
fn a_rule_matches_if_it_covers_every_field() {
    let unused = Some(RuleFinding::Unused);
    let cases = [
        ("path = '/etc/a'", "/etc/a", 1),
        ("path = './etc/*'", "./etc/*", 2),
        ("path = '**'", "**", 3),
        (
            "path = '/etc/a'\nfields = ['content', 'size']",
            "/etc/a (content, size)",
            1,
        ),
        (
            "path = '/etc/a'\nfields = ['content']",
            "/etc/a (content)",
            0,
        ),
        ("path = '?*'\nfields = ['xattr']", "?* (xattr)", 1),
        (
            "path = '/etc/c'\nfields = ['left-only']",
            "/etc/c (left-only)",
            1,
        ),
        (
            "path = '/etc/c'\nfields = ['right-only']",
            "/etc/c (right-only)",
            0,
        ),
        ("package = 'aa'", "package=aa", 1),
        ("package = 'aa'\npath = '/etc/c'", "/etc/c package=aa", 0),
        ("archive = ['entry-order']", "archive (entry-order)", 1),
        ("escape = true\npath = '/etc/a'", "escape /etc/a", 1),
        (
            "escape = true\npath = '/**'\nfields = ['created', 'mtime']",
            "escape /** (created, mtime)",
            2,
        ),
        (
            "escape = true\npath = '/**'\nfields = ['mode']",
            "escape /** (mode)",
            0,
        ),
    ];
    for (rule, name, count) in cases {
        let finding = unused.filter(|_| count == 0);
        assert_eq!(
            known(&format!("[[known]]\n{rule}\n")),
            [row(name, count, finding)],
            "{rule}"
        );
    }
}

#[test]
fn each_finding_counts_once_and_an_expired_rule_knows_nothing() {
    let rules = "[[known]]\npath = '/etc/a'\nexpires = 2026-04-30\n\
                 [[known]]\npath = '/etc/*'\nexpires = 2026-05-01\n\
                 [[known]]\npath = '/etc/c'\n\
                 [[known]]\npath = '/x'\ntechnique = 'fakeroot'\n";
    let expected = [
        row("/etc/a", 0, Some(RuleFinding::Expired)),
        row("/etc/*", 2, None),
        row("/etc/c", 0, Some(RuleFinding::Unused)),
    ];
    assert_eq!(known(rules), expected);
}

#[test]
fn everything_known_is_accepted_and_the_verdict_stays() {
    let all = "[[known]]\npath = '**'\n[[known]]\narchive = ['entry-order']\n\
               [[known]]\nescape = true\npath = '/**'\n";
    let status = |rules: &str, today: &str| {
        let report = report();
        let known = matching::known(&report, &Rules::read(rules).unwrap(), today);
        let report = Report { known, ..report };
        [KnownFindings::Counted, KnownFindings::Accepted]
            .map(|known| exit_status(&report, known, Strictness::Effects))
    };
    assert_eq!(status(all, ""), [1, 0]);
    let without_archive = all.replace("[[known]]\narchive = ['entry-order']\n", "");
    assert_eq!(status(&without_archive, ""), [1, 1]);
    let expired = format!("{all}expires = 2026-04-30\n");
    assert_eq!(status(&expired, "2026-05-01"), [1, 1]);
    assert_eq!(
        status(&format!("{all}[[known]]\npath = '/x'\n"), ""),
        [1, 1]
    );
}

#[test]
fn a_latent_package_earns_a_status_only_if_attempts_count() {
    let package = serde_json::json!({
        "name": "a", "version": "1", "source": "a", "source_version": "1", "architecture": "all",
        "essential": false, "scripts": [], "divergences": 0, "escapes": 0, "attempts": 1,
        "verdict": "latent", "reason": "x"
    });
    let latent = Report {
        verdict: Verdict::Identical,
        packages: vec![serde_json::from_value(package).unwrap()],
        divergences: Vec::new().into(),
        archive: Vec::new(),
        outside: None,
        ..report()
    };
    let failed = Report {
        verdict: Verdict::Failed,
        ..latent.clone()
    };
    let status = |report: &Report, known| {
        [Strictness::Effects, Strictness::Attempts]
            .map(|strictness| exit_status(report, known, strictness))
    };
    assert_eq!(status(&latent, KnownFindings::Counted), [0, 1]);
    assert_eq!(status(&latent, KnownFindings::Accepted), [0, 1]);
    assert_eq!(status(&failed, KnownFindings::Counted), [2, 2]);
    assert_eq!(status(&report(), KnownFindings::Counted), [1, 1]);
}

#[test]
fn a_bad_file_is_named_by_line_and_value() {
    let cases = [
        (
            "[[known]]\npath = 5",
            "line 2: invalid type: integer `5`, expected a string: 5",
        ),
        (
            "[[known]]\npath = '/a'\nfields = ['colour']",
            "line 3: no field is called `colour`",
        ),
        (
            "[[known]]\npath = '/a'\nfields = ['entry-order']",
            "line 3: no field is called `entry-order`",
        ),
        (
            "[[known]]\narchive = ['mode']",
            "line 2: no aspect of archives is called `mode`",
        ),
        (
            "\n[[known]]\nreason = 'x'",
            "line 2: a rule needs a `path`, a `package` or `archive` aspects",
        ),
        (
            "[[known]]\npath = '/a'\nexpires = 10:00:00",
            "line 3: expires: `10:00:00` is not a date, for example 2027-01-31",
        ),
        (
            "[[known]]\narchive = ['compression']\nescape = true",
            "line 1: a rule is about `archive` aspects or an `escape`, not both",
        ),
        (
            "[[known]]\narchive = ['compression']\npath = 'a'",
            "line 1: `archive` aspects have neither `path` nor `fields`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(
            Rules::read(text).unwrap_err().to_string(),
            expected,
            "{text}"
        );
    }
    for text in [
        "[[known]]\npath = '/a'\ncolour = 1",
        "[[known]\n",
        "path = 1",
        "[[known]]\npath = '[a'",
    ] {
        let error = Rules::read(text).unwrap_err().to_string();
        assert!(
            error.starts_with("line ") && !error.contains('\n'),
            "{error}"
        );
    }
}
