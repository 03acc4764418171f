//! Two inputs that cannot be compared with each other.

use std::fmt;

use crate::compare::side::Side;
use crate::input::kind::Kind;

/// An input that is no match for the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Which input.
    pub side: Side,
    /// What it is.
    pub kind: Kind,
    /// What the other one is.
    pub other: Kind,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { side, kind, other } = self;
        let other_side = match side {
            Side::Left => "right",
            Side::Right => "left",
        };
        match kind {
            Kind::Foreign(foreign) => write!(out, "is {foreign}, which is not read")?,
            kind => write!(out, "is {kind}")?,
        }
        write!(out, "; the {other_side} input is {other}")
    }
}
