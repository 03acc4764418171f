//! Parts of a report in a form that tests can write down.

use serde_json::Value;

use crate::support::run::Ran;
use crate::support::schema::validate_json;

/// A report, read as JSON and held against the schema.
pub(crate) fn report(ran: &Ran) -> Value {
    let report: Value = parse(ran);
    validate_json(&report);
    report
}

fn parse(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("no report: {error}: {ran:?}"))
}

/// Path and kind of each divergent entry.
pub(crate) fn divergences(report: &Value) -> Vec<(String, String)> {
    rows(&report["divergences"], "kind")
}

/// Path and change of each escape.
pub(crate) fn escapes(report: &Value) -> Vec<(String, String)> {
    rows(&report["outside"]["escapes"], "change")
}

fn rows(rows: &Value, word: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    rows.as_array()
        .expect("an array")
        .iter()
        .map(|row| (text(&row["path"]), text(&row[word])))
        .collect()
}
