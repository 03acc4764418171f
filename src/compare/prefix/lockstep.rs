//! The state of a stream comparison while both sides are equal.
//!
//! It walks the common bytes and holds the chunks of the group in hand, so that a
//! difference inside it can be explained with what came before.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use crate::compare::collect::Collector;
use crate::compare::diff::differences::Differences;
use crate::compare::options::Options;
use crate::compare::pairing::before::Before;
use crate::compare::stop::{LastEntry, Reached, Stop, StopPlace, WalkError};
use crate::input::spool::Segment;
use crate::tar::parser::{Need, Parser};
use crate::tar::raw_entry::{Globals, RawEntry};

/// Chunks held of one group: 8 MiB, the first and the last ones of a larger group.
const HELD: usize = 32;

/// The walk over bytes that both sides share.
pub(crate) struct Lockstep {
    parser: Parser,
    /// Bytes of a block or extended header that ended with a chunk.
    carry: Vec<u8>,
    /// Bytes of content still to pass over.
    skip: u64,
    offset: u64,
    held: VecDeque<Segment>,
    /// Whether a chunk in the middle of `held` was dropped, and where the chunks after it start.
    gap: Option<u64>,
    before: Before,
    collector: Collector,
    capture: Option<Capture>,
    /// Global values after the last complete group.
    globals: Globals,
    /// Those after the group before it.
    globals_before: Globals,
    last: Option<LastEntry>,
    stop: Option<Stop>,
}

/// A content that is collected.
struct Capture {
    group: RawEntry,
    content: Vec<u8>,
}

/// What is known at the first difference.
pub(crate) struct EqualPart {
    pub(crate) start: u64,
    pub(crate) globals: Globals,
    pub(crate) before: Before,
    pub(crate) collector: Collector,
    pub(crate) segments: Vec<Segment>,
    pub(crate) whole_from: u64,
}

