//! One way to explain.

use crate::explain::basis::Basis;
use crate::explain::case::Case;
use crate::explain::explains::Explains;
use crate::explain::finding::Finding;
use crate::explain::rule_id::RuleId;

/// What a rule works with; without it, it is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Two archives of anything.
    Nothing,
    /// Two builds, observed or not.
    Builds,
    /// The chrootless build, observed.
    Chrootless,
    /// Both builds, observed.
    Both,
}

impl Needs {
    /// Whether a case has it.
    pub(crate) fn are_met(self, case: &Case<'_>) -> bool {
        let is_chrootless = case.observations.chrootless.is_some();
        match self {
            Self::Nothing => true,
            Self::Builds => case.basis == Basis::Builds,
            Self::Chrootless => is_chrootless,
            Self::Both => is_chrootless && case.observations.normal.is_some(),
        }
    }
}

/// One way to explain.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its stable name.
    pub id: RuleId,
    /// What it works with.
    pub needs: Needs,
    /// What of an entry it explains; it claims no entry that differs in anything else.
    pub explains: Explains,
    /// Makes the findings; they claim free divergences only.
    pub(crate) find: fn(&Case<'_>) -> Vec<Finding>,
}
