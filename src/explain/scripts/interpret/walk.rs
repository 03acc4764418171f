//! Goes through a script as a chrootless initial installation would, without running anything.
//!
//! It knows `$1`, that `$2` is empty and that `DPKG_ROOT` is not; what it does not know it takes
//! both ways. What is not reached is gone through as well, so that each line says when it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::explain::scripts::commands::redirected;
use crate::explain::scripts::interpret::asked::{Asked, Conditions};
use crate::explain::scripts::interpret::condition::{Branch, CommandStatus};
use crate::explain::scripts::interpret::effort::{Effort, ReadLimit, Step};
use crate::explain::scripts::interpret::pattern::matches;
use crate::explain::scripts::interpret::value::Value;
use crate::explain::scripts::line::{Act, Reach, ReachedAct};
use crate::explain::scripts::shell::syntax::{
    AndOr, CaseArm, ChainedCommand, Command, CommandList, IfArm, Redirect, Word,
};

/// Most branches of one `if`: each nests in the one before.
const ARMS: usize = 100;

/// Most words of a `for` that are gone through one by one.
const WORDS: usize = 24;

/// Most times that a line is reached of which the conditions are kept.
pub(crate) const TIMES: usize = 64;

/// What the lines of a script do.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// What is done by each line, by its number from 1.
    pub(crate) lines: BTreeMap<usize, Vec<ReachedAct>>,
    /// The words of the commands of each line, as far as they are known.
    pub(crate) commands: BTreeMap<usize, BTreeSet<Vec<String>>>,
    /// For each line, the lines of the tests of absolute paths that decide whether it runs.
    pub(crate) tests: BTreeMap<usize, BTreeSet<usize>>,
    /// For each line, the conditions around its commands, those of each time that it is reached.
    pub(crate) conditions: BTreeMap<usize, Vec<Conditions>>,
    /// Whether anything that is reached names `DPKG_ROOT`.
    pub(crate) names_root: bool,
    /// What ended the walk before the script did.
    pub(crate) limit: Option<ReadLimit>,
}

impl Walked {
    /// The lines that do something without an upgrade, a removal or a failure before.
    pub(crate) fn running(&self) -> BTreeSet<usize> {
        let runs = |act: &ReachedAct| matches!(act.reach, Reach::Installs | Reach::NotChrootless);
        let lines = self.lines.iter();
        lines
            .filter(|(_, acts)| acts.iter().any(runs))
            .map(|(number, _)| *number)
            .collect()
    }

    /// Adds what another walk through the same script found.
    pub(crate) fn join(&mut self, other: Self) {
        for (line, acts) in other.lines {
            self.lines.entry(line).or_default().extend(acts);
        }
        for (line, commands) in other.commands {
            self.commands.entry(line).or_default().extend(commands);
        }
        for (line, tests) in other.tests {
            self.tests.entry(line).or_default().extend(tests);
        }
        for (line, conditions) in other.conditions {
            self.conditions.entry(line).or_default().extend(conditions);
        }
        self.names_root |= other.names_root;
        self.limit = self.limit.or(other.limit);
    }
}

/// What the branches around a command say about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard {
    /// When the command is reached.
    pub(crate) reach: Reach,
    /// Whether it surely runs then.
    pub(crate) is_sure: bool,
    /// When the surely taken branches around would not be taken.
    pub(crate) because: Reach,
}

/// The walk's state.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) walked: &'a mut Walked,
    pub(crate) variables: BTreeMap<String, Value>,
    pub(crate) functions: BTreeMap<&'a str, &'a Command>,
    pub(crate) arguments: Vec<Value>,
    /// The working directory.
    pub(crate) directory: Value,
    pub(crate) guard: Guard,
    /// Set by `exit`: when what follows is reached.
    pub(crate) exited: Option<Reach>,
    /// Set by `return`, likewise.
    pub(crate) returned: Option<Reach>,
    /// What may still be looked at.
    pub(crate) effort: Effort,
    /// The functions that are being called.
    pub(crate) active: Vec<String>,
    /// What tests of absolute paths decide.
    pub(crate) decided: Decided,
    /// What the status of the last command depends on.
    pub(crate) asked: Asked,
    /// The conditions around the present command.
    conditions: Conditions,
}

/// Lines of tests of absolute paths, and what they decide.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// The tests so far, in their order.
    asked: Vec<usize>,
    /// Those that decide whether the present command runs.
    around: Vec<usize>,
    /// Those that may have ended the present function or the script before.
    pub(crate) ended: BTreeSet<usize>,
}

