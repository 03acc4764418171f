//! What the help of several commands has in common.

/// What the short help of a command ends with.
pub(crate) const SHORT_HELP: &str = "Use `--help` for details, exit status and examples.";
