//! The chroots have different packages.

use crate::explain::case::Case;
use crate::explain::rules::{Finding, Needs, Rule};

pub(crate) const RULE: Rule = Rule {
    id: "package-set",
    about: "the two chroots do not have the same packages, so that anything may differ",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let (left, right) = &case.evidence.packages;
    if left.is_empty() || right.is_empty() || left == right {
        return vec![];
    }
    let mut finding = Finding::new(
        RULE.id,
        "the package sets differ".to_owned(),
        case.free().map(|(at, _)| at).collect(),
    );
    for (package, version) in left {
        match right.get(package) {
            None => finding
                .evidence
                .push(format!("only left: {package} {version}")),
            Some(other) if other != version => {
                finding
                    .evidence
                    .push(format!("{package}: {version} | {other}"));
            }
            Some(_) => {}
        }
    }
    let only_right = right
        .iter()
        .filter(|(package, _)| !left.contains_key(*package));
    finding
        .evidence
        .extend(only_right.map(|(package, version)| format!("only right: {package} {version}")));
    vec![finding]
}
