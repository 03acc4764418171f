//! What two tarballs of chroots say about themselves: whose entry each is, and the causes that
//! need no evidence from a build.

use std::collections::BTreeMap;

use crate::compare::comparison::{Collected, Comparison};
use crate::debian::dpkg_database::versions;
use crate::explain::case::Evidence;
use crate::explain::ownership::{Owner, Owners};
use crate::explain::rules;
use crate::explain::scripts::package::Scripts;
use crate::report::{Report, Script};

/// dpkg's databases of both sides, read.
#[derive(Debug)]
pub(crate) struct Chroots {
    pub(crate) owners: Owners,
    pub(crate) scripts: Scripts,
    /// Packages and versions of the left and the right.
    pub(crate) packages: (BTreeMap<String, String>, BTreeMap<String, String>),
}

impl Chroots {
    pub(crate) fn read(collected: &Collected) -> Self {
        let files = || {
            let files = collected.left.iter().chain(&collected.right);
            files.map(|(path, content)| (path.as_slice(), content.as_slice()))
        };
        Self {
            owners: Owners::read(files()),
            scripts: Scripts::read(files()),
            packages: (installed(&collected.left), installed(&collected.right)),
        }
    }

    /// Names the package of each divergent entry where it is known.
    pub(crate) fn attribute(&self, report: &mut Report, comparison: &Comparison) {
        for (row, divergence) in report.divergences.iter_mut().zip(&comparison.divergences) {
            let is_one_sided = divergence.left.is_none() || divergence.right.is_none();
            let naming = || {
                self.owners
                    .naming(&divergence.path)
                    .filter(|_| is_one_sided)
            };
            let owner = self.owners.shipping(&divergence.path);
            (row.package, row.script) = named(owner.or_else(naming));
        }
    }
}

impl Report {
    /// Adds what the tarballs themselves say about their divergences.
    pub fn explain_alone(&mut self, comparison: &Comparison, epoch: Option<i64>) {
        let chroots = Chroots::read(&comparison.collected);
        chroots.attribute(self, comparison);
        let evidence = Evidence {
            divergences: &comparison.divergences,
            escapes: &[],
            normal: None,
            chrootless: None,
            control: BTreeMap::new(),
            technique: None,
            foreign: None,
            owners: &chroots.owners,
            scripts: &chroots.scripts,
            packages: chroots.packages.clone(),
            outside_packages: BTreeMap::new(),
            epoch,
            outside: &|_| None,
            altered: None,
        };
        self.explain(&rules::explain(&evidence));
    }
}

/// Packages and versions by the status file of one side.
fn installed(side: &BTreeMap<Vec<u8>, std::sync::Arc<Vec<u8>>>) -> BTreeMap<String, String> {
    let status = side.get(&b"var/lib/dpkg/status"[..]);
    status.map_or_else(BTreeMap::new, |bytes| versions(bytes))
}

/// An owner in the words of the report.
pub(crate) fn named(owner: Option<Owner>) -> (Option<String>, Option<Script>) {
    let Some(owner) = owner else {
        return (None, None);
    };
    let script = owner.script.and_then(Script::from_name);
    (Some(owner.package), script)
}
