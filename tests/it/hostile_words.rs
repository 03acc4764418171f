//! Whatever field it came through, no control character reaches a terminal.

use std::fs;

use serde_json::Value;
use twinroot::report::{self, Listing, Report};
use twinroot::text::is_hostile;

use crate::support::harness::Test;
use crate::support::run::testdata;

pub(crate) const TESTS: &[Test] = &[test!(
    no_string_of_a_report_brings_a_control_character_to_a_terminal
)];

/// A title, a colour by one character, text from right to left, a line that is written over.
const HOSTILE: &str = "x\u{1b}]0;title\u{7}\u{9b}31m\u{202e}\u{7f}\rx";

/// The strings of a value, each as a pointer (RFC 6901).
fn strings(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(place.to_owned()),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                // Of many alike, the first are enough.
                if number < 2 {
                    strings(item, &format!("{place}/{number}"), found);
                }
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                strings(member, &format!("{place}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// All that is printed of a report, for all packages.
fn printed(report: &Report) -> Vec<String> {
    let mut texts = vec![
        report::text(report, Listing::Cut),
        report::text(report, Listing::Whole),
        report::packages_table(report),
        report::json(report).unwrap(),
    ];
    let names = report.packages.iter().map(|package| &package.name);
    texts.extend(names.filter_map(|name| report::bug(report, name)));
    texts
}

fn no_string_of_a_report_brings_a_control_character_to_a_terminal() {
    let mut hostile = 0;
    for directory in fs::read_dir(testdata("report")).unwrap() {
        let path = directory.unwrap().path().join("report.json");
        let report: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let mut places = Vec::new();
        strings(&report, "", &mut places);
        for place in places {
            let mut changed = report.clone();
            *changed.pointer_mut(&place).unwrap() = HOSTILE.into();
            // A word of the contract can be no other one.
            let Ok(changed) = report::from_json(changed.to_string().as_bytes()) else {
                continue;
            };
            hostile += 1;
            for text in printed(&changed) {
                let bad = text
                    .chars()
                    .find(|c| (c.is_control() && !"\n\t".contains(*c)) || is_hostile(*c));
                assert_eq!(bad, None, "{path:?}: {place}");
            }
        }
    }
    assert!(hostile > 500, "{hostile}");
}
