//! Versions of the files that many scripts write ([`shared_file`]):
//! which lines each process added or took away.
//!
//! A file is read when a process of a maintainer script is about to change what its name stands
//! for, when that is done, and, while a process has it open for writing, wherever that one stops.
//! Only lines that came or went since the last version are kept, not their order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::debian::shared_file;
use crate::debian::temporary_root::inside;
use crate::trace::log::{Act, Bytes, LineChange};
use crate::trace::relevant::Actor;

/// Largest version that is read, in bytes. debconf's templates of a desktop have 5 MB.
const SIZE_MAX: u64 = 16 << 20;

/// Most bytes of lines that are kept. An installation with all of debconf's templates needs some
/// 10 MB.
const ALL_MAX: usize = 64 << 20;

/// Who changed a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Writer {
    /// The program, by its position in the log.
    image: usize,
    /// The first maintainer script that it descends from, or is, in the same way.
    script: usize,
}

/// The versions of all files.
#[derive(Debug)]
pub(crate) struct Versions {
    /// By path from the sandbox's root.
    files: BTreeMap<Vec<u8>, Version>,
    /// For each program, the first maintainer script that it descends from, or is.
    scripts: Vec<Option<usize>>,
    /// Which lines came and went.
    changes: Vec<LineChange>,
    /// Files that are too large, or too often changed.
    left_out: BTreeSet<Vec<u8>>,
    /// Bytes that may still be kept.
    room: usize,
}

/// The last version of a file.
#[derive(Debug, Default)]
struct Version {
    stamp: Option<Stamp>,
    counts: Counts,
    /// Who removed or emptied it after that. What is made anew of the same lines by the same script
    /// is the same file for this.
    emptied: Option<Emptied>,
}

#[derive(Debug, Clone, Copy)]
struct Emptied {
    by: Option<Writer>,
}

type Counts = BTreeMap<Vec<u8>, usize>;

/// What shows that a file is another one, or has been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    size: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            size: metadata.len(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl Default for Versions {
    fn default() -> Self {
        Self {
            files: BTreeMap::new(),
            scripts: Vec::new(),
            changes: Vec::new(),
            left_out: BTreeSet::new(),
            room: ALL_MAX,
        }
    }
}

/// The shared files that an act changes, or changes what their names stand for.
pub(crate) fn touched<'a>(act: &'a Act, path: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let paths = match act {
        Act::Open { .. } | Act::Make | Act::Link(_) | Act::Remove | Act::Resize => {
            [Some(path), None]
        }
        Act::RenameTo(to) => [Some(path), Some(to.0.as_slice())],
        Act::Execute
        | Act::Read
        | Act::Look
        | Act::Mode(_)
        | Act::Owner { .. }
        | Act::Times
        | Act::Attribute
        | Act::Mount
        | Act::Machine => [None, None],
    };
    let paths = paths.into_iter().flatten();
    paths.filter(|path| shared_file::is_shared(in_its_root(path)))
}

/// A path without what leads to its root, which is that of a chroot or of the outside.
fn in_its_root(path: &[u8]) -> &[u8] {
    inside(path).unwrap_or_else(|| path.strip_prefix(b"/").unwrap_or(path))
}

impl Versions {
    /// A program was started.
    pub(crate) fn ran(&mut self, parent: Option<usize>, actor: Actor) {
        let image = self.scripts.len();
        let above = parent.and_then(|parent| self.scripts.get(parent).copied().flatten());
        self.scripts.push(match actor {
            Actor::Script | Actor::OfScript => above.or(Some(image)),
            Actor::Cleaner | Actor::Other => None,
        });
    }

    /// A program as the writer of a file; `None` if it runs for no script.
    fn writer(&self, image: usize) -> Option<Writer> {
        let script = self.scripts.get(image).copied().flatten()?;
        Some(Writer { image, script })
    }

    /// A program has changed a file.
    pub(crate) fn changed(&mut self, path: &[u8], image: usize) {
        let by = self.writer(image);
        self.look(path, by);
    }

    /// A file may have changed since it was looked at; it is held open by these programs, the
    /// likeliest last. Nothing is said of who did it if they run for several scripts.
    pub(crate) fn settle(&mut self, path: &[u8], holders: &[usize]) {
        let writers = holders.iter().map(|image| self.writer(*image));
        let writers: Vec<Option<Writer>> = writers.collect();
        let scripts = writers.iter().map(|writer| writer.map(|one| one.script));
        let scripts: BTreeSet<Option<usize>> = scripts.collect();
        let by = writers.last().copied().flatten();
        self.look(path, by.filter(|_| scripts.len() == 1));
    }

