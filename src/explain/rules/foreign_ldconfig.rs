//! The linker's cache of another architecture, made by the outside's ldconfig.

use crate::explain::case::{Case, bare, same_script};
use crate::explain::content::linker_cache::entry_count;
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "foreign-ldconfig",
    about: "ldconfig of the outside left out libraries of the chroot's architecture, which is not its own",
    needs: Needs::Both,
    find,
};

/// What ldconfig makes.
const CACHE: &[u8] = b"etc/ld.so.cache";

fn find(case: &Case<'_>) -> Vec<Finding> {
    let Some(foreign) = &case.evidence.foreign else {
        return vec![];
    };
    let cache = case.free().find(|(_, one)| bare(&one.path) == CACHE);
    let Some((at, divergence)) = cache else {
        return vec![];
    };
    let Some((script, process)) = same_script(case, &divergence.path) else {
        return vec![];
    };
    let title = format!(
        "ldconfig of the outside, of {}, leaves out what is of {}",
        foreign.outside, foreign.chroot
    );
    let mut finding = Finding::new(RULE.id, title, vec![at]);
    finding.evidence.push(format!(
        "{}: {} ran {}",
        quote(CACHE),
        evidence_text::script(script),
        evidence_text::command(process)
    ));
    let counts = divergence
        .contents()
        .and_then(|(left, right)| Some((entry_count(left)?, entry_count(right)?)));
    if let Some((left, right)) = counts.filter(|(left, right)| left != right) {
        let counts = format!("{}: entries {left} | {right}", quote(CACHE));
        finding.evidence.push(counts);
    }
    finding.hint = Some(
        "no package's fault: ldconfig knows the libraries of its own architecture; the first \
         ldconfig inside makes the cache whole",
    );
    vec![finding]
}
