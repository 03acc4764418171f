//! Two container images: OCI layouts, as directories or archives, and what `docker save` writes.
//!
//! The files of the image are compared as what they are stored in, a directory or an archive. The
//! manifests, configurations and layers of both sides are then paired, and what differs in a pair
//! takes the place of "this blob is on one side only".

pub(crate) mod digest;
pub(crate) mod layout;
pub(crate) mod parts;
pub(crate) mod store;

use std::collections::BTreeSet;
use std::io;
use std::io::Seek as _;

use crate::any::directory;
use crate::any::files::{either, regular};
use crate::any::image::digest::is_as_named;
use crate::any::image::layout::{Image, LAYERS, images};
use crate::any::image::parts::{compare_part, parts};
use crate::any::image::store::Store;
use crate::any::merge::Whole;
use crate::any::named::Named;
use crate::any::peek::{Held, Peeked};
use crate::compare::comparison::{Comparison, DivergenceKind};
use crate::compare::note::Note;
use crate::compare::options::{Depth, Digests, Options};
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::input::compression::Compression;
use crate::input::decode::{Decoder, Digesting};
use crate::input::kind::Kind;
use crate::input::read_at::RegularFile;
use crate::input::source::{Head, Opened, open_file};
use crate::tar::entry_path::EntryPath;

/// Compares two images. `comparison` is begun already.
pub(crate) fn compare(
    mut comparison: Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let (left, right) = match (
        prepared(peeked.left, options),
        prepared(peeked.right, options),
    ) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(error), _) | (_, Err(error)) => {
            comparison.trouble = Some(either(names, error));
            return comparison;
        }
    };
    let (left, old) = left;
    let (right, new) = right;
    let images = match (images(&old), images(&new)) {
        (Ok(left), Ok(right)) => Sides { left, right },
        (Err(error), _) | (_, Err(error)) => {
            comparison.trouble = Some(either(names, error));
            return comparison;
        }
    };
    let kinds = Sides {
        left: kind(left.kind, &images.left),
        right: kind(right.kind, &images.right),
    };
    let peeked = Sides { left, right };
    // Blobs pair by what the manifests say.
    let stored = &Options {
        digests: Digests::Apart,
        ..options.clone()
    };
    let mut stored = directory::compare(comparison, names, peeked, stored, progress);
    stored.left.kind = kinds.left;
    stored.right.kind = kinds.right;
    if stored.is_identical() || options.depth == Depth::Verdict {
        return stored;
    }
    let stores = Sides {
        left: old,
        right: new,
    };
    match looked_into(stored, names, &images, &stores, options) {
        Ok(found) => found,
        Err(failed) => {
            let (mut found, error) = *failed;
            found.trouble.get_or_insert(either(names, error));
            found
        }
    }
}

/// What an input is, now that the images in it are known.
fn kind(seems: Kind, images: &[Image]) -> Kind {
    match (seems, images) {
        (Kind::Image, []) => Kind::Tar,
        (Kind::Layout, []) => Kind::Directory,
        (kind, _) => kind,
    }
}

/// An input that is compared as what it is stored in, and the files in it.
///
/// # Errors
/// The operating system's, or the limit on temporary files.
pub(crate) fn prepared(peeked: Peeked, options: &Options) -> io::Result<(Peeked, Store)> {
    let kind = peeked.kind;
    match peeked.held {
        Held::Directory(path) => {
            let store = Store::Directory(path.clone());
            let held = Held::Directory(path);
            Ok((Peeked { held, kind }, store))
        }
        Held::Bytes(opened) => {
            let file = regular(opened, options)?;
            let mut again = file.file.try_clone()?;
            let opened = open_file(file.file.try_clone()?).map_err(io::Error::other)?;
            let plain = match opened.compression() {
                Compression::Plain => file,
                compression => decoded(file, compression, options)?,
            };
            let store = Store::of_archive(&plain, &options.limits)?;
            // All of these share one position.
            again.rewind()?;
            let held = Held::Bytes(opened);
            Ok((Peeked { held, kind }, store))
        }
    }
}

/// The content of a compressed archive in an unlinked file.
fn decoded(
    file: RegularFile,
    compression: Compression,
    options: &Options,
) -> io::Result<RegularFile> {
    let window = options.limits.zstd_window_log;
    let decoder = Decoder::new(file.file, compression, window, Digesting::Off);
    regular(Opened::Stream(Box::new(decoder), Head::plain()), options)
}

type Failed = Box<(Comparison, io::Error)>;

/// Puts what differs in paired parts in the place of blobs that are on one side only.
fn looked_into(
    stored: Comparison,
    names: &Sides<Named>,
    images: &Sides<Vec<Image>>,
    stores: &Sides<Store>,
    options: &Options,
) -> Result<Comparison, Failed> {
    let pairs = parts(&images.left, &images.right);
    let mut whole = Whole::new(stored, options);
    let mut claimed = Sides {
        left: BTreeSet::new(),
        right: BTreeSet::new(),
    };
    for part in &pairs {
        let found = match compare_part(part, names, stores, &whole.options_of(&part.name)) {
            Ok(found) => found,
            Err(error) => return Err(Box::new((whole.finish(), error))),
        };
        let Some(found) = found else {
            continue;
        };
        claimed.left.insert(part.left.clone());
        claimed.right.insert(part.right.clone());
        whole.add(&part.name, found);
    }
    without_claimed(&mut whole.comparison, &claimed);
    for (side, images, store) in [
        (Side::Left, &images.left, &stores.left),
        (Side::Right, &images.right, &stores.right),
    ] {
        if images.iter().any(|image| image.is_cut) {
            let after = LAYERS as u64;
            whole
                .comparison
                .notes
                .push(Note::LayersLeft { side, after });
        }
        match misnamed(images, store) {
            Ok(0) => {}
            Ok(blobs) => whole.comparison.notes.push(Note::Misnamed { side, blobs }),
            Err(error) => return Err(Box::new((whole.finish(), error))),
        }
    }
    Ok(whole.finish())
}

/// Takes out the rows of blobs that are on one side only, or differ, if a pair of them was looked
/// into.
fn without_claimed(comparison: &mut Comparison, claimed: &Sides<BTreeSet<String>>) {
    comparison.divergences.retain(|one| {
        let name = EntryPath::new(&one.path).as_bytes();
        let is_in = |names: &BTreeSet<String>| names.iter().any(|own| own.as_bytes() == name);
        match one.kind {
            DivergenceKind::LeftOnly => !is_in(&claimed.left),
            DivergenceKind::RightOnly => !is_in(&claimed.right),
            DivergenceKind::Changed | DivergenceKind::Moved | DivergenceKind::Reordered => true,
        }
    });
}

/// How many blobs of the images are not what their names say.
fn misnamed(images: &[Image], store: &Store) -> io::Result<u64> {
    let names: BTreeSet<&String> = images
        .iter()
        .flat_map(|image| {
            let documents = image.manifest.iter().chain(&image.config);
            documents.chain(&image.layers)
        })
        .collect();
    let mut wrong = 0;
    for name in names {
        wrong += u64::from(!is_as_named(store, name)?);
    }
    Ok(wrong)
}
