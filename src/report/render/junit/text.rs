//! The text of a test case that is not passed: what is held against one package, or against none.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::render::text::aspect::aspect;
use crate::report::render::text::causes::cause;
use crate::report::render::text::entry::entry;
use crate::report::render::text::escapes::of_group;
use crate::report::render::text::failures::failure;
use crate::report::render::text::paint::Paint;
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::DivergentEntry;
use crate::report::wire::outside::Escape;
use crate::report::wire::package::PackageVerdictName;
use crate::report::wire::report::Report;
use crate::text::number::grouped;
use crate::text::quote::visible;

/// Most entries and changes in one text. GitLab takes 30 MB a file.
const MOST: usize = 200;

/// The findings of a report by the package whose test case fails. Nothing is lost: what is of no
/// such package is of none.
pub(crate) struct Findings<'a> {
    report: &'a Report,
    causes: BTreeMap<Option<&'a str>, Vec<&'a Cause>>,
    entries: BTreeMap<Option<&'a str>, Vec<&'a DivergentEntry>>,
    escapes: BTreeMap<Option<&'a str>, Vec<&'a Escape>>,
}

impl<'a> Findings<'a> {
    /// All findings.
    pub(crate) fn new(report: &'a Report) -> Self {
        let blamed: BTreeSet<&str> = report
            .packages
            .iter()
            .filter(|package| is_failed(package.verdict))
            .map(|package| package.name.as_str())
            .collect();
        let blamed = |name: Option<&'a str>| name.filter(|name| blamed.contains(name));
        let mut causes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut owners = BTreeMap::new();
        for cause in &report.causes {
            let owner = blamed(cause.package.as_deref());
            causes.entry(owner).or_default().push(cause);
            owners.insert(cause.id.as_str(), owner);
        }
        let mut entries: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in report.divergences.all() {
            let owner = entry.cause.as_deref().and_then(|id| owners.get(id));
            let owner = owner.copied().flatten();
            entries.entry(owner).or_default().push(entry);
        }
        let mut escapes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for escape in report.outside.iter().flat_map(|outside| &outside.escapes) {
            let owner = blamed(escape.package.as_deref());
            escapes.entry(owner).or_default().push(escape);
        }
        Self {
            report,
            causes,
            entries,
            escapes,
        }
    }

    /// Why its scripts fail, the causes in them, its entries, and what it changed outside.
    pub(crate) fn of_package(&self, package: &str) -> String {
        let failures = self.report.failures.iter();
        let failures = failures.filter(|failure| failure.package == package);
        let text: String = failures.map(failure).collect();
        let package = Some(package);
        visible(text + &self.causes(package) + &self.entries(package) + &self.escapes(package))
    }

    /// Aspects of the archives, causes in no package, and entries of no package.
    pub(crate) fn of_archives(&self) -> String {
        let aspects: String = self
            .report
            .archive
            .iter()
            .map(|one| aspect(one, Paint::Plain))
            .collect();
        visible(aspects + &self.causes(None) + &self.entries(None))
    }

    /// What changed outside, and no package is known to have done it.
    pub(crate) fn of_outside(&self) -> String {
        visible(self.escapes(None))
    }

    fn causes(&self, package: Option<&str>) -> String {
        let causes = self.causes.get(&package).into_iter().flatten();
        causes.map(|one| cause(one, Paint::Plain)).collect()
    }

    fn entries(&self, package: Option<&str>) -> String {
        let all = self.entries.get(&package).map_or(&[][..], Vec::as_slice);
        let shown = all.iter().take(MOST).map(|one| entry(one, Paint::Plain));
        shown.collect::<String>() + &more(all.len(), "entries")
    }

    fn escapes(&self, package: Option<&str>) -> String {
        let all = self.escapes.get(&package).map_or(&[][..], Vec::as_slice);
        if all.is_empty() {
            return String::new();
        }
        let shown = all.iter().take(MOST).map(|one| of_group(one));
        format!(
            "\nmodified outside\n{}{}",
            shown.collect::<String>(),
            more(all.len(), "changes")
        )
    }
}

/// Whether the test case of such a package fails.
pub(crate) fn is_failed(verdict: PackageVerdictName) -> bool {
    match verdict {
        PackageVerdictName::Incomplete | PackageVerdictName::Fails => true,
        PackageVerdictName::Complete
        | PackageVerdictName::Latent
        | PackageVerdictName::Unproven => false,
    }
}

/// How many are not shown.
fn more(count: usize, what: &str) -> String {
    match count.saturating_sub(MOST) {
        0 => String::new(),
        rest => {
            let rest = grouped(rest as u64);
            format!("\nand {rest} more {what}, in the JSON report\n")
        }
    }
}
