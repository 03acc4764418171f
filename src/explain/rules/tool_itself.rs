//! No maintainer script wrote the entry in either build: mmdebstrap, apt or dpkg itself did.

use crate::explain::case::Case;
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::rules::parent_time::is_for_its_entries;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::ToolItself,
    needs: Needs::Both,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let path = divergence.entry_path();
        let (normal, chrootless) = (case.normal_writers(path), case.chrootless_writers(path));
        let of_scripts = case.entry_runs(divergence);
        let is_of_script = !of_scripts.normal.is_empty() || !of_scripts.chrootless.is_empty();
        if is_of_script || is_for_its_entries(case, divergence) {
            return None;
        }
        let process = chrootless.last().or(normal.last())?;
        let program = process.argv.first().map_or("", String::as_str);
        let program = program.rsplit('/').next().unwrap_or_default().to_owned();
        let finding = Finding::new(RULE.id, What::ToolWritesDifferently { program });
        let written = EntryFact::WrittenBy(CommandLine::of_script(process));
        Some(finding.with([Evidence::on(divergence, written)]))
    })
}
