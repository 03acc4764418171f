//! Whole expected outputs in files: compared, or rewritten by one switch.
//!
//! `UPDATE_GOLDEN=1 cargo test` rewrites every file that is compared here; `git diff` then
//! shows what a change does to what users read.

use std::env;
use std::fs;
use std::path::Path;

/// The switch that rewrites the files.
const SWITCH: &str = "UPDATE_GOLDEN";

/// Fails unless the file holds exactly this text; with `UPDATE_GOLDEN=1` writes it instead.
pub(crate) fn assert_golden(path: &Path, actual: &str) {
    if env::var_os(SWITCH).is_some_and(|value| value == "1") {
        return rewrite(path, actual);
    }
    let expected = fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}; {SWITCH}=1 makes it", path.display()));
    if let Some(difference) = first_difference(&expected, actual) {
        panic!(
            "{}: {difference}\n{SWITCH}=1 rewrites the file",
            path.display()
        );
    }
}

/// Replaces the file in one step, because another test may be reading it.
fn rewrite(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    let new = path.with_extension("new");
    fs::write(&new, text)
        .and_then(|()| fs::rename(&new, path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// The first line in which two texts differ, both ways.
fn first_difference(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let (mut left, mut right) = (expected.split('\n'), actual.split('\n'));
    let mut number = 0;
    loop {
        number += 1;
        let pair = (left.next(), right.next());
        if pair.0 != pair.1 {
            let show = |line: Option<&str>| format!("{:?}", line.unwrap_or("(end of the text)"));
            return Some(format!(
                "line {number}\nexpected {}\nactual   {}",
                show(pair.0),
                show(pair.1)
            ));
        }
    }
}
