//! The archive of a directory, made while it is read.

use std::collections::VecDeque;
use std::io;
use std::io::Read;
use std::sync::Arc;

use rustix::fs::FileType;

use crate::any::directory::content::{Content, Step};
use crate::any::directory::entry::{FirstNames, entry};
use crate::any::directory::faults::Faults;
use crate::any::directory::walk::{Met, Walk};
use crate::compare::error::EntryProblem;
use crate::tar::block::padding_len;
use crate::tar::written::WrittenKind;

/// Reads as the archive of a directory. What cannot be read of an entry is a fault of that entry
/// and does not end the stream.
#[derive(Debug)]
pub(crate) struct DirectoryStream {
    walk: Walk,
    faults: Arc<Faults>,
    first_names: FirstNames,
    /// Bytes that come next.
    ready: VecDeque<u8>,
    /// The content that follows them.
    content: Option<Content>,
    /// Zeros after that.
    zeros: u64,
    /// The entry in hand.
    path: Vec<u8>,
    has_ended: bool,
}

impl DirectoryStream {
    pub(crate) fn new(walk: Walk, faults: Arc<Faults>) -> Self {
        Self {
            walk,
            faults,
            first_names: FirstNames::new(),
            ready: VecDeque::new(),
            content: None,
            zeros: 0,
            path: Vec::new(),
            has_ended: false,
        }
    }

    /// Makes the headers of the next entry ready; the end, where there is none.
    fn advance(&mut self) {
        let Some(met) = self.walk.step() else {
            self.zeros = 1024;
            self.has_ended = true;
            return;
        };
        if let Some(error) = met.unlisted {
            self.faults.add_error(&met.path, error);
        }
        match self.make_ready(&met) {
            Ok(()) => {}
            // It was removed between listing and looking.
            Err(rustix::io::Errno::NOENT) => self.faults.add(&met.path, EntryProblem::Changed),
            Err(error) => self.faults.add_error(&met.path, error),
        }
        self.path = met.path;
    }

    fn make_ready(&mut self, met: &Met) -> Result<(), rustix::io::Errno> {
        let facts = met.facts?;
        let Some(holder) = self.walk.holder(met) else {
            return Ok(());
        };
        let mut entry = entry(met, &facts, holder, &mut self.first_names)?;
        let is_file = FileType::from_raw_mode(facts.st_mode) == FileType::RegularFile;
        if is_file && entry.kind == WrittenKind::File && entry.size > 0 {
            match Content::open(holder, &met.name, &facts) {
                Ok(content) => self.content = Some(content),
                Err(error) => {
                    entry.size = 0;
                    self.faults.add_error(&met.path, error);
                }
            }
        }
        self.zeros = padding_len(entry.size);
        self.ready.extend(entry.headers());
        Ok(())
    }
}

impl Read for DirectoryStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.ready.is_empty() {
                return self.ready.read(buffer);
            }
            if let Some(content) = &mut self.content {
                match content.step(buffer) {
                    Step::Read(read) => return Ok(read),
                    Step::End => self.content = None,
                    Step::Failed(problem, missing) => {
                        self.faults.add(&self.path, problem);
                        self.zeros += missing;
                        self.content = None;
                    }
                }
            } else if self.zeros > 0 {
                let most = usize::try_from(self.zeros).unwrap_or(usize::MAX);
                let step = most.min(buffer.len());
                buffer.iter_mut().take(step).for_each(|byte| *byte = 0);
                self.zeros -= step as u64;
                return Ok(step);
            } else if self.has_ended {
                return Ok(0);
            } else {
                self.advance();
            }
        }
    }
}
