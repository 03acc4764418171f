//! The files of an image: a directory, or the entries of an archive.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::any::nested::archive::Place;
use crate::compare::options::Limits;
use crate::compare::pairing::index::{Flow, walk};
use crate::input::read_at::RegularFile;
use crate::tar::entry_path::EntryPath;
use crate::tar::parser::Parser;
use crate::tar::raw_entry::Globals;

/// Largest document of an image that is read, in bytes; a registry takes manifests of 4 MiB.
const DOCUMENT: u64 = 16 << 20;
/// Files of an archive beyond which it is no image.
const FILES: usize = 100_000;

/// Where the files of an image are.
#[derive(Debug)]
pub(crate) enum Store {
    /// An OCI layout.
    Directory(PathBuf),
    /// An archive that is not compressed, and where each file's content is in it.
    Archive {
        file: Arc<File>,
        spans: BTreeMap<Vec<u8>, Range<u64>>,
    },
}

impl Store {
    /// The files of an archive; the first of a name counts. What follows a damaged place is left to
    /// the comparison of the archive.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn of_archive(archive: &RegularFile, limits: &Limits) -> io::Result<Self> {
        let mut spans = BTreeMap::new();
        let mut parser = Parser::new(0, Globals::default(), limits.tar);
        let _ = walk(archive, &mut parser, &mut |entry| {
            let name = EntryPath::new(&entry.path).as_bytes().to_vec();
            if matches!(entry.block.typeflag(), 0 | b'0') {
                let span = entry.content..entry.content + entry.size;
                spans.entry(name).or_insert(span);
            }
            Ok(if spans.len() < FILES {
                Flow::Continue
            } else {
                Flow::Stop
            })
        });
        Ok(Self::Archive {
            file: Arc::new(archive.file.try_clone()?),
            spans,
        })
    }

    /// Where a file is; `None` if there is none. A name that leads out of the image names nothing.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn place(&self, name: &str) -> io::Result<Option<Place>> {
        let is_inside =
            !name.is_empty() && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !is_inside {
            return Ok(None);
        }
        match self {
            Self::Archive { file, spans } => Ok(spans.get(name.as_bytes()).map(|span| Place {
                file: Arc::clone(file),
                span: span.clone(),
            })),
            Self::Directory(path) => {
                let path = path.join(name);
                // No link is followed, and nothing but a file is opened.
                match std::fs::symlink_metadata(&path) {
                    Ok(facts) if facts.is_file() => Place::of(File::open(path)?).map(Some),
                    Ok(_) => Ok(None),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// Reads a file; `None` if there is none.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn open(&self, name: &str) -> io::Result<Option<Box<dyn Read + Send>>> {
        let place = self.place(name)?;
        Ok(place.map(|place| -> Box<dyn Read + Send> { Box::new(place.section()) }))
    }

    /// A document; `None` if there is none, or if it is larger than documents are.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn document(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(stream) = self.open(name)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let _ = stream.take(DOCUMENT + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= DOCUMENT).then_some(bytes))
    }
}
