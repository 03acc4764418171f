//! Words of a shell script: quotes, expansions, continuation lines.
//!
//! The commands of `$(…)` and backticks stay text here: the parser reads them.

use crate::explain::scripts::shell::cursor::{Cursor, DEEPEST, LeadingTabs, RawCommands};
use crate::explain::scripts::shell::syntax::{Expansion, WordPart};

/// A word whose `$(…)` are not parsed yet.
pub(crate) type RawWord = Vec<RawPart>;

/// Part of such a word.
pub(crate) type RawPart = WordPart<RawCommands>;

impl Cursor<'_> {
    /// The next word; `None` at an operator or at the end.
    pub(crate) fn word(&mut self) -> Option<RawWord> {
        let start = self.position();
        let mut word = RawWord::new();
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
                b'\'' => self.single_quoted(&mut word),
                b'"' => self.double_quoted(&mut word),
                b'$' => self.dollar(&mut word),
                b'`' => self.backticks(&mut word),
                _ => {
                    self.skip(1);
                    push(&mut word, byte);
                }
            }
        }
        (self.position() > start).then_some(word)
    }

    /// Passes over what follows `<<`, the word that ends the here-document.
    pub(crate) fn here_document(&mut self, tabs: LeadingTabs) {
        self.blanks();
        let word = self.word().unwrap_or_default();
        let end = word.iter().map(|part| match part {
            WordPart::Text(text) => text.as_str(),
            WordPart::Parameter(..) | WordPart::Substitution(_) => "",
        });
        self.expect_here_document(end.collect(), tabs);
    }

    fn single_quoted(&mut self, word: &mut RawWord) {
        self.skip(1);
        let from = self.position();
        while self.peek().is_some_and(|byte| byte != b'\'') {
            let _ = self.raw();
        }
        let text = String::from_utf8_lossy(self.since(from)).into_owned();
        // An empty quoted word is a word.
        word.push(WordPart::Text(String::new()));
        word.push(WordPart::Text(text));
        self.skip(1);
    }

    fn double_quoted(&mut self, word: &mut RawWord) {
        self.skip(1);
        word.push(WordPart::Text(String::new()));
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

    fn dollar(&mut self, word: &mut RawWord) {
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
                word.push(WordPart::plain("(("));
            }
            Some(b'(') => {
                self.skip(1);
                word.push(WordPart::Substitution(self.substitution()));
            }
            Some(b'{') if self.depth < DEEPEST => {
                self.skip(1);
                self.depth += 1;
                word.push(self.braces());
                self.depth -= 1;
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                word.push(WordPart::plain(self.name()));
            }
            Some(byte) if byte.is_ascii_digit() || b"@*#?-$!".contains(&byte) => {
                self.skip(1);
                word.push(WordPart::plain(char::from(byte)));
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

    /// A parameter, from behind `${` to behind its `}`.
    fn braces(&mut self) -> RawPart {
        let mut name = self.name();
        if name.is_empty() && self.peek().is_some_and(|byte| byte != b'}') {
            // `${#name}`, `${@}`: special, or a length.
            name = self.raw().map(char::from).into_iter().collect();
        }
        let from = self.position();
        let mut inner = RawWord::new();
        while let Some(byte) = self.peek() {
            match byte {
                b'}' => break,
                b'"' => self.double_quoted(&mut inner),
                b'\'' => self.single_quoted(&mut inner),
                b'$' => self.dollar(&mut inner),
                b'`' => self.backticks(&mut inner),
                _ => {
                    let _ = self.raw();
                    push(&mut inner, byte);
                }
            }
        }
        let operator = self.since(from);
        self.skip(1);
        let is_colon = operator.starts_with(b":");
        let sign = operator.get(usize::from(is_colon)..).unwrap_or_default();
        let length = operator.len().min(1 + usize::from(is_colon));
        let expansion = match sign.first() {
            None => Expansion::Plain,
            Some(b'-' | b'=') => Expansion::Default(without(inner, length)),
            Some(b'+') => Expansion::Alternative(without(inner, length)),
            Some(_) => Expansion::Other,
        };
        WordPart::Parameter(name, expansion)
    }

    fn backticks(&mut self, word: &mut RawWord) {
        self.skip(1);
        let line = self.line;
        let mut text = Vec::new();
        while let Some(byte) = self.raw() {
            match byte {
                b'`' => break,
                b'\\' => match self.raw() {
                    Some(byte @ (b'`' | b'\\' | b'$')) => text.push(byte),
                    other => {
                        text.push(b'\\');
                        text.extend(other);
                    }
                },
                _ => text.push(byte),
            }
        }
        word.push(WordPart::Substitution(RawCommands { text, line }));
    }

    /// The text of `$(…)`, from behind its opening parenthesis to behind its closing one.
    fn substitution(&mut self) -> RawCommands {
        let (from, line) = (self.position(), self.line);
        if self.depth >= DEEPEST {
            self.not_understood();
            // Nothing more is read: what is deeper was not written by a person.
            self.skip_rest();
            let text = Vec::new();
            return RawCommands { text, line };
        }
        self.depth += 1;
        let is_closed = self.pass_commands();
        self.depth -= 1;
        let text = self.since(from).to_vec();
        if is_closed {
            self.skip(1);
        } else {
            self.not_understood();
        }
        RawCommands { text, line }
    }

    /// Passes over commands up to the parenthesis that closes what encloses them; gives whether
    /// there is one.
    fn pass_commands(&mut self) -> bool {
        let mut open: Vec<Open> = Vec::new();
        let mut begins_command = true;
        loop {
            self.blanks();
            let Some(byte) = self.peek() else {
                return false;
            };
            match byte {
                b')' => {
                    match open.last_mut() {
                        None => return true,
                        Some(Open::Parenthesis) => {
                            let _ = open.pop();
                        }
                        // The parenthesis behind a pattern.
                        Some(innermost) => *innermost = Open::CaseBody,
                    }
                    begins_command = true;
                    self.skip(1);
                }
                b'(' => {
                    // The one before a pattern is optional, and the one behind it closes nothing.
                    if open.last() != Some(&Open::CasePattern) {
                        open.push(Open::Parenthesis);
                    }
                    begins_command = true;
                    self.skip(1);
                }
                b'<' if self.starts(b"<<") => {
                    let tabs = if self.starts(b"<<-") {
                        LeadingTabs::Stripped
                    } else {
                        LeadingTabs::Kept
                    };
                    self.skip(2 + usize::from(tabs == LeadingTabs::Stripped));
                    self.here_document(tabs);
                }
                b'<' | b'>' => self.skip(1),
                b';' | b'&' | b'|' | b'\n' => {
                    if self.starts(b";;") && open.last() == Some(&Open::CaseBody) {
                        let _ = open.pop();
                        open.push(Open::CasePattern);
                    }
                    begins_command = true;
                    let _ = self.next();
                }
                _ => begins_command = self.pass_word(&mut open, begins_command),
            }
        }
    }

    /// Passes over a word, which may begin or end a `case`; gives whether a command begins
    /// behind it.
    fn pass_word(&mut self, open: &mut Vec<Open>, begins_command: bool) -> bool {
        let from = self.position();
        if self.word().is_none() {
            let _ = self.next();
        }
        if !begins_command {
            return false;
        }
        match (self.since(from), open.last()) {
            (b"esac", Some(Open::CasePattern | Open::CaseBody)) => {
                let _ = open.pop();
                false
            }
            (_, Some(Open::CasePattern)) => false,
            (b"case", _) => {
                open.push(Open::CasePattern);
                // The word to match, and `in`.
                self.blanks();
                let _ = self.word();
                self.blanks();
                let _ = self.word();
                true
            }
            (word, _) => COMMAND_FOLLOWS.contains(&word),
        }
    }
}

/// What encloses the commands that are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `(`
    Parenthesis,
    /// `case`, where a pattern or `esac` comes next.
    CasePattern,
    /// `case`, behind a pattern.
    CaseBody,
}

