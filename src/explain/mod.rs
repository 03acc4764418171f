//! Why two chroots differ: a comparison and what was observed of the builds become findings,
//! and verdicts on packages.
//!
//! [`explain`] and [`explain_archives`] give an [`Explanation`]; [`packages`](packages::packages)
//! judges the packages by it. All of it is facts: `report::sentences` makes the words.

pub mod agreement;
pub mod attribution;
pub mod basis;
pub(crate) mod batched;
pub(crate) mod below_links;
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
pub(crate) mod entry_causes;
pub mod evidence;
pub mod explains;
pub mod explanation;
pub mod failure;
pub(crate) mod field_tally;
pub mod finding;
pub(crate) mod leftovers;
pub(crate) mod line_shares;
pub mod observations;
pub mod observed_outside;
pub mod origin;
pub(crate) mod overview;
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
pub(crate) mod statement_tally;
pub mod statements;
pub(crate) mod usr_links;
pub(crate) mod words;

pub use crate::explain::explanation::Explanation;
pub use crate::explain::finding::Finding;
pub use crate::explain::observations::Observations;
pub use crate::explain::ownership::{Owner, Owners, is_evidence};

use std::io;

use crate::compare::comparison::Comparison;
use crate::explain::attribution::Batch;
use crate::explain::basis::Basis;
use crate::explain::case::Case;
use crate::explain::chroots::Chroots;
use crate::explain::overview::Overview;

/// Explains a comparison of two builds by what the tarballs and the observed builds say. All its
/// divergences are in memory.
#[must_use]
pub fn explain(comparison: &Comparison, observations: &Observations<'_>) -> Explanation {
    let chroots = Chroots::read(&comparison.collected);
    let divergences = &comparison.divergences;
    let overview = Overview::of_builds(comparison);
    let case = Case::new(
        divergences,
        &overview,
        &chroots,
        observations,
        Basis::Builds,
    );
    let findings = rules::findings(case);
    Explanation {
        attributions: attribution::of_divergences(
            Batch::first(divergences),
            &chroots,
            &findings,
            observations,
        ),
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
/// `epoch` is `SOURCE_DATE_EPOCH` in seconds since 1970, if it is known.
///
/// # Errors
/// Divergences that are on disk cannot be read.
pub fn explain_archives(comparison: &Comparison, epoch: Option<i64>) -> io::Result<Explanation> {
    let chroots = Chroots::read(&comparison.collected);
    let observations = Observations::none(epoch);
    let findings = batched::findings(comparison, &chroots, &observations)?;
    let first = Batch::first(&comparison.divergences);
    Ok(Explanation {
        attributions: attribution::of_divergences(first, &chroots, &findings, &observations),
        escapes: Vec::new(),
        findings,
        chroots,
    })
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod who_did_it_tests;
