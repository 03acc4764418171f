//! What will come of a call of dpkg, apt or mmdebstrap inside the chroot, foreseen at its
//! beginning from what is there: the process need not stop again at its end.
//!
//! These processes make nearly all calls of a build, and of what they do in the chroot only who
//! wrote an entry matters. What cannot be told for sure is looked at when the call has returned.

use nix::libc;

use crate::debian::temporary_root::inside;
use crate::trace::log::{Act, Before};

/// What will come of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreseen {
    /// It will succeed.
    Success,
    /// It will fail.
    Failure,
    /// Its end will show.
    Unknown,
}

/// What will come of a call that does this to a path of the chroot. `look` tells what is at a path.
pub(crate) fn foreseen(
    call: &str,
    act: &Act,
    path: &[u8],
    look: impl Fn(&[u8]) -> Before,
) -> Foreseen {
    use Foreseen::{Failure, Success, Unknown};
    let is_directory = |path: &[u8]| kind(look(path)) == Some(libc::S_IFDIR);
    let is_made = |path: &[u8]| match look(path) {
        Before::There { .. } => false,
        Before::Absent => is_directory(parent(path)),
    };
    match (act, call) {
        (Act::Remove, "unlink") => match kind(look(path)) {
            None => Failure,
            Some(libc::S_IFDIR) => Unknown,
            Some(_) => Success,
        },
        (Act::Remove, "rmdir") => match kind(look(path)) {
            // It may be full.
            Some(libc::S_IFDIR) => Unknown,
            _ => Failure,
        },
        // What is linked to may be absent.
        (Act::Link(_), _) | (Act::Make, "link" | "linkat") => Unknown,
        (Act::Make, _) | (Act::Open { creates: true, .. }, _) if is_made(path) => Success,
        (Act::Make, _) if kind(look(path)).is_some() => Failure,
        (Act::Open { creates: false, .. }, _) => match kind(look(path)) {
            Some(libc::S_IFREG) => Success,
            _ => Unknown,
        },
        (Act::RenameTo(to), "rename") => {
            let (from, onto) = (kind(look(path)), kind(look(&to.0)));
            let is_onto_file = onto.is_some_and(|kind| kind != libc::S_IFDIR);
            let has_place = inside(&to.0).is_some() && (is_onto_file || is_made(&to.0));
            match from {
                Some(kind) if kind != libc::S_IFDIR && has_place => Success,
                _ => Unknown,
            }
        }
        (Act::Mode(_) | Act::Owner { .. } | Act::Times, _) if kind(look(path)).is_some() => Success,
        _ => Unknown,
    }
}

/// The kind in `st_mode`; `None` if nothing is there.
fn kind(before: Before) -> Option<u32> {
    match before {
        Before::Absent => None,
        Before::There { mode, .. } => Some(mode & libc::S_IFMT),
    }
}

fn parent(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|byte| *byte == b'/');
    slash.and_then(|slash| path.get(..slash)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::log::Bytes;

    const ROOT: &str = "/tmp/mmdebstrap.x";

    /// A chroot with the directory `etc` and the file `etc/file`.
    fn in_chroot(path: &[u8]) -> Before {
        let there = |mode| Before::There {
            mode,
            uid: 0,
            gid: 0,
            size: 0,
        };
        match std::str::from_utf8(path).unwrap().strip_prefix(ROOT) {
            Some("/etc") => there(libc::S_IFDIR | 0o755),
            Some("/etc/file") => there(libc::S_IFREG | 0o644),
            _ => Before::Absent,
        }
    }

    fn of(call: &str, act: Act, name: &str) -> Foreseen {
        let path = format!("{ROOT}/{name}");
        foreseen(call, &act, path.as_bytes(), in_chroot)
    }

    fn opening(creates: bool) -> Act {
        Act::Open {
            creates,
            empties: false,
        }
    }

    fn renaming(to: &str) -> Act {
        Act::RenameTo(Bytes(to.as_bytes().to_vec()))
    }

    #[test]
    fn what_dpkg_does_when_it_unpacks_is_foreseen() {
        let new = "/tmp/mmdebstrap.x/etc/new";
        let all = [
            of("rmdir", Act::Remove, "etc/file"),
            of("rmdir", Act::Remove, "etc/absent"),
            of("unlink", Act::Remove, "etc/absent"),
            of("mkdir", Act::Make, "etc"),
        ];
        assert_eq!(all, [Foreseen::Failure; 4]);
        let all = [
            of("unlink", Act::Remove, "etc/file"),
            of("mkdir", Act::Make, "etc/new"),
            of("symlink", Act::Make, "etc/new"),
            of("openat", opening(true), "etc/new"),
            of("openat", opening(false), "etc/file"),
            of("rename", renaming(new), "etc/file"),
            of("fchmod", Act::Mode(0o644), "etc/file"),
            of("utimensat", Act::Times, "etc"),
        ];
        assert_eq!(all, [Foreseen::Success; 8]);
    }

    #[test]
    fn what_more_than_the_path_decides_is_left_to_the_end_of_the_call() {
        let all = [
            of("rmdir", Act::Remove, "etc"),
            of("unlinkat", Act::Remove, "etc/file"),
            of("link", Act::Link(Bytes::from(&b"/etc/old"[..])), "etc/new"),
            of("mkdir", Act::Make, "absent/new"),
            of("openat", opening(true), "etc/file"),
            of("openat", opening(false), "etc/absent"),
            of("rename", renaming("/etc/new"), "etc/file"),
            of(
                "rename",
                renaming("/tmp/mmdebstrap.x/absent/new"),
                "etc/file",
            ),
            of("fchmod", Act::Mode(0o644), "etc/absent"),
            of("setxattr", Act::Attribute, "etc/file"),
        ];
        assert_eq!(all, [Foreseen::Unknown; 10]);
    }
}