impl<'a> Walk<'a> {
    /// Goes through a script that is called with these arguments.
    pub(crate) fn through(
        commands: &'a CommandList,
        arguments: &[Value],
        reach: Reach,
        walked: &'a mut Walked,
    ) {
        let mut walk = Walk {
            walked,
            variables: BTreeMap::new(),
            functions: BTreeMap::new(),
            arguments: arguments.to_vec(),
            directory: Value::default(),
            guard: Guard {
                reach,
                is_sure: true,
                because: Reach::OtherAction,
            },
            exited: None,
            returned: None,
            effort: Effort::new(Instant::now()),
            active: Vec::new(),
            decided: Decided::default(),
            asked: Asked::default(),
            conditions: Conditions::default(),
        };
        let _ = walk.list(commands);
    }

    /// Goes through commands; gives the status of the last one.
    pub(crate) fn list(&mut self, commands: &'a [Command]) -> CommandStatus {
        let mut status = CommandStatus::succeeds(Reach::OtherAction);
        self.asked = Asked::default();
        for command in commands {
            status = self.command(command);
        }
        status
    }

    /// The number of tests so far, from which on [`decided_by`](Self::decided_by) counts.
    fn mark(&self) -> usize {
        self.decided.asked.len()
    }

    /// Goes through what the tests since a mark decide.
    fn decided_by<T>(&mut self, mark: usize, body: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.decided.around.len();
        let asked = self.decided.asked.get(mark..).unwrap_or_default().to_vec();
        self.decided.around.extend(asked);
        let result = body(self);
        self.decided.around.truncate(depth);
        result
    }

    /// That a path is asked for at a line.
    pub(crate) fn ask(&mut self, line: usize) {
        self.decided.asked.push(line);
    }

    /// That the function or the script may end here.
    pub(crate) fn may_end(&mut self) {
        let around = self.decided.around.iter().copied();
        self.decided.ended.extend(around);
    }

    /// Goes through what runs on one branch of a condition.
    fn branch(
        &mut self,
        condition: CommandStatus,
        asked: &Asked,
        branch: Branch,
        body: impl FnOnce(&mut Self) -> CommandStatus,
    ) -> CommandStatus {
        let around = self.guard;
        self.guard = Guard {
            reach: around.reach.max(condition.reach_of(branch)),
            is_sure: around.is_sure && condition.surely_takes(branch),
            because: around.because.min(condition.otherwise),
        };
        let conditions = self.conditions.with(asked.clone(), branch);
        let outer = std::mem::replace(&mut self.conditions, conditions);
        let status = body(self);
        self.conditions = outer;
        self.guard = around;
        status
    }

    /// Goes through a command; gives its status.
    pub(crate) fn command(&mut self, command: &'a Command) -> CommandStatus {
        if self.is_over(Step::Node) {
            self.asked = Asked::default();
            return CommandStatus::UNKNOWN;
        }
        match command {
            Command::Simple(simple) => return self.simple(simple),
            Command::Pipeline {
                is_negated,
                commands,
            } => {
                let last = commands.iter().map(|command| self.command(command)).last();
                let status = last.unwrap_or(CommandStatus::UNKNOWN);
                if *is_negated {
                    self.asked = std::mem::take(&mut self.asked).not();
                    return status.not();
                }
                return status;
            }
            Command::Chain { first, rest } => return self.chain(first, rest),
            Command::Group {
                body,
                redirects,
                line,
            } => {
                self.redirects(redirects, *line);
                self.keep_conditions(*line);
                return self.list(body);
            }
            Command::Function { name, body } => {
                let _ = self.functions.insert(name, body);
                self.asked = Asked::default();
                return CommandStatus::succeeds(Reach::OtherAction);
            }
            Command::If { arms, otherwise } => self.conditional(arms, otherwise),
            Command::Case { word, arms } => self.case(word, arms),
            Command::For { name, words, body } => self.for_loop(name, words, body),
            Command::While { condition, body } => self.while_loop(condition, body),
        }
        self.asked = Asked::default();
        CommandStatus::UNKNOWN
    }

    fn chain(&mut self, first: &'a Command, rest: &'a [ChainedCommand]) -> CommandStatus {
        let mark = self.mark();
        let mut status = self.command(first);
        let mut asked = std::mem::take(&mut self.asked);
        for chained in rest {
            let branch = match chained.operator {
                AndOr::And => Branch::Success,
                AndOr::Or => Branch::Failure,
            };
            let next = self.branch(status, &asked, branch, |walk| {
                walk.decided_by(mark, |walk| walk.command(&chained.command))
            });
            let other = std::mem::take(&mut self.asked);
            (status, asked) = match chained.operator {
                AndOr::And => (status.and(next), asked.and(other)),
                AndOr::Or => (status.or(next), asked.or(other)),
            };
        }
        self.asked = asked;
        status
    }

    fn while_loop(&mut self, condition: &'a CommandList, body: &'a CommandList) {
        let mark = self.mark();
        let condition = CommandStatus {
            truth: None,
            ..self.list(condition)
        };
        // It may be an `until`.
        let asked = Asked::default();
        let _ = self.branch(condition, &asked, Branch::Success, |walk| {
            walk.decided_by(mark, |walk| walk.list(body))
        });
    }

