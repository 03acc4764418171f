//! The same scripts wrote the entry in both builds, but another one last: dpkg configured the
//! packages in another order.

use crate::explain::case::Case;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{is_same, run_of, runs};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::ConfigurationOrder,
    needs: Needs::Both,
    explains: Explains::Fields(CONTENT),
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let path = divergence.entry_path();
        let normal = runs(&case.normal_writers(path));
        let chrootless = runs(&case.chrootless_writers(path));
        let (first, second) = (normal.last()?.script, chrootless.last()?.script);
        let is_same_set = normal.len() == chrootless.len()
            && normal
                .iter()
                .all(|run| run_of(&chrootless, run.script).is_some());
        if is_same(first, second) || !is_same_set {
            return None;
        }
        let last = EntryFact::LastWriters {
            normal: first.clone(),
            chrootless: second.clone(),
        };
        let foreign = case.observations.foreign.as_ref();
        let dpkg = foreign.map(|foreign| Evidence::DpkgArchitectures {
            chroot: foreign.chroot.clone(),
            outside: foreign.outside.clone(),
        });
        let finding = Finding::new(RULE.id, What::ConfiguredInAnotherOrder);
        Some(finding.with([Evidence::on(divergence, last)]).with(dpkg))
    })
}