impl Lockstep {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            parser: Parser::new(0, Globals::default(), options.limits.tar),
            carry: Vec::new(),
            skip: 0,
            offset: 0,
            held: VecDeque::new(),
            gap: None,
            before: Before::new(options.limits.entries),
            collector: Collector::new(options.collect),
            capture: None,
            globals: Globals::default(),
            globals_before: Globals::default(),
            last: None,
            stop: None,
        }
    }

    /// Bytes fed so far.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes the next chunk; gives chunks that are no longer needed to `recycle`.
    pub(crate) fn feed(&mut self, chunk: Vec<u8>, recycle: &mut dyn FnMut(Vec<u8>)) {
        if self.stop.is_none()
            && let Err(error) = self.walk(&chunk)
        {
            self.stopped(error);
        }
        let offset = self.offset;
        self.offset += chunk.len() as u64;
        self.held.push_back(Segment {
            offset,
            bytes: Arc::new(chunk),
        });
        self.release(recycle);
    }

    fn release(&mut self, recycle: &mut dyn FnMut(Vec<u8>)) {
        let start = self.parser.group_start();
        let mut give = |segment: Segment| {
            if let Some(bytes) = Arc::into_inner(segment.bytes) {
                recycle(bytes);
            }
        };
        while self
            .held
            .front()
            .is_some_and(|held| held.offset + held.bytes.len() as u64 <= start)
        {
            self.held.pop_front().into_iter().for_each(&mut give);
        }
        if self.gap.is_some_and(|gap| gap <= start) {
            self.gap = None;
        }
        if self.held.len() > HELD {
            self.held.remove(HELD / 2).into_iter().for_each(&mut give);
            self.gap = self.held.get(HELD / 2).map(|held| held.offset);
        }
    }

    fn walk(&mut self, chunk: &[u8]) -> Result<(), WalkError> {
        let mut rest = chunk;
        loop {
            if self.skip > 0 {
                let step = usize::try_from(self.skip)
                    .unwrap_or(usize::MAX)
                    .min(rest.len());
                let (passed, left) = rest.split_at(step);
                if let Some(capture) = &mut self.capture {
                    capture.content.extend_from_slice(passed);
                }
                self.skip -= step as u64;
                rest = left;
                if self.skip > 0 {
                    return Ok(());
                }
                self.passed();
            }
            let want = match self.parser.need() {
                Need::Nothing => return Ok(()),
                Need::Skip(bytes) => {
                    self.skip = bytes;
                    continue;
                }
                Need::Block => 512,
                Need::Bytes(bytes) => bytes,
            };
            let group = if self.carry.is_empty() && rest.len() >= want {
                let (data, left) = rest.split_at(want);
                rest = left;
                self.parser.supply(data)?
            } else {
                let (data, left) = rest.split_at(rest.len().min(want - self.carry.len()));
                self.carry.extend_from_slice(data);
                rest = left;
                if self.carry.len() < want {
                    return Ok(());
                }
                let data = std::mem::take(&mut self.carry);
                self.parser.supply(&data)?
            };
            if let Some(group) = group {
                self.group(group)?;
            }
        }
    }

    fn group(&mut self, group: RawEntry) -> Result<(), WalkError> {
        self.before.push(&group)?;
        let globals = Arc::clone(&group.globals);
        self.globals_before = std::mem::replace(&mut self.globals, globals);
        self.last = Some(LastEntry {
            name: group.path.clone(),
            end: group.end,
        });
        // An entry whose first content block was looked at already is not collected: links and
        // devices only.
        if self.collector.wants(&group) {
            self.capture = Some(Capture {
                group,
                content: Vec::new(),
            });
            if !matches!(self.parser.need(), Need::Skip(_)) {
                self.passed();
            }
        }
        Ok(())
    }

    fn passed(&mut self) {
        if matches!(self.parser.need(), Need::Skip(_)) {
            self.parser.skipped();
        }
        if let Some(Capture { group, mut content }) = self.capture.take() {
            content.truncate(usize::try_from(group.size).unwrap_or(usize::MAX));
            self.collector.insert(&group, content);
        }
    }

    fn stopped(&mut self, error: WalkError) {
        let reached = match &self.last {
            Some(last) if last.end > self.offset && self.skip > 0 => Reached::Content,
            Some(_) | None => Reached::NextHeader,
        };
        self.stop = Some(Stop {
            place: StopPlace::at(self.before.len(), self.last.clone(), reached),
            error,
        });
    }

    /// What is known at a difference in the chunk that comes next.
    pub(crate) fn into_equal_part(mut self) -> io::Result<EqualPart> {
        let start = self.parser.group_start();
        let in_hand = self.last.as_ref().is_some_and(|last| last.end > start);
        let mut globals = self.globals;
        if in_hand {
            self.before.pop()?;
            globals = self.globals_before;
        }
        let whole_from = self.gap.unwrap_or(0);
        Ok(EqualPart {
            start,
            globals,
            before: self.before,
            collector: self.collector,
            segments: self.held.into(),
            whole_from,
        })
    }

    /// What is known where the streams were equal to their end.
    pub(crate) fn into_differences(mut self) -> Differences {
        if self.stop.is_none()
            && let Err(error) = self.end()
        {
            self.stopped(error);
        }
        Differences::none(self.before.len(), self.stop, self.collector)
    }

    fn end(&mut self) -> Result<(), WalkError> {
        if self.skip > 0 {
            return Err(self.parser.cut(self.offset).into());
        }
        // A last piece of zeros shorter than a block belongs to the tail.
        let in_block = matches!(self.parser.need(), Need::Block);
        let fits = self.carry.is_empty() || (in_block && self.carry.iter().all(|byte| *byte == 0));
        match self.parser.need() {
            Need::Nothing => return Ok(()),
            Need::Block | Need::Bytes(_) | Need::Skip(_) if fits => {}
            Need::Block | Need::Bytes(_) | Need::Skip(_) => {
                return Err(self.parser.cut(self.offset).into());
            }
        }
        if let Some(group) = self.parser.finish()? {
            self.before.push(&group)?;
        }
        Ok(())
    }
}
