//! A zip archive as the tar archive that has its members, made while it is read.

use std::fs::File;
use std::io;
use std::io::{Cursor, Read};
use std::sync::Arc;

use crate::any::directory::faults::Faults;
use crate::any::sequence::{self, Part, archive};
use crate::any::zip::content::{Content, length};
use crate::any::zip::facts::{records, time};
use crate::any::zip::member::Member;
use crate::tar::written::{WrittenEntry, WrittenKind};

/// `S_IFMT` and the kinds in it that a member can be (inode(7)).
const KIND: u32 = 0o170_000;
const SYMLINK: u32 = 0o120_000;
/// Longest target of a symbolic link, `PATH_MAX`.
const TARGET: u64 = 4096;

/// The archive that has these members.
pub(crate) fn stream(
    file: &Arc<File>,
    members: Vec<Member>,
    faults: &Arc<Faults>,
) -> impl Read + Send + use<> {
    let (file, faults) = (Arc::clone(file), Arc::clone(faults));
    let entries = members.into_iter();
    archive(entries.map(move |member| entry_of(&member, &file, &faults)))
}

fn entry_of(member: &Member, file: &Arc<File>, faults: &Arc<Faults>) -> io::Result<Part> {
    let mode = member.mode.unwrap_or(0);
    let is_link = mode & KIND == SYMLINK && length(member) <= TARGET;
    let is_directory = member.name.ends_with(b"/");
    let permissions = match (member.mode, is_directory) {
        (Some(mode), _) => mode & 0o7777,
        (None, true) => 0o755,
        (None, false) => 0o644,
    };
    let mut entry = WrittenEntry {
        mode: permissions,
        seconds: time(member).unwrap_or(0),
        records: records(member, file)?,
        ..WrittenEntry::file(&member.name, length(member))
    };
    let mut content = Content::new(member, file, faults);
    if is_link {
        entry.kind = WrittenKind::Symlink;
        let _ = content.read_to_end(&mut entry.linkname)?;
        entry.size = 0;
        return Ok(Box::new(Cursor::new(entry.headers())));
    }
    if is_directory && entry.size == 0 {
        entry.kind = WrittenKind::Directory;
    }
    Ok(sequence::entry(entry.headers(), entry.size, content))
}
