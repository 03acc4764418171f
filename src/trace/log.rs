//! What an observer saw, in the order in which it happened: plain data that process 1 of a
//! sandbox sends out as JSON.

use serde::{Deserialize, Serialize};

use crate::sandbox::ExitStatus;

/// Everything that was seen of one command and all that it started.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Log {
    /// Programs that ran, in the order of their starts.
    pub images: Vec<Image>,
    /// What their processes did.
    pub events: Vec<Event>,
    /// Whether it has who made, renamed, removed or opened for writing anything, and not only what
    /// scripts did.
    pub sees_all_writers: bool,
    /// How often a process was stopped.
    pub stops: u64,
    /// Why it is not everything, if it is not.
    pub gap: Option<Gap>,
    /// How the lines of shared files changed, in this order.
    pub lines: Vec<LineChange>,
    /// Shared files of which not all changes were kept, from the sandbox's root.
    pub left_out: Vec<Bytes>,
    /// Sizes of files of the outside that scripts' processes opened for writing, when all had ended.
    pub sizes: Vec<FileSize>,
}

/// How large a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSize {
    /// The file, from the sandbox's root.
    pub path: Bytes,
    /// Bytes.
    pub size: u64,
}

/// Lines of a shared file that came or went at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    /// The program of a maintainer script that did it, by position; `None` if it is not known.
    pub image: Option<usize>,
    /// The file, from the sandbox's root.
    pub path: Bytes,
    /// Lines that went, sorted.
    pub removed: Vec<Bytes>,
    /// Lines that came, sorted.
    pub added: Vec<Bytes>,
}

impl LineChange {
    /// Whether no line came or went.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }
}

impl Log {
    /// A program was started; gives its position.
    pub fn ran(&mut self, image: Image) -> usize {
        self.images.push(image);
        self.images.len() - 1
    }

    /// A process or thread that ran a program has ended.
    pub fn ended(&mut self, image: usize, status: ExitStatus) {
        if let Some(image) = self.images.get_mut(image) {
            image.end = Some(status);
        }
    }

    /// A call has returned.
    pub fn did(&mut self, event: Event) {
        self.events.push(event);
    }
}

/// Something that could not be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gap {
    /// A process made system calls of a machine that has no table here.
    UnknownMachine,
    /// A maintainer script's process could not be given the filter for scripts; the error's
    /// number.
    Filter(i32),
}

/// A program that ran: what a process is from one execve(2) to the next, and all processes that
/// it forked without executing another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The program that executed or forked it, by position; `None` for the first.
    pub parent: Option<usize>,
    /// The file that was executed, from the sandbox's root.
    pub program: Bytes,
    /// Its arguments, the first being its name.
    pub argv: Vec<Bytes>,
    /// `DPKG_MAINTSCRIPT_PACKAGE` of its environment, if the file is a maintainer script.
    pub package: Option<Bytes>,
    /// How its process ended, the last one of several; `None` if it became another program.
    pub end: Option<ExitStatus>,
}

impl Image {
    /// A program that `parent` executed or, if it is the first, that the sandbox did.
    #[must_use]
    pub fn new(parent: Option<usize>, program: &[u8], argv: &[&str]) -> Self {
        let words = argv.iter().map(|word| Bytes::from(word.as_bytes()));
        Self {
            parent,
            program: program.into(),
            argv: words.collect(),
            package: None,
            end: None,
        }
    }
}

impl Event {
    /// A call that succeeded.
    #[must_use]
    pub fn new(image: usize, call: &str, act: Act, path: &[u8]) -> Self {
        Self {
            image,
            call: call.as_bytes().into(),
            act,
            path: path.into(),
            error: 0,
            before: None,
        }
    }
}

/// One call of one process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The program, by position.
    pub image: usize,
    /// Its name in syscalls(2).
    pub call: Bytes,
    /// What it was to do.
    pub act: Act,
    /// To what, from the sandbox's root; symbolic links are followed where the call follows them.
    pub path: Bytes,
    /// Number of the error; 0 if it succeeded.
    pub error: i32,
    /// What was there before, where that was looked at.
    pub before: Option<Before>,
}

/// What a call was to do to a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Execute it.
    Execute,
    /// Open it for reading.
    Read,
    /// Ask what it is.
    Look,
    /// Open it for writing.
    Open {
        /// `O_CREAT`.
        creates: bool,
        /// `O_TRUNC`.
        empties: bool,
    },
    /// Make a file that is not a regular one.
    Make,
    /// Make it a further name of the file with this one, whose number of names changes.
    Link(Bytes),
    /// Make a symbolic link, or remove its name for another one: the other name of a rename.
    RenameTo(Bytes),
    /// Remove its name.
    Remove,
    /// Set its permissions.
    Mode(u32),
    /// Set its owner and group; `None` leaves one as it is.
    Owner {
        /// The owner.
        uid: Option<u32>,
        /// The group.
        gid: Option<u32>,
    },
    /// Set its times.
    Times,
    /// Cut or extend it.
    Resize,
    /// Set or remove an extended attribute.
    Attribute,
    /// Mount or unmount something on it.
    Mount,
    /// No path: change the machine itself, by a call that no sandbox gets.
    Machine,
}

/// What was at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Before {
    /// Nothing.
    Absent,
    /// Something.
    There {
        /// Permission bits and kind, as in `st_mode`.
        mode: u32,
        /// Owner.
        uid: u32,
        /// Group.
        gid: u32,
        /// Bytes.
        size: u64,
    },
}

/// Bytes, which are UTF-8 nearly always.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(pub Vec<u8>);

/// Before the hexadecimal digits of bytes that are not UTF-8; no text begins like this.
const ENCODED: char = '\0';

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) if !text.starts_with(ENCODED) => serializer.serialize_str(text),
            _ => serializer.serialize_str(&format!("{ENCODED}{}", crate::text::hex::hex(&self.0))),
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_prefix(ENCODED) {
            None => Ok(Self(text.into_bytes())),
            Some(digits) => crate::text::hex::bytes(digits)
                .map(Self)
                .ok_or_else(|| serde::de::Error::custom("not hexadecimal")),
        }
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_text_come_through() {
        for bytes in [&b"etc/a"[..], b"\xff\xfe", b"\0", b"\xc3\xa4", b""] {
            let json = serde_json::to_string(&Bytes::from(bytes)).unwrap();
            let read: Bytes = serde_json::from_str(&json).unwrap();
            assert_eq!(read.0, bytes, "{json}");
        }
        assert_eq!(
            serde_json::to_string(&Bytes::from(&b"\xff"[..])).unwrap(),
            r#""\u0000ff""#
        );
    }
}
