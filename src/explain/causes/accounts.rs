//! Accounts and groups that only one side has, or has with other fields.

use super::case::{bare, missing, word};
use super::{Case, Finding, Rule, wording};
use crate::text::quote;

pub(super) const RULE: Rule = Rule {
    id: "accounts",
    about: "an account database differs: accounts missing, other ids, shadow passwords not set up",
    needs_trace: false,
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
        if !DATABASES.contains(&name) {
            continue;
        }
        let missing = missing(case, &divergence.path);
        let finding = match missing.split_last() {
            Some(((script, process), others)) => {
                let mut finding = Finding::new(
                    RULE.id,
                    format!(
                        "{}, {}: accounts were not set up inside",
                        case.versioned(&script.package),
                        word(script)
                    ),
                    vec![at],
                )
                .by(script);
                finding.evidence.push(format!(
                    "in the normal build it runs {}",
                    wording::command(process)
                ));
                finding
                    .evidence
                    .extend(others.iter().map(|(other, process)| {
                        format!(
                            "{}: {} left out {} as well",
                            quote(bare(&divergence.path)),
                            wording::script(other),
                            wording::command(process)
                        )
                    }));
                finding
            }
            None => Finding::new(RULE.id, "account databases differ".to_owned(), vec![at]),
        };
        findings.push(finding);
    }
    findings
}
