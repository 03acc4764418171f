//! What is said of a package beside its verdict: entries that have to do with it and are in causes
//! that are not held against it.

use std::collections::BTreeMap;

use crate::compare::comparison::Comparison;
use crate::explain::explanation::Explanation;
use crate::explain::package_verdict::{Reason, Relation, Touched};
use crate::explain::rule_id::RuleId;

/// Of each package, how many entries of a finding have to do with it, and how.
#[derive(Debug, Default)]
pub(crate) struct Beside(BTreeMap<String, BTreeMap<Key, usize>>);

/// A finding, and what its entries have to do with the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// Position of the finding.
    finding: usize,
    relation: Relation,
}

impl Beside {
    pub(crate) fn new(comparison: &Comparison, explanation: &Explanation) -> Self {
        let mut beside = Self::default();
        for (number, finding) in explanation.findings.iter().enumerate() {
            for at in &finding.claims {
                let Some(divergence) = comparison.divergences.get(*at) else {
                    continue;
                };
                let doer = finding.owner_of_claim(*at).map(|owner| owner.package);
                let shipping = explanation.chroots.owners.shipping(&divergence.path);
                let shipping = shipping.map(|owner| owner.package);
                if finding.rule == RuleId::Nondeterminism && doer.is_some() {
                    beside.count(doer, number, Relation::Random);
                } else if shipping != doer {
                    beside.count(shipping, number, Relation::Shipped);
                }
            }
        }
        beside
    }

    fn count(&mut self, package: Option<String>, finding: usize, relation: Relation) {
        if let Some(package) = package {
            let counts = self.0.entry(package).or_default();
            *counts.entry(Key { finding, relation }).or_default() += 1;
        }
    }

    /// What is said of a package; `None` if nothing is.
    pub(crate) fn reason(&self, package: &str) -> Option<Reason> {
        let counts = self.0.get(package)?.iter();
        let touched = counts.map(|(key, entries)| Touched {
            finding: key.finding,
            entries: *entries,
            relation: key.relation,
        });
        Some(Reason::Beside {
            touched: touched.collect(),
        })
    }
}
