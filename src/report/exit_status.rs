//! The exit status that a report stands for.

use crate::report::known::matching::KnownCount;
use crate::report::wire::package::PackageVerdictName;
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;
use crate::verify::verdict::Strictness;

/// Whether what a `--known` file knows decides the exit status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KnownFindings {
    /// Known findings are only counted.
    #[default]
    Counted,
    /// Known findings are accepted, and a rule that is of no use is not.
    Accepted,
}

/// The exit status of a report: 0 for success, 1 for findings, 2 for trouble. A `--known` file
/// knows of no attempts: if they count, they count in any case.
#[must_use]
pub fn exit_status(report: &Report, known: KnownFindings, strictness: Strictness) -> u8 {
    let mut packages = report.packages.iter();
    let is_latent = packages.any(|package| package.verdict == PackageVerdictName::Latent);
    let of_attempts = match strictness {
        Strictness::Effects => 0,
        Strictness::Attempts => u8::from(is_latent),
    };
    of_findings(report, known).max(of_attempts)
}

/// The exit status that differences and changes of the outside earn.
fn of_findings(report: &Report, known: KnownFindings) -> u8 {
    match (report.verdict, known) {
        (Verdict::Failed, _) => 2,
        (Verdict::Identical, KnownFindings::Counted) => 0,
        (Verdict::Divergent | Verdict::Escaped | Verdict::Unbuildable, KnownFindings::Counted) => 1,
        // No rule knows a script that fails.
        (Verdict::Unbuildable, KnownFindings::Accepted) => 1,
        (_, KnownFindings::Accepted) => {
            let count = KnownCount::from(report);
            let is_useful = report.known.iter().all(|known| known.finding.is_none());
            u8::from(count.known != count.all || !is_useful)
        }
    }
}
