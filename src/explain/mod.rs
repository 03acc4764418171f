//! Why two chroots differ: a comparison and what was observed of the builds become findings,
//! and verdicts on packages.
//!
//! [`explain`] and [`explain_archives`] give an [`Explanation`]; [`packages`](packages::packages)
//! judges the packages by it. All of it is facts: `report::sentences` makes the words.

pub mod agreement;
pub mod attribution;
pub mod basis;
pub(crate) mod beside;
pub(crate) mod case;
pub mod chroots;
pub(crate) mod command_fit;
pub mod command_line;
pub mod content;
pub(crate) mod debhelper;
pub(crate) mod deciding;
pub(crate) mod displaced;
pub(crate) mod divergent_fields;
pub mod evidence;
pub mod explains;
pub mod explanation;
pub mod failure;
pub mod finding;
pub(crate) mod leftovers;
pub(crate) mod line_shares;
pub mod observations;
pub mod observed_outside;
pub mod origin;
pub(crate) mod ownership;
pub mod package_verdict;
pub mod packages;
pub(crate) mod quoted_lines;
pub(crate) mod ran;
pub(crate) mod random_name;
pub(crate) mod reached;
pub mod read_line;
pub mod rule;
pub mod rule_id;
pub mod rules;
pub(crate) mod script_line;
pub(crate) mod script_runs;
pub mod scripts;
pub(crate) mod shared_files;
pub(crate) mod shared_lines;
pub mod statements;
pub(crate) mod usr_links;
pub(crate) mod words;

pub use crate::explain::explanation::Explanation;
pub use crate::explain::finding::Finding;
pub use crate::explain::observations::Observations;
pub use crate::explain::ownership::{Owner, Owners, is_evidence};

use crate::compare::comparison::Comparison;
use crate::explain::basis::Basis;
use crate::explain::case::Case;
use crate::explain::chroots::Chroots;

/// Explains a comparison of two builds by what the tarballs and the observed builds say.
#[must_use]
pub fn explain(comparison: &Comparison, observations: &Observations<'_>) -> Explanation {
    explain_by(comparison, observations, Basis::Builds)
}

fn explain_by(
    comparison: &Comparison,
    observations: &Observations<'_>,
    basis: Basis,
) -> Explanation {
    let chroots = Chroots::read(&comparison.collected);
    let divergences = &comparison.divergences;
    let findings = rules::findings(Case::new(comparison, &chroots, observations, basis));
    Explanation {
        attributions: attribution::of_divergences(divergences, &chroots, &findings, observations),
        escapes: attribution::of_escapes(
            observations.escapes(),
            &chroots,
            &findings,
            observations.chrootless,
        ),
        findings,
        chroots,
    }
}

/// Explains a comparison of two archives, of which nothing is known but what they say themselves.
/// `epoch` is `SOURCE_DATE_EPOCH` in
/// seconds since 1970, if it is known.
#[must_use]
pub fn explain_archives(comparison: &Comparison, epoch: Option<i64>) -> Explanation {
    explain_by(comparison, &Observations::none(epoch), Basis::Archives)
}

#[cfg(test)]
mod tests;
