//! How full a sandbox's file system was at most, seen by looking at it often: what failed for want
//! of space is mostly removed soon.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use nix::sys::statvfs::statvfs;
use serde::{Deserialize, Serialize};

/// How often is looked.
const INTERVAL: Duration = Duration::from_millis(100);

/// The most that was seen to be in use of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fullness {
    /// Bytes.
    pub bytes: u64,
    /// Hundredths of the bytes, or of the objects, whichever are more.
    pub percent: u64,
}

impl Fullness {
    fn of(path: &Path) -> Self {
        let Ok(stat) = statvfs(path) else {
            return Self::default();
        };
        let used = stat.blocks().saturating_sub(stat.blocks_free());
        let objects = stat.files().saturating_sub(stat.files_free());
        let percent = |part: u64, whole: u64| part.saturating_mul(100) / whole.max(1);
        Self {
            bytes: used.saturating_mul(stat.fragment_size()),
            percent: percent(used, stat.blocks()).max(percent(objects, stat.files())),
        }
    }

    fn max(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.max(other.bytes),
            percent: self.percent.max(other.percent),
        }
    }
}

/// Runs `work`, and looks at the file system of a path meanwhile.
pub(crate) fn watched<T>(path: &Path, work: impl FnOnce() -> T) -> (T, Fullness) {
    thread::scope(|scope| {
        let (working, is_done) = channel::<()>();
        let watcher = scope.spawn(move || {
            let mut most = Fullness::of(path);
            while is_done.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                most = most.max(Fullness::of(path));
            }
            most.max(Fullness::of(path))
        });
        let done = work();
        drop(working);
        (done, watcher.join().unwrap_or_default())
    })
}
