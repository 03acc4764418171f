//! A source file of this crate as tokens, without its tests: which modules it names, its
//! functions, its strings.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One file below `src`.
#[derive(Debug, Clone)]
pub(crate) struct RustFile {
    /// The path below `src`, such as `compare/mod.rs`.
    pub(crate) path: String,
    pub(crate) text: String,
    tokens: Vec<TokenTree>,
    /// Files that exist for this file's tests only.
    test_files: Vec<String>,
    /// Modules that this file declares and that are not for tests.
    pub(crate) children: Vec<String>,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// From the line of `fn` to that of the closing brace, both counted.
    pub(crate) lines: usize,
}

impl RustFile {
    /// Reads a file's text, and leaves out what only tests see.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let stream: TokenStream = text.parse().unwrap_or_else(|error| {
            panic!("{path} is no Rust: {error}");
        });
        let mut file = Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens: Vec::new(),
            test_files: Vec::new(),
            children: Vec::new(),
        };
        file.tokens = file.without_tests(stream);
        file.children = declared(&file.tokens);
        file
    }

    /// All names after `crate::`, such as `["tar", "pax", "records"]`, of `use` and of inline paths.
    pub(crate) fn crate_paths(&self) -> BTreeSet<Vec<String>> {
        let mut paths = BTreeSet::new();
        for_each_level(&self.tokens, &mut |level| {
            for (at, token) in level.iter().enumerate() {
                let follows = after_colons(level, at + 1);
                if let (true, Some(next)) = (is_word(token, "crate"), follows) {
                    add_tree(level, next, &mut Vec::new(), &mut paths);
                }
            }
        });
        paths
    }

    /// Whether a path starts with `super`.
    pub(crate) fn names_super(&self) -> bool {
        let mut found = false;
        for_each_level(&self.tokens, &mut |level| {
            let mut at = 0..level.len();
            found |=
                at.any(|at| is_word(&level[at], "super") && after_colons(level, at + 1).is_some());
        });
        found
    }

    /// The functions of `std::env` that are called by `env::NAME`.
    pub(crate) fn of_the_environment(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for_each_level(&self.tokens, &mut |level| {
            for (at, token) in level.iter().enumerate() {
                let follows = after_colons(level, at + 1).and_then(|next| level.get(next));
                if let (true, Some(TokenTree::Ident(name))) = (is_word(token, "env"), follows) {
                    names.insert(name.to_string());
                }
            }
        });
        names
    }

    pub(crate) fn functions(&self) -> Vec<Function> {
        let mut functions = Vec::new();
        for_each_level(&self.tokens, &mut |level| {
            for (at, token) in level.iter().enumerate() {
                let Some(TokenTree::Ident(name)) = level.get(at + 1) else {
                    continue;
                };
                if !is_word(token, "fn") {
                    continue;
                }
                if let Some(end) = level[at..].iter().find_map(end_of_function) {
                    let lines = end.map(|end| end + 1 - token.span().start().line);
                    let name = name.to_string();
                    functions.extend(lines.map(|lines| Function { name, lines }));
                }
            }
        });
        functions
    }

    /// String literals as they are written, documentation left out.
    pub(crate) fn strings(&self) -> Vec<String> {
        let mut strings = Vec::new();
        for_each_level(&self.tokens, &mut |level| {
            let is_doc = level.first().is_some_and(|first| is_word(first, "doc"));
            let literals = level.iter().filter_map(|token| match token {
                TokenTree::Literal(literal) => Some(literal.to_string()),
                _ => None,
            });
            if !is_doc {
                strings.extend(literals.filter(|text| text.contains('"')));
            }
        });
        strings
    }

    /// The stream without items that `#[cfg(test)]` stands before.
    fn without_tests(&mut self, stream: TokenStream) -> Vec<TokenTree> {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut kept = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            if let [TokenTree::Punct(_), TokenTree::Group(group), ..] = &tokens[at..]
                && group.stream().to_string().replace(' ', "") == "cfg(test)"
            {
                let end = end_of_item(&tokens, at + 2);
                self.note_test_file(&tokens[at..end]);
                at = end;
            } else {
                kept.push(tokens[at].clone());
                at += 1;
            }
        }
        kept
    }

    fn note_test_file(&mut self, item: &[TokenTree]) {
        let name = item.windows(3).find_map(|three| match three {
            [word, TokenTree::Ident(name), end] if is_word(word, "mod") && is_mark(end, ';') => {
                Some(name.to_string())
            }
            _ => None,
        });
        let given = item.iter().find_map(|token| {
            let text = token.to_string();
            let path = text.strip_prefix("[path = \"")?.strip_suffix("\"]")?;
            Some(path.to_owned())
        });
        let Some(name) = name else { return };
        let path = match given {
            Some(path) => Path::new(&self.path).with_file_name(path),
            None => PathBuf::from(module_directory(&self.path)).join(format!("{name}.rs")),
        };
        self.test_files.push(path.to_string_lossy().into_owned());
    }
}

