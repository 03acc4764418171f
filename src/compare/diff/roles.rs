//! Pairs of which one or both are hard links: whether the same names share one file on both sides,
//! in other roles.

use std::io;

use crate::compare::diff::content;
use crate::compare::diff::fields::PairDifference;
use crate::compare::diff::view::View;
use crate::compare::field_value::FieldDetail;
use crate::compare::options::Options;
use crate::compare::pairing::before::Before;
use crate::compare::pairing::index::Index;
use crate::compare::pairing::key::{Key, key};
use crate::compare::pairing::link_sets::LinkSets;
use crate::compare::side::{Side, Sides};
use crate::tar::entry::EntryKind;

/// The names that files share, of both archives.
#[derive(Debug)]
pub(crate) struct Roles {
    sets: Sides<LinkSets>,
    /// Records of the files among those of the index.
    files: Sides<Vec<FileRecord>>,
}

/// A file that has several names, and the number of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct FileRecord {
    name: Key,
    at: u32,
}

/// Whether a pair has to be looked at: a hard link on one side, and what it leads to differs.
pub(crate) fn may_be_roles(left: &View<'_>, right: &View<'_>) -> bool {
    let kinds = [left.entry.kind, right.entry.kind];
    let is_linked = |kind: EntryKind| kind.is_regular() || kind == EntryKind::HardLink;
    kinds.contains(&EntryKind::HardLink)
        && kinds.into_iter().all(is_linked)
        && left.entry.linkname != right.entry.linkname
}

impl Roles {
    /// Puts the names of both archives into sets.
    ///
    /// # Errors
    /// A temporary file cannot be read.
    pub(crate) fn new(before: &Before, left: &Index, right: &Index) -> io::Result<Self> {
        let sets = |index: &Index| {
            let links = before.links.iter_from(0);
            LinkSets::new(links.chain(index.links.iter_from(0)))
        };
        let sets = Sides {
            left: sets(left)?,
            right: sets(right)?,
        };
        Ok(Self {
            files: Sides {
                left: files(left, &sets.left)?,
                right: files(right, &sets.right)?,
            },
            sets,
        })
    }

    /// How many names share the file, if the same ones do on both sides.
    pub(crate) fn shared(&mut self, left: &View<'_>, right: &View<'_>) -> Option<u32> {
        let old = self.sets.left.of(key(&left.entry.path))?;
        let new = self.sets.right.of(key(&right.entry.path))?;
        (old == new).then_some(old.names)
    }

    /// The record of the file that a hard link leads to on one side, if it is in the index.
    pub(crate) fn file(&mut self, side: Side, link: &View<'_>) -> Option<u32> {
        if link.entry.kind != EntryKind::HardLink {
            return None;
        }
        let (sets, files) = match side {
            Side::Left => (&mut self.sets.left, &self.files.left),
            Side::Right => (&mut self.sets.right, &self.files.right),
        };
        let name = sets.file(key(&link.entry.path))?;
        let place = files.binary_search_by_key(&name, |file| file.name).ok()?;
        files.get(place).map(|file| file.at)
    }
}

/// The records of files that have several names, by name.
fn files(index: &Index, sets: &LinkSets) -> io::Result<Vec<FileRecord>> {
    let mut found = Vec::new();
    for (at, record) in (0..).zip(index.records.iter_from(0)) {
        let name = record?.key;
        if sets.has_file(name) {
            found.push(FileRecord { name, at });
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Says of the link that the same names share one file.
pub(crate) fn say_shared(found: &mut PairDifference, names: u32) {
    for field in &mut found.fields {
        if field.name == "linkname" {
            field.detail = Some(FieldDetail::SameNames { names });
        }
    }
}

/// Says of the content how the file differs from the one that the link leads to. `left` and
/// `right` are the files.
pub(crate) fn say_content(
    found: &mut PairDifference,
    left: &View<'_>,
    right: &View<'_>,
    options: &Options,
    room: &mut u64,
) -> io::Result<()> {
    let detail = match content::difference(left, right)? {
        None => Some(FieldDetail::EqualThroughLink),
        Some(difference) => content::explained(left, right, &difference, options, room)?,
    };
    for field in &mut found.fields {
        if field.name == "content" {
            field.detail.clone_from(&detail);
        }
    }
    Ok(())
}
