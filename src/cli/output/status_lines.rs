//! How far a comparison is, as diffoscope's `--status-fd` has it: one JSON object a line.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Bytes from one line to the next: a reader wants to see progress, and not every chunk.
const STEP: u64 = 64 << 20;

/// An open file that takes the lines.
#[derive(Debug)]
pub(crate) struct StatusLines {
    file: File,
    /// What is compared.
    subject: String,
    /// Bytes of the left input, as far as that is known.
    total: u64,
    reached: Mutex<Reached>,
}

/// How far the comparison is, in bytes.
#[derive(Debug, Clone, Copy)]
struct Reached {
    /// What was told last.
    current: u64,
    /// When the next line is due.
    next: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    msg: &'a str,
    total: u64,
    current: u64,
}

impl StatusLines {
    /// Lines to a file that this process was started with.
    ///
    /// # Errors
    /// No file that can be written is open by this number.
    pub(crate) fn open(number: u32, subject: String, total: u64) -> io::Result<Self> {
        // Opening it again needs no unsafe code. It may be a file that others append to.
        let path = format!("/proc/self/fd/{number}");
        let lines = Self {
            file: File::options().append(true).open(path)?,
            subject,
            total,
            reached: Mutex::new(Reached {
                current: 0,
                next: STEP,
            }),
        };
        lines.write(0);
        Ok(lines)
    }

    /// Told how many bytes were compared.
    pub(crate) fn reached(&self, bytes: u64) {
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        reached.current = reached.current.max(bytes);
        if bytes >= reached.next {
            reached.next = bytes.saturating_add(STEP);
            self.write(bytes);
        }
    }

    /// The comparison is done. What is compressed has more bytes than its file.
    pub(crate) fn finish(&self) {
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        self.write(self.total.max(reached.current));
    }

    /// A reader that had enough is no reason to stop.
    fn write(&self, current: u64) {
        let line = Line {
            msg: &self.subject,
            total: self.total.max(current),
            current,
        };
        let text = serde_json::to_string(&line).unwrap_or_default() + "\n";
        let _ = (&self.file).write_all(text.as_bytes());
    }
}
