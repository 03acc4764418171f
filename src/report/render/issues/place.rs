//! Where a finding is in a source tree.

use crate::debian::maintainer_script::ScriptKind;
use crate::report::wire::divergence::DivergentEntry;
use crate::report::wire::package::ScriptLine;
use crate::report::wire::report::Report;
use crate::report::wire::script::ScriptName;

/// A file and a line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: u64,
}

impl Place {
    /// A line of a maintainer script; the first one if none is known. A trigger runs the postinst.
    pub(crate) fn script(package: &str, script: ScriptName, line: Option<u64>) -> Self {
        let name = match script.0 {
            ScriptKind::Trigger => ScriptKind::Postinst.as_str(),
            kind => kind.as_str(),
        };
        Self {
            path: format!("debian/{package}.{name}"),
            line: line.unwrap_or(1).max(1),
        }
    }

    /// An entry, by its path without `./`.
    pub(crate) fn entry(entry: &DivergentEntry) -> Self {
        Self::path(&entry.path)
    }

    /// A path, without what makes it absolute.
    pub(crate) fn path(path: &str) -> Self {
        let relative = path.trim_start_matches("./").trim_matches('/');
        let path = if relative.is_empty() { "." } else { relative };
        Self {
            path: path.to_owned(),
            line: 1,
        }
    }

    /// The right archive as such.
    pub(crate) fn archive(report: &Report) -> Self {
        Self {
            path: format!("{}.tar", report.right.label),
            line: 1,
        }
    }
}

/// The lines of a script that act without `DPKG_ROOT`.
pub(crate) fn lines<'a>(report: &'a Report, package: &str, script: ScriptName) -> &'a [ScriptLine] {
    let mut packages = report.packages.iter();
    let scripts = packages.find(|one| one.name == package);
    let mut scripts = scripts.into_iter().flat_map(|one| &one.scripts);
    let script = scripts.find(|one| one.name == script);
    script.map_or(&[], |script| script.lines.as_slice())
}
