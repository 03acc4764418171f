//! Paths as a stopped process sees them, told from the sandbox's root.
//!
//! Directories and symbolic links on the way are resolved in the process's own root, so that two
//! names of one file are one path, and a link that leads out of the chroot is seen to do so.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::rc::Rc;

use bstr::ByteSlice as _;
use nix::unistd::Pid;
use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};

use crate::trace::log::Before;
use crate::trace::walk::{DELETED, LINKS_MAX, LastLink, Walk, bytes, joined, target};

/// A process's root directory.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    directory: Rc<OwnedFd>,
    /// From the sandbox's root; empty if it is that one.
    path: Rc<[u8]>,
}

/// A process, and where its paths start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) process: Pid,
    pub(crate) root: &'a Root,
    /// The directories that were resolved last.
    pub(crate) last: &'a LastDirectories,
}

/// How many directories are remembered: what unpacks an archive asks for the same few again and
/// again, and each program that starts for those of its libraries.
const KNOWN_MAX: usize = 8;

/// The directories that were resolved last, the latest one last.
#[derive(Debug, Default)]
pub(crate) struct LastDirectories(RefCell<VecDeque<ResolvedDirectory>>);

#[derive(Debug, Clone)]
struct ResolvedDirectory {
    root: Rc<[u8]>,
    path: Vec<u8>,
    real: Vec<u8>,
}

impl LastDirectories {
    fn of(&self, root: &Root, path: &[u8]) -> Option<Vec<u8>> {
        let known = self.0.borrow();
        let is_it =
            |known: &&ResolvedDirectory| known.path == path && Rc::ptr_eq(&known.root, &root.path);
        known
            .iter()
            .rev()
            .find(is_it)
            .map(|known| known.real.clone())
    }

    fn remember(&self, root: &Root, path: &[u8], real: &[u8]) {
        let mut known = self.0.borrow_mut();
        if known.len() == KNOWN_MAX {
            drop(known.pop_front());
        }
        known.push_back(ResolvedDirectory {
            root: Rc::clone(&root.path),
            path: path.to_vec(),
            real: real.to_vec(),
        });
    }

    /// Something on the way to a directory may be another now.
    pub(crate) fn forget(&self) {
        self.0.borrow_mut().clear();
    }

    /// A name was removed or given to something else.
    pub(crate) fn renamed(&self, path: &[u8]) {
        // The path of a link on the way is not known, only its last name.
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let is_elsewhere = |known: &ResolvedDirectory| {
            !known.real.starts_with(path) && known.path.find(name).is_none()
        };
        self.0.borrow_mut().retain(is_elsewhere);
    }
}

/// Where a relative path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// The working directory.
    WorkingDirectory,
    /// An open directory.
    Descriptor(i32),
}

impl Root {
    /// Of a stopped process; `None` if it is gone.
    pub(crate) fn of(process: Pid) -> Option<Self> {
        let link = format!("/proc/{process}/root");
        let flags = OFlags::PATH | OFlags::CLOEXEC | OFlags::DIRECTORY;
        let directory = rustix::fs::open(&link, flags, Mode::empty()).ok()?;
        let path = target(&link)?;
        let path = if path == b"/" { vec![] } else { path };
        Some(Self {
            directory: Rc::new(directory),
            path: path.into(),
        })
    }

    /// A path below it, as the process would write it; `None` for what is elsewhere.
    fn within<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let rest = path.strip_prefix(&*self.path)?;
        (rest.is_empty() || rest.starts_with(b"/")).then_some(rest)
    }
}

