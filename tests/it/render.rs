//! `twinroot render`, and the forms of a report as programs read them.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use twinroot::report::{
    DivergentEntry, DivergentField, Listing, Report, diffoscope_json, from_json, html, markdown,
    text,
};

use crate::support::archive::{archive, file};
use crate::support::golden::assert_golden;
use crate::support::harness::Test;
use crate::support::run::{Ran, directory, run, testdata, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(a_saved_report_gives_the_forms_that_the_run_gave),
    test!(a_form_is_written_whatever_the_report_says),
    test!(a_report_of_an_earlier_version_is_read),
    test!(what_is_no_report_of_ours_is_one_line),
    test!(only_one_form_goes_to_standard_output),
    test!(colours_are_where_they_are_asked_for),
    test!(what_is_typed_to_interrupt_is_for_the_pager_while_it_runs),
    test!(completions_and_manual_pages_are_written),
    test!(ten_thousand_entries_make_a_page_of_less_than_five_megabytes),
    test!(markdown_is_shorter_than_an_issue_may_be),
    test!(diffoscope_reads_our_json, needs: [Diffoscope]),
];

/// Every option of a form, and the end of its file's name.
const FORMS: [(&str, &str); 8] = [
    ("text", "txt"),
    ("json", "json"),
    ("html", "html"),
    ("markdown", "md"),
    ("junit", "xml"),
    ("codequality", "codequality.json"),
    ("sarif", "sarif"),
    ("diffoscope-json", "diffoscope.json"),
];

/// Options that write every form into this directory.
fn all_forms(directory: &Path) -> Vec<String> {
    let option = |(option, end): (&str, &str)| {
        format!("--{option}={}/report.{end}", directory.to_string_lossy())
    };
    FORMS.map(option).to_vec()
}

fn render(arguments: &[&str]) -> Ran {
    let cache = directory();
    run(twinroot(cache.path()).arg("render").args(arguments))
}

/// The path of a saved report of `testdata`.
fn saved(name: &str) -> String {
    testdata(name).to_string_lossy().into_owned()
}

fn a_saved_report_gives_the_forms_that_the_run_gave() {
    let lab = directory();
    let path = |name: &str| lab.path().join(name);
    fs::write(path("left.tar"), archive(&[file("etc/a", b"1\n")])).unwrap();
    fs::write(path("right.tar"), archive(&[file("etc/a", b"2\n")])).unwrap();
    for name in ["first", "second"] {
        fs::create_dir(path(name)).unwrap();
    }
    let mut command = twinroot(lab.path());
    command.current_dir(lab.path());
    command.args(["compare", "left.tar", "right.tar"]);
    let ran = run(command.args(all_forms(&path("first"))));
    assert_eq!(
        (ran.status, ran.stdout, ran.stderr),
        (Some(1), String::new(), String::new())
    );
    let report = path("first/report.json").to_string_lossy().into_owned();
    let options = all_forms(&path("second"));
    let mut arguments = vec![report.as_str()];
    arguments.extend(options.iter().map(String::as_str));
    let ran = render(&arguments);
    assert_eq!((ran.status, ran.stderr), (Some(0), String::new()));
    for (_, end) in FORMS {
        let name = format!("report.{end}");
        let [first, second] = ["first", "second"]
            .map(|directory| fs::read_to_string(path(directory).join(&name)).unwrap());
        assert!(!first.is_empty(), "{name}");
        assert_eq!(first, second, "{name}");
    }
}

fn a_form_is_written_whatever_the_report_says() {
    let lab = directory();
    let page = lab.path().join("report.md");
    let ran = render(&[
        &saved("report/identical/report.json"),
        &format!("--markdown={}", page.to_string_lossy()),
    ]);
    assert_eq!((ran.status, ran.stdout), (Some(0), String::new()));
    assert!(
        fs::read_to_string(page)
            .unwrap()
            .starts_with("## IDENTICAL: ")
    );
}

fn a_report_of_an_earlier_version_is_read() {
    // Commands were lists of words, nothing was known of attempts, and packages had no source.
    let place = testdata("earlier/escaped.json");
    let report = from_json(&fs::read(&place).unwrap()).unwrap();
    assert_golden(&place.with_extension("txt"), &text(&report, Listing::Whole));
}

fn what_is_no_report_of_ours_is_one_line() {
    let lab = directory();
    for (content, expected) in [
        (
            r#"{"schema": "twinroot.report.v2"}"#,
            "its schema is twinroot.report.v2, and this version of twinroot reads \
             twinroot.report.v1",
        ),
        ("{}", "not a report: `schema` is not twinroot.report.v1"),
        ("{", "EOF while parsing an object at line 1 column 1"),
    ] {
        let path = lab.path().join("report.json");
        fs::write(&path, content).unwrap();
        let path = path.to_string_lossy();
        let ran = render(&[&path]);
        assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""));
        assert_eq!(ran.stderr, format!("twinroot: {path}: {expected}\n"));
    }
}

