//! Goes through a script as a chrootless initial installation would, without running anything.
//!
//! It knows `$1`, that `$2` is empty and that `DPKG_ROOT` is not; what it does not know it takes
//! both ways. What is not reached is gone through as well, so that each line says when it runs.

use std::collections::BTreeMap;

use crate::explain::scripts::commands::{acts, redirected};
use crate::explain::scripts::interpret::condition::{Outcome, matches, test, versions};
use crate::explain::scripts::interpret::value::Value;
use crate::explain::scripts::line::{Act, Reach};
use crate::explain::scripts::shell::syntax::{Link, List, Node, Redirect, Simple, Word};

/// Most simple commands that one script's walk looks at, calls and loops unrolled.
const COMMANDS: usize = 20_000;

/// Deepest nesting of calls.
const CALLS: usize = 12;

/// Most branches of one `if`: each nests in the one before.
const ARMS: usize = 100;

/// Most words of a `for` that are gone through one by one.
const WORDS: usize = 24;

/// What the lines of a script do: by line, each act and how far it is reached.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// By number of the line, from 1.
    pub(crate) lines: BTreeMap<usize, Vec<(Act, Reach)>>,
    /// Whether anything that is reached names `DPKG_ROOT`.
    pub(crate) names_root: bool,
    /// Whether the walk ended before the script did.
    pub(crate) is_capped: bool,
}

/// The walk's state.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) walked: &'a mut Walked,
    pub(crate) variables: BTreeMap<String, Value>,
    functions: BTreeMap<&'a str, &'a Node>,
    pub(crate) arguments: Vec<Value>,
    pub(crate) directory: Value,
    reach: Reach,
    /// Whether what is reached surely runs.
    is_sure: bool,
    /// When the surely taken branches around would not be taken.
    because: Reach,
    /// Set by `exit`: how far what follows is reached.
    pub(crate) exited: Option<Reach>,
    returned: Option<Reach>,
    budget: usize,
    /// The functions that are being called.
    active: Vec<String>,
}

