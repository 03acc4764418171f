//! What no maintainer script wrote, in either build: mmdebstrap's, apt's or dpkg's own.

use crate::explain::case::{Case, bare, scripts};
use crate::explain::evidence_text;
use crate::explain::rules::parent_time::is_for_its_entries;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "tool-itself",
    about: "no maintainer script wrote the path: mmdebstrap, apt or dpkg itself makes it in another way",
    needs: Needs::Both,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let writers = [
            case.normal_writers(&divergence.path),
            case.chrootless_writers(&divergence.path),
        ];
        if writers.iter().any(|writers| !scripts(writers).is_empty())
            || is_for_its_entries(case, divergence)
        {
            continue;
        }
        let last = writers
            .iter()
            .filter_map(|writers| writers.last())
            .next_back();
        let Some(process) = last else {
            continue;
        };
        let program = process.argv.first().map_or("", String::as_str);
        let program = program.rsplit('/').next().unwrap_or_default();
        let program = quote(program.as_bytes());
        let what = format!("{program} itself makes it in another way, no maintainer script does");
        let mut finding = Finding::of(case, &RULE, None, &what, vec![at]);
        finding.evidence.push(format!(
            "{}: by {}",
            quote(bare(&divergence.path)),
            evidence_text::command(process)
        ));
        finding.hint = Some("no bug of a package");
        findings.push(finding);
    }
    findings
}
