//! Why a `--known` file cannot be used.

use crate::text::quote;

/// A line that is not TOML, or not a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct RulesError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub error: RuleError,
}

/// What is wrong with a line of a `--known` file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The line is not TOML, or has a key or a type that no rule has.
    #[error("{message}{}", shown(value))]
    Toml {
        /// The parser's message, one line.
        message: String,
        /// The text that it is about, one line; it may be empty.
        value: String,
    },
    /// The rule has both `archive` and `escape`.
    #[error("a rule is about `archive` aspects or an `escape`, not both")]
    ArchiveAndEscape,
    /// The rule has `archive` and also `path` or `fields`.
    #[error("`archive` aspects have neither `path` nor `fields`")]
    ArchiveWithPath,
    /// The rule has no condition, and would match everything.
    #[error("a rule needs a `path`, a `package` or `archive` aspects")]
    Unconditional,
    /// No field, kind of divergence or change has this name.
    #[error("no field is called `{}`", quote(.0.as_bytes()))]
    UnknownField(String),
    /// No aspect of archives has this name.
    #[error("no aspect of archives is called `{}`", quote(.0.as_bytes()))]
    UnknownAspect(String),
    /// The path is not a pattern.
    #[error("path: {}", quote(.0.to_string().as_bytes()))]
    Pattern(globset::Error),
    /// The last day is not a date.
    #[error("expires: `{0}` is not a date, for example 2027-01-31")]
    NotADate(String),
}

/// A value after the message about it.
fn shown(value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    format!(": {}", quote(value.as_bytes()))
}
