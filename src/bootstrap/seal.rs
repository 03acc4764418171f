//! What a finished entry of the cache is made of, so that it is never used unseen: every file with
//! its digest, owner and times, in a file of the entry that begins with its own digest.
//!
//! A frozen archive is read as a whole whenever it is used. An outside system is looked at object
//! by object, and read where a change time says that something was done to it: no call sets one
//! (inode(7)). A copy of a cache has new ones, and is read.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bootstrap::damage::{Aspect, Damage};
use crate::bootstrap::error::{Error, in_cache};
use crate::bootstrap::file_digest::digests;
use crate::bootstrap::outside::OUTSIDES;
use crate::sandbox::launch::{Interrupts, SandboxError};
use crate::text::hex::hex;

/// Name of the file in the entry.
pub(crate) const NAME: &str = "seal";

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Names and all contents; not owners, modes and times, which apt gives no meaning to.
    Contents,
    /// Names, owners, modes and times, and contents where the change time is another.
    Times,
    /// Everything.
    Whole,
}

/// One object below an entry, of lstat(2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sealed {
    /// Type and permissions, `st_mode`.
    mode: u32,
    uid: u32,
    gid: u32,
    /// Bytes of a file; 0 of all else.
    size: u64,
    /// Seconds and nanoseconds.
    mtime: (i64, i64),
    ctime: (i64, i64),
    /// SHA-256 of a file, the target of a link. `None` of all else, and of what the user of the
    /// cache cannot read.
    content: Option<String>,
}

/// Objects by their paths from the entry, bytes that are not printable ASCII escaped.
type Objects = BTreeMap<String, Sealed>;

/// Seals an entry that is whole.
///
/// # Errors
/// It cannot be read or written, or a signal ended the work.
pub(crate) fn seal(entry: &Path, interrupts: &Interrupts) -> Result<(), Error> {
    let mut tree = Tree::walk(entry).map_err(in_cache(entry, "read"))?;
    let paths: Vec<_> = tree.files.iter().map(|file| file.path.clone()).collect();
    let read = digests(&paths, &|| interrupts.is_raised());
    if interrupts.is_raised() {
        return Err(SandboxError::Interrupted.into());
    }
    for (file, digest) in tree.files.iter().zip(read) {
        let content = match digest {
            Ok(digest) => Some(digest.sha256),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
            Err(error) => return Err(in_cache(&file.path, "read")(error)),
        };
        if let Some(object) = tree.objects.get_mut(&file.name) {
            object.content = content;
        }
    }
    let path = entry.join(NAME);
    let body = serde_json::to_vec(&tree.objects)
        .map_err(|error| in_cache(&path, "write")(error.into()))?;
    let mut text = format!("{}\n", hex(&Sha256::digest(&body))).into_bytes();
    text.extend(body);
    fs::write(&path, text).map_err(in_cache(&path, "write"))
}

/// Compares an entry with its seal.
///
/// # Errors
/// The first damage by path.
pub fn check(entry: &Path, depth: Depth) -> Result<(), Damage> {
    let sealed = read(&entry.join(NAME)).ok_or(Damage::Seal)?;
    let tree = Tree::walk(entry).map_err(|error| Damage::Unreadable {
        path: ".".to_owned(),
        error: error.to_string(),
    })?;
    if let Some(path) = sealed.keys().find(|path| !tree.objects.contains_key(*path)) {
        return Err(Damage::Missing(path.clone()));
    }
    if let Some(path) = tree.objects.keys().find(|path| !sealed.contains_key(*path)) {
        return Err(Damage::Added(path.clone()));
    }
    let mut time_of_directory = None;
    for ((path, before), now) in sealed.iter().zip(tree.objects.values()) {
        let Some(aspect) = difference(before, now, depth) else {
            continue;
        };
        let damage = Damage::Changed(path.clone(), aspect);
        if aspect != Aspect::Time || !now.is_directory() {
            return Err(damage);
        }
        // Something in it was replaced, which says more if it is known.
        let _ = time_of_directory.get_or_insert(damage);
    }
    let suspects = tree.files.iter().filter(|file| {
        let (before, now) = (sealed.get(&file.name), tree.objects.get(&file.name));
        let is_touched = before.map(|object| object.ctime) != now.map(|object| object.ctime);
        depth != Depth::Times || is_touched
    });
    contents(&sealed, suspects)?;
    time_of_directory.map_or(Ok(()), Err)
}

