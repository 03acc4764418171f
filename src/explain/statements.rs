//! What is the same in many entries of two archives, so that it is said once and not of each.

use crate::compare::comparison::{Divergence, FieldDivergence};
use crate::compare::field_value::FieldValue;
use crate::compare::side::Side;
use crate::tar::time::Timestamp;

/// One thing that is the same in many entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it is.
    pub about: About,
    /// In how many entries it is so, at least 2.
    pub entries: usize,
    /// Whether these are all.
    pub extent: Extent,
}

/// How many of the entries that both archives have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every one.
    Every,
    /// Not every one of this many.
    Of(usize),
}

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A field that differs.
    Field {
        /// Its name.
        name: String,
        /// How it differs.
        difference: Uniform,
    },
    /// The names begin with something on one side that they do not begin with on the other.
    NamesBegin {
        /// The side where they do.
        side: Side,
        /// What they begin with.
        with: &'static str,
    },
}

/// How a field differs in many entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uniform {
    /// One side stores no value.
    NoneOn {
        /// The side.
        side: Side,
        /// The value on the other side, if all have the same.
        other: Option<FieldValue>,
    },
    /// These values on the left stand for these on the right.
    Pairs(Vec<ValuePair>),
    /// One side has this value, whatever the other one has.
    Same {
        /// The side.
        side: Side,
        /// Its value.
        value: FieldValue,
    },
    /// One side stores times in whole seconds, and the other one the same times with fractions.
    WholeSeconds(Side),
    /// The same values are written down in another way.
    Spelling,
}

/// A value on the left, and that on the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuePair {
    /// On the left.
    pub left: Option<FieldValue>,
    /// On the right.
    pub right: Option<FieldValue>,
}

impl Statement {
    /// Whether it says of a field how it differs.
    pub(crate) fn covers(&self, field: &FieldDivergence) -> bool {
        match &self.about {
            About::NamesBegin { .. } => false,
            About::Field { name, difference } => *name == field.name && difference.covers(field),
        }
    }

    /// Whether it says of an entry why its name differs.
    pub(crate) fn covers_name(&self, divergence: &Divergence) -> bool {
        match &self.about {
            About::NamesBegin { side, with } => begins(divergence, *side, with),
            About::Field { .. } => false,
        }
    }
}

impl Uniform {
    fn covers(&self, field: &FieldDivergence) -> bool {
        match self {
            Self::NoneOn { side, .. } => value(field, *side).is_none(),
            Self::Pairs(pairs) => pairs.contains(&pair(field)),
            Self::Same { side, value: same } => value(field, *side).as_ref() == Some(same),
            Self::WholeSeconds(side) => is_whole_on(field, *side),
            Self::Spelling => true,
        }
    }
}

/// Whether the name of an entry begins with something on one side and is the rest of it on the
/// other.
pub(crate) fn begins(divergence: &Divergence, side: Side, with: &str) -> bool {
    let Some(from) = &divergence.from else {
        return false;
    };
    let (long, short) = match side {
        Side::Left => (from, &divergence.path),
        Side::Right => (&divergence.path, from),
    };
    long.strip_prefix(with.as_bytes()) == Some(short.as_slice())
}

/// Whether a time is the same on both sides but for the fraction, which this side does not have.
pub(crate) fn is_whole_on(field: &FieldDivergence, side: Side) -> bool {
    match (
        seconds(value(field, side)),
        seconds(value(field, other(side))),
    ) {
        (Some((one, "")), Some((second, fraction))) => one == second && !fraction.is_empty(),
        _ => false,
    }
}

/// The whole seconds since 1970 and the digits of the fraction.
fn seconds(value: &Option<FieldValue>) -> Option<(u64, &str)> {
    match value {
        Some(FieldValue::Time(Timestamp::Seconds {
            negative: false,
            whole,
            fraction,
        })) => Some((*whole, fraction)),
        _ => None,
    }
}

pub(crate) fn other(side: Side) -> Side {
    match side {
        Side::Left => Side::Right,
        Side::Right => Side::Left,
    }
}

pub(crate) fn value(field: &FieldDivergence, side: Side) -> &Option<FieldValue> {
    match side {
        Side::Left => &field.left,
        Side::Right => &field.right,
    }
}

pub(crate) fn pair(field: &FieldDivergence) -> ValuePair {
    ValuePair {
        left: field.left.clone(),
        right: field.right.clone(),
    }
}
