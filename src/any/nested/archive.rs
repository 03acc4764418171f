//! A tar archive that is not compressed, at a place of a file: where its entries' contents are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use crate::any::files::regular;
use crate::any::package::member::{compression, is_tar};
use crate::compare::options::Options;
use crate::compare::pairing::index::{Flow, walk};
use crate::input::compression::Compression;
use crate::input::decode::{Decoder, Digesting};
use crate::input::read_at::ReadAt;
use crate::input::section::Section;
use crate::input::source::{Head, Opened};
use crate::tar::entry_path::EntryPath;
use crate::tar::parser::Parser;
use crate::tar::raw_entry::{Globals, RawEntry};

/// A span of a file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) file: Arc<File>,
    pub(crate) span: Range<u64>,
}

/// An entry's content, and what its header says besides its name and size.
#[derive(Debug, Clone)]
pub(crate) struct Located {
    pub(crate) place: Place,
    /// The header without name, size and checksum, with all extended headers and a
    /// padding that is not zero.
    pub(crate) header: Vec<u8>,
}

/// Fields of a header that a name, a size or what follows from them fill: name, size, checksum,
/// prefix.
const OWN: [Range<usize>; 4] = [0..100, 124..136, 148..156, 345..500];

impl ReadAt for Place {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = self.length().saturating_sub(offset);
        let most = usize::try_from(rest)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let part = buffer.get_mut(..most).unwrap_or_default();
        self.file
            .read_at(part, self.span.start.saturating_add(offset))
    }

    fn length(&self) -> u64 {
        self.span.end - self.span.start
    }
}

impl Place {
    /// All of a file.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn of(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self {
            file: Arc::new(file),
            span: 0..length,
        })
    }

    /// What is here, without its compression: in this place, or decoded into an unlinked file.
    ///
    /// # Errors
    /// The operating system's, or the limit on temporary files.
    pub(crate) fn plain(&self, options: &Options) -> io::Result<Self> {
        let compression = compression(&self.file, &self.span)?;
        if compression == Compression::Plain {
            return Ok(self.clone());
        }
        let window = options.limits.zstd_window_log;
        let decoder = Decoder::new(self.section(), compression, window, Digesting::Off);
        let decoded = regular(Opened::Stream(Box::new(decoder), Head::plain()), options)?;
        Ok(Self {
            span: 0..decoded.length,
            file: Arc::new(decoded.file),
        })
    }

    /// Whether this is known to be in no compression.
    pub(crate) fn is_plain(&self) -> bool {
        let found = compression(&self.file, &self.span);
        found.is_ok_and(|compression| compression == Compression::Plain)
    }

    /// The bytes as a stream.
    pub(crate) fn section(&self) -> Section {
        Section::new(&self.file, self.span.clone())
    }

    /// Whether a tar archive is here, in whatever compression.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn is_tar(&self) -> io::Result<bool> {
        is_tar(&self.file, &self.span, compression(&self.file, &self.span)?)
    }

    /// Where the contents of these paths are; of entries of one path the first counts. What
    /// follows a damaged place is not found.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn find(
        &self,
        paths: &BTreeSet<Vec<u8>>,
        options: &Options,
    ) -> io::Result<BTreeMap<Vec<u8>, Located>> {
        let mut found = BTreeMap::new();
        let mut failure = None;
        let mut parser = Parser::new(0, Globals::default(), options.limits.tar);
        let _ = walk(self, &mut parser, &mut |entry| {
            let path = EntryPath::new(&entry.path).as_bytes();
            if !paths.contains(path) || found.contains_key(path) {
                return Ok(Flow::Continue);
            }
            match self.located(&entry) {
                Ok(located) => {
                    found.insert(path.to_vec(), located);
                    Ok(match found.len() < paths.len() {
                        true => Flow::Continue,
                        false => Flow::Stop,
                    })
                }
                Err(error) => {
                    failure = Some(error);
                    Ok(Flow::Stop)
                }
            }
        });
        failure.map_or(Ok(found), Err)
    }

    fn located(&self, entry: &RawEntry) -> io::Result<Located> {
        let at = |offset: u64| self.span.start.saturating_add(offset);
        let end = entry.content.saturating_add(entry.size);
        let mut header = entry.block.0.to_vec();
        for field in OWN {
            if let Some(field) = header.get_mut(field) {
                field.fill(0);
            }
        }
        for ext in &entry.ext {
            header.extend_from_slice(&ext.block.0);
            header.extend_from_slice(&ext.padded);
        }
        let mut padding = Vec::new();
        let section = Section::new(&self.file, at(end)..at(entry.end));
        let _ = section.take(512).read_to_end(&mut padding)?;
        // Zeros follow from the size.
        if padding.iter().any(|byte| *byte != 0) {
            header.append(&mut padding);
        }
        Ok(Located {
            place: Self {
                file: Arc::clone(&self.file),
                span: at(entry.content)..at(end),
            },
            header,
        })
    }
}
