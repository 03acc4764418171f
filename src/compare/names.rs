//! A set of names of entries, for whoever takes these entries out of both archives.
//!
//! Names are held as 128-bit digests, whatever their spelling. A name stands for all entries that
//! have it, on both sides.

use crate::compare::pairing::key::{Key, key};
use crate::tar::entry_path::EntryPath;

/// Names of entries; 16 bytes each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Sorted, each once.
    keys: Vec<Key>,
}

/// The digest of a name, whatever its spelling.
pub(crate) fn name_key(name: &[u8]) -> Key {
    key(EntryPath::new(name).as_bytes())
}

impl Names {
    /// A set of digests.
    pub(crate) fn new(mut keys: Vec<Key>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        Self { keys }
    }

    /// Whether a name is among them.
    #[must_use]
    pub(crate) fn contains(&self, key: &Key) -> bool {
        self.keys.binary_search(key).is_ok()
    }

    /// The digests.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }
}
