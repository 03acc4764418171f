//! What a shell script is made of, as far as this reader looks; sh(1posix), "Shell Grammar".

/// Commands one after the other.
pub(crate) type CommandList = Vec<Command>;

/// One command, simple or compound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// Words and redirections.
    Simple(SimpleCommand),
    /// `! a | b`.
    Pipeline {
        /// Whether an odd number of `!` is before it.
        is_negated: bool,
        /// The commands between `|`.
        commands: CommandList,
    },
    /// `a && b || c`.
    Chain {
        /// The first command.
        first: Box<Command>,
        /// The others.
        rest: Vec<ChainedCommand>,
    },
    /// `if`, `elif` and `else`.
    If {
        /// The conditions, at least one.
        arms: Vec<IfArm>,
        /// What runs if none of them holds.
        otherwise: CommandList,
    },
    /// `case`.
    Case {
        /// What is matched.
        word: Word,
        /// The patterns.
        arms: Vec<CaseArm>,
    },
    /// `for NAME in WORDS`.
    For {
        /// The variable.
        name: String,
        /// Its values.
        words: Vec<Word>,
        /// What is repeated.
        body: CommandList,
    },
    /// `while` and `until`.
    While {
        /// What is asked before each repetition.
        condition: CommandList,
        /// What is repeated.
        body: CommandList,
    },
    /// `{ … }` and `( … )`.
    Group {
        /// The commands in it.
        body: CommandList,
        /// The redirections behind it.
        redirects: Vec<Redirect>,
        /// The line it ends on, from 1, where the redirections begin.
        line: usize,
    },
    /// `NAME() …`.
    Function {
        /// Its name.
        name: String,
        /// The command that a call runs.
        body: Box<Command>,
    },
}

/// How a command of a chain depends on the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AndOr {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// A command of a chain with the operator before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChainedCommand {
    pub(crate) operator: AndOr,
    pub(crate) command: Command,
}

/// `if CONDITION; then BODY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IfArm {
    pub(crate) condition: CommandList,
    pub(crate) body: CommandList,
}

/// `PATTERN | PATTERN) BODY ;;`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseArm {
    pub(crate) patterns: Vec<Word>,
    pub(crate) body: CommandList,
}

/// A simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SimpleCommand {
    /// The line it begins on, from 1.
    pub(crate) line: usize,
    /// `NAME=value` before the command.
    pub(crate) assignments: Vec<Assignment>,
    /// The command and its arguments.
    pub(crate) words: Vec<Word>,
    /// Where its streams go.
    pub(crate) redirects: Vec<Redirect>,
}

/// `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    pub(crate) value: Word,
}

impl Assignment {
    /// Reads a word; `None` if it is not an assignment.
    pub(crate) fn new(word: &[WordPart]) -> Option<Self> {
        let Some((WordPart::Text(text), rest)) = word.split_first() else {
            return None;
        };
        let (name, value) = text.split_once('=')?;
        let is_name = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.starts_with(|first: char| !first.is_ascii_digit());
        is_name.then(|| {
            let value = WordPart::Text(value.to_owned());
            Self {
                name: name.to_owned(),
                value: std::iter::once(value).chain(rest.iter().cloned()).collect(),
            }
        })
    }
}

/// A redirection to or from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redirect {
    pub(crate) access: Access,
    /// The file.
    pub(crate) target: Word,
}

/// What a command does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It reads the file.
    Reads,
    /// It writes the file, and may read it.
    Writes,
}

/// A word before expansion.
pub(crate) type Word = Vec<WordPart>;

/// Part of a word. `Commands` is what `$(…)` holds: commands, or their text before it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WordPart<Commands = CommandList> {
    /// Text, quotes removed.
    Text(String),
    /// `$NAME` and `${NAME…}`.
    Parameter(String, Expansion<Commands>),
    /// `$(…)` and backticks.
    Substitution(Commands),
}

/// What a parameter expands to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expansion<Commands = CommandList> {
    /// Its value.
    Plain,
    /// `:-`, `-`, `:=`, `=`: its value, or the word.
    Default(Vec<WordPart<Commands>>),
    /// `:+`, `+`: the word if it is set.
    Alternative(Vec<WordPart<Commands>>),
    /// `%`, `#`, `:?`, a length: not followed.
    Other,
}

impl<Commands> WordPart<Commands> {
    /// A parameter that nothing changes or replaces.
    pub(crate) fn plain(name: impl Into<String>) -> Self {
        Self::Parameter(name.into(), Expansion::Plain)
    }
}
