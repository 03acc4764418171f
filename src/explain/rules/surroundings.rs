//! The machine's name, its resolver, the mirror: what a chroot takes from where it is made.

use crate::explain::case::Case;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Surroundings,
    needs: Needs::Nothing,
    find,
};

/// What mmdebstrap(1) copies from the machine, or writes for the mirror.
const FILES: [&[u8]; 6] = [
    b"etc/hostname",
    b"etc/hosts",
    b"etc/mailname",
    b"etc/resolv.conf",
    b"etc/apt/sources.list",
    b"etc/apt/apt.conf.d/01proxy",
];
const DIRECTORIES: [&[u8]; 2] = [b"etc/apt/sources.list.d/", b"var/lib/apt/lists/"];

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let path = divergence.entry_path().as_bytes();
        let is_such =
            FILES.contains(&path) || DIRECTORIES.iter().any(|start| path.starts_with(start));
        let finding = Finding::new(RULE.id, What::Surroundings);
        is_such.then(|| finding.with([Evidence::on(divergence, EntryFact::Claimed)]))
    })
}
