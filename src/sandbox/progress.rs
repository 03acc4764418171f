//! Reports what the monitor stage does while no command of the sandbox runs: as often as a person
//! can read, and never at the cost of the work.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::statvfs::statvfs;

use crate::sandbox::protocol::{Activity, Channel, FromMonitor, Progress};

/// Least time between two reports of one activity.
const INTERVAL: Duration = Duration::from_millis(100);

/// Sends reports to the launcher.
#[derive(Debug)]
pub(crate) struct ProgressSender<'a> {
    launcher: Mutex<&'a mut Channel>,
}

impl<'a> ProgressSender<'a> {
    pub(crate) fn new(launcher: &'a mut Channel) -> Self {
        Self {
            launcher: Mutex::new(launcher),
        }
    }

    /// Reports to the launcher, unless another thread is reporting or the launcher is busy: the
    /// next report includes this one.
    fn send(&self, progress: Progress) {
        if let Ok(mut launcher) = self.launcher.try_lock() {
            // A launcher that is gone has killed this process.
            let _ = launcher.send_at_once(&FromMonitor::Progress(progress));
        }
    }

    /// Reports that the command runs.
    pub(crate) fn command_runs(&self) {
        self.send(Progress {
            activity: Activity::Waiting,
            objects: 0,
            bytes: 0,
        });
    }

    /// Runs `work`, which fills a file system, and reports every 100 ms meanwhile by how much.
    pub(crate) fn filling<T>(&self, path: &Path, work: impl FnOnce() -> T) -> T {
        let [objects_before, bytes_before] = used(path).unwrap_or_default();
        thread::scope(|scope| {
            let (working, is_done) = channel::<()>();
            let _ = scope.spawn(move || {
                while is_done.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                    if let Some([objects, bytes]) = used(path) {
                        self.send(Progress {
                            activity: Activity::Copying,
                            objects: objects.saturating_sub(objects_before),
                            bytes: bytes.saturating_sub(bytes_before),
                        });
                    }
                }
            });
            let done = work();
            drop(working);
            done
        })
    }
}

/// Objects and bytes of a file system.
fn used(path: &Path) -> Option<[u64; 2]> {
    let stat = statvfs(path).ok()?;
    let blocks = stat.blocks().saturating_sub(stat.blocks_free());
    let objects = stat.files().saturating_sub(stat.files_free());
    Some([objects, blocks.saturating_mul(stat.fragment_size())])
}

/// Counts one activity's work, by any number of threads.
#[derive(Debug)]
pub struct ProgressCounter<'a> {
    activity: Activity,
    objects: AtomicU64,
    bytes: AtomicU64,
    pace: Throttle,
    sender: Option<&'a ProgressSender<'a>>,
}

impl<'a> ProgressCounter<'a> {
    pub(crate) fn new(activity: Activity, sender: &'a ProgressSender<'a>) -> Self {
        Self {
            sender: Some(sender),
            ..ProgressCounter::silent(activity)
        }
    }

    /// A counter that reports to nobody.
    #[must_use]
    pub fn silent(activity: Activity) -> Self {
        Self {
            activity,
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            pace: Throttle::new(),
            sender: None,
        }
    }

    /// Counts one more object.
    pub fn object(&self) {
        let _ = self.objects.fetch_add(1, Ordering::Relaxed);
        self.send_if_due();
    }

    /// Counts so many more bytes.
    pub fn bytes(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let _ = self.bytes.fetch_add(count, Ordering::Relaxed);
        self.send_if_due();
    }

    /// The count so far.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            activity: self.activity,
            objects: self.objects.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    fn send_if_due(&self) {
        if let Some(sender) = self.sender
            && self.pace.is_due(self.pace.start.elapsed())
        {
            sender.send(self.progress());
        }
    }
}

/// Bounds the rate of reports, without a lock: work of one thread never waits for another's.
#[derive(Debug)]
struct Throttle {
    start: Instant,
    /// Milliseconds after the start at which the next report is due.
    due: AtomicU64,
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Throttle {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            due: AtomicU64::new(milliseconds(INTERVAL)),
        }
    }

    /// Whether a report is due this long after the start; then none is for an [`INTERVAL`].
    fn is_due(&self, elapsed: Duration) -> bool {
        let (now, due) = (milliseconds(elapsed), self.due.load(Ordering::Relaxed));
        let next = now.saturating_add(milliseconds(INTERVAL));
        let swap = |from, to| {
            let (success, failure) = (Ordering::Relaxed, Ordering::Relaxed);
            self.due.compare_exchange(from, to, success, failure)
        };
        now >= due && swap(due, next).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_at_most_ten_reports_a_second_however_many_objects() {
        let pace = Throttle::new();
        let due: Vec<_> = (0..1_000_000)
            .map(Duration::from_micros)
            .filter(|elapsed| pace.is_due(*elapsed))
            .map(milliseconds)
            .collect();
        assert_eq!(due, [100, 200, 300, 400, 500, 600, 700, 800, 900]);
    }

    #[test]
    fn a_launcher_that_reads_nothing_holds_nobody_up() {
        let (mut ours, theirs) = Channel::pair().unwrap();
        let sender = ProgressSender::new(&mut ours);
        // More than any socket holds.
        for _ in 0..100_000 {
            sender.command_runs();
        }
        drop(theirs);
    }
}
