//! The order of divergences in reports: by path, occurrence and kind.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::compare::comparison::Divergence;

/// A divergence among others.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InOrder(pub(crate) Divergence);

impl Ord for InOrder {
    fn cmp(&self, other: &Self) -> Ordering {
        report_order(&self.0, &other.0)
    }
}

impl PartialOrd for InOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for InOrder {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for InOrder {}

/// Which of two divergences comes first in a report.
pub(crate) fn report_order(a: &Divergence, b: &Divergence) -> Ordering {
    (&a.path, a.occurrence, a.kind, &a.from).cmp(&(&b.path, b.occurrence, b.kind, &b.from))
}
