//! Two files that are no archives: bytes against bytes.
//!
//! What differs is told by comparing two archives of one entry each, which have these files as
//! content.

use std::fs::File;
use std::io;
use std::io::{Read, Seek as _};
use std::sync::Arc;

use crate::any::merge::add_aspects;
use crate::any::name::shared_name;
use crate::any::named::Named;
use crate::any::peek::{Held, Peeked};
use crate::any::sequence::archive_of_one;
use crate::compare::archive_divergence::{ArchiveDivergence, UnexplainedBytes};
use crate::compare::compare as compare_archives;
use crate::compare::comparison::Comparison;
use crate::compare::diff::bytes::first_in_files;
use crate::compare::error::Error;
use crate::compare::filter::unnamed;
use crate::compare::note::Note;
use crate::compare::options::{Depth, Options};
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::compare::stop::WalkError;
use crate::input::kind::Kind;
use crate::input::read_at::RegularFile;
use crate::input::source::Opened;

/// Compares two files as bytes. `comparison` is begun already.
pub(crate) fn compare(
    mut comparison: Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let kinds = [peeked.left.kind, peeked.right.kind];
    let Some(FilePair { files, first }) = pair(&mut comparison, names, peeked, options, progress)
    else {
        return comparison;
    };
    comparison.notes = notes(kinds, first.is_none());
    match first {
        None => comparison,
        Some(first) if options.depth == Depth::Verdict => {
            add_aspects(&mut comparison, vec![unnamed(first)], options);
            comparison.notes.push(Note::VerdictOnly);
            comparison
        }
        Some(_) => explained(comparison, names, files, options),
    }
}

/// Two files, and where they first differ.
#[derive(Debug)]
pub(crate) struct FilePair {
    pub(crate) files: Sides<RegularFile>,
    pub(crate) first: Option<u64>,
}

/// Both inputs as files, whose lengths are told; `None` if there is trouble, which is told then.
pub(crate) fn pair(
    comparison: &mut Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Option<FilePair> {
    let pair = regular_pair(names, peeked, options).and_then(|files| {
        comparison.left.bytes = files.left.length;
        comparison.right.bytes = files.right.length;
        let first = equal_or_first(&files, progress).map_err(|error| either(names, error))?;
        Ok(FilePair { files, first })
    });
    pair.map_err(|error| comparison.trouble = Some(error)).ok()
}

/// Where two files first differ; the shorter one's length if it is the start of the other.
pub(crate) fn equal_or_first(
    files: &Sides<RegularFile>,
    progress: &Progress<'_>,
) -> io::Result<Option<u64>> {
    let Sides { left, right } = files;
    let common = left.length.min(right.length);
    let first = first_in_files(left, right, common, progress)?;
    Ok(first.or((left.length != right.length).then_some(common)))
}

/// A failure of which it is not known whose it is.
pub(crate) fn either(names: &Sides<Named>, error: io::Error) -> Error {
    Error::Either {
        inputs: Sides {
            left: names.left.name.clone(),
            right: names.right.name.clone(),
        },
        error: WalkError::Io(error),
    }
}

/// Both inputs as files that can be read more than once.
///
/// # Errors
/// One cannot be read, or not be kept.
pub(crate) fn regular_pair(
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
) -> Result<Sides<RegularFile>, Error> {
    let file = |side, peeked: Peeked| {
        let input = names.of(side).name.clone();
        let opened = match peeked.held {
            Held::Bytes(opened) => Ok(opened),
            Held::Directory(_) => Err(io::ErrorKind::IsADirectory.into()),
        };
        let file = opened.and_then(|opened| regular(opened, options));
        file.map_err(|error| Error::Read {
            side,
            input,
            entries: 0,
            error,
        })
    };
    let (left, right) = (
        file(Side::Left, peeked.left),
        file(Side::Right, peeked.right),
    );
    Ok(Sides {
        left: left?,
        right: right?,
    })
}

/// What differs, told by two archives of one entry each.
fn explained(
    mut comparison: Comparison,
    names: &Sides<Named>,
    files: Sides<RegularFile>,
    options: &Options,
) -> Comparison {
    let path = shared_name(&names.left.path, &names.right.path);
    let source = |named: &Named, file: RegularFile| {
        let content = file.file.take(file.length);
        named.streamed(b"", Box::new(archive_of_one(&path, file.length, content)))
    };
    let left = source(&names.left, files.left);
    let right = source(&names.right, files.right);
    let found = compare_archives(left, right, options, &|_| {});
    comparison.notes.extend(found.notes);
    Comparison {
        divergences: found.divergences,
        archive: found.archive,
        ignored: found.ignored,
        trouble: found.trouble,
        ..comparison
    }
}

/// A file that can be read twice; a stream is copied to an unlinked one.
pub(crate) fn regular(opened: Opened, options: &Options) -> io::Result<RegularFile> {
    match opened {
        Opened::Plain(mut file) | Opened::Compressed(mut file, _) => {
            file.file.rewind()?;
            Ok(file)
        }
        Opened::Stream(stream, _) => {
            let mut file = tempfile::tempfile()?;
            let limit = options.limits.spool;
            let length = io::copy(&mut stream.take(limit.saturating_add(1)), &mut file)?;
            if length > limit {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    "more to keep than the limit on temporary files allows",
                ));
            }
            file.rewind()?;
            Ok(RegularFile { file, length })
        }
    }
}

/// The result, with a claim on what nothing else claims. `first` is where the files first differ.
pub(crate) fn claim_what_is_left(
    mut found: Comparison,
    first: Option<u64>,
    options: &Options,
) -> Comparison {
    let is_silent = found.divergences.is_empty() && found.archive.is_empty();
    if let Some(first) = first
        && is_silent
        && found.ignored.is_empty()
        && found.trouble.is_none()
    {
        let bytes = if options.depth == Depth::Verdict {
            UnexplainedBytes::NotLookedAt { first }
        } else {
            let lengths = Sides {
                left: found.left.bytes,
                right: found.right.bytes,
            };
            UnexplainedBytes::InArchive { lengths, first }
        };
        let aspect = ArchiveDivergence::UnexplainedBytes(bytes);
        add_aspects(&mut found, vec![aspect], options);
    }
    found
}

/// Both files, for streams that read parts of them.
///
/// # Errors
/// The operating system's.
pub(crate) fn share(files: &Sides<RegularFile>) -> io::Result<Sides<Arc<File>>> {
    Ok(Sides {
        left: Arc::new(files.left.file.try_clone()?),
        right: Arc::new(files.right.file.try_clone()?),
    })
}

/// What is not obvious about the result.
fn notes(kinds: [Kind; 2], is_identical: bool) -> Vec<Note> {
    if kinds == [Kind::Empty; 2] {
        return vec![Note::BothEmpty];
    }
    let [left, right] = kinds;
    let unread = [left, right]
        .into_iter()
        .find(|kind| matches!(kind, Kind::Foreign(_)));
    match unread {
        Some(Kind::Foreign(foreign)) if !is_identical => vec![Note::AsBytes { foreign }],
        _ => Vec::new(),
    }
}
