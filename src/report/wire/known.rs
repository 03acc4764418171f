//! What rules of the user matched: those of a `--known` file, and those that ignore.

use serde::{Deserialize, Serialize};

/// A rule of a `--known` file, and what it matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The conditions of the rule, in one line.
    pub rule: String,
    /// How many divergent entries, archive aspects and escapes it matched.
    pub count: u64,
    /// The bug report that the rule names.
    pub bug: Option<String>,
    /// The reason that the rule gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is wrong with the rule itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<RuleFinding>,
}

/// What is wrong with a rule of a `--known` file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleFinding {
    /// It matched nothing.
    Unused,
    /// Its date is over, so that what it matched is no longer known.
    Expired,
}

/// What an option took out of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoredRule {
    /// A field or archive name, or `exclude GLOB`.
    pub rule: String,
    /// How many divergences or fields it took out.
    pub count: u64,
}
