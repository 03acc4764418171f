//! What will come of a call, foreseen at its beginning from what is there: the process need not
//! stop again at its end.
//!
//! So it is with what dpkg, apt and mmdebstrap do inside the chroot, of which only who wrote an
//! entry matters, and with what any process reads: together nearly all calls of a build. What
//! cannot be told for sure is looked at when the call has returned.

use nix::libc;

use crate::debian::temporary_root::inside;
use crate::trace::log::{Act, Before};

/// What will come of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreseen {
    /// It will succeed.
    Success,
    /// It will fail, with this error.
    Failure(i32),
    /// Its end will show.
    Unknown,
}

/// What will come of a call that does this to a path. `look` tells what is at a path.
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
            None => Failure(libc::ENOENT),
            Some(libc::S_IFDIR) => Unknown,
            Some(_) => Success,
        },
        (Act::Remove, "rmdir") => match kind(look(path)) {
            // It may be full.
            Some(libc::S_IFDIR) => Unknown,
            Some(_) => Failure(libc::ENOTDIR),
            None => Failure(libc::ENOENT),
        },
        (Act::Read, _) => match look(path) {
            Before::Absent => Failure(libc::ENOENT),
            Before::There { mode, .. } if is_readable_file(mode) => Success,
            Before::There { .. } => Unknown,
        },
        (Act::Link(from), "link") => match (kind(look(&from.0)), kind(look(path))) {
            (None, _) => Failure(libc::ENOENT),
            (Some(_), Some(_)) => Failure(libc::EEXIST),
            (Some(libc::S_IFREG), None) if inside(&from.0).is_some() && is_made(path) => Success,
            (Some(_), None) => Unknown,
        },
        // What it is that gets a further name is not known.
        (Act::Link(_), _) | (Act::Make, "link" | "linkat") => Unknown,
        (Act::Make, _) | (Act::Open { creates: true, .. }, _) if is_made(path) => Success,
        (Act::Make, _) if kind(look(path)).is_some() => Failure(libc::EEXIST),
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

/// Whether it is a regular file that everybody may read.
fn is_readable_file(mode: u32) -> bool {
    mode & libc::S_IFMT == libc::S_IFREG && mode & libc::S_IROTH != 0
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

    /// A chroot with the directory `etc` and the files `etc/file` and `etc/secret`.
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
            Some("/etc/secret") => there(libc::S_IFREG | 0o600),
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

    fn linking(from: &str) -> Act {
        Act::Link(Bytes(format!("{ROOT}/{from}").into_bytes()))
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
        let failures = [libc::ENOTDIR, libc::ENOENT, libc::ENOENT, libc::EEXIST];
        assert_eq!(all, failures.map(Foreseen::Failure));
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
    fn a_further_name_of_a_file_is_foreseen() {
        let all = [
            of("link", linking("etc/file"), "etc/new"),
            of("link", linking("etc/file"), "etc/secret"),
            of("link", linking("etc/absent"), "etc/new"),
        ];
        let failures = [libc::EEXIST, libc::ENOENT].map(Foreseen::Failure);
        assert_eq!(all, [Foreseen::Success, failures[0], failures[1]]);
    }

    #[test]
    fn what_is_read_is_foreseen() {
        let all = ["etc/file", "etc/absent", "etc", "etc/secret"];
        assert_eq!(
            all.map(|name| of("openat", Act::Read, name)),
            [
                Foreseen::Success,
                Foreseen::Failure(libc::ENOENT),
                Foreseen::Unknown,
                Foreseen::Unknown,
            ]
        );
    }

    #[test]
    fn what_more_than_the_path_decides_is_left_to_the_end_of_the_call() {
        let all = [
            of("rmdir", Act::Remove, "etc"),
            of("unlinkat", Act::Remove, "etc/file"),
            of("link", linking("etc"), "etc/new"),
            of("linkat", linking("etc/file"), "etc/new"),
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
        assert_eq!(all, [Foreseen::Unknown; 11]);
    }
}
