//! Words of a shell script: quotes, expansions, continuation lines, here-documents.

use crate::explain::scripts::shell::syntax::{Expansion, List, Part, Word, plain};

/// Deepest nesting that is followed; scripts of people have less than ten.
pub(crate) const DEEPEST: usize = 128;

/// How commands inside a word are read, `$(…)` and backquotes: the parser stands above the lexer
/// and hands itself in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nested {
    /// Reads the commands up to a closing parenthesis, and passes over that.
    pub(crate) until_parenthesis: fn(&mut Lexer<'_>) -> List,
    /// Reads the commands of a text that begins on this line, at this depth of nesting; with the
    /// first line that was not understood.
    pub(crate) whole: fn(&[u8], usize, usize) -> (List, Option<usize>),
}

/// Where reading a script is.
#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    /// The line that `at` is on, from 1.
    pub(crate) line: usize,
    /// Nesting of compound commands and substitutions.
    pub(crate) depth: usize,
    /// The first line that was not understood.
    pub(crate) unread: Option<usize>,
    /// Ends of here-documents that begin after this line; whether tabs are stripped.
    heredocs: Vec<(String, bool)>,
    nested: Nested,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a [u8], line: usize, depth: usize, nested: Nested) -> Self {
        Self {
            text,
            at: 0,
            line,
            depth,
            unread: None,
            heredocs: Vec::new(),
            nested,
        }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(crate) fn starts(&self, word: &[u8]) -> bool {
        self.text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word))
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Whether exactly this is left.
    pub(crate) fn is_last(&self, word: &[u8]) -> bool {
        self.text.get(self.at..) == Some(word)
    }

    /// The next byte; behind a newline, the bodies of here-documents are passed over.
    pub(crate) fn next(&mut self) -> Option<u8> {
        let byte = self.raw()?;
        if byte == b'\n' {
            for (end, strip) in std::mem::take(&mut self.heredocs) {
                self.body(&end, strip);
            }
        }
        Some(byte)
    }

    /// The next byte inside quotes, where here-documents do not begin.
    fn raw(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        self.line += usize::from(byte == b'\n');
        Some(byte)
    }

    pub(crate) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            let _ = self.raw();
        }
    }

    fn body(&mut self, end: &str, strip: bool) {
        while self.at < self.text.len() {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let length = rest
                .iter()
                .position(|byte| *byte == b'\n')
                .unwrap_or(rest.len());
            let line = rest.get(..length).unwrap_or_default();
            self.skip(length + 1);
            let tabs = line.iter().take_while(|byte| strip && **byte == b'\t');
            if line.get(tabs.count()..) == Some(end.as_bytes()) {
                return;
            }
        }
    }

    /// Passes over blanks, continuations and comments, not over newlines.
    pub(crate) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.skip(1),
                Some(b'\\') if self.starts(b"\\\n") => self.skip(2),
                Some(b'#') => {
                    while self.peek().is_some_and(|byte| byte != b'\n') {
                        self.skip(1);
                    }
                }
                _ => return,
            }
        }
    }

    /// What follows `<<`: the word that ends the here-document.
    pub(crate) fn heredoc(&mut self, strip: bool) {
        self.blanks();
        let word = self.word().unwrap_or_default();
        let end = word.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Parameter(..) | Part::Substitution(_) => "",
        });
        self.heredocs.push((end.collect(), strip));
    }

    /// A word; `None` where an operator or the end is.
    pub(crate) fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut word = Word::new();
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => {
                    break;
                }
                b'\\' => {
                    self.skip(1);
                    match self.raw() {
                        Some(b'\n') | None => {}
                        Some(byte) => push(&mut word, byte),
                    }
                }
                b'\'' => self.single(&mut word),
                b'"' => self.double(&mut word),
                b'$' => self.dollar(&mut word),
                b'`' => self.backticks(&mut word),
                _ => {
                    self.skip(1);
                    push(&mut word, byte);
                }
            }
        }
        (self.at > start).then_some(word)
    }

    fn single(&mut self, word: &mut Word) {
        self.skip(1);
        // An empty quoted word is a word.
        word.push(Part::Text(String::new()));
        let from = self.at;
        while self.peek().is_some_and(|byte| byte != b'\'') {
            let _ = self.raw();
        }
        let text = self.text.get(from..self.at).unwrap_or_default();
        word.push(Part::Text(String::from_utf8_lossy(text).into_owned()));
        self.skip(1);
    }

    fn double(&mut self, word: &mut Word) {
        self.skip(1);
        word.push(Part::Text(String::new()));
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.skip(1);
                    return;
                }
                b'\\' => {
                    self.skip(1);
                    match self.raw() {
                        Some(b'\n') | None => {}
                        Some(byte @ (b'$' | b'`' | b'"' | b'\\')) => push(word, byte),
                        Some(byte) => {
                            push(word, b'\\');
                            push(word, byte);
                        }
                    }
                }
                b'$' => self.dollar(word),
                b'`' => self.backticks(word),
                _ => {
                    let _ = self.raw();
                    push(word, byte);
                }
            }
        }
    }

    fn dollar(&mut self, word: &mut Word) {
        self.skip(1);
        match self.peek() {
            Some(b'(') if self.starts(b"((") => {
                // Arithmetic writes no file: everything up to the end is one unknown.
                let mut open = 0_usize;
                while let Some(byte) = self.raw() {
                    open += usize::from(byte == b'(');
                    open -= usize::from(byte == b')').min(open);
                    if open == 0 {
                        break;
                    }
                }
                word.push(plain("(("));
            }
            Some(b'(') => {
                self.skip(1);
                word.push(Part::Substitution((self.nested.until_parenthesis)(self)));
            }
            Some(b'{') if self.depth < DEEPEST => {
                self.skip(1);
                self.depth += 1;
                self.braces(word);
                self.depth -= 1;
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                word.push(plain(self.name()));
            }
            Some(byte) if byte.is_ascii_digit() || b"@*#?-$!".contains(&byte) => {
                self.skip(1);
                word.push(plain(char::from(byte)));
            }
            _ => push(word, b'$'),
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(byte) = self.peek() {
            if !byte.is_ascii_alphanumeric() && byte != b'_' {
                break;
            }
            name.push(char::from(byte));
            self.skip(1);
        }
        name
    }

    fn braces(&mut self, word: &mut Word) {
        let mut name = self.name();
        if name.is_empty() && self.peek().is_some_and(|byte| byte != b'}') {
            // `${#name}`, `${@}`: special, or a length.
            name = self.raw().map(char::from).into_iter().collect();
        }
        let from = self.at;
        let mut inner = Word::new();
        while let Some(byte) = self.peek() {
            match byte {
                b'}' => break,
                b'"' => self.double(&mut inner),
                b'\'' => self.single(&mut inner),
                b'$' => self.dollar(&mut inner),
                b'`' => self.backticks(&mut inner),
                _ => {
                    let _ = self.raw();
                    push(&mut inner, byte);
                }
            }
        }
        let operator = self.text.get(from..self.at).unwrap_or_default();
        self.skip(1);
        let kind = operator.strip_prefix(b":").unwrap_or(operator).first();
        let sign = operator
            .len()
            .min(1 + usize::from(operator.starts_with(b":")));
        let expansion = match kind {
            None => Expansion::Plain,
            Some(b'-' | b'=') => Expansion::Default(without(inner, sign)),
            Some(b'+') => Expansion::Alternative(without(inner, sign)),
            Some(_) => Expansion::Other,
        };
        word.push(Part::Parameter(name, expansion));
    }

    fn backticks(&mut self, word: &mut Word) {
        self.skip(1);
        let line = self.line;
        let mut body = Vec::new();
        while let Some(byte) = self.raw() {
            match byte {
                b'`' => break,
                b'\\' => match self.raw() {
                    Some(byte @ (b'`' | b'\\' | b'$')) => body.push(byte),
                    other => {
                        body.push(b'\\');
                        body.extend(other);
                    }
                },
                _ => body.push(byte),
            }
        }
        let (list, unread) = (self.nested.whole)(&body, line, self.depth + 1);
        self.unread = self.unread.or(unread);
        word.push(Part::Substitution(list));
    }
}

/// A word without the operator at its start.
fn without(mut word: Word, count: usize) -> Word {
    if let Some(Part::Text(text)) = word.first_mut() {
        text.drain(..count.min(text.len()));
    }
    word
}

/// Puts a byte at the end. Bytes beyond ASCII name nothing that this reader knows.
fn push(word: &mut Word, byte: u8) {
    match word.last_mut() {
        Some(Part::Text(text)) => text.push(char::from(byte)),
        _ => word.push(Part::Text(char::from(byte).to_string())),
    }
}
