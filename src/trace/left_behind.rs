//! What must be left of what maintainer scripts' processes did on the outside: paths that they made
//! and did not remove again, and paths that they removed and did not make again.
//!
//! What is set on a file that was there may be set back, and then nothing is left of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::debian::temporary_root::inside;
use crate::trace::log::{Act, Before, Event};
use crate::trace::process::Process;

/// A path of the outside, as scripts found it and as they left it.
#[derive(Debug, Clone, Copy)]
struct Fate {
    was_there: bool,
    is_there: bool,
}

/// The paths of which something must be left.
pub(crate) fn left_behind(events: &[Event], processes: &[Arc<Process>]) -> BTreeSet<Vec<u8>> {
    let mut fates: BTreeMap<&[u8], Fate> = BTreeMap::new();
    for event in events.iter().filter(|event| event.error == 0) {
        let process = processes.get(event.image);
        let is_of_script = process.is_some_and(|process| process.script.is_some());
        let path = event.path.0.as_slice();
        if !is_of_script || inside(path).is_some() || is_of_sandbox(path) {
            continue;
        }
        let was_there = match event.before {
            Some(Before::There { .. }) => true,
            Some(Before::Absent) => false,
            None => continue,
        };
        let is_there = match &event.act {
            Act::Make | Act::Link(_) | Act::Open { .. } => true,
            Act::Remove => false,
            Act::RenameTo(to) => {
                let has_moved = |known: &&[u8]| known.starts_with(&[path, b"/"].concat());
                fates.retain(|known, _| *known != to.0 && !has_moved(known));
                false
            }
            Act::Execute
            | Act::Read
            | Act::Look
            | Act::Mode(_)
            | Act::Owner { .. }
            | Act::Times
            | Act::Resize
            | Act::Attribute
            | Act::Mount
            | Act::Machine => continue,
        };
        let first = Fate {
            was_there,
            is_there,
        };
        fates.entry(path).or_insert(first).is_there = is_there;
    }
    let left = fates.into_iter();
    left.filter(|(_, fate)| fate.was_there != fate.is_there)
        .map(|(path, _)| path.to_vec())
        .collect()
}

/// What the sandbox has instead of the outside's own: no audit looks there.
fn is_of_sandbox(path: &[u8]) -> bool {
    const PLACES: [&[u8]; 5] = [b"/tmp/", b"/dev/", b"/proc/", b"/sys/", b"/run/"];
    PLACES.iter().any(|place| path.starts_with(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::log::Bytes;
    use crate::trace::process::Script;

    const THERE: Before = Before::There {
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        size: 1,
    };

    /// What is left of these acts of a script.
    fn left(acts: &[(Act, &str, Before)]) -> Vec<String> {
        let script = Some(Script {
            package: "p".to_owned(),
            name: "postinst".to_owned(),
            arguments: Vec::new(),
        });
        let process = Process {
            script,
            ..Process::default()
        };
        let events: Vec<Event> = acts
            .iter()
            .map(|(act, path, before)| Event {
                before: Some(*before),
                ..Event::new(0, "call", act.clone(), path.as_bytes())
            })
            .collect();
        let left = left_behind(&events, &[Arc::new(process)]);
        let text = |path: Vec<u8>| String::from_utf8(path).unwrap();
        left.into_iter().map(text).collect()
    }

    #[test]
    fn what_is_made_or_removed_is_left_and_what_comes_and_goes_is_not() {
        let to = Act::RenameTo(Bytes(b"/etc/new".to_vec()));
        assert_eq!(
            left(&[
                (Act::Make, "/etc/made", Before::Absent),
                (Act::Remove, "/etc/removed", THERE),
                (Act::Make, "/etc/comes", Before::Absent),
                (Act::Remove, "/etc/comes", THERE),
                (Act::Mode(0o600), "/etc/set", THERE),
                (Act::Make, "/etc/a/b", Before::Absent),
                (to, "/etc/a", THERE),
                (Act::Make, "/tmp/own", Before::Absent),
            ]),
            ["/etc/a", "/etc/made", "/etc/removed"]
        );
    }
}
