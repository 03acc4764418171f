//! Opens an input and tells what it is.

use std::io;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use crate::any::zeros::ZeroGuard;
use crate::compare::side::Sides;
use crate::input::compression::Compression;
use crate::input::decode::{Decoder, Digesting};
use crate::input::kind::{Kind, START};
use crate::input::read_at::{RegularFile, read_up_to};
use crate::input::source::{InputError, Opened, SourceKind, open};

/// An open input, and what it is.
#[derive(Debug)]
pub(crate) struct Peeked {
    pub(crate) held: Held,
    pub(crate) kind: Kind,
}

/// Where what an input holds comes from.
#[derive(Debug)]
pub(crate) enum Held {
    /// From a file or stream.
    Bytes(Opened),
    /// From a directory, which is opened when it is walked.
    Directory(PathBuf),
}

/// Base-2 logarithm of the largest zstd window for that.
const WINDOW: u32 = 27;

/// Opens an input and looks at its first bytes.
///
/// # Errors
/// It cannot be opened or read.
pub(crate) fn peek(kind: SourceKind) -> Result<Peeked, InputError> {
    if let SourceKind::File(path) = &kind
        && path.is_dir()
    {
        return Ok(Peeked {
            held: Held::Directory(path.clone()),
            kind: match path.join("oci-layout").is_file() {
                true => Kind::Layout,
                false => Kind::Directory,
            },
        });
    }
    let (opened, kind) = match open(kind)? {
        Opened::Plain(file) => {
            let kind = Kind::of(&start_of(&file)?);
            (Opened::Plain(file), kind)
        }
        Opened::Compressed(file, head) => {
            let again = file.file.try_clone()?;
            let kind = inside(again, head.compression, &head.bytes);
            crate::compare::rewind(&file.file)?;
            (Opened::Compressed(file, head), kind)
        }
        Opened::Stream(mut stream, head) => {
            // No more: whoever writes both inputs in turns may wait until the other one is read.
            let mut start = Vec::new();
            let _ = stream.by_ref().take(START as u64).read_to_end(&mut start)?;
            let kind = match head.compression {
                Compression::Plain => Kind::of(&start),
                compression => inside(&start[..], compression, &head.bytes),
            };
            let whole = ZeroGuard::new(Cursor::new(start).chain(stream));
            (Opened::Stream(Box::new(whole), head), kind)
        }
    };
    let held = Held::Bytes(opened);
    Ok(Peeked { held, kind })
}

fn start_of(file: &RegularFile) -> io::Result<Vec<u8>> {
    let mut start = vec![0; START];
    let read = read_up_to(file, &mut start, 0)?;
    start.truncate(read);
    Ok(start)
}

/// What is in a compression: an archive, or else the compression itself is what there is. What
/// cannot be decoded counts as an archive, whose reader says what is wrong with it.
fn inside(packed: impl Read, compression: Compression, head: &[u8]) -> Kind {
    let mut start = Vec::new();
    let decoder = Decoder::new(packed, compression, WINDOW, Digesting::Off);
    let outcome = decoder.take(START as u64).read_to_end(&mut start);
    match Kind::of(&start) {
        Kind::Empty if outcome.is_err() => Kind::Tar,
        kind @ (Kind::Tar | Kind::Image | Kind::Empty) => kind,
        _ => Kind::of(head),
    }
}

impl Sides<Peeked> {
    /// Whether neither is a directory.
    pub(crate) fn are_bytes(&self) -> bool {
        let mut both = [&self.left, &self.right].into_iter();
        both.all(|one| matches!(one.held, Held::Bytes(_)))
    }
}

impl Peeked {
    /// Reads a stream that will not be compared to its end, so that whoever writes it can finish.
    pub(crate) fn drain(self) {
        if let Held::Bytes(opened) = self.held {
            crate::compare::drain(opened);
        }
    }
}
