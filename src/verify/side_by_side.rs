//! Two builds whose tarballs stream into one comparison.

use std::io::{self, Seek as _};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, ScopedJoinHandle};

use crate::bootstrap::at;
use crate::compare::compare;
use crate::compare::comparison::Comparison;
use crate::compare::options::Options;
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

/// Runs two builds, each given a sink for its tarball, and compares the tarballs, which are
/// called by `labels`. One after the other, the left tarball waits in an unlinked temporary file,
/// and the right build is not started if the left one fails.
///
/// # Errors
/// The temporary file cannot be written or read. A build that fails is part of the result.
pub(crate) fn run<A: Send, B: Send>(
    concurrency: Concurrency,
    labels: [&str; 2],
    left: impl FnOnce(Sink<'_>) -> Result<A, Error> + Send,
    right: impl FnOnce(Sink<'_>) -> Result<B, Error> + Send,
) -> Result<Finished<A, B>, Error> {
    match concurrency {
        Concurrency::One => in_turn(labels, left, right),
        Concurrency::Two => Ok(at_once(labels, left, right)),
    }
}

fn at_once<A: Send, B: Send>(
    labels: [&str; 2],
    left: impl FnOnce(Sink<'_>) -> Result<A, Error> + Send,
    right: impl FnOnce(Sink<'_>) -> Result<B, Error> + Send,
) -> Finished<A, B> {
    thread::scope(|scope| {
        let (left_sender, left_stream) = sync_channel(1);
        let (right_sender, right_stream) = sync_channel(1);
        let left =
            scope.spawn(move || left(Box::new(move |stream| drop(left_sender.send(stream)))));
        let right =
            scope.spawn(move || right(Box::new(move |stream| drop(right_sender.send(stream)))));
        let comparison = compare_streams(labels, [received(&left_stream), received(&right_stream)]);
        Finished {
            left: joined(left),
            right: Some(joined(right)),
            comparison,
        }
    })
}

fn in_turn<A: Send, B: Send>(
    labels: [&str; 2],
    left: impl FnOnce(Sink<'_>) -> Result<A, Error> + Send,
    right: impl FnOnce(Sink<'_>) -> Result<B, Error> + Send,
) -> Result<Finished<A, B>, Error> {
    let mut file = tempfile::tempfile().map_err(at(UNLINKED, "make"))?;
    let mut writer = file.try_clone().map_err(at(UNLINKED, "write"))?;
    let (left, copied) = thread::scope(|scope| {
        let (sender, stream) = sync_channel::<Stream>(1);
        let copying = scope.spawn(move || match received(&stream) {
            Some(mut stream) => io::copy(&mut stream, &mut writer).map(drop),
            None => Ok(()),
        });
        let left = left(Box::new(move |stream| drop(sender.send(stream))));
        (left, joined(copying))
    });
    if left.is_err() {
        return Ok(Finished {
            left,
            right: None,
            comparison: None,
        });
    }
    copied.map_err(at(UNLINKED, "write"))?;
    file.rewind().map_err(at(UNLINKED, "read"))?;
    Ok(thread::scope(|scope| {
        let (sender, stream) = sync_channel(1);
        let right = scope.spawn(move || right(Box::new(move |stream| drop(sender.send(stream)))));
        let comparison = compare_streams(labels, [Some(Box::new(file)), received(&stream)]);
        Finished {
            left,
            right: Some(joined(right)),
            comparison,
        }
    }))
}

/// The stream of a build; `None` if it failed before it had one.
pub(crate) fn received(receiver: &Receiver<Stream>) -> Option<Stream> {
    receiver.recv().ok()
}

/// The result of a thread; its panic goes on in this one.
pub(crate) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn compare_streams(labels: [&str; 2], streams: [Option<Stream>; 2]) -> Option<Comparison> {
    let [left, right] = streams;
    let (left, right) = (SourceKind::Stream(left?), SourceKind::Stream(right?));
    Some(compare_chroots(labels, [left, right]))
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
