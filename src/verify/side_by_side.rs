//! Two builds whose tarballs stream into one comparison.

use std::fs::File;
use std::io::{self, Cursor, Read as _, Seek as _};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, ScopedJoinHandle};

use crate::bootstrap::at;
use crate::compare::compare;
use crate::compare::comparison::Comparison;
use crate::compare::options::{Options, Selection};
use crate::explain::ownership::is_evidence;
use crate::input::source::{Source, SourceKind};
use crate::verify::error::Error;
use crate::verify::executor::{Sink, Stream};
use crate::verify::options::Concurrency;

/// What messages call a temporary file that has no name.
pub(crate) const UNLINKED: &str = "an unlinked temporary file";

/// Two builds and how their tarballs compare.
#[derive(Debug)]
pub(crate) struct Finished<A, B> {
    /// The left build.
    pub(crate) left: Result<A, Error>,
    /// The right build; `None` if it was not started, because the left one had failed before.
    pub(crate) right: Option<Result<B, Error>>,
    /// The comparison; `None` if a build had no tarball.
    pub(crate) comparison: Option<Comparison>,
}

/// The same, and the left tarball if there was no right one.
#[derive(Debug)]
pub(crate) struct Kept<A, B> {
    /// The builds and the comparison.
    pub(crate) finished: Finished<A, B>,
    /// The left tarball in an unlinked temporary file, from its beginning.
    pub(crate) left_tarball: Option<File>,
}

/// What became of two tarballs.
struct Outcome {
    comparison: Option<Comparison>,
    left_tarball: Option<File>,
}

/// Runs two builds, each given a sink for its tarball, and compares the tarballs, which are
/// called by `labels`. One after the other, the left tarball waits in an unlinked temporary file,
/// and the right build is not started if the left one fails. The left tarball is kept if the right
/// build had none.
///
/// # Errors
/// The temporary file cannot be written or read. A build that fails is part of the result.
pub(crate) fn run<A: Send, B: Send>(
    concurrency: Concurrency,
    labels: [&str; 2],
    left: impl FnOnce(Sink<'_>) -> Result<A, Error> + Send,
    right: impl FnOnce(Sink<'_>) -> Result<B, Error> + Send,
) -> Result<Kept<A, B>, Error> {
    match concurrency {
        Concurrency::One => in_turn(labels, left, right),
        Concurrency::Two => at_once(labels, left, right),
    }
}

fn at_once<A: Send, B: Send>(
    labels: [&str; 2],
    left: impl FnOnce(Sink<'_>) -> Result<A, Error> + Send,
    right: impl FnOnce(Sink<'_>) -> Result<B, Error> + Send,
) -> Result<Kept<A, B>, Error> {
    thread::scope(|scope| {
        let (left_sender, left_stream) = sync_channel(1);
        let (right_sender, right_stream) = sync_channel(1);
        let left =
            scope.spawn(move || left(Box::new(move |stream| drop(left_sender.send(stream)))));
        let right =
            scope.spawn(move || right(Box::new(move |stream| drop(right_sender.send(stream)))));
        let outcome = match [received(&left_stream), received(&right_stream)] {
            [Some(left), Some(right)] => Ok(Outcome::compared(labels, left, right)),
            [Some(mut left), None] => spooled(&mut left).map(Outcome::kept),
            [None, _] => Ok(Outcome::nothing()),
        };
        let (left, right) = (joined(left), joined(right));
        Ok(outcome?.with(left, Some(right)))
    })
}

fn in_turn<A: Send, B: Send>(
    labels: [&str; 2],
    left: impl FnOnce(Sink<'_>) -> Result<A, Error> + Send,
    right: impl FnOnce(Sink<'_>) -> Result<B, Error> + Send,
) -> Result<Kept<A, B>, Error> {
    let (left, file) = thread::scope(|scope| {
        let (sender, stream) = sync_channel::<Stream>(1);
        let copying = scope.spawn(move || Some(spooled(&mut received(&stream)?)));
        let left = left(Box::new(move |stream| drop(sender.send(stream))));
        (left, joined(copying))
    });
    let Some(file) = file.filter(|_| left.is_ok()) else {
        return Ok(Outcome::nothing().with(left, None));
    };
    let file = file?;
    Ok(thread::scope(|scope| {
        let (sender, stream) = sync_channel(1);
        let right = scope.spawn(move || right(Box::new(move |stream| drop(sender.send(stream)))));
        let outcome = match received(&stream) {
            Some(right) => Outcome::compared(labels, Box::new(file), right),
            None => Outcome::kept(file),
        };
        outcome.with(left, Some(joined(right)))
    }))
}

impl Outcome {
    fn compared(labels: [&str; 2], left: Stream, right: Stream) -> Self {
        let kinds = [SourceKind::Stream(left), SourceKind::Stream(right)];
        Self {
            comparison: Some(compare_chroots(labels, kinds)),
            left_tarball: None,
        }
    }

    fn kept(file: File) -> Self {
        Self {
            comparison: None,
            left_tarball: Some(file),
        }
    }

    fn nothing() -> Self {
        Self {
            comparison: None,
            left_tarball: None,
        }
    }

    fn with<A, B>(self, left: Result<A, Error>, right: Option<Result<B, Error>>) -> Kept<A, B> {
        let comparison = self.comparison;
        Kept {
            finished: Finished {
                left,
                right,
                comparison,
            },
            left_tarball: self.left_tarball,
        }
    }
}

/// A stream in an unlinked temporary file, at its beginning.
fn spooled(stream: &mut Stream) -> Result<File, Error> {
    let mut file = tempfile::tempfile().map_err(at(UNLINKED, "make"))?;
    let _ = io::copy(stream, &mut file).map_err(at(UNLINKED, "write"))?;
    file.rewind().map_err(at(UNLINKED, "read"))?;
    Ok(file)
}

/// The stream of a build once it has begun; `None` if the build failed before it wrote anything.
pub(crate) fn received(receiver: &Receiver<Stream>) -> Option<Stream> {
    let mut stream = receiver.recv().ok()?;
    let mut first = Vec::new();
    // An error comes again when the rest is read.
    let _ = stream.by_ref().take(1).read_to_end(&mut first);
    (!first.is_empty()).then(|| -> Stream { Box::new(Cursor::new(first).chain(stream)) })
}

/// The result of a thread; its panic goes on in this one.
pub(crate) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Compares two tarballs of chroots, and collects the files that explaining reads.
pub(crate) fn compare_chroots(labels: [&str; 2], kinds: [SourceKind; 2]) -> Comparison {
    let source = |label: &str, kind| Source {
        label: label.to_owned(),
        name: format!("{label}.tar"),
        kind,
    };
    let options = Options {
        collect: Some(is_evidence),
        selection: Selection::Wanted,
        ..Options::default()
    };
    let ([left_label, right_label], [left, right]) = (labels, kinds);
    compare(
        source(left_label, left),
        source(right_label, right),
        &options,
        &|_| (),
    )
}
