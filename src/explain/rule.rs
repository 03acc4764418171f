//! One way to explain.

use crate::explain::case::Case;
use crate::explain::finding::Finding;
use crate::explain::observations::Observations;
use crate::explain::rule_id::RuleId;

/// Which observed builds a rule works with; without them it is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// No observed build.
    Nothing,
    /// The chrootless build.
    Chrootless,
    /// Both builds.
    Both,
}

impl Needs {
    /// Whether these builds were observed.
    pub(crate) fn are_met(self, observations: &Observations<'_>) -> bool {
        let is_chrootless = observations.chrootless.is_some();
        match self {
            Self::Nothing => true,
            Self::Chrootless => is_chrootless,
            Self::Both => is_chrootless && observations.normal.is_some(),
        }
    }
}

/// One way to explain.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its stable name.
    pub id: RuleId,
    /// The builds that it needs.
    pub needs: Needs,
    /// Makes the findings; they claim free divergences only.
    pub(crate) find: fn(&Case<'_>) -> Vec<Finding>,
}
