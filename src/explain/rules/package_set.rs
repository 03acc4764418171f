//! The chroots have different packages, or versions of them, so that anything may differ.

use crate::compare::side::Side;
use crate::explain::case::Case;
use crate::explain::chroots::Versions;
use crate::explain::evidence::Evidence;
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::PackageSet,
    needs: Needs::Nothing,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let (left, right) = (&case.chroots.left, &case.chroots.right);
    if left.is_empty() || right.is_empty() || left == right {
        return vec![];
    }
    let finding = Finding::new(RULE.id, What::PackageSetsDiffer)
        .claiming(case.free().map(|one| one.at).collect())
        .with(left_packages(left, right))
        .with(right_only(left, right));
    vec![finding]
}

/// The packages of the left chroot that the right one does not have in the same version.
fn left_packages(left: &Versions, right: &Versions) -> impl Iterator<Item = Evidence> {
    left.iter()
        .filter_map(|(package, version)| match right.get(package) {
            None => Some(Evidence::PackageOnly {
                side: Side::Left,
                package: package.clone(),
                version: version.clone(),
            }),
            Some(other) if other != version => Some(Evidence::PackageVersions {
                package: package.clone(),
                left: version.clone(),
                right: other.clone(),
            }),
            Some(_) => None,
        })
}

fn right_only(left: &Versions, right: &Versions) -> impl Iterator<Item = Evidence> {
    let only = right
        .iter()
        .filter(|(package, _)| !left.contains_key(*package));
    only.map(|(package, version)| Evidence::PackageOnly {
        side: Side::Right,
        package: package.clone(),
        version: version.clone(),
    })
}
