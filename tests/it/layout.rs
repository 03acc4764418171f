//! Rules about the sources, the documentation and the top of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::harness::Test;
use crate::support::run::{COMMANDS, run, twinroot};
use crate::support::rust_source::{Function, RustFile, assert_none, sources};

pub(crate) const TESTS: &[Test] = &[
    test!(the_top_of_the_repository_holds_what_it_is_known_for),
    test!(every_source_file_says_first_what_it_is),
    test!(files_are_short),
    test!(functions_are_short),
    test!(paths_start_at_the_crate),
    test!(two_places_read_the_environment),
    test!(no_sentence_below_the_command_line_names_an_option),
    test!(lines_of_the_documentation_are_short),
    test!(what_the_rules_look_for_is_found),
];

/// Everything that git keeps at the top.
const TOP: [&str; 11] = [
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "docs",
    "src",
    "testdata",
    "tests",
];

/// The median file has fewer lines.
const FILE_LINES: usize = 150;
/// No function has more lines.
const FUNCTION_LINES: usize = 60;
/// No line of the documentation has more characters.
const COLUMNS: usize = 100;

/// What reads or changes the environment or the directory of the process.
const ENVIRONMENT: [&str; 10] = [
    "current_dir",
    "home_dir",
    "remove_var",
    "set_current_dir",
    "set_var",
    "temp_dir",
    "var",
    "var_os",
    "vars",
    "vars_os",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn the_top_of_the_repository_holds_what_it_is_known_for() {
    // A checkout may belong to another user than the one who tests.
    let git = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files"])
        .current_dir(root())
        .output();
    let listed = git.ok().filter(|output| output.status.success());
    let names: BTreeSet<String> = match listed {
        Some(output) => String::from_utf8(output.stdout)
            .expect("names are UTF-8")
            .lines()
            .filter_map(|path| path.split('/').next().map(str::to_owned))
            .collect(),
        // Without git everything counts, except what git and cargo make.
        None => fs::read_dir(root())
            .expect("the repository is readable")
            .map(|entry| {
                entry
                    .expect("readable")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| name != ".git" && name != "target")
            .collect(),
    };
    assert_eq!(names, BTreeSet::from(TOP.map(str::to_owned)));
}

fn every_source_file_says_first_what_it_is() {
    let silent = sources()
        .into_iter()
        .filter(|file| !file.text.starts_with("//! "));
    assert_none(&paths(silent));
}

fn files_are_short() {
    let mut lengths: Vec<usize> = sources()
        .iter()
        .map(|file| file.text.lines().count())
        .collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median < FILE_LINES, "the median file has {median} lines");
}

fn functions_are_short() {
    let long: Vec<String> = sources().iter().flat_map(long_functions).collect();
    assert_none(&long);
}

fn long_functions(file: &RustFile) -> Vec<String> {
    let functions = file.functions().into_iter();
    let long = functions.filter(|function| function.lines > FUNCTION_LINES);
    long.map(|Function { name, lines }| format!("{}: {name} has {lines} lines", file.path))
        .collect()
}

fn paths_start_at_the_crate() {
    assert_none(&paths(sources().into_iter().filter(RustFile::names_super)));
}

fn two_places_read_the_environment() {
    let outside =
        |file: &RustFile| !file.path.starts_with("cli/") && file.path != "verify/environment.rs";
    let reading = sources()
        .into_iter()
        .filter(|file| outside(file) && reads_environment(file));
    assert_none(&paths(reading));
}

fn reads_environment(file: &RustFile) -> bool {
    let called = file.of_the_environment();
    ENVIRONMENT.iter().any(|name| called.contains(*name))
}

fn no_sentence_below_the_command_line_names_an_option() {
    let options = own_options();
    let is_above = |file: &RustFile| {
        file.path.starts_with("cli/") || file.path.starts_with("report/sentences")
    };
    let below = sources().into_iter().filter(|file| !is_above(file));
    let found: Vec<String> = below
        .flat_map(|file| options_in_sentences(&file, &options))
        .collect();
    assert_none(&found);
}

/// The options of all commands, `--max-spool` and so on.
fn own_options() -> BTreeSet<String> {
    let cache = tempfile::tempdir().expect("a temporary directory");
    let help = COMMANDS
        .iter()
        .map(|command| run(twinroot(cache.path()).args([command, "--help"])));
    let options: BTreeSet<String> = help.flat_map(|help| options_of(&help.stdout)).collect();
    assert!(options.contains("--max-spool"), "{options:?}");
    options
}

fn options_of(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c == '-' || c.is_ascii_lowercase();
    let words = text
        .split(|c| !is_part(c))
        .map(|word| word.trim_end_matches('-'));
    let long = words.filter(|word| word.starts_with("--") && word.len() > 2);
    long.map(str::to_owned).collect()
}

/// Strings with a space in them that name an option. Those without a space are arguments of
/// other programs, and so is an option with a `=`.
fn options_in_sentences(file: &RustFile, options: &BTreeSet<String>) -> Vec<String> {
    let names_option = |text: &String| {
        let mut words = text.split_inclusive(|c: char| c == '=' || c.is_whitespace());
        words.any(|word| !word.ends_with('=') && !options_of(word).is_disjoint(options))
    };
    let strings = file.strings().into_iter();
    let named = strings.filter(|text| text.contains(' ') && names_option(text));
    named.map(|text| format!("{}: {text}", file.path)).collect()
}

fn lines_of_the_documentation_are_short() {
    let mut pages = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    for directory in ["docs", "docs/decisions"] {
        let entries = fs::read_dir(root().join(directory)).expect("docs are readable");
        pages.extend(entries.map(|entry| entry.expect("readable").path()));
    }
    pages.retain(|page| page.extension().is_some_and(|end| end == "md"));
    pages.sort();
    let long: Vec<String> = pages
        .iter()
        .flat_map(|page| {
            let text = fs::read_to_string(page).expect("a page is readable");
            let page = page.strip_prefix(root()).unwrap_or(page).to_owned();
            long_lines(&text)
                .into_iter()
                .map(move |line| format!("{}:{line}", page.display()))
        })
        .collect();
    assert_none(&long);
}

/// Numbers of the lines that are too long, outside of tables and code blocks.
fn long_lines(text: &str) -> Vec<usize> {
    let mut in_code = false;
    let mut long = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        let is_free = in_code || is_fence || line.starts_with('|');
        if !is_free && line.chars().count() > COLUMNS {
            long.push(number);
        }
    }
    long
}

