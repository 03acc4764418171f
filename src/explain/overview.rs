//! What is known of all divergences before any of them is explained.

use std::collections::BTreeSet;
use std::io;

use crate::compare::comparison::{Comparison, Divergence};
use crate::explain::basis::Basis;
use crate::explain::below_links::{BelowLinks, turned_link};
use crate::explain::statement_tally::{StatementTally, of_tar_programs};
use crate::explain::statements::Statement;
use crate::tar::entry_path::EntryPath;

/// What is known of all divergences of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Overview {
    /// What is the same in many entries. Of builds, only what another tar program does to every
    /// entry: everything else has a cause there.
    pub(crate) statements: Vec<Statement>,
    /// The directories that have a divergent entry directly in them.
    pub(crate) parents: BTreeSet<Vec<u8>>,
    /// The links of merged /usr that are a directory on one side.
    pub(crate) turned: Vec<&'static [u8]>,
    /// What stands below such links, if there is one.
    pub(crate) below: BelowLinks,
}

impl Overview {
    /// Of the divergences that are held in memory.
    pub(crate) fn of_builds(comparison: &Comparison) -> Self {
        let mut counted = Counted::default();
        comparison
            .divergences
            .iter()
            .for_each(|one| counted.add(one));
        let mut below = BelowLinks::default();
        if !counted.turned.is_empty() {
            comparison.divergences.iter().for_each(|one| below.add(one));
        }
        counted.overview(comparison, Basis::Builds, below)
    }

    /// Of all divergences.
    pub(crate) fn of_archives(comparison: &Comparison) -> io::Result<Self> {
        let mut counted = Counted::default();
        comparison.batches(|batch| {
            batch.iter().for_each(|one| counted.add(one));
            Ok(())
        })?;
        let mut below = BelowLinks::default();
        if !counted.turned.is_empty() {
            comparison.batches(|batch| {
                batch.iter().for_each(|one| below.add(one));
                Ok(())
            })?;
        }
        Ok(counted.overview(comparison, Basis::Archives, below))
    }
}

#[derive(Debug, Default)]
struct Counted {
    tally: StatementTally,
    parents: BTreeSet<Vec<u8>>,
    turned: Vec<&'static [u8]>,
}

impl Counted {
    fn add(&mut self, divergence: &Divergence) {
        self.tally.add(divergence);
        self.turned.extend(turned_link(divergence));
        for parent in parents(divergence) {
            if !self.parents.contains(parent) {
                let _ = self.parents.insert(parent.to_vec());
            }
        }
    }

    fn overview(self, comparison: &Comparison, basis: Basis, below: BelowLinks) -> Overview {
        let statements = self.tally.statements(comparison.left.entries);
        Overview {
            statements: match basis {
                Basis::Builds => of_tar_programs(statements),
                Basis::Archives => statements,
            },
            parents: self.parents,
            turned: self.turned,
            below,
        }
    }
}

/// The directory that an entry stands in, empty for the root, and the one that it stood in if it
/// moved.
pub(crate) fn parents(divergence: &Divergence) -> impl Iterator<Item = &[u8]> {
    let from = divergence.from.as_deref().map(EntryPath::new);
    let paths = [Some(divergence.entry_path()), from].into_iter().flatten();
    paths
        .filter(|path| !path.is_root())
        .map(|path| path.parent().map_or(&[][..], EntryPath::as_bytes))
}
