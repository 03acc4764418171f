//! What decides whether a command runs, as far as it is how programs end.
//!
//! Reading a script does not tell how `grep` ends in `if grep …`; an observed build does.

use std::sync::Arc;

use crate::explain::scripts::interpret::condition::Branch;

/// Deepest nesting that is kept; of what is deeper nothing is known.
const DEPTH: usize = 32;

/// What the exit status of a command depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    depth: usize,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum What {
    /// Nothing that is known.
    #[default]
    Unknown,
    /// How this program ends; `*` for what is not known of its words.
    Program(Vec<String>),
    /// `! command`.
    Not(Arc<Asked>),
    /// `first && second`.
    Both(Arc<Asked>, Arc<Asked>),
    /// `first || second`.
    Either(Arc<Asked>, Arc<Asked>),
}

/// How a command ended, in all its runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcomes {
    /// Whether it succeeded, or may have.
    pub(crate) succeeds: bool,
    /// Whether it failed, or may have.
    pub(crate) fails: bool,
}

impl Outcomes {
    /// Nothing is known.
    pub(crate) const UNKNOWN: Self = Self {
        succeeds: true,
        fails: true,
    };
    /// It never ran.
    pub(crate) const NEVER: Self = Self {
        succeeds: false,
        fails: false,
    };

    /// Whether it ran, or may have.
    pub(crate) fn has_run(self) -> bool {
        self.succeeds || self.fails
    }
}

impl Asked {
    /// How a program ends.
    pub(crate) fn program(words: Vec<String>) -> Self {
        Self {
            depth: 0,
            what: What::Program(words),
        }
    }

    /// The status of `! self`.
    pub(crate) fn not(self) -> Self {
        Self::above(self.depth, || What::Not(Arc::new(self)))
    }

    /// The status of `self && other`.
    pub(crate) fn and(self, other: Self) -> Self {
        let depth = self.depth.max(other.depth);
        Self::above(depth, || What::Both(Arc::new(self), Arc::new(other)))
    }

    /// The status of `self || other`.
    pub(crate) fn or(self, other: Self) -> Self {
        let depth = self.depth.max(other.depth);
        Self::above(depth, || What::Either(Arc::new(self), Arc::new(other)))
    }

    fn above(depth: usize, what: impl FnOnce() -> What) -> Self {
        if depth >= DEPTH {
            return Self::default();
        }
        Self {
            depth: depth + 1,
            what: what(),
        }
    }

    /// How the command ended, given how each program did.
    fn outcomes(&self, of: &impl Fn(&[String]) -> Outcomes) -> Outcomes {
        match &self.what {
            What::Unknown => Outcomes::UNKNOWN,
            What::Program(words) => of(words),
            What::Not(asked) => {
                let Outcomes { succeeds, fails } = asked.outcomes(of);
                Outcomes {
                    succeeds: fails,
                    fails: succeeds,
                }
            }
            What::Both(first, second) => {
                let (first, second) = (first.outcomes(of), second.outcomes(of));
                Outcomes {
                    succeeds: first.succeeds && second.succeeds,
                    fails: first.fails || (first.succeeds && second.fails),
                }
            }
            What::Either(first, second) => {
                let (first, second) = (first.outcomes(of), second.outcomes(of));
                Outcomes {
                    succeeds: first.succeeds || (first.fails && second.succeeds),
                    fails: first.fails && second.fails,
                }
            }
        }
    }
}

/// The conditions around a command, the innermost first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Conditions(Option<Arc<Condition>>);

#[derive(Debug, PartialEq, Eq)]
struct Condition {
    asked: Asked,
    branch: Branch,
    outer: Conditions,
}

impl Conditions {
    /// These, and one more within them.
    pub(crate) fn with(&self, asked: Asked, branch: Branch) -> Self {
        Self(Some(Arc::new(Condition {
            asked,
            branch,
            outer: self.clone(),
        })))
    }

    /// Whether all of them held, or may have.
    pub(crate) fn may_hold(&self, of: &impl Fn(&[String]) -> Outcomes) -> bool {
        let mut at = self;
        while let Some(condition) = &at.0 {
            let outcomes = condition.asked.outcomes(of);
            let holds = match condition.branch {
                Branch::Success => outcomes.succeeds,
                Branch::Failure => outcomes.fails,
            };
            if !holds {
                return false;
            }
            at = &condition.outer;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str) -> Asked {
        Asked::program(vec![name.to_owned()])
    }

    /// `yes` succeeded, `no` failed, `both` did either; nothing else ran.
    fn outcomes(words: &[String]) -> Outcomes {
        let name = words.first().map(String::as_str).unwrap_or_default();
        Outcomes {
            succeeds: matches!(name, "yes" | "both"),
            fails: matches!(name, "no" | "both"),
        }
    }

    fn may_hold(asked: Asked, branch: Branch) -> bool {
        Conditions::default()
            .with(asked, branch)
            .may_hold(&outcomes)
    }

    #[test]
    fn a_condition_held_if_the_programs_ended_so() {
        let both_branches = |asked: Asked| {
            (
                may_hold(asked.clone(), Branch::Success),
                may_hold(asked, Branch::Failure),
            )
        };
        let cases = [
            (program("yes"), (true, false)),
            (program("no"), (false, true)),
            (program("both"), (true, true)),
            (program("never"), (false, false)),
            (Asked::default(), (true, true)),
            (program("yes").not(), (false, true)),
            (program("yes").and(program("no")), (false, true)),
            (program("yes").and(Asked::default()), (true, true)),
            (program("no").and(Asked::default()), (false, true)),
            (program("no").or(program("yes").not()), (false, true)),
            (program("both").or(program("no")), (true, true)),
            (Asked::default().and(program("never")), (false, true)),
        ];
        for (asked, expected) in cases {
            assert_eq!(both_branches(asked.clone()), expected, "{asked:?}");
        }
    }

    #[test]
    fn all_conditions_around_a_command_must_hold() {
        let none = Conditions::default();
        assert!(none.may_hold(&outcomes));
        let outer = none.with(program("yes"), Branch::Success);
        assert!(outer.may_hold(&outcomes));
        let inner = outer.with(program("yes"), Branch::Failure);
        assert!(!inner.may_hold(&outcomes));
        let innermost = inner.with(program("both"), Branch::Success);
        assert!(!innermost.may_hold(&outcomes));
    }

    #[test]
    fn of_what_is_nested_too_deep_nothing_is_known() {
        let deep = (0..100_000).fold(program("no"), |asked, _| asked.and(program("no")));
        assert!(deep.depth <= DEPTH);
        let over = (0..=DEPTH).fold(program("no"), |asked, _| asked.and(program("no")));
        assert_eq!(over, Asked::default());
    }
}