/// Reads files, and compares them with their digests.
fn contents<'a>(sealed: &Objects, files: impl Iterator<Item = &'a File>) -> Result<(), Damage> {
    let files: Vec<_> = files.collect();
    let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
    for (file, digest) in files.iter().zip(digests(&paths, &|| false)) {
        let before = sealed
            .get(&file.name)
            .and_then(|object| object.content.as_ref());
        match (before, digest) {
            (None, Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => {}
            (_, Err(error)) => {
                return Err(Damage::Unreadable {
                    path: file.name.clone(),
                    error: error.to_string(),
                });
            }
            (Some(before), Ok(now)) if *before == now.sha256 => {}
            (_, Ok(_)) => return Err(Damage::Changed(file.name.clone(), Aspect::Content)),
        }
    }
    Ok(())
}

/// What differs between two states of an object, without its content.
fn difference(before: &Sealed, now: &Sealed, depth: Depth) -> Option<Aspect> {
    let aspects = [
        (before.mode & TYPE != now.mode & TYPE, Aspect::Type),
        (before.size != now.size, Aspect::Size),
    ];
    let of_inode = [
        (before.mode != now.mode, Aspect::Mode),
        (
            (before.uid, before.gid) != (now.uid, now.gid),
            Aspect::Owner,
        ),
        (before.mtime != now.mtime, Aspect::Time),
    ];
    let more = if depth == Depth::Contents {
        &[][..]
    } else {
        &of_inode[..]
    };
    let is_link = now.mode & TYPE == 0o120_000;
    let target = (is_link && before.content != now.content, Aspect::Content);
    let all = aspects.iter().chain(std::iter::once(&target)).chain(more);
    all.filter(|(differs, _)| *differs)
        .map(|(_, aspect)| *aspect)
        .next()
}

/// Reads a seal; `None` if it is not there, or not what was written.
fn read(path: &Path) -> Option<Objects> {
    let text = fs::read(path).ok()?;
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let (digest, body) = (text.get(..end)?, text.get(end + 1..)?);
    let is_whole = digest == hex(&Sha256::digest(body)).as_bytes();
    is_whole.then(|| serde_json::from_slice(body).ok())?
}

/// The bits of a mode that say what type an object has (inode(7)).
const TYPE: u32 = 0o170_000;

/// What is below an entry: its objects, without the contents of files.
#[derive(Debug, Default)]
struct Tree {
    objects: Objects,
    files: Vec<File>,
}

/// A regular file.
#[derive(Debug)]
struct File {
    name: String,
    path: PathBuf,
}

impl Tree {
    /// Everything but the seal, and the outside systems that a frozen archive has, which are
    /// entries themselves. A directory that the user of the cache cannot read counts as empty.
    fn walk(entry: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        let mut pending: Vec<PathBuf> = fs::read_dir(entry)?
            .map(|child| Ok(child?.path()))
            .collect::<io::Result<_>>()?;
        pending.retain(|path| {
            let name = path.file_name().unwrap_or_default();
            name != NAME && name != OUTSIDES
        });
        while let Some(path) = pending.pop() {
            let metadata = fs::symlink_metadata(&path)?;
            let relative = path.strip_prefix(entry).unwrap_or(&path);
            let name = relative.as_os_str().as_bytes().escape_ascii().to_string();
            let mut content = None;
            if metadata.is_dir() {
                match fs::read_dir(&path) {
                    Ok(children) => {
                        for child in children {
                            pending.push(child?.path());
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                    Err(error) => return Err(error),
                }
            } else if metadata.is_symlink() {
                let target = fs::read_link(&path)?;
                content = Some(target.as_os_str().as_bytes().escape_ascii().to_string());
            } else if metadata.is_file() {
                tree.files.push(File {
                    name: name.clone(),
                    path,
                });
            }
            let _ = tree.objects.insert(name, Sealed::new(&metadata, content));
        }
        tree.files.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(tree)
    }
}

impl Sealed {
    fn new(metadata: &fs::Metadata, content: Option<String>) -> Self {
        Self {
            mode: metadata.mode(),
            uid: metadata.uid(),
            gid: metadata.gid(),
            size: if metadata.is_file() {
                metadata.len()
            } else {
                0
            },
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
            ctime: (metadata.ctime(), metadata.ctime_nsec()),
            content,
        }
    }

    fn is_directory(&self) -> bool {
        self.mode & TYPE == 0o040_000
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn sealed() -> tempfile::TempDir {
        let lab = tempfile::tempdir().unwrap();
        let entry = lab.path();
        fs::create_dir(entry.join("pool")).unwrap();
        fs::write(entry.join("pool/a"), "a").unwrap();
        fs::write(entry.join("pool/b"), "b").unwrap();
        symlink("a", entry.join("pool/link")).unwrap();
        seal(entry, &Interrupts::default()).unwrap();
        lab
    }

    /// What each depth says after something was done to an entry.
    fn said(act: impl Fn(&Path)) -> [Option<String>; 3] {
        let lab = sealed();
        act(lab.path());
        [Depth::Contents, Depth::Times, Depth::Whole].map(|depth| {
            check(lab.path(), depth)
                .err()
                .map(|damage| damage.to_string())
        })
    }

    fn everywhere(words: &str) -> [Option<String>; 3] {
        std::array::from_fn(|_| Some(words.to_owned()))
    }

    #[test]
    fn an_entry_that_nobody_touched_is_sound() {
        assert_eq!(said(|_| ()), [None, None, None]);
    }

    #[test]
    fn every_damage_is_named() {
        let write = |name: &'static str, text: &'static str| {
            move |entry: &Path| fs::write(entry.join(name), text).unwrap()
        };
        assert_eq!(
            said(write("pool/a", "aa")),
            everywhere("`pool/a` has another size")
        );
        assert_eq!(
            said(|entry| fs::remove_file(entry.join("pool/a")).unwrap()),
            everywhere("`pool/a` is missing")
        );
        assert_eq!(said(write("pool/c", "")), everywhere("`pool/c` was added"));
        assert_eq!(
            said(|entry| {
                let path = entry.join("pool/link");
                fs::remove_file(&path).unwrap();
                symlink("b", path).unwrap();
            }),
            everywhere("`pool/link` has other content")
        );
        assert_eq!(
            said(write("seal", "x\n{}")),
            everywhere("the list of its files is missing or damaged")
        );
    }

    #[test]
    fn content_that_keeps_size_and_time_is_found_by_its_change_time() {
        let found = said(|entry| {
            let path = entry.join("pool/a");
            let time = fs::metadata(&path).unwrap().modified().unwrap();
            fs::write(&path, "x").unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(time).unwrap();
        });
        assert_eq!(found, everywhere("`pool/a` has other content"));
    }

    #[test]
    fn a_file_that_was_replaced_is_named_and_not_its_directory() {
        let found = said(|entry| {
            let (path, new) = (entry.join("pool/a"), entry.join("new"));
            let time = fs::metadata(&path).unwrap().modified().unwrap();
            fs::write(&new, "x").unwrap();
            fs::File::open(&new).unwrap().set_modified(time).unwrap();
            fs::rename(new, path).unwrap();
        });
        assert_eq!(found, everywhere("`pool/a` has other content"));
        let found = said(|entry| {
            fs::write(entry.join("pool/c"), "").unwrap();
            fs::remove_file(entry.join("pool/c")).unwrap();
        });
        let words = Some("`pool` has another time".to_owned());
        assert_eq!(found, [None, words.clone(), words]);
    }

    #[test]
    fn a_mode_says_something_of_a_system_and_nothing_of_a_package() {
        let found = said(|entry| {
            let mode = Permissions::from_mode(0o600);
            fs::set_permissions(entry.join("pool/a"), mode).unwrap();
        });
        let words = Some("`pool/a` has another mode".to_owned());
        assert_eq!(found, [None, words.clone(), words]);
    }

    #[test]
    fn a_copy_with_its_times_is_read_and_sound() {
        let lab = sealed();
        let copy = tempfile::tempdir().unwrap();
        let status = std::process::Command::new("cp")
            .args(["-aT".as_ref(), lab.path(), copy.path()])
            .status()
            .unwrap();
        assert!(status.success());
        assert_eq!(check(copy.path(), Depth::Times), Ok(()));
    }
}
