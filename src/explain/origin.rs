//! Where a line of a script comes from: a tool of debhelper, which brought it into the scripts of
//! many packages.

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::scripts::Snippet;

/// A part that debhelper added to scripts, and what it did in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The tool that added it.
    pub snippet: Snippet,
    /// The scripts, at least one.
    pub users: Vec<SnippetUser>,
}

/// A script that a tool of debhelper added to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnippetUser {
    /// The package.
    pub package: String,
    /// The script.
    pub script: ScriptKind,
    /// Positions of the divergences that are this script's, ascending.
    pub claims: Vec<usize>,
    /// Positions of the escapes that are this script's, ascending.
    pub escapes: Vec<usize>,
}
