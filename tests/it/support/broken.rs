//! Broken maintainer scripts, and whether a report names each for what it did.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A broken package, and what must be said of it.
pub(crate) struct Broken {
    pub(crate) name: &'static str,
    /// `preinst` or `postinst`, and what it does after `set -e`.
    pub(crate) script: (&'static str, &'static str),
    /// A file that it ships, if any.
    pub(crate) ships: Option<&'static str>,
    /// The rule that finds it.
    pub(crate) rule: &'static str,
    /// The script that is to be named.
    pub(crate) named: &'static str,
    /// Divergent paths that must be explained by it.
    pub(crate) paths: &'static [&'static str],
    /// Paths of the outside that must be blamed on it.
    pub(crate) escapes: &'static [&'static str],
}

/// A postinst that writes outside what it should write inside.
pub(crate) const NONE: Broken = Broken {
    name: "",
    script: ("postinst", ""),
    ships: None,
    rule: "escaped-write",
    named: "postinst",
    paths: &[],
    escapes: &[],
};

/// Rule, package and script of a cause.
type Facts = (String, String, String);

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Everything about a report that is not as the broken scripts would have it.
pub(crate) fn wrong(report: &Value, all: &[Broken]) -> Vec<String> {
    let facts = |cause: &Value| {
        (
            text(&cause["rule"]),
            text(&cause["package"]),
            text(&cause["script"]),
        )
    };
    let causes: BTreeMap<String, Facts> = array(&report["causes"])
        .iter()
        .map(|cause| (text(&cause["id"]), facts(cause)))
        .collect();
    let entries: BTreeMap<String, Facts> = array(&report["divergences"])
        .iter()
        .map(|row| {
            let cause = causes.get(&text(&row["cause"]));
            (text(&row["path"]), cause.cloned().unwrap_or_default())
        })
        .collect();
    let escapes: BTreeMap<String, (String, String)> = array(&report["outside"]["escapes"])
        .iter()
        .map(|row| {
            (
                text(&row["path"]),
                (text(&row["package"]), text(&row["script"])),
            )
        })
        .collect();
    let mut wrong = Vec::new();
    for broken in all {
        let by = (broken.name.to_owned(), broken.named.to_owned());
        let expected = (broken.rule.to_owned(), by.0.clone(), by.1.clone());
        for path in broken.paths {
            let found = entries.get(*path);
            if found != Some(&expected) {
                wrong.push(format!("{path}: {found:?} and not {expected:?}"));
            }
        }
        for path in broken.escapes {
            let found = escapes.get(*path);
            if found != Some(&by) {
                wrong.push(format!("outside {path}: {found:?} and not {by:?}"));
            }
        }
    }
    let names: BTreeSet<&str> = all.iter().map(|broken| broken.name).collect();
    let blamed = causes.values().map(|(_, package, _)| package.as_str());
    let innocent: BTreeSet<&str> = blamed
        .filter(|package| !package.is_empty() && !names.contains(package))
        .collect();
    wrong.extend(
        innocent
            .iter()
            .map(|package| format!("{package} is blamed")),
    );
    let unexplained = entries.iter().filter(|(_, (rule, _, _))| rule.is_empty());
    wrong.extend(unexplained.map(|(path, _)| format!("{path} is not explained")));
    wrong
}
