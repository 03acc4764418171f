//! What two tarballs of chroots say about themselves: whose entry each is, and the causes that
//! need no evidence from a build.

use std::collections::BTreeMap;

use crate::compare::comparison::{Collected, Comparison};
use crate::debian::dpkg_database::versions;
use crate::explain::case::Evidence;
use crate::explain::ownership::{Owner, Owners};
use crate::explain::rules;
use crate::explain::rules::Finding;
use crate::explain::scripts::package::Scripts;

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

    /// The owner of each divergent entry, where it is known.
    pub(crate) fn owners(&self, comparison: &Comparison) -> Vec<Option<Owner>> {
        let divergences = comparison.divergences.iter();
        divergences
            .map(|divergence| {
                let is_one_sided = divergence.left.is_none() || divergence.right.is_none();
                let naming = || {
                    self.owners
                        .naming(&divergence.path)
                        .filter(|_| is_one_sided)
                };
                self.owners.shipping(&divergence.path).or_else(naming)
            })
            .collect()
    }
}

/// What explaining made of a comparison.
#[derive(Debug)]
pub struct Explanation {
    /// The owner of each divergent entry, in their order.
    pub owners: Vec<Option<Owner>>,
    /// What explains divergent entries.
    pub findings: Vec<Finding>,
}

/// Explains a comparison by what the tarballs themselves say about their divergences.
pub(crate) fn explain_alone(comparison: &Comparison, epoch: Option<i64>) -> Explanation {
    let chroots = Chroots::read(&comparison.collected);
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
    Explanation {
        owners: chroots.owners(comparison),
        findings: rules::explain(&evidence),
    }
}

/// Packages and versions by the status file of one side.
fn installed(side: &BTreeMap<Vec<u8>, std::sync::Arc<Vec<u8>>>) -> BTreeMap<String, String> {
    let status = side.get(&b"var/lib/dpkg/status"[..]);
    status.map_or_else(BTreeMap::new, |bytes| versions(bytes))
}
