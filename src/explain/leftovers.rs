//! What differs and what escaped, by whose script it was, and what of it no known script did.

use std::collections::BTreeSet;

use crate::audit::change::{Change, ChangeKind};
use crate::audit::value::AuditedField;
use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::comparison::{Comparison, Divergence};
use crate::explain::attribution::Attribution;
use crate::explain::divergent_fields::has_only;
use crate::explain::explanation::Explanation;
use crate::explain::finding::Finding;
use crate::explain::package_verdict::{LeftoverCounts, Reason};
use crate::explain::scripts::Line;
use crate::explain::scripts::package::Scripts;
use crate::tar::entry_path::EntryPath;

/// A path that differs or escaped, and whose script it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedPath {
    /// Name of the entry as the archive spells it, or absolute path of the outside.
    pub(crate) path: Vec<u8>,
    /// Whose script it was.
    pub(crate) doer: Doer,
}

/// Whether a package has scripts that act on installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActingScripts {
    /// At least one.
    Some,
    /// Not one.
    None,
}

/// Whose script changed a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doer {
    /// That of this package.
    Package(String),
    /// That of one of these packages: their scripts wrote it, or else they ship it or name it.
    OneOf(Vec<String>),
    /// That of any package.
    Anyone,
}

impl Doer {
    /// Whether a script of a package may have done it, although it is not known to have.
    fn may_be(&self, package: &str, scripts: ActingScripts) -> bool {
        match self {
            Self::Package(_) => false,
            Self::OneOf(packages) => packages.iter().any(|one| one == package),
            Self::Anyone => scripts == ActingScripts::Some,
        }
    }
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
    let finding = |attribution: &Attribution| explanation.findings.get(attribution.finding?);
    attributed
        .filter(|(one, attribution)| {
            let finding = finding(attribution);
            !follows(one) && !finding.is_some_and(|finding| finding.rule.acquits_packages())
        })
        .map(|(one, attribution)| OwnedPath {
            path: one.path.clone(),
            doer: doer(attribution, finding(attribution)),
        })
        .chain(shared(comparison, explanation))
        .collect()
}

/// Entries that several scripts have lines in, once more for each but the first, which
/// [`divergent`] has.
fn shared(comparison: &Comparison, explanation: &Explanation) -> Vec<OwnedPath> {
    let mut all = Vec::new();
    for (at, attribution) in explanation.attributions.iter().enumerate() {
        let numbers = attribution.finding.iter().chain(&attribution.others);
        let findings = numbers.filter_map(|number| explanation.findings.get(*number));
        let owners = findings.flat_map(|finding| finding.owners_of_claim(at));
        let mut packages: Vec<String> = owners.map(|owner| owner.package).collect();
        packages.sort();
        packages.dedup();
        packages.retain(|package| attribution.package.as_ref() != Some(package));
        let Some(divergence) = comparison.divergences.get(at) else {
            continue;
        };
        all.extend(packages.into_iter().map(|package| OwnedPath {
            path: divergence.path.clone(),
            doer: Doer::Package(package),
        }));
    }
    all
}

/// Whose script changed an entry. That a package ships it, or is the only one to name it, does not
/// make it the one that did it, but likelier than all others.
fn doer(attribution: &Attribution, finding: Option<&Finding>) -> Doer {
    let is_known = finding.is_some_and(|one| one.package.is_some() || one.origin.is_some());
    if let Some(package) = attribution.package.as_ref().filter(|_| is_known) {
        return Doer::Package(package.clone());
    }
    match (attribution.writers.is_empty(), &attribution.package) {
        (false, _) => Doer::OneOf(attribution.writers.clone()),
        (true, Some(package)) => Doer::OneOf(vec![package.clone()]),
        (true, None) => Doer::Anyone,
    }
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
            doer: match &attribution.package {
                Some(package) => Doer::Package(package.clone()),
                None => Doer::Anyone,
            },
        })
        .chain(also_escaped(escapes, explanation))
        .collect()
}

/// Escapes that scripts of several packages did, once more for each but the one that
/// [`escaped`] has first.
fn also_escaped<'a>(
    escapes: &'a [Change],
    explanation: &'a Explanation,
) -> impl Iterator<Item = OwnedPath> + 'a {
    let attributed = escapes.iter().zip(&explanation.escapes);
    attributed.flat_map(|(one, attribution)| {
        let also = attribution.also.iter().map(|by| &by.package);
        let others = also.filter(|package| Some(*package) != attribution.package.as_ref());
        let packages: BTreeSet<&String> = others.collect();
        packages.into_iter().map(|package| OwnedPath {
            path: one.path.clone(),
            doer: Doer::Package(package.clone()),
        })
    })
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

/// What no known script did.
#[derive(Debug)]
pub(crate) struct Leftovers {
    divergences: Vec<OwnedPath>,
    escapes: Vec<OwnedPath>,
    /// Aspects of the archives, and whether the comparison is not complete.
    whole: LeftoverCounts,
}

impl Leftovers {
    pub(crate) fn new(
        comparison: &Comparison,
        divergences: &[OwnedPath],
        escapes: &[OwnedPath],
    ) -> Self {
        let nobodys = |paths: &[OwnedPath]| -> Vec<OwnedPath> {
            let nobodys = paths.iter();
            nobodys
                .filter(|path| !matches!(path.doer, Doer::Package(_)))
                .cloned()
                .collect()
        };
        // What follows from entries is not held against anyone a second time.
        let is_alone = comparison.divergences.is_empty();
        let archive = comparison.archive.iter().filter(|_| is_alone);
        Self {
            divergences: nobodys(divergences),
            escapes: nobodys(escapes),
            whole: LeftoverCounts {
                archive: archive.map(ArchiveDivergence::name).collect(),
                is_incomplete: comparison.trouble.is_some(),
                ..LeftoverCounts::default()
            },
        }
    }

    /// Why a package is not proved complete: what one of its scripts may have done. `None` if
    /// there is nothing.
    pub(crate) fn reason(&self, package: &str, scripts: ActingScripts) -> Option<Reason> {
        let count = |paths: &[OwnedPath]| {
            let all = paths.iter();
            all.filter(|path| path.doer.may_be(package, scripts))
                .count()
        };
        let leftovers = LeftoverCounts {
            divergences: count(&self.divergences),
            escapes: count(&self.escapes),
            ..self.whole.clone()
        };
        (leftovers != LeftoverCounts::default()).then_some(Reason::Leftovers {
            leftovers,
            has_acting_script: scripts == ActingScripts::Some,
        })
    }

    /// The first line of a package's scripts that may be what changed one of the paths.
    pub(crate) fn suspicion(&self, scripts: &Scripts, package: &str) -> Option<Reason> {
        let scripts = scripts.of(package)?;
        let paths = self.divergences.iter().chain(&self.escapes);
        let mut paths = paths.filter(|path| path.doer.may_be(package, ActingScripts::Some));
        paths.find_map(|OwnedPath { path, .. }| {
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
