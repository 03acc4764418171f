//! A directory as the archive that tar would make of it, so that it can be compared as one.
//!
//! Entries come in the order of their names, headers in one spelling. No symbolic link is
//! followed, and nothing but regular files and directories is opened.

pub(crate) mod attributes;
pub(crate) mod content;
pub(crate) mod entry;
pub(crate) mod faults;
pub(crate) mod lacking;
pub(crate) mod stream;
pub(crate) mod walk;

use std::path::Path;
use std::sync::Arc;

use crate::any::directory::faults::Faults;
use crate::any::directory::lacking::{restored, without_lacking};
use crate::any::directory::stream::DirectoryStream;
use crate::any::directory::walk::Walk;
use crate::any::named::Named;
use crate::any::peek::{Held, Peeked};
use crate::compare::compare as compare_archives;
use crate::compare::comparison::Comparison;
use crate::compare::error::Error;
use crate::compare::options::Options;
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::input::source::{InputError, Source, SourceKind};

/// Compares two directories, or a directory and an archive; two archives too. `comparison` is begun already.
pub(crate) fn compare(
    mut comparison: Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let faults = Sides {
        left: Arc::new(Faults::default()),
        right: Arc::new(Faults::default()),
    };
    let is_directory = |peeked: &Peeked| matches!(peeked.held, Held::Directory(_));
    let is_mixed = is_directory(&peeked.left) != is_directory(&peeked.right);
    let left = source(&names.left, peeked.left, &faults.left, options);
    let right = source(&names.right, peeked.right, &faults.right, options);
    let (left, right) = match (left, right) {
        (Ok(left), Ok(right)) => (left, right),
        (left, right) => {
            let error = |side: Side, source: Result<Source, InputError>| {
                let input = names.of(side).name.clone();
                let error = source.err()?;
                Some(Error::Open { side, input, error })
            };
            comparison.trouble = error(Side::Left, left).or(error(Side::Right, right));
            return comparison;
        }
    };
    let mut found = if is_mixed {
        let found = compare_archives(left, right, &without_lacking(options), progress);
        restored(found, options)
    } else {
        compare_archives(left, right, options, progress)
    };
    take_faults(&mut found, names, &faults);
    found
}

/// Makes the first fault of a directory the trouble of a comparison that has none.
pub(crate) fn take_faults(
    found: &mut Comparison,
    names: &Sides<Named>,
    faults: &Sides<Arc<Faults>>,
) {
    for side in [Side::Left, Side::Right] {
        if let (None, Some(fault)) = (&found.trouble, faults.of(side).first()) {
            let input = names.of(side).name.clone();
            found.trouble = Some(Error::Entry { input, fault });
        }
    }
}

/// A directory, or a file as it is, to be compared as an archive.
///
/// # Errors
/// The directory cannot be opened.
pub(crate) fn source(
    named: &Named,
    peeked: Peeked,
    faults: &Arc<Faults>,
    options: &Options,
) -> Result<Source, InputError> {
    let kind = match peeked.held {
        Held::Bytes(opened) => SourceKind::Opened(opened),
        Held::Directory(path) => SourceKind::Stream(Box::new(open(&path, faults, options)?)),
    };
    Ok(Source {
        label: named.label.clone(),
        name: named.name.clone(),
        kind,
    })
}

fn open(
    path: &Path,
    faults: &Arc<Faults>,
    options: &Options,
) -> Result<DirectoryStream, InputError> {
    let walk = Walk::new(path, options.mounts).map_err(std::io::Error::from)?;
    Ok(DirectoryStream::new(walk, Arc::clone(faults)))
}
