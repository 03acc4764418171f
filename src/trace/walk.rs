//! Resolves a path one name at a time, as the process that has it would: through `/proc/self`,
//! which is another process for the observer, and through the links in `/proc` that lead to a
//! process's root, its working directory and its open files (proc(5)).

use std::collections::VecDeque;
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use bstr::ByteSlice as _;
use nix::unistd::Pid;

/// Symbolic links at the end of a path that are followed; the kernel follows 40 in a whole path
/// (path_resolution(7)).
pub(crate) const LINKS_MAX: usize = 40;

/// What `/proc` puts behind the path of a file that has lost its name (proc_pid_fd(5)).
pub(crate) const DELETED: &[u8] = b" (deleted)";

/// What becomes of a symbolic link at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastLink {
    /// It is followed.
    Followed,
    /// It is what is meant.
    Meant,
}

/// The type of `/proc` (statfs(2)).
const PROC: u64 = 0x9fa0;

/// A process and its root directory, from the sandbox's root; empty if it is that one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk<'a> {
    process: Pid,
    root: &'a [u8],
}

/// Where a symbolic link leads.
enum Leads {
    /// To a path, which is resolved.
    To(Vec<u8>),
    /// To a file itself, whatever its path is made of.
    At(Vec<u8>),
}

impl<'a> Walk<'a> {
    pub(crate) fn new(process: Pid, root: &'a [u8]) -> Self {
        Self { process, root }
    }

    /// Where a path of the process is, from the sandbox's root. What does not exist is taken by its
    /// name. `None` if there are too many links, or the file has no path.
    pub(crate) fn to(self, path: &[u8], last: LastLink) -> Option<Vec<u8>> {
        let mut place = self.root.to_vec();
        let mut names = names(path);
        let mut links = 0;
        while let Some(name) = names.pop_front() {
            if name == b".." {
                if place != self.root {
                    place.truncate(place.rfind_byte(b'/').unwrap_or_default());
                }
                continue;
            }
            let next = [place.as_slice(), b"/", &name].concat();
            let is_meant = names.is_empty() && last == LastLink::Meant;
            match self.link(&next).filter(|_| !is_meant) {
                None => place = next,
                Some(_) if links == LINKS_MAX => return None,
                Some(Leads::At(file)) => {
                    links += 1;
                    if !file.starts_with(b"/") || file.ends_with(DELETED) {
                        return None;
                    }
                    place = joined(b"", &file);
                    if place == b"/" {
                        place.clear();
                    }
                }
                Some(Leads::To(path)) => {
                    links += 1;
                    if path.starts_with(b"/") {
                        place = self.root.to_vec();
                    }
                    for name in self::names(&path).into_iter().rev() {
                        names.push_front(name);
                    }
                }
            }
        }
        Some(joined(b"", &place))
    }

    /// Where the link at a path from the sandbox's root leads; `None` if it is none.
    fn link(self, path: &[u8]) -> Option<Leads> {
        let Some(name) = self.below_proc(path) else {
            return Some(Leads::To(target(bytes(path))?));
        };
        let own = self.process.to_string();
        match name.as_slice() {
            [b"self"] => Some(Leads::To(own.into_bytes())),
            [b"thread-self"] => Some(Leads::To(format!("{own}/task/{own}").into_bytes())),
            [process, .., b"root" | b"cwd" | b"exe"] | [process, .., b"fd", _]
                if *process == own.as_bytes() || self.has_observers_numbers() =>
            {
                let path = [&b"/proc/"[..], &name.join(&b'/')].concat();
                Some(Leads::At(target(bytes(&path))?))
            }
            _ => Some(Leads::To(target(bytes(path))?)),
        }
    }

    /// The names after `/proc` in a path from the sandbox's root; `None` if it is elsewhere.
    fn below_proc(self, path: &[u8]) -> Option<Vec<&[u8]>> {
        let rest = path.strip_prefix(self.root)?.strip_prefix(b"/proc/")?;
        let proc = self.proc();
        let found = rustix::fs::statfs(Path::new(bytes(&proc))).ok()?;
        let is_proc = u64::try_from(found.f_type).is_ok_and(|kind| kind == PROC);
        is_proc.then(|| rest.split(|byte| *byte == b'/').collect())
    }

    /// Whether the process's `/proc` is the observer's: in another, numbers mean others.
    fn has_observers_numbers(self) -> bool {
        let device = |path: &[u8]| Some(fs::metadata(Path::new(bytes(path))).ok()?.dev());
        device(&self.proc()).is_some_and(|found| device(b"/proc") == Some(found))
    }

