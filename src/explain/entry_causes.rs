//! Whether all divergent entries directly in a directory have one cause.

use std::collections::BTreeMap;

use crate::compare::comparison::Divergence;
use crate::explain::overview::parents;

/// The causes of entries, by the directory that they stand in.
#[derive(Debug, Default)]
pub(crate) struct EntryCauses(BTreeMap<Vec<u8>, Causes>);

#[derive(Debug, Clone, Copy)]
struct Causes {
    /// Position of the finding that claimed the first entry, if one did.
    first: Option<usize>,
    /// Whether it claimed all others.
    is_one: bool,
}

impl EntryCauses {
    /// Counts an entry, given the position of the finding that claimed it.
    pub(crate) fn add(&mut self, divergence: &Divergence, finding: Option<usize>) {
        for parent in parents(divergence) {
            match self.0.get_mut(parent) {
                Some(causes) => causes.is_one &= causes.first == finding,
                None => {
                    let causes = Causes {
                        first: finding,
                        is_one: true,
                    };
                    let _ = self.0.insert(parent.to_vec(), causes);
                }
            }
        }
    }

    /// The position of the one finding that claimed all entries of a directory, by its path.
    pub(crate) fn one(&self, directory: &[u8]) -> Option<usize> {
        let causes = self.0.get(directory)?;
        causes.first.filter(|_| causes.is_one)
    }
}