fn only_one_form_goes_to_standard_output() {
    let report = saved("report/latent/report.json");
    let ran = render(&[&report, "--sarif=-", "--junit=-"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ran.stderr,
        "twinroot: only one report can go to standard output\n"
    );
    let ran = render(&[&report, "--sarif=-"]);
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
}

fn colours_are_where_they_are_asked_for() {
    let cache = directory();
    let report = saved("report/compare-plain/report.json");
    let printed = |arguments: &[&str], variable: Option<&str>| {
        let mut command = twinroot(cache.path());
        command.args(["render", &report]).args(arguments);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        if let Some(name) = variable {
            command.env(name, "1");
        }
        run(&mut command).stdout
    };
    let plain = printed(&[], None);
    assert!(
        plain.starts_with("DIVERGENT  ") && !plain.contains('\x1b'),
        "{plain}"
    );
    let coloured = printed(&["--color=always"], Some("NO_COLOR"));
    assert!(
        coloured.starts_with("\x1b[31mDIVERGENT\x1b[0m  "),
        "{coloured}"
    );
    assert_eq!(printed(&[], Some("CLICOLOR_FORCE")), coloured);
    assert_eq!(printed(&["--color=never"], Some("CLICOLOR_FORCE")), plain);
    // A pager that is asked for gets the text.
    let mut command = twinroot(cache.path());
    command.args(["render", &report, "--pager=always"]);
    let paged = run(command.env("PAGER", "sed s/^/paged:/")).stdout;
    assert!(paged.starts_with("paged:DIVERGENT  "), "{paged}");
}

fn what_is_typed_to_interrupt_is_for_the_pager_while_it_runs() {
    let cache = directory();
    let report = saved("report/compare-plain/report.json");
    let mut command = twinroot(cache.path());
    command.args(["render", &report, "--pager=always"]);
    // A run that ends by the signal does so before the pager's shell is done.
    let pager = "kill -INT $PPID; sleep 1; kill -0 $PPID && echo alive; cat >/dev/null";
    let ran = run(command.env("PAGER", pager));
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), "alive\n"));
}

fn completions_and_manual_pages_are_written() {
    let lab = directory();
    for shell in ["bash", "zsh", "fish"] {
        let ran = run(twinroot(lab.path()).args(["completions", shell]));
        assert_eq!((ran.status, ran.stderr), (Some(0), String::new()));
        assert!(ran.stdout.contains("diffoscope-json"), "{shell}");
    }
    let ran = run(twinroot(lab.path()).arg("man").arg(lab.path()));
    assert_eq!((ran.status, ran.stderr), (Some(0), String::new()));
    assert!(lab.path().join("twinroot-render.1").exists());
}

/// A report with this many divergent entries, each with a difference.
fn large(count: u64) -> Report {
    let place = testdata("report/compare-plain/report.json");
    let mut report = from_json(&fs::read(place).unwrap()).unwrap();
    let field = |name: &str, detail: Option<String>| DivergentField {
        name: name.to_owned(),
        left: Some("2026-11-21T09:15:44.123456789Z".to_owned()),
        right: Some("2026-11-21T09:15:45Z".to_owned()),
        detail,
    };
    let difference =
        "@@ -1,2 +1,2 @@\n a line of context\n-one line of text\n+other line of text\n";
    let template = report.divergences.all()[0].clone();
    let names = ["mode", "uid", "gid", "mtime", "size"];
    let entry = |number: u64| {
        let mut fields: Vec<_> = names.iter().map(|name| field(name, None)).collect();
        fields.push(field("content", Some(difference.to_owned())));
        DivergentEntry {
            path: format!("./usr/share/doc/a-package-with-a-long-name/file-{number}"),
            fields,
            ..template.clone()
        }
    };
    report.divergences = (0..count).map(entry).collect::<Vec<_>>().into();
    report
}

fn ten_thousand_entries_make_a_page_of_less_than_five_megabytes() {
    let report = large(10_000);
    let begin = Instant::now();
    let page = html(&report);
    // A second in a build that is optimised; tests are not, and share the machine.
    assert!(begin.elapsed() < Duration::from_secs(20));
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    let names = page.matches("/a-package-with-a-long-name/file-").count();
    assert_eq!(names, 10_000);
    assert!(page.contains(" are shown without values; the JSON report has them."));
    let page = html(&large(100_000));
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    assert!(page.contains(" more are not shown; the JSON report has them."));
}

fn markdown_is_shorter_than_an_issue_may_be() {
    let place = testdata("report/bookworm/report.json");
    let mut report = from_json(&fs::read(place).unwrap()).unwrap();
    let [cause] = report.causes.as_slice() else {
        panic!("one cause");
    };
    let cause = cause.clone();
    report.causes = vec![cause; 200];
    let page = markdown(&report);
    assert!(page.chars().count() < 65_536, "{}", page.chars().count());
    let last = page.lines().last().unwrap();
    assert!(
        last.starts_with("**This page is cut.** Not shown: ")
            && last.ends_with(" The JSON report has everything."),
        "{last}"
    );
}

fn diffoscope_reads_our_json() {
    let lab = directory();
    let cases = fs::read_dir(testdata("report")).unwrap();
    for case in cases.map(|case| case.unwrap().path()) {
        let report = from_json(&fs::read(case.join("report.json")).unwrap()).unwrap();
        let json = lab.path().join("report.json");
        fs::write(&json, diffoscope_json(&report).unwrap()).unwrap();
        let output = Command::new("diffoscope")
            .arg("--no-progress")
            .arg("--load-existing-diff")
            .arg(&json)
            .args(["--text=-", "--html"])
            .arg(lab.path().join("report.html"))
            .arg("--markdown")
            .arg(lab.path().join("report.md"))
            .output()
            .unwrap();
        let ran = Ran::from(output);
        assert_eq!(
            (ran.status, ran.stderr),
            (Some(1), String::new()),
            "{}",
            case.display()
        );
        let mut names = report
            .divergences
            .all()
            .iter()
            .map(|entry| entry.path.as_str());
        let is_shown = |name: &str| !name.is_ascii() || ran.stdout.contains(name);
        assert!(names.all(is_shown), "{}: {}", case.display(), ran.stdout);
    }
    let keys: Value =
        serde_json::from_slice(&fs::read(lab.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(keys["diffoscope-json-version"], json!(1));
}