    fn proc(self) -> Vec<u8> {
        [self.root, b"/proc"].concat()
    }
}

fn names(path: &[u8]) -> VecDeque<Vec<u8>> {
    let names = path.split(|byte| *byte == b'/');
    let names = names.filter(|name| !matches!(*name, b"" | b"."));
    names.map(<[u8]>::to_vec).collect()
}

pub(crate) fn target(link: impl AsRef<Path>) -> Option<Vec<u8>> {
    Some(fs::read_link(link).ok()?.into_os_string().into_vec())
}

pub(crate) fn bytes(path: &[u8]) -> &std::ffi::OsStr {
    std::ffi::OsStr::from_bytes(path)
}

/// An absolute path below a root, without empty and `.` components; `..` is taken by name.
pub(crate) fn joined(root: &[u8], path: &[u8]) -> Vec<u8> {
    let mut out: Vec<&[u8]> = Vec::new();
    let parts = root.split(|byte| *byte == b'/');
    for part in parts.chain(path.split(|byte| *byte == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => drop(out.pop()),
            part => out.push(part),
        }
    }
    [b"/", out.join(&b'/').as_slice()].concat()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    fn walked(path: &str, last: LastLink) -> String {
        let walk = Walk::new(Pid::this(), b"");
        String::from_utf8(walk.to(path.as_bytes(), last).unwrap()).unwrap()
    }

    #[test]
    fn a_process_reaches_its_root_its_directory_and_its_files_through_proc() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path().canonicalize().unwrap();
        let opened = File::open(&directory).unwrap();
        let by_number = format!("/proc/self/fd/{}/new", opened.as_raw_fd());
        let named = |name: &str| format!("{}/{name}", directory.display());
        let here = fs::read_link("/proc/self/cwd").unwrap();
        symlink("/proc/self/root/etc", directory.join("link")).unwrap();
        let followed = |path: &str| walked(path, LastLink::Followed);
        assert_eq!(followed("/proc/self/root/etc/new"), "/etc/new");
        assert_eq!(followed("/proc/thread-self/root/etc/../new"), "/new");
        assert_eq!(followed(&format!("/proc/{}/root", Pid::this())), "/");
        assert_eq!(
            followed("/proc/self/cwd/new"),
            format!("{}/new", here.display())
        );
        assert_eq!(followed(&by_number), named("new"));
        assert_eq!(followed(&named("link/new")), "/etc/new");
        assert_eq!(
            walked("/proc/self/root", LastLink::Meant),
            format!("/proc/{}/root", Pid::this())
        );
    }

    #[test]
    fn what_another_process_calls_itself_is_that_process() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path().canonicalize().unwrap();
        let mut sleeper = Command::new("sleep");
        let mut sleeper = sleeper.arg("60").current_dir(&directory).spawn().unwrap();
        let process = Pid::from_raw(i32::try_from(sleeper.id()).unwrap());
        let walk = Walk::new(process, b"");
        let paths = ["/proc/self/cwd/new", "/proc/thread-self/cwd/new"];
        let found = paths.map(|path| walk.to(path.as_bytes(), LastLink::Followed));
        sleeper.kill().unwrap();
        let _ = sleeper.wait().unwrap();
        let expected = directory.join("new").into_os_string().into_vec();
        assert_eq!(found, [Some(expected.clone()), Some(expected)]);
    }

    #[test]
    fn an_open_file_is_known_by_its_own_name() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().canonicalize().unwrap().join("file");
        let opened = File::create(&file).unwrap();
        for place in ["/proc/self/fd/", "/dev/fd/"] {
            let path = format!("{place}{}", opened.as_raw_fd());
            assert_eq!(walked(&path, LastLink::Followed), file.to_str().unwrap());
        }
    }

    #[test]
    fn links_are_followed_in_the_root_of_the_process_and_none_without_end() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        symlink("/usr/bin", root.join("bin")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        let walk = Walk::new(Pid::this(), root.as_os_str().as_bytes());
        let within = |path: &str| {
            let found = walk.to(path.as_bytes(), LastLink::Followed)?;
            let inside = found.strip_prefix(root.as_os_str().as_bytes())?;
            Some(String::from_utf8(inside.to_vec()).unwrap())
        };
        assert_eq!(within("/bin/sh").unwrap(), "/usr/bin/sh");
        assert_eq!(within("/../../bin/../new").unwrap(), "/usr/new");
        assert_eq!(
            within("/proc/self/root/etc").unwrap(),
            "/proc/self/root/etc"
        );
        assert_eq!(within("/loop"), None);
    }
}
