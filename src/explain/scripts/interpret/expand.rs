//! Expansion of words: parameters, and the commands inside them.

use crate::explain::scripts::interpret::value::{Piece, Value};
use crate::explain::scripts::interpret::walk::Walk;
use crate::explain::scripts::line::Reach;
use crate::explain::scripts::shell::syntax::{Command, CommandList, Expansion, Word, WordPart};

/// Longest value that is followed; assignments in loops could double it without end.
const VALUE: usize = 4096;

impl<'a> Walk<'a> {
    /// The values of words; `$@` is as many as there are arguments.
    pub(crate) fn words(&mut self, words: &'a [Word]) -> Vec<Value> {
        let mut values = Vec::new();
        for word in words {
            let all = |part: &WordPart| matches!(part, WordPart::Parameter(name, Expansion::Plain) if name == "@" || name == "*");
            if word.iter().any(all) {
                values.extend(self.arguments.iter().cloned());
            } else {
                values.push(self.expand(word));
            }
        }
        values
    }

    /// A word's value; commands inside it are gone through.
    pub(crate) fn expand(&mut self, word: &'a Word) -> Value {
        self.inside(word);
        self.value(word)
    }

    /// Goes through the commands inside a word.
    fn inside(&mut self, word: &'a Word) {
        for part in word {
            match part {
                WordPart::Text(_) | WordPart::Parameter(_, Expansion::Plain | Expansion::Other) => {
                }
                WordPart::Parameter(_, Expansion::Default(word) | Expansion::Alternative(word)) => {
                    self.inside(word);
                }
                WordPart::Substitution(commands) => {
                    let (exited, directory) = (self.exited, self.directory.clone());
                    self.list(commands);
                    (self.exited, self.directory) = (exited, directory);
                }
            }
        }
    }

    /// A word's value; commands inside it are not gone through.
    pub(crate) fn value(&mut self, word: &Word) -> Value {
        let mut value = Value::default();
        for part in word {
            match part {
                WordPart::Text(text) => value.push(Piece::Text(text.clone())),
                WordPart::Parameter(name, expansion) => {
                    for piece in self.parameter(name, expansion).0 {
                        value.push(piece);
                    }
                }
                WordPart::Substitution(commands) => {
                    for piece in self.output(commands).0 {
                        value.push(piece);
                    }
                }
            }
        }
        if value.size() > VALUE {
            return Value::unknown();
        }
        value
    }

    /// What a command prints, for the one that scripts rely on: where a file is.
    fn output(&mut self, commands: &CommandList) -> Value {
        if let [Command::Simple(simple)] = commands.as_slice() {
            let values: Vec<Value> = simple.words.iter().map(|word| self.value(word)).collect();
            if let [tool, option, path] = values.as_slice()
                && tool.text().as_deref() == Some("dpkg-divert")
                && option.text().as_deref() == Some("--truename")
            {
                return path.clone();
            }
        }
        Value::unknown()
    }

    fn parameter(&mut self, name: &str, expansion: &Expansion) -> Value {
        let value = match name {
            "DPKG_ROOT" => {
                if self.reach() != Reach::OtherAction {
                    self.walked.names_root = true;
                }
                Some(Value(vec![Piece::Root]))
            }
            // Below the root of the chroot, wherever it is.
            "DPKG_ADMINDIR" => Some(Value(vec![
                Piece::Root,
                Piece::Text("/var/lib/dpkg".to_owned()),
            ])),
            "#" => Some(Value::known(self.arguments.len().to_string())),
            "0" => Some(Value::unknown()),
            _ => match name.parse::<usize>() {
                // Arguments that were not given are empty, in functions too.
                Ok(number) => Some(
                    self.arguments
                        .get(number.saturating_sub(1))
                        .cloned()
                        .unwrap_or_default(),
                ),
                Err(_) => self.variables.get(name).cloned(),
            },
        };
        match (expansion, value) {
            (Expansion::Plain, value) => value.unwrap_or_else(Value::unknown),
            (Expansion::Default(word), value) => match value {
                Some(value) if value.is_empty() != Some(true) => value,
                Some(_) | None => self.value(word),
            },
            (Expansion::Alternative(word), Some(value)) if value.is_empty() == Some(false) => {
                self.value(word)
            }
            (Expansion::Alternative(_), Some(value)) if value.is_empty() == Some(true) => {
                Value::default()
            }
            (Expansion::Other, Some(value)) if value.is_rooted() => value,
            (Expansion::Alternative(_) | Expansion::Other, _) => Value::unknown(),
        }
    }
}