fn paths(files: impl Iterator<Item = RustFile>) -> Vec<String> {
    files.map(|file| file.path).collect()
}

fn what_the_rules_look_for_is_found() {
    let long = format!(
        "fn short() {{}}\nimpl X {{ fn long() {{{}}} }}",
        "\n".repeat(60)
    );
    let file = RustFile::new("a.rs", &long);
    assert_eq!(long_functions(&file), ["a.rs: long has 61 lines"]);
    let file = RustFile::new(
        "a.rs",
        "/// env::var super::a\nfn f() { std::env::args_os(); }",
    );
    assert!(!file.names_super() && !reads_environment(&file));
    let file = RustFile::new("a.rs", "use super::b;\nfn f() { env::var_os(\"A\"); }");
    assert!(file.names_super() && reads_environment(&file));
    let text = "/// `--deb` is\n#[error(\"too large (`--max-spool`)\")] struct A;\n\
                const B: [&str; 4] = [\"--deb=x\", \"give it --debug\", \"a --deb\", \"tar --deb=x y\"];";
    let options = options_of("  --deb <FILE>\n  --max-spool <BYTES>");
    assert_eq!(
        options_in_sentences(&RustFile::new("a.rs", text), &options),
        ["a.rs: \"too large (`--max-spool`)\"", "a.rs: \"a --deb\""]
    );
    let wide = "x".repeat(COLUMNS + 1);
    let page = format!("{wide}\n| {wide}\n```\n{wide}\n```\n{wide}");
    assert_eq!(long_lines(&page), [1, 6]);
}
