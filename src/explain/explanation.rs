//! What explaining a comparison gives: one finished value.

use crate::compare::comparison::Divergence;
use crate::explain::attribution::{Attribution, Batch, EscapeAttribution, of_divergences};
use crate::explain::chroots::Chroots;
use crate::explain::finding::Finding;
use crate::explain::observations::Observations;

/// What explaining a comparison gave.
#[derive(Debug)]
pub struct Explanation {
    /// What explains divergences and escapes, those with the most claims first.
    pub findings: Vec<Finding>,
    /// Whose each divergence is that is in memory, in their order.
    pub attributions: Vec<Attribution>,
    /// Whose each escape is, in their order.
    pub escapes: Vec<EscapeAttribution>,
    /// dpkg's databases of both chroots.
    pub chroots: Chroots,
}

impl Explanation {
    /// Whose further divergences of two archives are, given the position of the first of them among
    /// all.
    #[must_use]
    pub fn of_further(&self, divergences: &[Divergence], offset: usize) -> Vec<Attribution> {
        let batch = Batch {
            divergences,
            offset,
        };
        let nothing = Observations::none(None);
        of_divergences(batch, &self.chroots, &self.findings, &nothing)
    }
}
