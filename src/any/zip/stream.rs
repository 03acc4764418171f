//! A zip archive as the tar archive that has its members, made while it is read.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::io::{Cursor, Read};
use std::sync::Arc;

use crate::any::directory::faults::Faults;
use crate::any::zip::content::{Content, length};
use crate::any::zip::facts::{records, time};
use crate::any::zip::member::Member;
use crate::tar::block::padding_len;
use crate::tar::written::{WrittenEntry, WrittenKind};

/// `S_IFMT` and the kinds in it that a member can be (inode(7)).
const KIND: u32 = 0o170_000;
const SYMLINK: u32 = 0o120_000;
/// Longest target of a symbolic link, `PATH_MAX`.
const TARGET: u64 = 4096;

/// Reads as a tar archive.
pub(crate) struct ZipStream {
    file: Arc<File>,
    members: VecDeque<Member>,
    faults: Arc<Faults>,
    /// What comes next.
    now: Box<dyn Read + Send>,
    has_ended: bool,
}

impl std::fmt::Debug for ZipStream {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ZipStream").finish_non_exhaustive()
    }
}

impl ZipStream {
    pub(crate) fn new(file: &Arc<File>, members: Vec<Member>, faults: &Arc<Faults>) -> Self {
        Self {
            file: Arc::clone(file),
            members: members.into(),
            faults: Arc::clone(faults),
            now: Box::new(io::empty()),
            has_ended: false,
        }
    }

    fn entry(&self, member: &Member) -> io::Result<Box<dyn Read + Send>> {
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
            records: records(member, &self.file)?,
            ..WrittenEntry::file(&member.name, length(member))
        };
        let mut content = Content::new(member, &self.file, &self.faults);
        if is_link {
            entry.kind = WrittenKind::Symlink;
            let _ = content.read_to_end(&mut entry.linkname)?;
            entry.size = 0;
            return Ok(Box::new(Cursor::new(entry.headers())));
        }
        if is_directory && entry.size == 0 {
            entry.kind = WrittenKind::Directory;
        }
        let padding = usize::try_from(padding_len(entry.size)).unwrap_or(0);
        let headers = Cursor::new(entry.headers());
        Ok(Box::new(
            headers.chain(content).chain(Cursor::new(vec![0; padding])),
        ))
    }
}

impl Read for ZipStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = self.now.read(buffer)?;
            if read > 0 || self.has_ended {
                return Ok(read);
            }
            self.now = match self.members.pop_front() {
                Some(member) => self.entry(&member)?,
                None => {
                    self.has_ended = true;
                    Box::new(Cursor::new(vec![0; 1024]))
                }
            };
        }
    }
}
