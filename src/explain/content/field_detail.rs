//! What fields other than the content say beyond their two values: capabilities, access lists,
//! modes, times, link targets.

use crate::compare::comparison::{Divergence, FieldDivergence, SideEntry};
use crate::explain::content::access_list::AccessList;
use crate::explain::content::capabilities::FileCapabilities;
use crate::tar::number::Number;
use crate::tar::time::Timestamp;

/// `SOURCE_DATE_EPOCH` in seconds, if it is known.
pub(crate) type Epoch = Option<i64>;

/// What a field's two values say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldDetail {
    /// `xattr:security.capability`.
    Capabilities(TwoSides<FileCapabilities>),
    /// `xattr:system.posix_acl_access` and `…_default`.
    AccessLists(TwoSides<AccessList>),
    /// `mode`: the low 12 bits count.
    Modes(TwoSides<u32>),
    /// `mtime` against `SOURCE_DATE_EPOCH`.
    Times(TwoSides<AgainstEpoch>),
    /// `linkname`: both targets lead to the same path.
    SameTarget,
}

/// What the left and the right side have; `None` if a side has none that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoSides<T> {
    /// On the left.
    pub left: Option<T>,
    /// On the right.
    pub right: Option<T>,
}

/// How a time relates to the epoch that all times of the archive are clamped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgainstEpoch {
    /// In the same second.
    Equal,
    /// This many seconds later, so it was not clamped.
    Later(u64),
    /// This many seconds earlier.
    Earlier(u64),
    /// The value is not a time.
    NotATime,
    /// The value is beyond what 64 bits of seconds hold.
    OutOfRange,
}

/// What a field's two values say beyond the values; `None` if that is nothing.
#[must_use]
pub fn field_detail(
    field: &FieldDivergence,
    divergence: &Divergence,
    epoch: Epoch,
) -> Option<FieldDetail> {
    let (left, right) = (divergence.left.as_deref()?, divergence.right.as_deref()?);
    let sides = Sides { left, right };
    match field.name.as_str() {
        "xattr:security.capability" => {
            Some(FieldDetail::Capabilities(sides.map(|side| {
                FileCapabilities::read(attribute(side, b"security.capability")?)
            })))
        }
        "xattr:system.posix_acl_access" | "xattr:system.posix_acl_default" => {
            let name = field.name.strip_prefix("xattr:")?.as_bytes();
            let lists = sides.map(|side| AccessList::read(attribute(side, name)?));
            Some(FieldDetail::AccessLists(lists))
        }
        "mode" => Some(FieldDetail::Modes(sides.map(|side| mode(&side.entry.mode)))),
        "mtime" => {
            let epoch = epoch?;
            let times = sides.map(|side| Some(against(&side.entry.mtime, epoch)));
            Some(FieldDetail::Times(times))
        }
        "linkname" => {
            let target =
                |side: &SideEntry| resolved(divergence.name_inside(), &side.entry.linkname);
            (target(left) == target(right)).then_some(FieldDetail::SameTarget)
        }
        _ => None,
    }
}

/// The two entries of a divergence.
struct Sides<'a> {
    left: &'a SideEntry,
    right: &'a SideEntry,
}

impl Sides<'_> {
    fn map<T>(&self, read: impl Fn(&SideEntry) -> Option<T>) -> TwoSides<T> {
        TwoSides {
            left: read(self.left),
            right: read(self.right),
        }
    }
}

fn attribute<'a>(side: &'a SideEntry, name: &[u8]) -> Option<&'a [u8]> {
    side.entry.xattrs.get(name).map(Vec::as_slice)
}

fn mode(number: &Number) -> Option<u32> {
    match number {
        Number::Value(mode) => u32::try_from(*mode).ok(),
        Number::Malformed(_) => None,
    }
}

fn against(time: &Timestamp, epoch: i64) -> AgainstEpoch {
    let Timestamp::Seconds {
        negative, whole, ..
    } = time
    else {
        return AgainstEpoch::NotATime;
    };
    let Ok(whole) = i64::try_from(*whole) else {
        return AgainstEpoch::OutOfRange;
    };
    let seconds = if *negative { -whole } else { whole };
    match seconds.saturating_sub(epoch) {
        0 => AgainstEpoch::Equal,
        later @ 1.. => AgainstEpoch::Later(later.unsigned_abs()),
        earlier => AgainstEpoch::Earlier(earlier.unsigned_abs()),
    }
}

/// A target as components from the root of the archive.
fn resolved(path: &[u8], target: &[u8]) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    let directory = path.split(|byte| *byte == b'/').collect::<Vec<_>>();
    let above = directory.split_last().map_or(&[][..], |(_, above)| above);
    let start = if target.starts_with(b"/") {
        &[][..]
    } else {
        above
    };
    for part in start
        .iter()
        .copied()
        .chain(target.split(|byte| *byte == b'/'))
    {
        match part {
            b"" | b"." => {}
            b".." => {
                let _ = found.pop();
            }
            part => found.push(part.to_vec()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_at_or_after_or_before_the_epoch() {
        let at = |text: &[u8]| against(&Timestamp::from_pax(text), 100);
        assert_eq!(at(b"100.5"), AgainstEpoch::Equal);
        assert_eq!(at(b"103"), AgainstEpoch::Later(3));
        assert_eq!(at(b"40"), AgainstEpoch::Earlier(60));
        assert_eq!(at(b"-1"), AgainstEpoch::Earlier(101));
        assert_eq!(at(b"noon"), AgainstEpoch::NotATime);
        assert_eq!(at(b"18446744073709551615"), AgainstEpoch::OutOfRange);
    }

    #[test]
    fn targets_that_lead_to_one_place_are_found() {
        assert_eq!(
            resolved(b"./usr/bin/awk", b"/etc/x"),
            resolved(b"./usr/bin/awk", b"../../etc/x")
        );
        assert_ne!(resolved(b"./a", b"b"), resolved(b"./a", b"c"));
    }
}
