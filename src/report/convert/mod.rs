//! From what a run found to wire values. Each function makes a finished value; none edits one.

pub(crate) mod advice;
pub(crate) mod audit;
pub(crate) mod builds;
pub(crate) mod causes;
pub(crate) mod commands;
pub(crate) mod comparison;
pub(crate) mod details;
pub(crate) mod entry_name;
pub(crate) mod escapes;
pub(crate) mod executed;
pub(crate) mod failures;
pub(crate) mod frozen;
pub(crate) mod matrix;
pub(crate) mod observed;
pub(crate) mod packages;
pub(crate) mod rows;
pub(crate) mod timings;
pub(crate) mod uncompared;
pub(crate) mod unverified;
pub(crate) mod verdict;
pub(crate) mod verification;
