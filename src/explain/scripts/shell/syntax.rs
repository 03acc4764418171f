//! What a shell script is made of, as far as this reader looks.

/// Commands one after the other.
pub(crate) type List = Vec<Node>;

/// One command, simple or compound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// Words and redirections.
    Simple(Simple),
    /// `! a | b`.
    Pipeline(bool, Vec<Node>),
    /// `a && b || c`.
    Chain(Box<Node>, Vec<(Link, Node)>),
    /// `if`: conditions with what they guard, and `else`.
    If(Vec<(List, List)>, List),
    /// `case`: the word, and the arms with their patterns.
    Case(Word, Vec<(Vec<Word>, List)>),
    /// `for NAME in WORDS`.
    For(String, Vec<Word>, List),
    /// `while` and `until`: condition and body.
    While(List, List),
    /// `{ … }` and `( … )`, with the redirections behind.
    Group(List, Vec<Redirect>, usize),
    /// `NAME() …`.
    Function(String, Box<Node>),
}

/// How a command of a chain depends on the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// A simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Simple {
    /// The line it begins on, from 1.
    pub(crate) line: usize,
    /// `NAME=value` before the command.
    pub(crate) assignments: Vec<(String, Word)>,
    /// The command and its arguments.
    pub(crate) words: Vec<Word>,
    /// Where its streams go.
    pub(crate) redirects: Vec<Redirect>,
}

/// A redirection to or from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redirect {
    /// Whether it writes.
    pub(crate) writes: bool,
    /// The file.
    pub(crate) target: Word,
}

/// A word before expansion.
pub(crate) type Word = Vec<Part>;

/// Part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Text, quotes removed.
    Text(String),
    /// `$NAME` and `${NAME…}`.
    Parameter(String, Expansion),
    /// `$(…)` and backticks.
    Substitution(List),
}

/// What a parameter expands to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expansion {
    /// Its value.
    Plain,
    /// `:-`, `-`, `:=`, `=`: its value, or the word.
    Default(Word),
    /// `:+`, `+`: the word where it is set.
    Alternative(Word),
    /// `%`, `#`, `:?`, a length: not followed.
    Other,
}

/// A parameter that nothing changes or replaces.
pub(crate) fn plain(name: impl Into<String>) -> Part {
    Part::Parameter(name.into(), Expansion::Plain)
}

/// `NAME=value` as its two parts.
pub(crate) fn assignment(word: &[Part]) -> Option<(String, Word)> {
    let Some((Part::Text(text), rest)) = word.split_first() else {
        return None;
    };
    let (name, value) = text.split_once('=')?;
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.starts_with(|first: char| !first.is_ascii_digit());
    is_name.then(|| {
        let value = Part::Text(value.to_owned());
        (
            name.to_owned(),
            std::iter::once(value).chain(rest.iter().cloned()).collect(),
        )
    })
}
