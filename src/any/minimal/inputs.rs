//! The tarballs that minimal ones are made of: known as such, and there to be read again.

use std::fs::File;
use std::io;
use std::io::Seek as _;

use crate::any::files::regular;
use crate::any::named::Named;
use crate::any::nested::archive::Place;
use crate::any::peek::{Held, Peeked, peek};
use crate::any::way::{Way, way};
use crate::compare::error::Error;
use crate::compare::options::Options;
use crate::compare::side::{Side, Sides};
use crate::input::kind::Kind;
use crate::input::source::{InputError, Source, SourceKind, open_file};

/// Two tarballs to be compared, and the same ones to be read afterwards.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// For the comparison.
    pub(crate) sources: Sides<Source>,
    /// For later.
    pub(crate) places: Sides<Place>,
}

/// Opens two tarballs. A stream is copied into an unlinked file first.
///
/// # Errors
/// One cannot be read, or is no tarball.
pub(crate) fn open(left: Source, right: Source, options: &Options) -> Result<Inputs, Error> {
    let is_stdin = |source: &Source| matches!(source.kind, SourceKind::Stdin);
    if is_stdin(&left) && is_stdin(&right) {
        return Err(Error::StdinTwice);
    }
    let names = Sides {
        left: Named::new(&left),
        right: Named::new(&right),
    };
    let peeked = |side, source: Source| {
        let input = source.name.clone();
        peek(source.kind).map_err(|error| Error::Open { side, input, error })
    };
    let (left, right) = (peeked(Side::Left, left)?, peeked(Side::Right, right)?);
    let kinds = Sides {
        left: left.kind,
        right: right.kind,
    };
    let found = way(kinds).map_err(|refusal| Error::Refused {
        input: names.of(refusal.side).name.clone(),
        refusal,
    })?;
    if found != Way::Archives {
        let side = match kinds.left {
            Kind::Tar => Side::Right,
            _ => Side::Left,
        };
        return Err(Error::NoTarball {
            input: names.of(side).name.clone(),
            kind: *kinds.of(side),
        });
    }
    let left = opened(Side::Left, names.left, left, options)?;
    let right = opened(Side::Right, names.right, right, options)?;
    Ok(Inputs {
        sources: Sides {
            left: left.source,
            right: right.source,
        },
        places: Sides {
            left: left.place,
            right: right.place,
        },
    })
}

/// One of the two.
struct Input {
    source: Source,
    place: Place,
}

fn opened(side: Side, named: Named, peeked: Peeked, options: &Options) -> Result<Input, Error> {
    let Held::Bytes(bytes) = peeked.held else {
        return Err(Error::Open {
            side,
            input: named.name,
            error: InputError::Directory,
        });
    };
    let made = regular(bytes, options).and_then(|file| twice(file.file));
    let error = |error| Error::Read {
        side,
        input: named.name.clone(),
        entries: 0,
        error,
    };
    let Twice { first, again } = made.map_err(error)?;
    let opened = open_file(first).map_err(|error| Error::Open {
        side,
        input: named.name.clone(),
        error,
    })?;
    Ok(Input {
        source: Source {
            label: named.label,
            name: named.name,
            kind: SourceKind::Opened(opened),
        },
        place: again,
    })
}

/// A file that is read from its start, and from any offset later.
struct Twice {
    first: File,
    again: Place,
}

fn twice(mut file: File) -> io::Result<Twice> {
    file.rewind()?;
    Ok(Twice {
        again: Place::of(file.try_clone()?)?,
        first: file,
    })
}
