//! Two rpm packages: the lead, the signature and the header as contents, which their reader
//! explains tag by tag, and the payload entry by entry.

pub(crate) mod cpio;
pub(crate) mod parts;

use std::fs::File;
use std::io;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use crate::any::files::{FilePair, claim_what_is_left, either, pair, share};
use crate::any::merge::{Whole, add_aspects};
use crate::any::named::Named;
use crate::any::peek::Peeked;
use crate::any::rpm::cpio::{CpioAsTar, MAGIC};
use crate::any::rpm::parts::{Parts, PartsError};
use crate::any::sequence::{Part, archive, entry};
use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::compare as compare_archives;
use crate::compare::comparison::Comparison;
use crate::compare::diff::compression::Compressions;
use crate::compare::error::Error;
use crate::compare::options::Options;
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::input::compression::{Compression, sniff};
use crate::input::decode::{Decoder, Digesting};
use crate::input::read_at::{PIECE, Position, RegularFile, Scratch, first_difference};
use crate::input::section::Section;
use crate::input::source::{Head, Opened};
use crate::tar::written::WrittenEntry;

/// What the payload is called in reports.
const PAYLOAD: &[u8] = b"payload";
/// Bytes that tell a compression.
const START: u64 = 512;

/// Compares two rpm packages. `comparison` is begun already.
pub(crate) fn compare(
    mut comparison: Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let Some(FilePair { files, first }) = pair(&mut comparison, names, peeked, options, progress)
    else {
        return comparison;
    };
    let parts = match (Parts::of(&files.left), Parts::of(&files.right)) {
        (Ok(left), Ok(right)) => Sides { left, right },
        (Err(error), _) => return damaged(comparison, names, Side::Left, error),
        (_, Err(error)) => return damaged(comparison, names, Side::Right, error),
    };
    let mut whole = Whole::new(comparison, options);
    let compared = compare_parts(&mut whole, names, &files, &parts, options);
    let mut found = whole.finish();
    match compared {
        Ok(()) => claim_what_is_left(found, first, options),
        Err(error) => {
            found.trouble = Some(either(names, error));
            found
        }
    }
}

fn damaged(
    mut comparison: Comparison,
    names: &Sides<Named>,
    side: Side,
    error: PartsError,
) -> Comparison {
    let error = match error {
        PartsError::Io(error) => error,
        error @ PartsError::NoHeader(_) => {
            io::Error::new(io::ErrorKind::InvalidData, error.to_string())
        }
    };
    comparison.trouble = Some(Error::Read {
        side,
        input: names.of(side).name.clone(),
        entries: 0,
        error,
    });
    comparison
}

fn compare_parts(
    whole: &mut Whole,
    names: &Sides<Named>,
    files: &Sides<RegularFile>,
    parts: &Sides<Parts>,
    options: &Options,
) -> io::Result<()> {
    let shared = share(files)?;
    let left = Payload::of(&shared.left, &parts.left)?;
    let right = Payload::of(&shared.right, &parts.right)?;
    let is_read = left.is_cpio && right.is_cpio;
    let outer = |named: &Named, file: &Arc<File>, parts: &Parts| {
        named.streamed(b"", members(file, parts, is_read))
    };
    let found = compare_archives(
        outer(&names.left, &shared.left, &parts.left),
        outer(&names.right, &shared.right, &parts.right),
        &whole.options_of(b""),
        &|_| {},
    );
    whole.add(b"", found);
    if !is_read {
        return Ok(());
    }
    let inner = whole.options_of(PAYLOAD);
    let compression = compression(files, parts, &left, &right)?;
    let payload = |named: &Named, payload: Payload| {
        let window = options.limits.zstd_window_log;
        named.streamed(PAYLOAD, Box::new(CpioAsTar::new(payload.decoder(window))))
    };
    let mut found = compare_archives(
        payload(&names.left, left),
        payload(&names.right, right),
        &inner,
        &|_| {},
    );
    add_aspects(&mut found, compression.into_iter().collect(), &inner);
    whole.add(PAYLOAD, found);
    Ok(())
}

/// The parts of a package as a tar archive; the payload only if it is not compared by itself.
fn members(file: &Arc<File>, parts: &Parts, is_read: bool) -> Box<dyn Read + Send> {
    let mut all: Vec<(&[u8], &Range<u64>)> = vec![
        (b"lead", &parts.lead),
        (b"signature", &parts.signature),
        (b"header", &parts.header),
    ];
    if !is_read {
        all.push((PAYLOAD, &parts.payload));
    }
    let entry_of = |(name, span): (&[u8], &Range<u64>)| -> Part {
        let size = span.end - span.start;
        let headers = WrittenEntry::file(name, size).headers();
        entry(headers, size, Section::new(file, span.clone()))
    };
    let entries: Vec<Part> = all.into_iter().map(entry_of).collect();
    Box::new(archive(entries.into_iter().map(Ok)))
}

/// A payload, and what it is.
struct Payload {
    section: Section,
    compression: Compression,
    start: Vec<u8>,
    is_cpio: bool,
}

impl Payload {
    fn of(file: &Arc<File>, parts: &Parts) -> io::Result<Self> {
        let section = Section::new(file, parts.payload.clone());
        let mut start = Vec::new();
        let _ = section.clone().take(START).read_to_end(&mut start)?;
        let mut payload = Self {
            compression: sniff(&start),
            section,
            start,
            is_cpio: false,
        };
        let mut inside = Vec::new();
        // What cannot be decoded is compared as bytes.
        let decoder = payload.decoder(Options::default().limits.zstd_window_log);
        let outcome = decoder.take(MAGIC.len() as u64).read_to_end(&mut inside);
        payload.is_cpio = outcome.is_ok() && inside == MAGIC;
        Ok(payload)
    }

    fn decoder(&self, window: u32) -> Decoder<Section> {
        Decoder::new(
            self.section.clone(),
            self.compression,
            window,
            Digesting::Off,
        )
    }

    /// What tells of its compression, without its bytes.
    fn opened(&self) -> Opened {
        let head = Head {
            compression: self.compression,
            bytes: self.start.clone(),
            again: Some(self.section.clone()),
        };
        Opened::Stream(Box::new(io::empty()), head)
    }
}

/// That the compressed bytes differ, if they do.
fn compression(
    files: &Sides<RegularFile>,
    parts: &Sides<Parts>,
    left: &Payload,
    right: &Payload,
) -> io::Result<Option<ArchiveDivergence>> {
    let plain = [left, right].map(|payload| payload.compression == Compression::Plain);
    if plain == [true, true] {
        return Ok(None);
    }
    let (old, new) = (&parts.left.payload, &parts.right.payload);
    let length = old.end - old.start;
    let position = |file, offset| Position {
        reader: file,
        offset,
    };
    let is_equal = length == new.end - new.start && {
        let (old, new) = (
            position(&files.left, old.start),
            position(&files.right, new.start),
        );
        first_difference(old, new, length, &mut Scratch::new(PIECE))?.is_none()
    };
    let compressions = Compressions::new(&left.opened(), &right.opened());
    Ok(compressions.divergence(&Sides::default(), Some(is_equal)))
}
