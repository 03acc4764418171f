//! The linker's cache of another architecture, made by the outside's ldconfig, which leaves out
//! libraries that are not of its own architecture.

use crate::compare::comparison::Divergence;
use crate::explain::case::Case;
use crate::explain::command_line::CommandLine;
use crate::explain::content::linker_cache::entry_count;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::ForeignLdconfig,
    needs: Needs::Both,
    explains: Explains::Fields(CONTENT),
    find,
};

/// The file that ldconfig makes.
const CACHE: &[u8] = b"etc/ld.so.cache";

fn find(case: &Case<'_>) -> Vec<Finding> {
    let Some(foreign) = &case.observations.foreign else {
        return vec![];
    };
    case.find_each(|divergence| {
        if divergence.entry_path().as_bytes() != CACHE {
            return None;
        }
        let run = case.same_run(divergence)?;
        let what = What::ForeignLdconfig {
            chroot: foreign.chroot.clone(),
            outside: foreign.outside.clone(),
        };
        let written = EntryFact::WrittenByScript {
            run: run.script.clone(),
            command: CommandLine::of_script(run.process),
        };
        let facts = [Some(written), counts(divergence)].into_iter().flatten();
        let evidence = facts.map(|fact| Evidence::on(divergence, fact));
        Some(Finding::new(RULE.id, what).with(evidence))
    })
}

/// How many libraries the caches have, if the numbers differ.
fn counts(divergence: &Divergence) -> Option<EntryFact> {
    let (left, right) = divergence.contents()?;
    let (left, right) = (entry_count(left)?, entry_count(right)?);
    (left != right).then_some(EntryFact::LinkerCacheEntries { left, right })
}
