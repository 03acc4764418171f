//! The names of all that differs between two archives, collected while it is reported.

use crate::compare::archive_divergence::{ArchiveDivergence, UnexplainedBytes};
use crate::compare::comparison::Divergence;
use crate::compare::names::{Names, name_key};
use crate::compare::options::Selection;
use crate::compare::pairing::key::Key;

/// Collects names, if they are asked for.
#[derive(Debug)]
pub(crate) struct Selected {
    selection: Selection,
    keys: Vec<Key>,
}

impl Selected {
    pub(crate) fn new(selection: Selection) -> Self {
        Self {
            selection,
            keys: Vec::new(),
        }
    }

    /// Adds the names that a divergence has.
    pub(crate) fn add(&mut self, divergence: &Divergence) {
        if self.selection == Selection::Wanted {
            let names = divergence.from.iter().chain([&divergence.path]);
            self.keys.extend(names.map(|name| name_key(name)));
        }
    }

    /// All names, given what differs of the archives as such, and the names of the entries that
    /// those which stand elsewhere `passed`.
    pub(crate) fn finish(mut self, archive: &[ArchiveDivergence], passed: &[Key]) -> Names {
        if self.selection == Selection::Unwanted {
            return Names::default();
        }
        for aspect in archive {
            match aspect {
                ArchiveDivergence::EntryOrder { .. } => self.keys.extend(passed),
                ArchiveDivergence::UnexplainedBytes(
                    UnexplainedBytes::InEntry { path, .. }
                    | UnexplainedBytes::ZeroBlock { path, .. },
                ) => self.keys.push(name_key(path)),
                _ => {}
            }
        }
        Names::new(self.keys)
    }
}
