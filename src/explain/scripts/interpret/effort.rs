//! How far a script is gone through: loops in loops have more turns than time allows.

use std::time::{Duration, Instant};

/// Most turns of loops.
const TURNS: usize = 20_000;

/// Most commands, simple or not, calls and loops unrolled.
const NODES: usize = 100_000;

/// Longest time. A script of a thousand lines takes some milliseconds.
const TIME: Duration = Duration::from_secs(2);

/// After how many steps the clock is asked.
const STEPS: usize = 256;

/// What may still be gone through.
#[derive(Debug, Clone)]
pub(crate) struct Effort {
    turns: usize,
    nodes: usize,
    start: Instant,
}

/// A step of the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A turn of a loop.
    Turn,
    /// A command.
    Node,
}

/// What ended the reading of a script before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadLimit {
    /// Its loops have too many turns.
    Turns,
    /// It runs too many commands, or calls too deep.
    Nodes,
    /// It took too long.
    Time,
}

impl ReadLimit {
    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Turns => "turns",
            Self::Nodes => "nodes",
            Self::Time => "time",
        }
    }
}

impl Effort {
    /// All of it, from now on.
    pub(crate) fn new(start: Instant) -> Self {
        Self {
            turns: TURNS,
            nodes: NODES,
            start,
        }
    }

    /// Takes what a step costs; the limit that it breaks.
    pub(crate) fn spend(&mut self, step: Step) -> Result<(), ReadLimit> {
        let (left, limit) = match step {
            Step::Turn => (&mut self.turns, ReadLimit::Turns),
            Step::Node => (&mut self.nodes, ReadLimit::Nodes),
        };
        *left = left.checked_sub(1).ok_or(limit)?;
        if left.is_multiple_of(STEPS) && self.start.elapsed() > TIME {
            return Err(ReadLimit::Time);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limit that a run of one step comes to, and after how many.
    fn ended(step: Step, start: Instant) -> (usize, ReadLimit) {
        let mut effort = Effort::new(start);
        let mut count = 0;
        loop {
            match effort.spend(step) {
                Ok(()) => count += 1,
                Err(limit) => return (count, limit),
            }
        }
    }

    #[test]
    fn turns_commands_and_time_are_limited() {
        let now = Instant::now();
        assert_eq!(ended(Step::Turn, now), (TURNS, ReadLimit::Turns));
        assert_eq!(ended(Step::Node, now), (NODES, ReadLimit::Nodes));
        let (steps, limit) = ended(Step::Node, now - TIME - Duration::from_secs(1));
        assert!(steps < STEPS);
        assert_eq!(limit, ReadLimit::Time);
    }
}
