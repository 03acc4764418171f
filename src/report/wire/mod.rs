//! The wire types of `twinroot.report.v1` (`docs/report-format.md`): serde types, and nothing else.
//!
//! Nothing in a report depends on the clock, on temporary paths or on the order of a map;
//! timings stand apart.

pub(crate) mod audit;
pub(crate) mod build;
pub(crate) mod cause;
pub(crate) mod command;
pub(crate) mod divergence;
pub(crate) mod divergent_entries;
pub(crate) mod executed;
pub(crate) mod failure;
pub(crate) mod frozen;
pub(crate) mod known;
pub(crate) mod matrix;
pub(crate) mod outside;
pub(crate) mod package;
pub(crate) mod report;
pub(crate) mod script;
pub(crate) mod side;
pub(crate) mod trouble;
pub(crate) mod verdict;
