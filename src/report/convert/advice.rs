//! What the user can do about an error, from whoever knows the command line.

use crate::{compare, verify};

/// Says in one line what the user can do about an error.
pub trait Advice {
    /// About a comparison that is incomplete or was not made.
    fn of_comparison(&self, error: &compare::Error) -> Option<String>;

    /// About a build that failed.
    fn of_verification(&self, error: &verify::Error) -> Option<String>;
}

/// No advice: nobody knows the command line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoAdvice;

impl Advice for NoAdvice {
    fn of_comparison(&self, _: &compare::Error) -> Option<String> {
        None
    }

    fn of_verification(&self, _: &verify::Error) -> Option<String> {
        None
    }
}
