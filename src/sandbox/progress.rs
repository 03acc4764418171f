//! What the monitor stage is at while no command of the sandbox runs: told as often as a person
//! can read, and never at the cost of the work.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{fmt, thread};

use indicatif::HumanCount;
use rustix::fs::statvfs;
use serde::{Deserialize, Serialize};

use crate::sandbox::protocol::{Channel, FromMonitor};

/// Least time between two reports of one activity.
const INTERVAL: Duration = Duration::from_millis(100);

/// What the monitor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activity {
    /// The sandbox gets copies of its trees.
    Copying,
    /// The audit reads the trees before the command.
    Reading,
    /// Nothing: the command runs.
    Waiting,
    /// The audit reads the trees after the command.
    ReadingAgain,
}

/// How far the monitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// With what.
    pub activity: Activity,
    /// Objects of the trees that were looked at, or copied.
    pub objects: u64,
    /// Bytes of contents that were read, or copied.
    pub bytes: u64,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.activity {
            Activity::Copying => "copying the outside into memory",
            Activity::Waiting => return f.write_str("running"),
            Activity::Reading => "reading the outside",
            Activity::ReadingAgain => "reading the outside again",
        };
        let (objects, mib) = (HumanCount(self.objects), HumanCount(self.bytes >> 20));
        write!(f, "{verb}: {objects} objects, {mib} MiB")
    }
}

/// Where reports go.
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

    /// Tells the launcher, unless another thread is at it or the launcher is busy: the next
    /// report says all of this one and more.
    fn tell(&self, progress: Progress) {
        if let Ok(mut launcher) = self.launcher.try_lock() {
            // A launcher that is gone has killed this process.
            let _ = launcher.send_at_once(&FromMonitor::Progress(progress));
        }
    }

    /// Tells that the command runs.
    pub(crate) fn command_runs(&self) {
        self.tell(Progress {
            activity: Activity::Waiting,
            objects: 0,
            bytes: 0,
        });
    }

    /// Does the `work` that fills a tmpfs, and tells meanwhile what that has.
    pub(crate) fn filling<T>(&self, tmpfs: &Path, work: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            let (working, is_done) = channel::<()>();
            let _ = scope.spawn(move || {
                while is_done.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                    if let Ok(stat) = statvfs(tmpfs) {
                        self.tell(Progress {
                            activity: Activity::Copying,
                            objects: stat.f_files.saturating_sub(stat.f_ffree),
                            bytes: stat
                                .f_blocks
                                .saturating_sub(stat.f_bfree)
                                .saturating_mul(stat.f_frsize),
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

/// Counts one activity's work, by any number of threads.
#[derive(Debug)]
pub struct ProgressCounter<'a> {
    activity: Activity,
    objects: AtomicU64,
    bytes: AtomicU64,
    pace: Throttle,
    teller: Option<&'a ProgressSender<'a>>,
}

impl<'a> ProgressCounter<'a> {
    pub(crate) fn new(activity: Activity, teller: &'a ProgressSender<'a>) -> Self {
        Self {
            teller: Some(teller),
            ..ProgressCounter::silent(activity)
        }
    }

    /// Counts, and tells nobody.
    #[must_use]
    pub fn silent(activity: Activity) -> Self {
        Self {
            activity,
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            pace: Throttle::new(),
            teller: None,
        }
    }

    /// One object more was looked at.
    pub fn object(&self) {
        let _ = self.objects.fetch_add(1, Ordering::Relaxed);
        self.tell_if_due();
    }

    /// So many bytes more were read.
    pub fn bytes(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let _ = self.bytes.fetch_add(count, Ordering::Relaxed);
        self.tell_if_due();
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

    fn tell_if_due(&self) {
        if let Some(teller) = self.teller
            && self.pace.is_due(self.pace.start.elapsed())
        {
            teller.tell(self.progress());
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
    fn a_report_says_what_is_done_and_how_much() {
        let said = |activity| {
            let progress = Progress {
                activity,
                objects: 12_345,
                bytes: 98 << 20,
            };
            progress.to_string()
        };
        assert_eq!(
            said(Activity::Copying),
            "copying the outside into memory: 12,345 objects, 98 MiB"
        );
        assert_eq!(
            said(Activity::Reading),
            "reading the outside: 12,345 objects, 98 MiB"
        );
        assert_eq!(
            said(Activity::ReadingAgain),
            "reading the outside again: 12,345 objects, 98 MiB"
        );
    }

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
        let teller = ProgressSender::new(&mut ours);
        // More than any socket holds.
        for _ in 0..100_000 {
            teller.command_runs();
        }
        drop(theirs);
    }
}
