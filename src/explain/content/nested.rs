//! Tar archives inside: the same comparison again, in memory.

use std::io::Cursor;

use crate::compare::compare as compare_archives;
use crate::compare::comparison::{Divergence, DivergenceKind, FieldDivergence};
use crate::compare::options::{Limits, Options};
use crate::compare::side::Side;
use crate::explain::content::fact::{EntryChange, Fact, PropertyChange, PropertyKind};
use crate::explain::content::packed::UNPACKED;
use crate::input::source::{Source, SourceKind};
use crate::text::quote;

/// Most entries of each side.
const ENTRIES: u64 = 100_000;

/// Offset of the magic in a tar header; POSIX, pax(1).
const MAGIC: usize = 257;

pub(crate) fn is_tar(content: &[u8]) -> bool {
    content
        .get(MAGIC..)
        .is_some_and(|rest| rest.starts_with(b"ustar"))
}

/// Explains the two contents of a path of the archives.
type ExplainInside<'a> = dyn FnMut(&[u8], &[u8], &[u8]) -> Vec<Fact> + 'a;

/// What differs between two archives; what `explain_inside` says of two contents follows their
/// entry. `None` if one of the archives cannot be read.
pub(crate) fn compare(
    left: &[u8],
    right: &[u8],
    explain_inside: &mut ExplainInside<'_>,
) -> Option<Vec<Fact>> {
    let source = |content: &[u8]| Source {
        label: String::new(),
        name: String::new(),
        kind: SourceKind::Stream(Box::new(Cursor::new(content.to_vec()))),
    };
    let limits = Limits {
        entries: ENTRIES,
        spool: UNPACKED,
        retain: UNPACKED,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let found = compare_archives(source(left), source(right), &options, &|_| {});
    if found.trouble.is_some() {
        return None;
    }
    let aspects = found.archive.into_iter().map(Fact::Archive);
    let mut facts: Vec<Fact> = aspects.collect();
    for divergence in &found.divergences {
        let path = quote(&divergence.path);
        facts.extend(changes(divergence).into_iter().map(|change| Fact::Entry {
            path: path.clone(),
            change,
        }));
        if let Some((left, right)) = divergence.contents().filter(|(left, right)| left != right) {
            let inside = explain_inside(&divergence.path, left, right).into_iter();
            facts.extend(inside.map(|fact| Fact::InEntry(Box::new(fact))));
        }
    }
    Some(facts)
}

/// What differs of an entry, apart from what its content says.
fn changes(divergence: &Divergence) -> Vec<EntryChange> {
    if !divergence.fields.is_empty() {
        return divergence.fields.iter().map(change).collect();
    }
    match divergence.kind {
        DivergenceKind::Changed => vec![],
        DivergenceKind::LeftOnly => vec![EntryChange::OneSided(Side::Left)],
        DivergenceKind::RightOnly => vec![EntryChange::OneSided(Side::Right)],
        DivergenceKind::Moved => vec![EntryChange::Moved],
        DivergenceKind::Reordered => vec![EntryChange::Reordered],
    }
}

fn change(field: &FieldDivergence) -> EntryChange {
    if field.name == "content" {
        return EntryChange::Content;
    }
    EntryChange::Field(PropertyChange {
        name: field.name.clone(),
        left: field.left.as_ref().map(ToString::to_string),
        right: field.right.as_ref().map(ToString::to_string),
        kind: match field.name.as_str() {
            "mtime" => PropertyKind::Time,
            _ => PropertyKind::Other,
        },
    })
}
