//! A position in the text of a script, with its line and nesting.

/// Deepest nesting that is followed; scripts of people have less than ten.
pub(crate) const DEEPEST: usize = 128;

/// The text of commands inside a word, `$(…)` or backticks, before it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawCommands {
    /// The text, without what encloses it.
    pub(crate) text: Vec<u8>,
    /// The line it begins on, from 1.
    pub(crate) line: usize,
}

/// A here-document whose body begins after the present line.
#[derive(Debug)]
struct HereDocument {
    /// The line that ends it.
    end: String,
    tabs: LeadingTabs,
}

/// What the operator of a here-document does with tabs at the beginning of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeadingTabs {
    /// `<<`
    Kept,
    /// `<<-`
    Stripped,
}

/// Where reading a text is.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    /// The line that the next byte is on, from 1.
    pub(crate) line: usize,
    /// Nesting of compound commands and substitutions.
    pub(crate) depth: usize,
    /// The first line that was not understood.
    pub(crate) unread: Option<usize>,
    here_documents: Vec<HereDocument>,
}

impl<'a> Cursor<'a> {
    /// A text that begins on this line, at this nesting.
    pub(crate) fn new(text: &'a [u8], line: usize, depth: usize) -> Self {
        Self {
            text,
            at: 0,
            line,
            depth,
            unread: None,
            here_documents: Vec::new(),
        }
    }

    /// What is left.
    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    pub(crate) fn starts(&self, sign: &[u8]) -> bool {
        self.rest().starts_with(sign)
    }

    /// Whether this reserved word is next, as a whole word.
    pub(crate) fn starts_word(&self, word: &str) -> bool {
        let rest = self.rest().strip_prefix(word.as_bytes());
        let ends = |byte: &u8| b" \t\n;&|()<>\r".contains(byte);
        rest.is_some_and(|rest| rest.first().is_none_or(ends))
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The text from a position up to here.
    pub(crate) fn since(&self, from: usize) -> &'a [u8] {
        self.text.get(from..self.at).unwrap_or_default()
    }

    /// Takes note that the present line is not understood.
    pub(crate) fn not_understood(&mut self) {
        let _ = self.unread.get_or_insert(self.line);
    }

    /// Passes over all that is left.
    pub(crate) fn skip_rest(&mut self) {
        while self.next().is_some() {}
    }

    /// The next byte; behind a newline, the bodies of here-documents are passed over.
    pub(crate) fn next(&mut self) -> Option<u8> {
        let byte = self.raw()?;
        if byte == b'\n' {
            for document in std::mem::take(&mut self.here_documents) {
                self.body(&document);
            }
        }
        Some(byte)
    }

    /// The next byte inside quotes, where here-documents do not begin.
    pub(crate) fn raw(&mut self) -> Option<u8> {
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

    /// Passes over the body of a here-document at the next newline.
    pub(crate) fn expect_here_document(&mut self, end: String, tabs: LeadingTabs) {
        self.here_documents.push(HereDocument { end, tabs });
    }

    fn body(&mut self, document: &HereDocument) {
        while self.at < self.text.len() {
            let rest = self.rest();
            let length = rest.iter().position(|byte| *byte == b'\n');
            let length = length.unwrap_or(rest.len());
            let line = rest.get(..length).unwrap_or_default();
            self.skip(length + 1);
            let tabs = match document.tabs {
                LeadingTabs::Kept => 0,
                LeadingTabs::Stripped => line.iter().take_while(|byte| **byte == b'\t').count(),
            };
            if line.get(tabs..) == Some(document.end.as_bytes()) {
                return;
            }
        }
    }
}
