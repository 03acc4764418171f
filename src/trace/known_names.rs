//! Which names are known to be there: who opens a file that somebody has made already makes no name,
//! and leaves the time of its directory alone.

use std::collections::BTreeSet;
use std::ops::Bound;

use crate::trace::log::{Act, Before, Event};

/// The names that were made so far, and not removed.
#[derive(Debug, Default)]
pub(crate) struct KnownNames<'e>(BTreeSet<&'e [u8]>);

impl<'e> KnownNames<'e> {
    /// Whether a call may change which names a directory has.
    pub(crate) fn may_be_changed_by(&self, event: &Event) -> bool {
        match &event.act {
            Act::Make | Act::Link(_) | Act::Remove | Act::RenameTo(_) => true,
            Act::Open { creates, .. } => {
                let is_there = matches!(event.before, Some(Before::There { .. }))
                    || self.0.contains(event.path.0.as_slice());
                *creates && !is_there
            }
            Act::Resize
            | Act::Mode(_)
            | Act::Owner { .. }
            | Act::Times
            | Act::Attribute
            | Act::Mount
            | Act::Machine
            | Act::Execute
            | Act::Read
            | Act::Look => false,
        }
    }

    /// The first known name that begins so, in the order of bytes: those that do stand together.
    fn first_below(&self, start: &[u8]) -> Option<&'e [u8]> {
        let from = (Bound::Included(start), Bound::Unbounded);
        let first = self.0.range::<[u8], _>(from).next().copied();
        first.filter(|known| known.starts_with(start))
    }

    /// Takes what a call did. What is in a directory that is renamed is no longer known.
    pub(crate) fn follow(&mut self, event: &'e Event) {
        if event.error != 0 {
            return;
        }
        let path = event.path.0.as_slice();
        match &event.act {
            Act::Make | Act::Link(_) | Act::Open { creates: true, .. } => {
                let _ = self.0.insert(path);
            }
            Act::Remove => {
                let _ = self.0.remove(path);
            }
            Act::RenameTo(to) => {
                let below = [path, b"/"].concat();
                let _ = self.0.remove(path);
                while let Some(known) = self.first_below(&below) {
                    let _ = self.0.remove(known);
                }
                let _ = self.0.insert(&to.0);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_opens_what_was_made_already_makes_no_name() {
        let open = Act::Open {
            creates: true,
            empties: true,
        };
        let to = |path: &[u8]| Act::RenameTo(path.into());
        let events = [
            (open.clone(), "/a", true),
            (open.clone(), "/a", false),
            (Act::Remove, "/a", true),
            (open.clone(), "/a", true),
            (to(b"/b"), "/a", true),
            (open.clone(), "/b", false),
            (open.clone(), "/a", true),
            (open.clone(), "/d/x", true),
            (to(b"/e"), "/d", true),
            (open, "/d/x", true),
            (Act::Times, "/e", false),
        ];
        let events: Vec<(Event, bool)> = events
            .into_iter()
            .map(|(act, path, expected)| (Event::new(0, "call", act, path.as_bytes()), expected))
            .collect();
        let mut known = KnownNames::default();
        for (at, (event, expected)) in events.iter().enumerate() {
            assert_eq!(known.may_be_changed_by(event), *expected, "{at} {event:?}");
            known.follow(event);
        }
    }
}
