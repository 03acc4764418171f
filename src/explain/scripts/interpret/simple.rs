//! Goes through simple commands: assignments, builtins, calls of functions, programs.

use crate::explain::scripts::commands::acts;
use crate::explain::scripts::interpret::asked::Asked;
use crate::explain::scripts::interpret::condition::{CommandStatus, test, versions};
use crate::explain::scripts::interpret::effort::ReadLimit;
use crate::explain::scripts::interpret::value::Value;
use crate::explain::scripts::interpret::walk::Walk;
use crate::explain::scripts::line::{Act, Reach};
use crate::explain::scripts::shell::syntax::{Assignment, Command, SimpleCommand};

/// Deepest nesting of calls.
const CALLS: usize = 12;

impl<'a> Walk<'a> {
    /// Goes through a simple command; gives its status.
    pub(crate) fn simple(&mut self, simple: &'a SimpleCommand) -> CommandStatus {
        let words = self.words(&simple.words);
        for assignment in &simple.assignments {
            let value = self.expand(&assignment.value);
            if simple.words.is_empty() {
                self.assign(&assignment.name, value);
            }
        }
        self.redirects(&simple.redirects, simple.line);
        self.keep_conditions(simple.line);
        self.asked = Asked::default();
        let Some((first, arguments)) = words.split_first() else {
            // `X=$(false)` is not known, `X=1` is.
            return CommandStatus::succeeds(Reach::OtherAction);
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
            self.call(name, body, arguments);
            self.asked = Asked::default();
            return CommandStatus::UNKNOWN;
        }
        let shown: Vec<String> = words.iter().map(Value::shown).collect();
        let commands = self.walked.commands.entry(simple.line).or_default();
        let _ = commands.insert(shown.clone());
        self.asked = Asked::program(shown);
        let status = self.builtin(&name, arguments, simple);
        // A test that is decided already looks at no file that matters.
        let is_decided = matches!(name.as_str(), "test" | "[") && status.truth.is_some();
        if !is_decided {
            let acts = acts(&words, &self.directory);
            let is_asked = acts.iter().any(|act| matches!(act, Act::Reads(_)));
            if is_asked && matches!(name.as_str(), "test" | "[" | "[[") {
                self.ask(simple.line);
            }
            for act in acts {
                self.record(simple.line, act);
            }
        }
        status
    }

    /// The status of a command by its name, and what it does to the shell itself.
    fn builtin(
        &mut self,
        name: &str,
        arguments: &[Value],
        simple: &'a SimpleCommand,
    ) -> CommandStatus {
        let at = |index: usize| arguments.get(index).cloned().unwrap_or_default();
        match name {
            ":" | "true" => return CommandStatus::succeeds(Reach::OtherAction),
            "false" => return CommandStatus::fails(Reach::OtherAction),
            "test" => return test(arguments),
            "[" | "[[" => {
                let inside = arguments.split_last().map_or(&[][..], |(_, inside)| inside);
                return test(inside);
            }
            "shift" => {
                if self.guard.is_sure && !self.arguments.is_empty() {
                    let _ = self.arguments.remove(0);
                }
                return CommandStatus::succeeds(Reach::OtherAction);
            }
            "dpkg" if at(0).text().as_deref() == Some("--compare-versions") => {
                let dashes = usize::from(at(1).text().as_deref() == Some("--"));
                return versions(&at(1 + dashes), &at(2 + dashes), &at(3 + dashes));
            }
            "exit" | "return" if !self.guard.is_sure && self.reach() == Reach::Installs => {
                self.may_end();
            }
            "exit" if self.surely_installs() => self.exited = Some(self.guard.because),
            "return" if self.surely_installs() => self.returned = Some(self.guard.because),
            "cd" => self.directory = at(0),
            "export" | "local" | "readonly" => self.declare(simple),
            "read" => {
                for name in arguments.iter().filter_map(Value::text) {
                    let _ = self.variables.insert(name, Value::unknown());
                }
            }
            _ => {}
        }
        CommandStatus::UNKNOWN
    }

    /// Whether the present command surely runs in a chrootless initial installation.
    fn surely_installs(&self) -> bool {
        self.guard.is_sure && self.reach() == Reach::Installs
    }

    /// Assigns what a declaration such as `export NAME=value` assigns.
    fn declare(&mut self, simple: &'a SimpleCommand) {
        let words = simple.words.iter().skip(1);
        for assignment in words.filter_map(|word| Assignment::new(word)) {
            let value = self.value(&assignment.value);
            self.assign(&assignment.name, value);
        }
    }

    /// Goes through the body of a function.
    fn call(&mut self, name: String, body: &'a Command, arguments: &[Value]) {
        if self.active.contains(&name) {
            // Its lines have been gone through already.
            return;
        }
        if self.active.len() >= CALLS {
            self.end(ReadLimit::Nodes);
            return;
        }
        self.active.push(name);
        let callers = std::mem::replace(&mut self.arguments, arguments.to_vec());
        let returned = self.returned.take();
        let ended = self.decided.ended.clone();
        let _ = self.command(body);
        self.decided.ended = ended;
        self.arguments = callers;
        self.returned = returned;
        let _ = self.active.pop();
    }

    /// Gives a variable a value; if it may have another one, its value is not known.
    fn assign(&mut self, name: &str, value: Value) {
        let is_reached = self.reach() == Reach::Installs;
        let known = self.variables.get(name);
        let value = match known {
            _ if is_reached && self.guard.is_sure => value,
            None => value,
            Some(_) if !is_reached => return,
            Some(known) if *known == value => return,
            Some(_) => Value::unknown(),
        };
        let _ = self.variables.insert(name.to_owned(), value);
    }
}