/// Reserved words behind which a command begins.
const COMMAND_FOLLOWS: [&[u8]; 9] = [
    b"!", b"{", b"do", b"elif", b"else", b"if", b"then", b"until", b"while",
];

/// A word without the operator at its start.
fn without(mut word: RawWord, count: usize) -> RawWord {
    if let Some(WordPart::Text(text)) = word.first_mut() {
        text.drain(..count.min(text.len()));
    }
    word
}

/// Puts a byte at the end. Bytes beyond ASCII name nothing that this reader knows.
fn push(word: &mut RawWord, byte: u8) {
    match word.last_mut() {
        Some(WordPart::Text(text)) => text.push(char::from(byte)),
        _ => word.push(WordPart::Text(char::from(byte).to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text that `$(` at the start of a script encloses, and what comes behind its end.
    fn enclosed(script: &str) -> (String, String) {
        let mut cursor = Cursor::new(script.as_bytes(), 1, 0);
        let word = cursor.word().unwrap();
        let Some(WordPart::Substitution(raw)) = word.first() else {
            panic!("{word:?}");
        };
        let rest = script.as_bytes().get(cursor.position()..).unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(&raw.text), text(rest))
    }

    #[test]
    fn a_substitution_ends_at_its_own_parenthesis() {
        for inside in [
            "",
            "echo a",
            "echo $(echo b) (c)",
            "echo ')' \")\" \\)",
            " (cd a; f() { b; })",
            "case $1 in a) b ;; (c|d) e ;; esac",
            "if true; then case a in case) b;; esac; fi",
            "echo case esac",
            "a # )\nb",
            "cat <<-EOF\n\t)\n\tEOF\n",
            "echo ${a:-)} `b )`",
        ] {
            let script = format!("$({inside}) rest)");
            let expected = (inside.to_owned(), " rest)".to_owned());
            assert_eq!(enclosed(&script), expected, "{inside}");
        }
    }

    #[test]
    fn a_substitution_without_an_end_takes_all_and_is_not_understood() {
        let mut cursor = Cursor::new(b"$(case a in\nb", 1, 0);
        assert!(cursor.word().is_some());
        assert_eq!((cursor.peek(), cursor.unread), (None, Some(2)));
    }
}