/// Fails with what a rule found wrong, a line each.
pub(crate) fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Every file below `src`, sorted by path; those of tests are left out.
pub(crate) fn sources() -> Vec<RustFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(&root).expect("below src");
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                files.push(RustFile::new(&name.to_string_lossy(), &text));
            }
        }
    }
    let tests: BTreeSet<String> = files
        .iter()
        .flat_map(|file| file.test_files.clone())
        .collect();
    files.retain(|file| !tests.contains(&file.path));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Where the modules that a file declares are: `a/mod.rs` has them in `a`, `a/b.rs` in `a/b`.
pub(crate) fn module_directory(path: &str) -> &str {
    ["/mod.rs", "mod.rs", "lib.rs", "main.rs", ".rs"]
        .iter()
        .find_map(|end| path.strip_suffix(end))
        .unwrap_or(path)
}

/// The tokens of this level and of every group below it.
fn for_each_level(level: &[TokenTree], look: &mut impl FnMut(&[TokenTree])) {
    look(level);
    for token in level {
        if let TokenTree::Group(group) = token {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            for_each_level(&inner, look);
        }
    }
}

fn declared(level: &[TokenTree]) -> Vec<String> {
    let names = level.windows(3).filter_map(|three| match three {
        [word, TokenTree::Ident(name), end] if is_word(word, "mod") && is_mark(end, ';') => {
            Some(name.to_string())
        }
        _ => None,
    });
    names.collect()
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// What follows `::`, if that is at `at`.
fn after_colons(level: &[TokenTree], at: usize) -> Option<usize> {
    let colons = level.get(at..at + 2)?;
    colons
        .iter()
        .all(|token| is_mark(token, ':'))
        .then_some(at + 2)
}

/// Adds the paths of a tree such as `a::{b, c::d}` that starts at `at`.
fn add_tree(
    level: &[TokenTree],
    at: usize,
    prefix: &mut Vec<String>,
    paths: &mut BTreeSet<Vec<String>>,
) {
    match level.get(at) {
        Some(TokenTree::Ident(name)) => {
            prefix.push(name.to_string());
            match after_colons(level, at + 1) {
                Some(next) => add_tree(level, next, prefix, paths),
                None => drop(paths.insert(prefix.clone())),
            }
            prefix.pop();
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            for branch in inner.split(|token| is_mark(token, ',')) {
                if !branch.is_empty() {
                    add_tree(branch, 0, prefix, paths);
                }
            }
        }
        _ => drop(paths.insert(prefix.clone())),
    }
}

/// The line of the closing brace, `Some(None)` where a function has no body.
fn end_of_function(token: &TokenTree) -> Option<Option<usize>> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            Some(Some(group.span_close().start().line))
        }
        token => is_mark(token, ';').then_some(None),
    }
}

/// The index after an item: after its `;`, or after its braces unless it is a `use`.
fn end_of_item(tokens: &[TokenTree], start: usize) -> usize {
    let is_use = tokens[start..]
        .iter()
        .take_while(|token| !is_mark(token, ';'))
        .any(|token| is_word(token, "use"));
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => !is_use && group.delimiter() == Delimiter::Brace,
        token => is_mark(token, ';'),
    };
    let length = tokens[start..].iter().position(ends);
    length.map_or(tokens.len(), |length| start + length + 1)
}
