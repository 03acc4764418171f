//! What explaining a comparison gives: one finished value.

use crate::explain::attribution::{Attribution, EscapeAttribution};
use crate::explain::chroots::Chroots;
use crate::explain::finding::Finding;

/// What explaining a comparison gave.
#[derive(Debug)]
pub struct Explanation {
    /// What explains divergences and escapes, those with the most claims first.
    pub findings: Vec<Finding>,
    /// Whose each divergence is, in their order.
    pub attributions: Vec<Attribution>,
    /// Whose each escape is, in their order.
    pub escapes: Vec<EscapeAttribution>,
    /// dpkg's databases of both chroots.
    pub chroots: Chroots,
}
