//! Attempts: what processes of maintainer scripts would have changed on the outside, whatever
//! came of it.
//!
//! The outside was made of the same packages, whose scripts have already run there: most of what
//! a script does to it has no effect, and no audit sees it. Only the call shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nix::libc;

use crate::debian::temporary_root::inside;
use crate::trace::file_sizes::sizes_after;
use crate::trace::log::{Act, Before, Event, Log};
use crate::trace::process::Process;

/// A call by a process of a maintainer script that would change a path of the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The path, absolute.
    pub path: Vec<u8>,
    /// The call's name in syscalls(2).
    pub call: String,
    /// What came of it.
    pub effect: Effect,
    /// The process; it has a script.
    pub process: Arc<Process>,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing: the call failed with this error.
    Failed(i32),
    /// Nothing: what it sets was there already.
    SameValue,
    /// A file was opened for writing, and has the same size as before, or another one in its place
    /// already; whether its content changed shows in the file alone.
    Opened,
    /// The system did not allow it, with this error.
    Refused(i32),
    /// The outside changed.
    Changed,
}

/// All attempts of a build, in their order; what is repeated stands once.
pub(crate) fn attempts(log: &Log, processes: &[Arc<Process>]) -> Vec<Attempt> {
    let own = own_files(&log.events, processes);
    let mut attempts: Vec<Attempt> = Vec::new();
    for (event, size) in log.events.iter().zip(sizes_after(log)) {
        let Some(process) = processes.get(event.image) else {
            continue;
        };
        let is_attempt = process.script.is_some() && changes(&event.act);
        if !is_attempt {
            continue;
        }
        for path in paths(event) {
            let is_none = is_no_file(path) || is_device(&event.act, path);
            if inside(path).is_some() || is_none || own.contains(path) {
                continue;
            }
            let attempt = Attempt {
                path: path.to_vec(),
                call: String::from_utf8_lossy(&event.call.0).into_owned(),
                effect: effect(event, size),
                process: Arc::clone(process),
            };
            if !attempts.contains(&attempt) {
                attempts.push(attempt);
            }
        }
    }
    attempts
}

fn changes(act: &Act) -> bool {
    !matches!(act, Act::Execute | Act::Read | Act::Look)
}

fn paths(event: &Event) -> impl Iterator<Item = &[u8]> {
    let to = match &event.act {
        Act::RenameTo(to) => Some(to.0.as_slice()),
        _ => None,
    };
    std::iter::once(event.path.0.as_slice()).chain(to)
}

/// Devices and the kernel's own files: what is written there changes no file of the outside.
fn is_no_file(path: &[u8]) -> bool {
    const DEVICES: [&[u8]; 7] = [
        b"/dev/null",
        b"/dev/zero",
        b"/dev/full",
        b"/dev/tty",
        b"/dev/ptmx",
        b"/dev/random",
        b"/dev/urandom",
    ];
    const PLACES: [&[u8]; 5] = [b"/proc/", b"/dev/pts/", b"/dev/fd/", b"/dev/std", b"/sys/"];
    DEVICES.contains(&path) || PLACES.iter().any(|place| path.starts_with(place))
}

/// Whether a device was to be opened, which changes no file: below `/dev`, where what is opened
/// without being created is one. `/dev/shm` holds files (shm_overview(7)).
fn is_device(act: &Act, path: &[u8]) -> bool {
    matches!(act, Act::Open { creates: false, .. })
        && path.starts_with(b"/dev/")
        && !path.starts_with(b"/dev/shm/")
}

/// Temporary files: paths below `/tmp` that were not there, that scripts made, and of which
/// nothing is left.
fn own_files<'e>(events: &'e [Event], processes: &[Arc<Process>]) -> BTreeSet<&'e [u8]> {
    let mut is_left: BTreeMap<&[u8], bool> = BTreeMap::new();
    for event in events.iter().filter(|event| event.error == 0) {
        let is_of_script = processes
            .get(event.image)
            .is_some_and(|process| process.script.is_some());
        if !is_of_script || !changes(&event.act) {
            continue;
        }
        let path = event.path.0.as_slice();
        match (&event.act, event.before) {
            (Act::Remove, _) => {
                let _ = is_left.get_mut(path).map(|left| *left = false);
            }
            (Act::RenameTo(to), _) => {
                let was_own = is_left.get_mut(path).map(|left| *left = false).is_some();
                if was_own && is_temporary(&to.0) {
                    let _ = is_left.insert(&to.0, true);
                }
            }
            (_, Some(Before::Absent)) if is_temporary(path) => {
                let _ = is_left.insert(path, true);
            }
            _ => {}
        }
    }
    let gone = is_left.into_iter().filter(|(_, is_left)| !is_left);
    gone.map(|(path, _)| path).collect()
}

fn is_temporary(path: &[u8]) -> bool {
    path.starts_with(b"/tmp/")
}

/// What came of an event that would change something. `after` is the size of its file when it was
/// looked at next.
fn effect(event: &Event, after: Option<u64>) -> Effect {
    match event.error {
        0 => done(event, after),
        error @ (libc::EROFS | libc::EPERM | libc::EACCES) => Effect::Refused(error),
        error => Effect::Failed(error),
    }
}

/// What came of a call that succeeded.
fn done(event: &Event, after: Option<u64>) -> Effect {
    let Some(Before::There {
        mode,
        uid,
        gid,
        size,
    }) = event.before
    else {
        return Effect::Changed;
    };
    let is_same = |is_same: bool| {
        if is_same {
            Effect::SameValue
        } else {
            Effect::Changed
        }
    };
    match &event.act {
        Act::Mode(wanted) => is_same(mode & 0o7777 == *wanted),
        Act::Owner {
            uid: owner,
            gid: group,
        } => is_same(owner.is_none_or(|id| id == uid) && group.is_none_or(|id| id == gid)),
        Act::Open { empties: true, .. } if size > 0 => Effect::Changed,
        Act::Open { .. } if after.is_some_and(|after| after != size) => Effect::Changed,
        Act::Open { .. } => Effect::Opened,
        _ => Effect::Changed,
    }
}

#[cfg(test)]
mod tests;
