//! Accounts and groups that only one side has, or has with other fields.

use crate::explain::case::{Case, bare, is_about_time, missing};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};

pub(crate) const RULE: Rule = Rule {
    id: "accounts",
    about: "an account database differs: accounts missing, other ids, shadow passwords not set up",
    needs: Needs::Nothing,
    find,
};

/// passwd(5), shadow(5), group(5), gshadow(5), and subuid(5).
const DATABASES: [&[u8]; 6] = [
    b"passwd", b"shadow", b"group", b"gshadow", b"subuid", b"subgid",
];

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for (at, divergence) in case.free() {
        let Some(name) = bare(&divergence.path).strip_prefix(b"etc/") else {
            continue;
        };
        // The tools of shadow keep the version before in a file with a hyphen.
        let name = name.strip_suffix(b"-").unwrap_or(name);
        // The day of a password's last change says nothing about accounts.
        if !DATABASES.contains(&name) || is_about_time(divergence) {
            continue;
        }
        let missing = missing(case, &divergence.path);
        let finding = match missing.split_last() {
            Some(((script, process), others)) => {
                let what = "accounts were not set up inside";
                let mut finding = Finding::of(case, &RULE, Some(script), what, vec![at]);
                finding.evidence.push(format!(
                    "in the normal build it runs {}",
                    evidence_text::command(process)
                ));
                let others = others.iter();
                finding.evidence.extend(others.map(|(other, process)| {
                    evidence_text::left_out_as_well(&divergence.path, other, process)
                }));
                finding
            }
            None => Finding::of(case, &RULE, None, "account databases differ", vec![at]),
        };
        findings.push(finding);
    }
    findings
}