    fn look(&mut self, path: &[u8], by: Option<Writer>) {
        if self.left_out.contains(path) {
            return;
        }
        let read = read(path, self.files.get(path).and_then(|file| file.stamp));
        let is_new = !self.files.contains_key(path);
        let version = self.files.entry(path.to_vec()).or_default();
        match read {
            Reading::Same => {}
            Reading::Nothing => {
                version.stamp = None;
                let _ = version.emptied.get_or_insert(Emptied { by });
            }
            Reading::TooLarge => self.leave_out(path),
            Reading::Lines { stamp, counts } => {
                version.stamp = Some(stamp);
                let emptied = version.emptied.take();
                let former = std::mem::replace(&mut version.counts, counts);
                if !is_new {
                    self.note(path, former, emptied, by);
                }
            }
        }
    }

    /// Notes what is new in the last version of a file.
    fn note(&mut self, path: &[u8], former: Counts, emptied: Option<Emptied>, by: Option<Writer>) {
        let Some(version) = self.files.get(path) else {
            return;
        };
        let script = |writer: Option<Writer>| writer.map(|one| one.script);
        let new = match emptied {
            Some(emptied) if script(emptied.by) != script(by) => {
                let nothing = Counts::new();
                let gone = change(path, &former, &nothing, emptied.by);
                let made = change(path, &nothing, &version.counts, by);
                vec![gone, made]
            }
            Some(_) | None => vec![change(path, &former, &version.counts, by)],
        };
        for change in new {
            self.keep(change);
        }
    }

    fn keep(&mut self, change: LineChange) {
        let lines = change.removed.iter().chain(&change.added);
        let bytes: usize = lines.map(|line| line.0.len()).sum();
        match self.room.checked_sub(bytes) {
            Some(room) if !change.is_empty() => {
                self.room = room;
                self.changes.push(change);
            }
            Some(_) => {}
            None => self.leave_out(&change.path.0),
        }
    }

    fn leave_out(&mut self, path: &[u8]) {
        let _ = self.files.remove(path);
        let _ = self.left_out.insert(path.to_vec());
    }

    /// All changes in their order, and the files of which some are missing. What was removed and
    /// not made again is the last of them.
    pub(crate) fn finish(&mut self) -> (Vec<LineChange>, Vec<Bytes>) {
        for (path, version) in std::mem::take(&mut self.files) {
            if let Some(emptied) = version.emptied {
                self.keep(change(&path, &version.counts, &Counts::new(), emptied.by));
            }
        }
        let left_out = std::mem::take(&mut self.left_out);
        let changes = std::mem::take(&mut self.changes);
        (changes, left_out.into_iter().map(Bytes).collect())
    }
}

/// What reading a file gave.
enum Reading {
    /// It is as it was.
    Same,
    /// It is not there, or empty.
    Nothing,
    TooLarge,
    Lines {
        stamp: Stamp,
        counts: Counts,
    },
}

fn read(path: &[u8], former: Option<Stamp>) -> Reading {
    let place = Path::new(std::ffi::OsStr::from_bytes(path));
    // No link is followed: in a chroot it would lead elsewhere.
    let metadata = std::fs::symlink_metadata(place);
    let metadata = metadata.ok().filter(Metadata::is_file);
    let Some(metadata) = metadata.filter(|metadata| metadata.len() > 0) else {
        return Reading::Nothing;
    };
    let stamp = Stamp::of(&metadata);
    if former == Some(stamp) {
        return Reading::Same;
    }
    let mut content = Vec::new();
    let file = File::open(place).map(|file| file.take(SIZE_MAX + 1));
    match file.and_then(|mut file| file.read_to_end(&mut content)) {
        Err(_) | Ok(0) => return Reading::Nothing,
        Ok(read) if read as u64 > SIZE_MAX => return Reading::TooLarge,
        Ok(_) => {}
    }
    let mut counts = Counts::new();
    for line in shared_file::lines(in_its_root(path), &content) {
        *counts.entry(line).or_default() += 1;
    }
    Reading::Lines { stamp, counts }
}

/// How the second version of a file differs from the first.
fn change(path: &[u8], first: &Counts, second: &Counts, by: Option<Writer>) -> LineChange {
    LineChange {
        image: by.map(|writer| writer.image),
        path: Bytes(path.to_vec()),
        removed: beyond(first, second),
        added: beyond(second, first),
    }
}

