//! The final roots of two images, or of an image and a tarball or directory.
//!
//! Layers are decoded into unlinked files, unless they are not compressed; their headers are read
//! from the lowest to the highest, and the contents that are left are read from where they are.

pub(crate) mod root;
pub(crate) mod stream;

use std::io;
use std::sync::Arc;

use crate::any::directory;
use crate::any::directory::faults::Faults;
use crate::any::directory::lacking::{restored, without_lacking};
use crate::any::flat::root::Root;
use crate::any::flat::stream::stream;
use crate::any::image;
use crate::any::image::layout::{Image, LAYERS, images};
use crate::any::image::store::Store;
use crate::any::named::Named;
use crate::any::nested::archive::Place;
use crate::any::peek::Peeked;
use crate::compare::compare as compare_archives;
use crate::compare::comparison::Comparison;
use crate::compare::error::Error;
use crate::compare::flatten::FlattenProblem;
use crate::compare::note::Note;
use crate::compare::options::Options;
use crate::compare::pairing::index::{Flow, walk};
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::input::kind::Kind;
use crate::tar::entry::Entry;
use crate::tar::parser::Parser;
use crate::tar::raw_entry::Globals;

/// Most names in a root; each takes some hundred bytes of memory.
const ENTRIES: usize = 1_000_000;

/// An input whose root is compared.
enum Compared {
    /// The root of an image.
    Root(Root),
    /// A tarball or a directory, as it is.
    Tree(Peeked),
}

/// Compares two roots. `comparison` is begun already.
pub(crate) fn compare(
    mut comparison: Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let kinds = Sides {
        left: peeked.left.kind,
        right: peeked.right.kind,
    };
    let failed = |side: Side, problem| {
        let input = names.of(side).name.clone();
        Some(Error::Flatten { input, problem })
    };
    let (left, right) = match (root(peeked.left, options), root(peeked.right, options)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(problem), _) => {
            comparison.trouble = failed(Side::Left, problem);
            return comparison;
        }
        (_, Err(problem)) => {
            comparison.trouble = failed(Side::Right, problem);
            return comparison;
        }
    };
    if let (Compared::Tree(tree), Compared::Tree(_)) = (&left, &right) {
        comparison.trouble = failed(Side::Left, FlattenProblem::NoImage(tree.kind));
        return comparison;
    }
    let faults = Sides {
        left: Arc::new(Faults::default()),
        right: Arc::new(Faults::default()),
    };
    let source = |side: Side, root: Compared| match root {
        Compared::Tree(tree) => directory::source(names.of(side), tree, faults.of(side), options),
        Compared::Root(root) => Ok(names.of(side).streamed(b"", Box::new(stream(root)))),
    };
    let (left, right) = match (source(Side::Left, left), source(Side::Right, right)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(error), _) => return unopened(comparison, Side::Left, names, error),
        (_, Err(error)) => return unopened(comparison, Side::Right, names, error),
    };
    let found = compare_archives(left, right, &without_lacking(options), progress);
    let mut found = restored(found, options);
    found.notes.push(Note::Flattened);
    directory::take_faults(&mut found, names, &faults);
    found.left.kind = kinds.left;
    found.right.kind = kinds.right;
    found
}

/// What an input has as its root.
fn root(peeked: Peeked, options: &Options) -> Result<Compared, FlattenProblem> {
    match peeked.kind {
        Kind::Tar | Kind::Directory => return Ok(Compared::Tree(peeked)),
        Kind::Image | Kind::Layout => {}
        kind => return Err(FlattenProblem::NoRoot(kind)),
    }
    let (peeked, store) = image::prepared(peeked, options)?;
    match &images(&store)?[..] {
        [] => Ok(Compared::Tree(peeked)),
        [image] => Ok(Compared::Root(flattened(image, &store, options)?)),
        several => Err(FlattenProblem::Several(several.len())),
    }
}

fn unopened(
    mut comparison: Comparison,
    side: Side,
    names: &Sides<Named>,
    error: crate::input::source::InputError,
) -> Comparison {
    let input = names.of(side).name.clone();
    comparison.trouble = Some(Error::Open { side, input, error });
    comparison
}

/// The root that the layers of an image make.
fn flattened(image: &Image, store: &Store, options: &Options) -> Result<Root, FlattenProblem> {
    if image.is_cut {
        return Err(FlattenProblem::Layers(LAYERS));
    }
    let mut root = Root::default();
    let mut room = options.limits.spool;
    for (at, file) in image.layers.iter().enumerate() {
        let layer = at + 1;
        let missing = || FlattenProblem::Missing {
            layer,
            file: file.clone(),
        };
        let packed = store.place(file)?.ok_or_else(missing)?;
        let limited = Options {
            limits: crate::compare::options::Limits {
                spool: room,
                ..options.limits
            },
            ..options.clone()
        };
        let failed = |error: io::Error| FlattenProblem::Layer {
            layer,
            error: error.into(),
        };
        let plain = packed.plain(&limited).map_err(failed)?;
        if !Arc::ptr_eq(&plain.file, &packed.file) {
            room = room.saturating_sub(plain.span.end);
        }
        put_layer(&mut root, layer, &plain, options)?;
    }
    Ok(root)
}

fn put_layer(
    root: &mut Root,
    layer: usize,
    plain: &Place,
    options: &Options,
) -> Result<(), FlattenProblem> {
    let mut problem = None;
    let mut parser = Parser::new(0, Globals::default(), options.limits.tar);
    let outcome = walk(plain, &mut parser, &mut |group| {
        let start = plain.span.start.saturating_add(group.content);
        let content = Place {
            file: Arc::clone(&plain.file),
            span: start..start.saturating_add(group.size),
        };
        let entry = Entry::from_group(&group, &[]);
        problem = match root.put(layer, &entry, content) {
            Ok(()) if root.len() <= ENTRIES => None,
            Ok(()) => Some(FlattenProblem::Entries(ENTRIES)),
            Err(problem) => Some(FlattenProblem::Entry {
                layer,
                path: entry.path,
                problem,
            }),
        };
        Ok(match problem {
            None => Flow::Continue,
            Some(_) => Flow::Stop,
        })
    });
    match (problem, outcome) {
        (Some(problem), _) => Err(problem),
        (None, Err(error)) => Err(FlattenProblem::Layer { layer, error }),
        (None, Ok(_)) => Ok(()),
    }
}
