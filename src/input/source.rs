//! Where an archive comes from, and opening it.

use std::fs::File;
use std::io;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use crate::input::compression::{Compression, SNIFF, sniff};
use crate::input::read_at::{RegularFile, read_up_to};
use crate::input::section::Section;

/// One side's input.
#[derive(Debug)]
pub struct Source {
    /// The side's word in reports: `left`, `normal`, …
    pub label: String,
    /// What messages call it, for example its path.
    pub name: String,
    /// Where the bytes are.
    pub kind: SourceKind,
}

/// Where the bytes of an input are.
pub enum SourceKind {
    /// A path; anything that can be opened, pipes included.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// A stream that is read once, to its end.
    Stream(Box<dyn Read + Send>),
    /// A part of a file, which is read as a stream.
    Section(Section),
    /// An input that is open already.
    Opened(Opened),
}

impl std::fmt::Debug for SourceKind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => out.debug_tuple("File").field(path).finish(),
            Self::Stdin => out.write_str("Stdin"),
            Self::Stream(_) => out.write_str("Stream"),
            Self::Section(section) => section.fmt(out),
            Self::Opened(opened) => opened.fmt(out),
        }
    }
}

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The operating system's refusal.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Standard input, with which the program was not started.
    #[error("is closed")]
    Closed,
    /// A directory.
    #[error("is a directory")]
    Directory,
}

/// An open input.
pub enum Opened {
    /// A regular file that is not compressed: random access.
    Plain(RegularFile),
    /// A regular file in a compression.
    Compressed(RegularFile, Head),
    /// Anything else: read once.
    Stream(Box<dyn Read + Send>, Head),
}

/// The first bytes of an input, which tell the compression.
#[derive(Debug, Clone)]
pub struct Head {
    /// The compression.
    pub compression: Compression,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// All bytes of the input, where they can be read again.
    pub again: Option<Section>,
}

impl Head {
    /// Of an input in no compression.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            compression: Compression::Plain,
            bytes: Vec::new(),
            again: None,
        }
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("Opened")
            .field(&self.compression())
            .finish()
    }
}

impl Opened {
    /// The compression.
    #[must_use]
    pub fn compression(&self) -> Compression {
        match self {
            Self::Plain(_) => Compression::Plain,
            Self::Compressed(_, head) | Self::Stream(_, head) => head.compression,
        }
    }

    /// The first bytes of a compression.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        match self {
            Self::Plain(_) => &[],
            Self::Compressed(_, head) | Self::Stream(_, head) => &head.bytes,
        }
    }

    /// All bytes of a compression, where they can be read again.
    #[must_use]
    pub fn again(&self) -> Option<&Section> {
        match self {
            Self::Plain(_) => None,
            Self::Compressed(_, head) | Self::Stream(_, head) => head.again.as_ref(),
        }
    }

    /// The compression's bytes from the start, to be read once.
    #[must_use]
    pub fn into_stream(self) -> Box<dyn Read + Send> {
        match self {
            Self::Plain(input) | Self::Compressed(input, _) => Box::new(input.file),
            Self::Stream(stream, _) => stream,
        }
    }
}

/// Opens an input and tells its compression.
///
/// # Errors
/// It cannot be opened or read.
pub fn open(kind: SourceKind) -> Result<Opened, InputError> {
    match kind {
        SourceKind::File(path) => open_file(File::open(path)?),
        SourceKind::Stdin if is_closed(&io::stdin())? => Err(InputError::Closed),
        SourceKind::Stdin => open_stream(Box::new(io::stdin()), None),
        SourceKind::Stream(stream) => open_stream(stream, None),
        SourceKind::Section(section) => {
            let again = Some(section.clone());
            open_stream(Box::new(section), again)
        }
        SourceKind::Opened(opened) => Ok(opened),
    }
}

/// Whether the program was started without standard input. The standard library then opens
/// `/dev/null` in its place, for writing too; a shell's `</dev/null` is for reading only.
fn is_closed(stdin: &io::Stdin) -> io::Result<bool> {
    use rustix::fs::{FileType, OFlags};
    let facts = rustix::fs::fstat(stdin)?;
    let null = rustix::fs::makedev(1, 3);
    let is_null = FileType::from_raw_mode(facts.st_mode) == FileType::CharacterDevice
        && facts.st_rdev == null;
    let flags = rustix::fs::fcntl_getfl(stdin)?;
    Ok(is_null && flags.contains(OFlags::RDWR))
}

/// Looks at an open file; anything but a regular one is a stream.
pub(crate) fn open_file(file: File) -> Result<Opened, InputError> {
    let facts = file.metadata()?;
    if facts.is_dir() {
        return Err(InputError::Directory);
    }
    if !facts.is_file() {
        return open_stream(Box::new(file), None);
    }
    let input = RegularFile {
        file,
        length: facts.len(),
    };
    let mut bytes = vec![0; SNIFF];
    let read = read_up_to(&input, &mut bytes, 0)?;
    bytes.truncate(read);
    Ok(match sniff(&bytes) {
        Compression::Plain => Opened::Plain(input),
        compression => {
            let again = Arc::new(input.file.try_clone()?);
            let head = Head {
                compression,
                bytes,
                again: Some(Section::new(&again, 0..input.length)),
            };
            Opened::Compressed(input, head)
        }
    })
}

fn open_stream(
    mut stream: Box<dyn Read + Send>,
    again: Option<Section>,
) -> Result<Opened, InputError> {
    let mut bytes = Vec::with_capacity(SNIFF);
    let _ = stream.by_ref().take(SNIFF as u64).read_to_end(&mut bytes)?;
    let compression = sniff(&bytes);
    let whole = Cursor::new(bytes.clone()).chain(stream);
    let head = Head {
        compression,
        bytes,
        again,
    };
    Ok(Opened::Stream(Box::new(whole), head))
}
