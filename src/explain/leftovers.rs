//! What differs and what escaped, by package, and what of it belongs to no known package.

use crate::audit::change::{Change, ChangeKind};
use crate::audit::value::AuditedField;
use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::comparison::{Comparison, Divergence};
use crate::explain::divergent_fields::has_only;
use crate::explain::explanation::Explanation;
use crate::explain::package_verdict::{LeftoverCounts, Reason};
use crate::explain::scripts::Line;
use crate::explain::scripts::package::Scripts;
use crate::tar::entry_path::EntryPath;

/// A path that differs or escaped, and the package that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedPath {
    /// Name of the entry as the archive spells it, or absolute path of the outside.
    pub(crate) path: Vec<u8>,
    pub(crate) package: Option<String>,
}

/// The divergent entries, without directories that only show that something in them differs, and
/// without those that differ by how the chroot was built.
pub(crate) fn divergent(comparison: &Comparison, explanation: &Explanation) -> Vec<OwnedPath> {
    let all = &comparison.divergences;
    let follows = |one: &Divergence| {
        let mut others = all.iter();
        has_only(one, &["mtime"])
            && others.any(|other| is_directly_in(other.entry_path(), one.entry_path()))
    };
    let attributed = all.iter().zip(&explanation.attributions);
    attributed
        .filter(|(one, attribution)| {
            let number = attribution.finding;
            let finding = number.and_then(|number| explanation.findings.get(number));
            !follows(one) && !finding.is_some_and(|finding| finding.rule.acquits_packages())
        })
        .map(|(one, attribution)| OwnedPath {
            path: one.path.clone(),
            package: attribution.package.clone(),
        })
        .collect()
}

/// The escapes, without directories that only show that something in them changed.
pub(crate) fn escaped(escapes: &[Change], explanation: &Explanation) -> Vec<OwnedPath> {
    let follows = |one: &Change| {
        let mut others = escapes.iter();
        let is_in =
            |other: &Change| is_directly_in(EntryPath::new(&other.path), EntryPath::new(&one.path));
        one.kind == ChangeKind::Metadata && is_mtime(one) && others.any(is_in)
    };
    let attributed = escapes.iter().zip(&explanation.escapes);
    attributed
        .filter(|(one, _)| !follows(one))
        .map(|(one, attribution)| OwnedPath {
            path: one.path.clone(),
            package: attribution.package.clone(),
        })
        .collect()
}

/// Whether nothing but the time of a path changed.
fn is_mtime(change: &Change) -> bool {
    let fields = &change.fields;
    !fields.is_empty()
        && fields
            .iter()
            .all(|field| field.field == AuditedField::Mtime)
}

/// Whether a path stands directly in a directory, which may be the root.
fn is_directly_in(path: EntryPath<'_>, directory: EntryPath<'_>) -> bool {
    match path.parent() {
        Some(parent) => parent == directory,
        None => directory.is_root() && !path.is_root(),
    }
}

/// What belongs to no known package.
#[derive(Debug)]
pub(crate) struct Leftovers {
    paths: Vec<Vec<u8>>,
    counts: LeftoverCounts,
}

impl Leftovers {
    pub(crate) fn new(
        comparison: &Comparison,
        divergences: &[OwnedPath],
        escapes: &[OwnedPath],
    ) -> Self {
        let nobodys = |paths: &[OwnedPath]| -> Vec<Vec<u8>> {
            let nobodys = paths.iter().filter(|path| path.package.is_none());
            nobodys.map(|path| path.path.clone()).collect()
        };
        let (divergences, escapes) = (nobodys(divergences), nobodys(escapes));
        // What follows from entries is not held against anyone a second time.
        let is_alone = comparison.divergences.is_empty();
        let archive = comparison.archive.iter().filter(|_| is_alone);
        Self {
            counts: LeftoverCounts {
                divergences: divergences.len(),
                escapes: escapes.len(),
                archive: archive.map(ArchiveDivergence::name).collect(),
                is_incomplete: comparison.trouble.is_some(),
            },
            paths: [divergences, escapes].concat(),
        }
    }

    /// How many there are; `None` if there are none.
    pub(crate) fn counts(&self) -> Option<&LeftoverCounts> {
        let is_empty = self.counts == LeftoverCounts::default();
        (!is_empty).then_some(&self.counts)
    }

    /// The first line of a package's scripts that may be what changed one of the paths.
    pub(crate) fn suspicion(&self, scripts: &Scripts, package: &str) -> Option<Reason> {
        let scripts = scripts.of(package)?;
        self.paths.iter().find_map(|path| {
            let text = String::from_utf8_lossy(path);
            scripts.iter().find_map(|(kind, script)| {
                let lines = script.lines_about(&text);
                let line = lines.into_iter().find(Line::is_silent)?;
                Some(Reason::Suspicion {
                    path: path.clone(),
                    script: *kind,
                    line: line.number,
                    text: line.text,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_holds_what_stands_directly_in_it() {
        let is_in = |path: &[u8], directory: &[u8]| {
            is_directly_in(EntryPath::new(path), EntryPath::new(directory))
        };
        assert!(is_in(b"./etc/a", b"./etc/") && is_in(b"/etc/a/", b"/etc"));
        assert!(is_in(b"./etc/", b"./") && is_in(b"/etc", b"/"));
        assert!(!is_in(b"./etc/a/b", b"./etc/") && !is_in(b"./etc/", b"./etc/"));
        assert!(!is_in(b"./", b"./"));
    }
}