impl View<'_> {
    /// The path of an open file; `None` if it has none: a pipe, a socket, a removed file.
    pub(crate) fn descriptor(&self, number: i32) -> Option<Vec<u8>> {
        let path = target(format!("/proc/{}/fd/{number}", self.process))?;
        (path.starts_with(b"/") && !path.ends_with(DELETED)).then_some(path)
    }

    /// A path of the process from the sandbox's root; `None` if its start has no path.
    pub(crate) fn resolve(&self, path: &[u8], start: Start, last: LastLink) -> Option<Vec<u8>> {
        let mut path = match path.first() {
            Some(b'/') => path.to_vec(),
            _ => {
                let start = match start {
                    Start::WorkingDirectory => target(format!("/proc/{}/cwd", self.process))?,
                    Start::Descriptor(number) => self.descriptor(number)?,
                };
                match self.root.within(&start) {
                    Some(inside) => [inside, b"/", path].concat(),
                    None => return Some(joined(&start, path)),
                }
            }
        };
        for _ in 0..LINKS_MAX {
            match self.step(&path, last) {
                Step::There(found) => return Some(found),
                Step::Link(next) => path = next,
                Step::Unknown => break,
            }
        }
        Walk::new(self.process, &self.root.path)
            .to(&path, last)
            .or_else(|| Some(joined(&self.root.path, &path)))
    }

    /// Resolves all of a path but a symbolic link at its end.
    fn step(&self, path: &[u8], last: LastLink) -> Step {
        if is_own(path) {
            return Step::Unknown;
        }
        let (parent, name) = split(path);
        let Some(real) = self.directory(parent) else {
            return Step::Unknown;
        };
        let Some(name) = name else {
            return Step::There(real);
        };
        let found = joined(&real, name);
        if last == LastLink::Followed
            && let Some(link) = target(bytes(&found))
        {
            return match (link.first(), self.root.within(&real)) {
                (Some(b'/'), _) => Step::Link(link),
                (_, Some(inside)) => Step::Link([inside, b"/", link.as_slice()].concat()),
                (_, None) => Step::Unknown,
            };
        }
        Step::There(found)
    }

    /// The real path of a directory of the process's root.
    fn directory(&self, path: &[u8]) -> Option<Vec<u8>> {
        if let Some(real) = self.last.of(self.root, path) {
            return Some(real);
        }
        let relative = path.trim_start_with(|c| c == '/');
        let relative = if relative.is_empty() { b"." } else { relative };
        let directory = openat2(
            self.root.directory.as_fd(),
            Path::new(bytes(relative)),
            OFlags::PATH | OFlags::CLOEXEC | OFlags::DIRECTORY,
            Mode::empty(),
            ResolveFlags::IN_ROOT,
        );
        let directory = directory.ok()?;
        let real = target(format!("/proc/self/fd/{}", directory.as_raw_fd()))?;
        self.last.remember(self.root, path, &real);
        Some(real)
    }
}

/// Whether a path may lead through `/proc/self`, which is another for the observer.
fn is_own(path: &[u8]) -> bool {
    const PLACES: [&[u8]; 3] = [b"/proc/", b"/dev/fd/", b"/dev/std"];
    PLACES.iter().any(|own| path.starts_with(own))
}

/// What resolving a path gave.
enum Step {
    There(Vec<u8>),
    Link(Vec<u8>),
    Unknown,
}

/// A path's directory and its last name; no name if it ends with `.` or `..`, or is the root.
fn split(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    let path = path.trim_end_with(|c| c == '/');
    let start = path.rfind_byte(b'/').map_or(0, |slash| slash + 1);
    match path.get(start..) {
        None | Some(b"" | b"." | b"..") => (path, None),
        Some(name) => (path.get(..start).unwrap_or_default(), Some(name)),
    }
}

/// What is at a path from the sandbox's root.
pub(crate) fn look(path: &[u8]) -> Before {
    match fs::symlink_metadata(Path::new(bytes(path))) {
        Err(_) => Before::Absent,
        Ok(metadata) => Before::There {
            mode: metadata.mode(),
            uid: metadata.uid(),
            gid: metadata.gid(),
            size: metadata.len(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    /// A directory that stands for a chroot, seen by this process.
    fn resolved(root: &Path, path: &str, last: LastLink) -> String {
        let root = Root {
            directory: Rc::new(fs::File::open(root).unwrap().into()),
            path: root.as_os_str().as_bytes().into(),
        };
        let view = View {
            process: Pid::this(),
            root: &root,
            last: &LastDirectories::default(),
        };
        let found = view.resolve(path.as_bytes(), Start::WorkingDirectory, last);
        let found = found.unwrap();
        let inside = root.within(&found).unwrap();
        String::from_utf8(inside.to_vec()).unwrap()
    }

    #[test]
    fn links_are_resolved_in_the_root_of_the_process() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, root.join(name));
        link("usr/bin", "bin").unwrap();
        link("/usr/bin/new", "usr/bin/dangling").unwrap();
        link("loop", "loop").unwrap();
        let followed = |path| resolved(&root, path, LastLink::Followed);
        assert_eq!(followed("/bin/sh"), "/usr/bin/sh");
        assert_eq!(followed("/bin//./../bin/sh"), "/usr/bin/sh");
        assert_eq!(followed("/bin/dangling"), "/usr/bin/new");
        assert_eq!(followed("/absent/a"), "/absent/a");
        assert_eq!(followed("/usr/bin/.."), "/usr");
        assert_eq!(followed("/loop"), "/loop");
        assert_eq!(
            resolved(&root, "/bin/dangling", LastLink::Meant),
            "/usr/bin/dangling"
        );
        assert_eq!(resolved(&root, "/bin", LastLink::Meant), "/bin");
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(split(b"/a/b/"), (&b"/a/"[..], Some(&b"b"[..])));
        assert_eq!(split(b"/a/.."), (&b"/a/.."[..], None));
        assert_eq!(split(b"/"), (&b""[..], None));
        assert_eq!(joined(b"/r", b"a/./b//../c"), b"/r/a/c");
    }
}
