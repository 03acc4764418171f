//! What stands below the links of merged /usr in either archive.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::compare::comparison::{Content, Divergence, SideEntry};
use crate::debian::merged_usr::LINKS;
use crate::explain::divergent_fields::has;
use crate::explain::usr_links::is_below_link;
use crate::tar::entry::EntryKind;

/// What stands below the links, by its path in each archive.
#[derive(Debug, Default)]
pub(crate) struct BelowLinks {
    pub(crate) left: BTreeMap<Vec<u8>, Standing>,
    pub(crate) right: BTreeMap<Vec<u8>, Standing>,
}

impl BelowLinks {
    pub(crate) fn add(&mut self, divergence: &Divergence) {
        let path = divergence.entry_path();
        if !is_below_link(path) {
            return;
        }
        let sides = [
            (&mut self.left, &divergence.left),
            (&mut self.right, &divergence.right),
        ];
        for (known, side) in sides {
            if let Some(side) = side {
                let _ = known.insert(path.as_bytes().to_vec(), Standing::of(side));
            }
        }
    }
}

/// What an entry is, in short: enough to tell whether another one is the same file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    is_hard_link: bool,
    /// Digest of mode and owner.
    owner: u64,
    /// Digest of everything else but the name and times.
    rest: u64,
}

impl Standing {
    pub(crate) fn of(side: &SideEntry) -> Self {
        let entry = &side.entry;
        let mut owner = DefaultHasher::new();
        format!("{:?}", (&entry.mode, &entry.uid, &entry.gid)).hash(&mut owner);
        let mut rest = DefaultHasher::new();
        entry.kind.to_string().hash(&mut rest);
        entry.size.hash(&mut rest);
        entry.linkname.hash(&mut rest);
        match &side.content {
            None => {}
            Some(Content::Whole(bytes)) => (0_u64, bytes).hash(&mut rest),
            Some(Content::Window { offset, bytes }) => (1_u64, offset, bytes).hash(&mut rest),
        }
        Self {
            is_hard_link: entry.kind == EntryKind::HardLink,
            owner: owner.finish(),
            rest: rest.finish(),
        }
    }

    /// Whether two entries are one file, as far as it is told by a hard link, which has no content.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_hard_link = self.is_hard_link || other.is_hard_link;
        self.owner == other.owner && (is_hard_link || self.rest == other.rest)
    }
}

/// The link that an entry is, if it is a symlink in one archive and a directory in the other.
pub(crate) fn turned_link(divergence: &Divergence) -> Option<&'static [u8]> {
    let kind = |side: &Option<Box<SideEntry>>| side.as_ref().map(|side| side.entry.kind);
    let kinds = [kind(&divergence.left), kind(&divergence.right)];
    let is_turned = has(divergence, "type")
        && kinds.contains(&Some(EntryKind::Symlink))
        && kinds.contains(&Some(EntryKind::Directory));
    let path = divergence.entry_path().as_bytes();
    LINKS.into_iter().find(|link| is_turned && *link == path)
}