impl<'a> Walk<'a> {
    /// Goes through a script that is called with these arguments.
    pub(crate) fn through(
        list: &'a List,
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
            reach,
            is_sure: true,
            because: Reach::OtherAction,
            exited: None,
            returned: None,
            budget: COMMANDS,
            active: Vec::new(),
        };
        walk.list(list);
    }

    pub(crate) fn list(&mut self, list: &'a [Node]) -> Outcome {
        let mut outcome = Outcome::sure(true, Reach::OtherAction);
        for node in list {
            outcome = self.node(node);
        }
        outcome
    }

    /// Something that runs only on a condition.
    fn under(
        &mut self,
        reach: Reach,
        sure: bool,
        because: Reach,
        body: impl FnOnce(&mut Self) -> Outcome,
    ) -> Outcome {
        let before = (self.reach, self.is_sure, self.because);
        self.reach = before.0.max(reach);
        self.is_sure = before.1 && sure;
        self.because = before.2.min(because);
        let outcome = body(self);
        (self.reach, self.is_sure, self.because) = before;
        outcome
    }

    fn branch(
        &mut self,
        condition: Outcome,
        wanted: bool,
        body: impl FnOnce(&mut Self) -> Outcome,
    ) -> Outcome {
        let reach = if wanted {
            condition.then()
        } else {
            condition.or_else()
        };
        self.under(
            reach,
            condition.truth == Some(wanted),
            condition.otherwise,
            body,
        )
    }

    fn node(&mut self, node: &'a Node) -> Outcome {
        match node {
            Node::Simple(simple) => self.simple(simple),
            Node::Pipeline(negated, nodes) => {
                let last = nodes.iter().map(|node| self.node(node)).last();
                let outcome = last.unwrap_or(Outcome::UNKNOWN);
                if *negated { outcome.not() } else { outcome }
            }
            Node::Chain(first, rest) => {
                let mut outcome = self.node(first);
                for (link, node) in rest {
                    let next = self.branch(outcome, *link == Link::And, |walk| walk.node(node));
                    outcome = match link {
                        Link::And => outcome.and(next),
                        Link::Or => outcome.or(next),
                    };
                }
                outcome
            }
            Node::If(arms, otherwise) => {
                self.conditional(arms, otherwise);
                Outcome::UNKNOWN
            }
            Node::Case(word, arms) => {
                self.case(word, arms);
                Outcome::UNKNOWN
            }
            Node::For(name, words, body) => {
                self.for_loop(name, words, body);
                Outcome::UNKNOWN
            }
            Node::While(condition, body) => {
                let outcome = self.list(condition);
                self.branch(
                    Outcome {
                        truth: None,
                        ..outcome
                    },
                    true,
                    |walk| walk.list(body),
                );
                Outcome::UNKNOWN
            }
            Node::Group(body, redirects, line) => {
                self.redirects(redirects, *line);
                self.list(body)
            }
            Node::Function(name, body) => {
                self.functions.insert(name, body);
                Outcome::sure(true, Reach::OtherAction)
            }
        }
    }

    fn conditional(&mut self, arms: &'a [(List, List)], otherwise: &'a List) {
        let Some(((condition, body), rest)) = arms.split_first() else {
            self.list(otherwise);
            return;
        };
        if rest.len() >= ARMS {
            self.walked.is_capped = true;
            return;
        }
        let outcome = self.list(condition);
        self.branch(outcome, true, |walk| walk.list(body));
        self.branch(outcome, false, |walk| {
            walk.conditional(rest, otherwise);
            Outcome::UNKNOWN
        });
    }

    fn case(&mut self, word: &'a Word, arms: &'a [(Vec<Word>, List)]) {
        let word = self.expand(word);
        // Whether an arm before has surely been taken.
        let mut is_taken = false;
        let mut is_certain = true;
        for (patterns, body) in arms {
            let matching: Vec<_> = patterns
                .iter()
                .map(|pattern| {
                    let pattern = self.expand(pattern);
                    matches(&pattern, &word)
                })
                .collect();
            let outcome = match () {
                () if is_taken => Outcome::sure(false, Reach::OtherAction),
                () if matching.contains(&Some(true)) => {
                    let certain = is_certain && word.text().is_some();
                    is_taken = true;
                    if certain {
                        Outcome::sure(true, Reach::OtherAction)
                    } else {
                        Outcome::UNKNOWN
                    }
                }
                () if matching.contains(&None) => {
                    is_certain = false;
                    Outcome::UNKNOWN
                }
                () => Outcome::sure(false, Reach::OtherAction),
            };
            self.branch(outcome, true, |walk| walk.list(body));
        }
    }

    fn for_loop(&mut self, name: &'a str, words: &'a [Word], body: &'a List) {
        let mut values = self.words(words);
        let split = values.iter().flat_map(Value::split).count();
        values = if split <= WORDS {
            values.iter().flat_map(Value::split).collect()
        } else {
            vec![Value::unknown()]
        };
        for value in values {
            self.variables.insert(name.to_owned(), value);
            self.list(body);
        }
    }

    fn simple(&mut self, simple: &'a Simple) -> Outcome {
        if self.budget == 0 {
            self.walked.is_capped = true;
            return Outcome::UNKNOWN;
        }
        self.budget -= 1;
        let words = self.words(&simple.words);
        for (name, word) in &simple.assignments {
            let value = self.expand(word);
            if simple.words.is_empty() {
                self.assign(name, value);
            }
        }
        self.redirects(&simple.redirects, simple.line);
        let Some((first, arguments)) = words.split_first() else {
            // `X=$(false)` is not known, `X=1` is.
            return Outcome::sure(true, Reach::OtherAction);
        };
        // `$tool` may hold a command with its arguments.
        let words = if first.is_absolute() || first.shown().contains(' ') {
            [first.split(), arguments.to_vec()].concat()
        } else {
            words.clone()
        };
        let name = words.first().map(Value::shown).unwrap_or_default();
        let arguments = words.get(1..).unwrap_or_default();
        if let Some(body) = self.functions.get(name.as_str()).copied() {
            return self.call(name, body, arguments);
        }
        let outcome = self.builtin(&name, arguments, simple);
        // A test that is decided already looks at no file that matters.
        let is_decided = matches!(name.as_str(), "test" | "[") && outcome.truth.is_some();
        if !is_decided {
            for act in acts(&words, &self.directory) {
                self.record(simple.line, act);
            }
        }
        outcome
    }

    fn builtin(&mut self, name: &str, arguments: &[Value], simple: &'a Simple) -> Outcome {
        let at = |index: usize| arguments.get(index).cloned().unwrap_or_default();
        match name {
            ":" | "true" => Outcome::sure(true, Reach::OtherAction),
            "false" => Outcome::sure(false, Reach::OtherAction),
            "test" => test(arguments),
            "[" | "[[" => test(
                arguments
                    .get(..arguments.len().saturating_sub(1))
                    .unwrap_or_default(),
            ),
            "exit" | "return" => {
                if self.is_sure && self.reach() == Reach::Installs {
                    let after = Some(self.because);
                    if name == "exit" {
                        self.exited = after;
                    } else {
                        self.returned = after;
                    }
                }
                Outcome::UNKNOWN
            }
            "shift" => {
                if self.is_sure && !self.arguments.is_empty() {
                    self.arguments.remove(0);
                }
                Outcome::sure(true, Reach::OtherAction)
            }
            "cd" => {
                self.directory = at(0);
                Outcome::UNKNOWN
            }
            "export" | "local" | "readonly" => {
                for word in simple.words.iter().skip(1) {
                    if let Some((name, word)) =
                        crate::explain::scripts::shell::syntax::assignment(word)
                    {
                        let value = self.value(&word);
                        self.assign(&name, value);
                    }
                }
                Outcome::UNKNOWN
            }
            "read" => {
                for name in arguments.iter().filter_map(Value::text) {
                    self.variables.insert(name, Value::unknown());
                }
                Outcome::UNKNOWN
            }
            "dpkg" if at(0).text().as_deref() == Some("--compare-versions") => {
                let dashes = usize::from(at(1).text().as_deref() == Some("--"));
                versions(&at(1 + dashes), &at(2 + dashes), &at(3 + dashes))
            }
            _ => Outcome::UNKNOWN,
        }
    }

    fn call(&mut self, name: String, body: &'a Node, arguments: &[Value]) -> Outcome {
        if self.active.contains(&name) {
            // Its lines have been gone through already.
            return Outcome::UNKNOWN;
        }
        if self.active.len() >= CALLS {
            self.walked.is_capped = true;
            return Outcome::UNKNOWN;
        }
        self.active.push(name);
        let callers = std::mem::replace(&mut self.arguments, arguments.to_vec());
        let returned = self.returned.take();
        self.node(body);
        self.arguments = callers;
        self.returned = returned;
        self.active.pop();
        Outcome::UNKNOWN
    }

    fn assign(&mut self, name: &str, value: Value) {
        let is_reached = self.reach() == Reach::Installs;
        let known = self.variables.get(name);
        let value = match known {
            _ if is_reached && self.is_sure => value,
            None => value,
            Some(_) if !is_reached => return,
            Some(known) if *known == value => return,
            Some(_) => Value::unknown(),
        };
        self.variables.insert(name.to_owned(), value);
    }

    fn redirects(&mut self, redirects: &'a [Redirect], line: usize) {
        for redirect in redirects {
            let target = self.expand(&redirect.target);
            if let Some(act) = redirected(&target, redirect.writes, &self.directory) {
                self.record(line, act);
            }
        }
    }

    pub(crate) fn reach(&self) -> Reach {
        let ended = self.exited.max(self.returned);
        ended.map_or(self.reach, |ended| self.reach.max(ended))
    }

    fn record(&mut self, line: usize, act: Act) {
        let reach = self.reach();
        if matches!(act, Act::Rooted(_)) && reach != Reach::OtherAction {
            self.walked.names_root = true;
        }
        let acts = self.walked.lines.entry(line).or_default();
        match acts.iter_mut().find(|(known, _)| *known == act) {
            Some((_, known)) => *known = reach.min(*known),
            None => acts.push((act, reach)),
        }
    }
}
