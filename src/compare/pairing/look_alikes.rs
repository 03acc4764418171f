//! Entries on one side each whose names look the same.

use std::collections::BTreeMap;

use crate::compare::pairing::key::{Key, key};
use crate::compare::pairing::moves::Read;
use crate::compare::side::{Side, Sides};
use crate::compare::stop::WalkError;
use crate::text::look_alike::{is_doubtful, skeleton};

/// For record numbers, the names of the other side that look like theirs.
pub(crate) type LookAlikes = Sides<BTreeMap<u32, Vec<u8>>>;

/// Finds them among entries that are on one side each.
///
/// It takes 40 bytes an entry with a doubtful name.
///
/// # Errors
/// An input cannot be read.
pub(crate) fn find(
    left: &[u32],
    right: &[u32],
    read: &Read<'_, '_>,
) -> Result<LookAlikes, WalkError> {
    let mut doubtful = BTreeMap::new();
    for (side, records) in [(Side::Left, left), (Side::Right, right)] {
        for at in records {
            if let Some(name) = name(side, *at, read)?.filter(|name| is_doubtful(name))
                && let Some(seen) = seen(&name)
            {
                let _ = doubtful.entry(seen).or_insert((side, *at));
            }
        }
    }
    let mut found = LookAlikes::default();
    if doubtful.is_empty() {
        return Ok(found);
    }
    for (side, records) in [(Side::Left, left), (Side::Right, right)] {
        for at in records {
            let Some(own) = name(side, *at, read)? else {
                continue;
            };
            let other = seen(&own).and_then(|seen| doubtful.get(&seen).copied());
            let Some((other_side, other)) = other.filter(|(other, _)| *other != side) else {
                continue;
            };
            if let Some(name) = name(other_side, other, read)? {
                let (own_at, other_at) = match side {
                    Side::Left => (&mut found.left, &mut found.right),
                    Side::Right => (&mut found.right, &mut found.left),
                };
                let _ = own_at.entry(*at).or_insert(name);
                let _ = other_at.entry(other).or_insert(own);
            }
        }
    }
    Ok(found)
}

fn name(side: Side, at: u32, read: &Read<'_, '_>) -> Result<Option<Vec<u8>>, WalkError> {
    Ok(read(side, at)?.map(|view| view.entry.path))
}

/// A digest of what is seen of a name.
fn seen(name: &[u8]) -> Option<Key> {
    skeleton(name).map(|seen| key(seen.as_bytes()))
}