/// The lines that stand in one version more often than in the other, each as often as that.
fn beyond(one: &Counts, other: &Counts) -> Vec<Bytes> {
    let lines = one.iter().flat_map(|(line, count)| {
        let there = other.get(line).copied().unwrap_or(0);
        let more = count.saturating_sub(there);
        std::iter::repeat_n(Bytes(line.clone()), more)
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in a directory that stands for the outside's `/etc`.
    struct Lab {
        directory: tempfile::TempDir,
        versions: Versions,
    }

    impl Lab {
        /// Program 1 is a script, 2 a command of it, 3 another script; 0 is none.
        fn new() -> Self {
            let mut versions = Versions::default();
            versions.ran(None, Actor::Other);
            versions.ran(Some(0), Actor::Script);
            versions.ran(Some(1), Actor::OfScript);
            versions.ran(Some(0), Actor::Script);
            let prefix = "mmdebstrap.";
            let directory = tempfile::Builder::new().prefix(prefix).tempdir_in("/tmp");
            let directory = directory.unwrap();
            std::fs::create_dir(directory.path().join("etc")).unwrap();
            Self {
                directory,
                versions,
            }
        }

        fn path(&self) -> Vec<u8> {
            let path = self.directory.path().join("etc/shells");
            path.as_os_str().as_bytes().to_vec()
        }

        fn write(&mut self, content: &str, image: usize) {
            // Another file, so that it has another stamp.
            let new = self.directory.path().join("new");
            std::fs::write(&new, content).unwrap();
            std::fs::rename(new, self.directory.path().join("etc/shells")).unwrap();
            let path = self.path();
            self.versions.changed(&path, image);
        }

        /// Who removed and added what.
        fn changes(&mut self) -> Vec<(Option<usize>, String, String)> {
            let (changes, left_out) = self.versions.finish();
            assert_eq!(left_out, []);
            let joined = |lines: &[Bytes]| {
                let lines: Vec<&[u8]> = lines.iter().map(|line| line.0.as_slice()).collect();
                String::from_utf8(lines.join(&b' ')).unwrap()
            };
            let changes = changes.iter();
            changes
                .map(|one| (one.image, joined(&one.removed), joined(&one.added)))
                .collect()
        }
    }

    fn change(by: Option<usize>, removed: &str, added: &str) -> (Option<usize>, String, String) {
        (by, removed.to_owned(), added.to_owned())
    }

    #[test]
    fn only_lines_that_came_or_went_are_kept() {
        let mut lab = Lab::new();
        lab.write("a\nb\n", 0);
        lab.write("b\na\nc\nc\n", 2);
        lab.write("c\nb\na\n", 3);
        assert_eq!(
            lab.changes(),
            [change(Some(2), "", "c c"), change(Some(3), "c", "")]
        );
    }

    #[test]
    fn what_one_script_empties_and_fills_again_is_changed_once() {
        let mut lab = Lab::new();
        lab.write("a\nb\n", 0);
        lab.write("", 1);
        lab.write("b\nc\n", 2);
        assert_eq!(lab.changes(), [change(Some(2), "a", "c")]);
    }

    #[test]
    fn what_one_script_removes_and_another_makes_is_made_by_that_one() {
        let mut lab = Lab::new();
        lab.write("a\n", 0);
        lab.write("", 1);
        lab.write("a\n", 3);
        lab.write("", 2);
        assert_eq!(
            lab.changes(),
            [
                change(Some(1), "a", ""),
                change(Some(3), "", "a"),
                change(Some(2), "a", "")
            ]
        );
    }

    #[test]
    fn nobody_is_named_where_two_scripts_have_a_file_open() {
        let mut lab = Lab::new();
        lab.write("a\n", 0);
        let path = lab.path();
        std::fs::write(lab.directory.path().join("etc/shells"), "a\nb\n").unwrap();
        lab.versions.settle(&path, &[1, 2, 3]);
        std::fs::write(lab.directory.path().join("etc/shells"), "a\nb\ncc\n").unwrap();
        lab.versions.settle(&path, &[1, 2]);
        assert_eq!(
            lab.changes(),
            [change(None, "", "b"), change(Some(2), "", "cc")]
        );
    }

    #[test]
    fn a_file_that_is_too_large_is_left_out() {
        let mut lab = Lab::new();
        lab.write("a\n", 0);
        let length = usize::try_from(SIZE_MAX).unwrap();
        lab.write(&"a\n".repeat(length), 1);
        let path = lab.path();
        assert_eq!(lab.versions.finish(), (vec![], vec![Bytes(path)]));
    }

    #[test]
    fn shared_files_are_told_from_others() {
        let touched = |act: &Act, path: &str| {
            let found = touched(act, path.as_bytes());
            let found = found.map(|path| String::from_utf8(path.to_vec()).unwrap());
            found.collect::<Vec<_>>()
        };
        let open = Act::Open {
            creates: true,
            empties: true,
        };
        let to = Act::RenameTo(Bytes::from(&b"/tmp/mmdebstrap.x/etc/passwd"[..]));
        assert_eq!(touched(&open, "/etc/passwd"), ["/etc/passwd"]);
        assert_eq!(touched(&Act::Read, "/etc/passwd"), [""; 0]);
        assert_eq!(touched(&open, "/etc/passwd.lock"), [""; 0]);
        assert_eq!(
            touched(&to, "/tmp/mmdebstrap.x/etc/passwd+"),
            ["/tmp/mmdebstrap.x/etc/passwd"]
        );
    }
}
