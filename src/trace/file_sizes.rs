//! How large files are that scripts' processes opened for writing: who opened a file has written it
//! if it has another size when it is looked at next.
//!
//! What is written over, byte for byte, does not show here.

use std::collections::{BTreeMap, BTreeSet};

use crate::trace::log::{Act, Before, Event, FileSize, Log};
use crate::trace::view::look;

/// The sizes, now, of the files that were looked at before they were opened for writing.
pub(crate) fn sizes_now(events: &[Event]) -> Vec<FileSize> {
    let opened: BTreeSet<&[u8]> = events
        .iter()
        .filter(|event| matches!(event.act, Act::Open { .. }) && event.before.is_some())
        .map(|event| event.path.0.as_slice())
        .collect();
    let sizes = opened.into_iter().filter_map(|path| match look(path) {
        Before::There { size, .. } => Some(FileSize {
            path: path.into(),
            size,
        }),
        Before::Absent => None,
    });
    sizes.collect()
}

/// For each event, how large the file at its path was when it was looked at next, if it was the same
/// file then: before the next call for it, or when all processes had ended.
pub(crate) fn sizes_after(log: &Log) -> Vec<Option<u64>> {
    let ends = log.sizes.iter();
    let mut next: BTreeMap<&[u8], u64> = ends.map(|one| (&*one.path.0, one.size)).collect();
    let mut sizes: Vec<Option<u64>> = Vec::with_capacity(log.events.len());
    for event in log.events.iter().rev() {
        let path = event.path.0.as_slice();
        sizes.push(next.get(path).copied());
        match event.before {
            Some(Before::There { size, .. }) => drop(next.insert(path, size)),
            Some(Before::Absent) => drop(next.remove(path)),
            None => {}
        }
        if let (Act::RenameTo(to), 0) = (&event.act, event.error) {
            // Another file came in its place.
            let _ = next.remove(to.0.as_slice());
        }
    }
    sizes.reverse();
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Act = Act::Open {
        creates: true,
        empties: false,
    };

    fn event(act: Act, path: &str, size: Option<u64>) -> Event {
        let there = |size| Before::There {
            mode: 0o100_644,
            uid: 0,
            gid: 0,
            size,
        };
        Event {
            before: Some(size.map_or(Before::Absent, there)),
            ..Event::new(0, "call", act, path.as_bytes())
        }
    }

    #[test]
    fn a_file_has_the_size_that_it_has_when_it_is_looked_at_next() {
        let onto = Act::RenameTo((&b"/replaced"[..]).into());
        let log = Log {
            events: vec![
                event(OPEN, "/grows", Some(0)),
                event(OPEN, "/grows", Some(7)),
                event(OPEN, "/replaced", Some(5)),
                event(onto, "/new", Some(9)),
                event(OPEN, "/replaced", Some(9)),
                event(Act::Remove, "/removed", Some(1)),
                event(OPEN, "/removed", None),
                event(OPEN, "/gone", Some(3)),
            ],
            sizes: vec![FileSize {
                path: (&b"/grows"[..]).into(),
                size: 8,
            }],
            ..Log::default()
        };
        assert_eq!(
            sizes_after(&log),
            [Some(7), Some(8), None, None, None, None, None, None]
        );
    }

    #[test]
    fn of_what_was_opened_the_size_is_read_in_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("opened");
        std::fs::write(&path, "12345").unwrap();
        let path = path.to_str().unwrap();
        let events = [
            event(OPEN, path, Some(0)),
            event(OPEN, "/no such file", None),
            event(Act::Make, "/dev/null", None),
        ];
        let size = FileSize {
            path: path.as_bytes().into(),
            size: 5,
        };
        assert_eq!(sizes_now(&events), [size]);
    }
}