    fn conditional(&mut self, arms: &'a [IfArm], otherwise: &'a CommandList) {
        let Some((IfArm { condition, body }, rest)) = arms.split_first() else {
            let _ = self.list(otherwise);
            return;
        };
        if rest.len() >= ARMS {
            self.end(ReadLimit::Nodes);
            return;
        }
        let mark = self.mark();
        let status = self.list(condition);
        let asked = std::mem::take(&mut self.asked);
        self.decided_by(mark, |walk| {
            let _ = walk.branch(status, &asked, Branch::Success, |walk| walk.list(body));
            let _ = walk.branch(status, &asked, Branch::Failure, |walk| {
                walk.conditional(rest, otherwise);
                CommandStatus::UNKNOWN
            });
        });
    }

    fn case(&mut self, word: &'a Word, arms: &'a [CaseArm]) {
        let word = self.expand(word);
        // Whether an arm before has surely been taken.
        let mut is_taken = false;
        let mut is_certain = true;
        for arm in arms {
            let patterns = arm.patterns.iter();
            let matching: Vec<_> = patterns
                .map(|pattern| matches(&self.expand(pattern), &word))
                .collect();
            let status = match () {
                () if is_taken => CommandStatus::fails(Reach::OtherAction),
                () if matching.contains(&Some(true)) => {
                    is_taken = true;
                    if is_certain && word.text().is_some() {
                        CommandStatus::succeeds(Reach::OtherAction)
                    } else {
                        CommandStatus::UNKNOWN
                    }
                }
                () if matching.contains(&None) => {
                    is_certain = false;
                    CommandStatus::UNKNOWN
                }
                () => CommandStatus::fails(Reach::OtherAction),
            };
            let asked = Asked::default();
            let _ = self.branch(status, &asked, Branch::Success, |walk| walk.list(&arm.body));
        }
    }

    fn for_loop(&mut self, name: &'a str, words: &'a [Word], body: &'a CommandList) {
        let words = self.words(words);
        let values: Vec<Value> = words.iter().flat_map(Value::split).collect();
        let values = if values.len() <= WORDS {
            values
        } else {
            vec![Value::unknown()]
        };
        for value in values {
            if self.is_over(Step::Turn) {
                return;
            }
            let _ = self.variables.insert(name.to_owned(), value);
            let _ = self.list(body);
        }
    }

    /// Whether no further step may be made.
    pub(crate) fn is_over(&mut self, step: Step) -> bool {
        if let Err(limit) = self.effort.spend(step) {
            self.end(limit);
        }
        self.walked.limit.is_some()
    }

    /// That the walk ends here; the first limit is the one to tell.
    pub(crate) fn end(&mut self, limit: ReadLimit) {
        let _ = self.walked.limit.get_or_insert(limit);
    }

    /// Records what redirections do.
    pub(crate) fn redirects(&mut self, redirects: &'a [Redirect], line: usize) {
        for redirect in redirects {
            let target = self.expand(&redirect.target);
            if let Some(act) = redirected(&target, redirect.access, &self.directory) {
                self.record(line, act);
            }
        }
    }

    /// Keeps the conditions around the present command of a line, if it is reached.
    pub(crate) fn keep_conditions(&mut self, line: usize) {
        if !matches!(self.reach(), Reach::Installs | Reach::NotChrootless) {
            return;
        }
        self.keep_tests(line);
        let known = self.walked.conditions.entry(line).or_default();
        if known.len() <= TIMES {
            known.push(self.conditions.clone());
        }
    }

    /// Keeps the tests that decide whether the present command of a line runs.
    fn keep_tests(&mut self, line: usize) {
        let tests = self.decided.around.iter().chain(&self.decided.ended);
        let tests: Vec<usize> = tests.copied().filter(|test| *test != line).collect();
        self.walked.tests.entry(line).or_default().extend(tests);
    }

    /// When the present command is reached.
    pub(crate) fn reach(&self) -> Reach {
        let ended = self.exited.max(self.returned);
        ended.map_or(self.guard.reach, |ended| self.guard.reach.max(ended))
    }

    /// Records that a line does something.
    pub(crate) fn record(&mut self, line: usize, act: Act) {
        let reach = self.reach();
        self.keep_tests(line);
        if matches!(act, Act::Rooted(_)) && reach != Reach::OtherAction {
            self.walked.names_root = true;
        }
        let acts = self.walked.lines.entry(line).or_default();
        match acts.iter_mut().find(|known| known.act == act) {
            Some(known) => known.reach = reach.min(known.reach),
            None => acts.push(ReachedAct { act, reach }),
        }
    }
}
