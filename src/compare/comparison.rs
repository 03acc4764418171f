//! What a comparison finds, as plain data.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::error::Error;
use crate::compare::field_value::{FieldDetail, FieldValue};
use crate::compare::further::Further;
use crate::compare::names::Names;
use crate::compare::note::Note;
use crate::compare::options::Ignored;
use crate::input::compression::Compression;
use crate::input::kind::Kind;
use crate::tar::entry::{Entry, EntryKind};
use crate::tar::entry_path::EntryPath;

/// The result of a comparison.
#[derive(Debug)]
pub struct Comparison {
    /// The left input.
    pub left: SideSummary,
    /// The right input.
    pub right: SideSummary,
    /// Divergent entries, by path, occurrence and kind; the first
    /// [`Limits::divergences`](crate::compare::options::Limits::divergences) of them.
    pub divergences: Vec<Divergence>,
    /// The rest of them; none without such a limit.
    pub further: Further<Divergence>,
    /// Divergences of the archives as such.
    pub archive: Vec<ArchiveDivergence>,
    /// What options took out.
    pub ignored: Ignored,
    /// Notes on what was capped or not looked at.
    pub notes: Vec<Note>,
    /// Contents that [`Options::collect`](crate::compare::options::Options::collect) asked for, by normalized path.
    pub collected: Collected,
    /// Names of the divergent entries, and of those that entries which stand elsewhere passed;
    /// empty unless [`Options::selection`](crate::compare::options::Options::selection) asks for
    /// them.
    pub names: Names,
    /// Why the comparison is incomplete.
    pub trouble: Option<Error>,
}

impl Comparison {
    /// Gives all divergent entries to `take`, in their order, as many at a time as are held in
    /// memory.
    ///
    /// # Errors
    /// The temporary file cannot be read, or `take` fails.
    pub fn batches(&self, mut take: impl FnMut(&[Divergence]) -> io::Result<()>) -> io::Result<()> {
        take(&self.divergences)?;
        self.further.batches(self.divergences.len(), take)
    }

    /// Whether nothing that counts differs and nothing went wrong.
    #[must_use]
    pub fn is_identical(&self) -> bool {
        self.trouble.is_none() && self.divergences.is_empty() && self.archive.is_empty()
    }
}

/// Collected contents of both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Of the left archive.
    pub left: BTreeMap<Vec<u8>, Arc<Vec<u8>>>,
    /// Of the right archive.
    pub right: BTreeMap<Vec<u8>, Arc<Vec<u8>>>,
}

/// Facts of one input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SideSummary {
    /// The side's word.
    pub label: String,
    /// What messages call it.
    pub source: String,
    /// What it is.
    pub kind: Kind,
    /// How it is compressed.
    pub compression: Compression,
    /// Bytes of the archive, decoded.
    pub bytes: u64,
    /// Entries.
    pub entries: u64,
    /// Digest of the archive, where one was made.
    pub sha256: Option<String>,
}

/// What kind of divergence an entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DivergenceKind {
    /// On both sides, with fields that differ.
    Changed,
    /// Only on the left.
    LeftOnly,
    /// Only on the right.
    RightOnly,
    /// Under another name, equal otherwise.
    Moved,
    /// Elsewhere in the order of entries.
    Reordered,
}

/// One divergent entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Divergence {
    /// Name; of the right side where it moved.
    pub path: Vec<u8>,
    /// Which of the entries of this name, from 1.
    pub occurrence: u64,
    /// What kind it is.
    pub kind: DivergenceKind,
    /// Name on the left where it moved, or changed with a digest in its name.
    pub from: Option<Vec<u8>>,
    /// Name on the other side that looks like its own, where it is on one side only.
    pub looks_like: Option<Vec<u8>>,
    /// Fields that differ, where it changed.
    pub fields: Vec<FieldDivergence>,
    /// The left entry, where there is one.
    pub left: Option<Box<SideEntry>>,
    /// The right entry, where there is one.
    pub right: Option<Box<SideEntry>>,
}

impl Divergence {
    /// The path in the spelling in which paths are compared; of the right side where it moved.
    #[must_use]
    pub fn entry_path(&self) -> EntryPath<'_> {
        EntryPath::new(&self.path)
    }

    /// The name that the entry has in its own archive, which may be a part of the input.
    #[must_use]
    pub fn name_inside(&self) -> &[u8] {
        let side = self.left.as_ref().or(self.right.as_ref());
        side.map_or(&self.path, |side| &side.entry.path)
    }

    /// The left entry's content, where it was kept.
    #[must_use]
    pub fn left_content(&self) -> Option<&Content> {
        self.left.as_ref().and_then(|side| side.content.as_ref())
    }

    /// The contents of two regular files, where all of both was kept.
    #[must_use]
    pub fn contents(&self) -> Option<(&[u8], &[u8])> {
        let (left, right) = (self.left.as_deref()?, self.right.as_deref()?);
        Some((left.whole()?, right.whole()?))
    }

    /// The right entry's content, where it was kept.
    #[must_use]
    pub fn right_content(&self) -> Option<&Content> {
        self.right.as_ref().and_then(|side| side.content.as_ref())
    }
}

/// One side of a divergence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SideEntry {
    /// Its decoded fields.
    pub entry: Entry,
    /// Its content, within [`Limits::retain`](crate::compare::options::Limits::retain).
    pub content: Option<Content>,
}

impl SideEntry {
    /// All of a regular file's content, where it was kept; nothing is kept of an empty one.
    fn whole(&self) -> Option<&[u8]> {
        match &self.content {
            Some(Content::Whole(bytes)) => Some(bytes),
            Some(Content::Window { .. }) => None,
            None => (self.entry.stored == 0 && self.entry.kind == EntryKind::File).then_some(&[]),
        }
    }
}

/// Content kept for explaining.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// Some bytes around the first difference.
    Window {
        /// Offset of the first byte kept.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDivergence {
    /// Name of the contract.
    pub name: String,
    /// Value on the left; `None` if there is none.
    pub left: Option<FieldValue>,
    /// Value on the right; `None` if there is none.
    pub right: Option<FieldValue>,
    /// What else is known.
    pub detail: Option<FieldDetail>,
}
