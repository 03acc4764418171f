//! Commands of a shell script: lists, pipelines, `if`, `case`, loops, functions.
//!
//! It reads what maintainer scripts use of sh(1) and dash, and never fails: if it does not
//! understand a line, it says which, and goes on with the next command.

use crate::explain::scripts::shell::cursor::{Cursor, DEEPEST, LeadingTabs, RawCommands};
use crate::explain::scripts::shell::lexer::{RawPart, RawWord};
use crate::explain::scripts::shell::syntax::{
    Access, AndOr, Assignment, CaseArm, ChainedCommand, Command, CommandList, Expansion, IfArm,
    Redirect, SimpleCommand, Word, WordPart,
};

/// Words that end a list.
const ENDS: [&str; 8] = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];

/// A script, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// Its commands.
    pub(crate) commands: CommandList,
    /// The first line that was not understood, from 1.
    pub(crate) unread: Option<usize>,
}

/// Parses the text of a script.
pub(crate) fn parse(text: &[u8]) -> Parsed {
    parse_at(&mut Cursor::new(text, 1, 0))
}

fn parse_at(cursor: &mut Cursor<'_>) -> Parsed {
    let mut commands = CommandList::new();
    while cursor.peek().is_some() {
        commands.extend(list(cursor));
        // Only a word that ends something not begun is left.
        if cursor.peek().is_some() {
            cursor.not_understood();
            if cursor.word().is_none() {
                let _ = cursor.next();
            }
        }
    }
    Parsed {
        commands,
        unread: cursor.unread,
    }
}

/// The next word, with the commands inside it parsed.
fn word(cursor: &mut Cursor<'_>) -> Option<Word> {
    let word = cursor.word()?;
    Some(parsed_word(cursor, word))
}

fn parsed_word(cursor: &mut Cursor<'_>, word: RawWord) -> Word {
    word.into_iter()
        .map(|part| parsed_part(cursor, part))
        .collect()
}

fn parsed_part(cursor: &mut Cursor<'_>, part: RawPart) -> WordPart {
    match part {
        WordPart::Text(text) => WordPart::Text(text),
        WordPart::Parameter(name, expansion) => {
            let expansion = match expansion {
                Expansion::Plain => Expansion::Plain,
                Expansion::Default(word) => Expansion::Default(parsed_word(cursor, word)),
                Expansion::Alternative(word) => Expansion::Alternative(parsed_word(cursor, word)),
                Expansion::Other => Expansion::Other,
            };
            WordPart::Parameter(name, expansion)
        }
        WordPart::Substitution(RawCommands { text, line }) => {
            let parsed = parse_at(&mut Cursor::new(&text, line, cursor.depth + 1));
            cursor.unread = cursor.unread.or(parsed.unread);
            WordPart::Substitution(parsed.commands)
        }
    }
}

/// The commands up to a closing parenthesis, which is passed over.
fn up_to_parenthesis(cursor: &mut Cursor<'_>) -> CommandList {
    let commands = list(cursor);
    expect(cursor, b")");
    commands
}

fn expect(cursor: &mut Cursor<'_>, sign: &[u8]) {
    if cursor.starts(sign) {
        cursor.skip(sign.len());
    } else {
        cursor.not_understood();
    }
}

fn separators(cursor: &mut Cursor<'_>) {
    loop {
        cursor.blanks();
        match cursor.peek() {
            Some(b'\n') => {
                let _ = cursor.next();
            }
            Some(b';') if !cursor.starts(b";;") => cursor.skip(1),
            Some(b'&') if !cursor.starts(b"&&") => cursor.skip(1),
            _ => return,
        }
    }
}

fn list(cursor: &mut Cursor<'_>) -> CommandList {
    let mut commands = CommandList::new();
    if cursor.depth >= DEEPEST {
        cursor.not_understood();
        // Nothing more is read: what is deeper was not written by a person.
        cursor.skip_rest();
        return commands;
    }
    cursor.depth += 1;
    loop {
        separators(cursor);

        if cursor.peek().is_none()
            || cursor.starts(b")")
            || cursor.starts(b";;")
            || ENDS.iter().any(|word| cursor.starts_word(word))
        {
            break;
        }
        match chain(cursor) {
            Some(command) => commands.push(command),
            None => {
                cursor.not_understood();
                let _ = cursor.next();
            }
        }
    }
    cursor.depth -= 1;
    commands
}

/// Passes over separators, and over this reserved word if it comes next; gives whether it does.
fn keyword(cursor: &mut Cursor<'_>, word: &str) -> bool {
    separators(cursor);
    let is = cursor.starts_word(word);
    if is {
        cursor.skip(word.len());
    }
    is
}

fn need(cursor: &mut Cursor<'_>, word: &str) {
    if !keyword(cursor, word) {
        cursor.not_understood();
    }
}

fn newlines(cursor: &mut Cursor<'_>) {
    cursor.blanks();
    while cursor.starts(b"\n") {
        let _ = cursor.next();
        cursor.blanks();
    }
}

fn chain(cursor: &mut Cursor<'_>) -> Option<Command> {
    let first = pipeline(cursor)?;
    let mut rest = Vec::new();
    loop {
        cursor.blanks();
        let operator = match () {
            () if cursor.starts(b"&&") => AndOr::And,
            () if cursor.starts(b"||") => AndOr::Or,
            () => break,
        };
        cursor.skip(2);
        newlines(cursor);
        let Some(command) = pipeline(cursor) else {
            break;
        };
        rest.push(ChainedCommand { operator, command });
    }
    Some(if rest.is_empty() {
        first
    } else {
        let first = Box::new(first);
        Command::Chain { first, rest }
    })
}

fn pipeline(cursor: &mut Cursor<'_>) -> Option<Command> {
    let mut is_negated = false;
    cursor.blanks();
    while cursor.starts_word("!") {
        cursor.skip(1);
        cursor.blanks();
        is_negated = !is_negated;
    }
    let mut commands = vec![command(cursor)?];
    loop {
        cursor.blanks();
        if !cursor.starts(b"|") || cursor.starts(b"||") {
            break;
        }
        cursor.skip(1);
        newlines(cursor);
        let Some(next) = command(cursor) else { break };
        commands.push(next);
    }
    match (is_negated, commands.len()) {
        (false, 1) => commands.pop(),
        _ => Some(Command::Pipeline {
            is_negated,
            commands,
        }),
    }
}

fn command(cursor: &mut Cursor<'_>) -> Option<Command> {
    if cursor.depth >= DEEPEST {
        return None;
    }
    cursor.depth += 1;
    let command = command_within(cursor);
    cursor.depth -= 1;
    command
}

fn command_within(cursor: &mut Cursor<'_>) -> Option<Command> {
    cursor.blanks();
    let command = match () {
        () if cursor.starts(b"(") => {
            cursor.skip(1);
            let body = up_to_parenthesis(cursor);
            return Some(group(cursor, body));
        }
        () if keyword(cursor, "{") => {
            let body = list(cursor);
            need(cursor, "}");
            return Some(group(cursor, body));
        }
        () if keyword(cursor, "if") => conditional(cursor),
        () if keyword(cursor, "case") => case(cursor),
        () if keyword(cursor, "for") => for_loop(cursor),
        () if keyword(cursor, "while") || keyword(cursor, "until") => while_loop(cursor),
        () => return simple(cursor),
    };
    let line = cursor.line;
    let redirects = redirects(cursor);
    Some(if redirects.is_empty() {
        command
    } else {
        Command::Group {
            body: vec![command],
            redirects,
            line,
        }
    })
}

fn group(cursor: &mut Cursor<'_>, body: CommandList) -> Command {
    let line = cursor.line;
    Command::Group {
        body,
        redirects: redirects(cursor),
        line,
    }
}

fn conditional(cursor: &mut Cursor<'_>) -> Command {
    let mut arms = Vec::new();
    loop {
        let condition = list(cursor);
        need(cursor, "then");
        let body = list(cursor);
        arms.push(IfArm { condition, body });
        if !keyword(cursor, "elif") {
            break;
        }
    }
    let otherwise = if keyword(cursor, "else") {
        list(cursor)
    } else {
        CommandList::new()
    };
    need(cursor, "fi");
    Command::If { arms, otherwise }
}

fn case(cursor: &mut Cursor<'_>) -> Command {
    cursor.blanks();
    let matched = word(cursor).unwrap_or_default();
    need(cursor, "in");
    let mut arms = Vec::new();
    loop {
        separators(cursor);
        if cursor.peek().is_none() || keyword(cursor, "esac") {
            break;
        }
        let patterns = patterns(cursor);
        let before = cursor.position();
        let body = list(cursor);
        arms.push(CaseArm { patterns, body });
        if cursor.starts(b";;") {
            cursor.skip(2);
        } else if cursor.position() == before && !cursor.starts_word("esac") {
            // Not understood; the next byte, so that reading ends.
            let _ = cursor.next();
        }
    }
    Command::Case {
        word: matched,
        arms,
    }
}

/// The patterns of one arm of `case`, with the parentheses around them.
fn patterns(cursor: &mut Cursor<'_>) -> Vec<Word> {
    if cursor.starts(b"(") {
        cursor.skip(1);
    }
    let mut patterns = Vec::new();
    loop {
        cursor.blanks();
        let Some(pattern) = word(cursor) else { break };
        patterns.push(pattern);
        cursor.blanks();
        if !cursor.starts(b"|") {
            break;
        }
        cursor.skip(1);
    }
    expect(cursor, b")");
    patterns
}

fn for_loop(cursor: &mut Cursor<'_>) -> Command {
    cursor.blanks();
    let name = only_text(&word(cursor).unwrap_or_default());
    let mut words = Vec::new();
    if keyword(cursor, "in") {
        loop {
            cursor.blanks();
            let Some(word) = word(cursor) else { break };
            words.push(word);
        }
    } else {
        words.push(vec![WordPart::plain("@")]);
    }
    need(cursor, "do");
    let body = list(cursor);
    need(cursor, "done");
    Command::For { name, words, body }
}

fn while_loop(cursor: &mut Cursor<'_>) -> Command {
    let condition = list(cursor);
    need(cursor, "do");
    let body = list(cursor);
    need(cursor, "done");
    Command::While { condition, body }
}

/// A word that is nothing but text; empty if it is more.
fn only_text(word: &[WordPart]) -> String {
    match word {
        [WordPart::Text(text)] => text.clone(),
        _ => String::new(),
    }
}

fn redirects(cursor: &mut Cursor<'_>) -> Vec<Redirect> {
    let mut all = Vec::new();
    loop {
        cursor.blanks();
        if !cursor.starts(b"<") && !cursor.starts(b">") {
            return all;
        }
        all.extend(redirect(cursor));
    }
}

/// The redirection that begins here; `None` for a here-document or a descriptor.
fn redirect(cursor: &mut Cursor<'_>) -> Option<Redirect> {
    let here_documents = [
        (&b"<<-"[..], LeadingTabs::Stripped),
        (b"<<", LeadingTabs::Kept),
    ];
    for (sign, tabs) in here_documents {
        if cursor.starts(sign) {
            cursor.skip(sign.len());
            cursor.here_document(tabs);
            return None;
        }
    }
    let signs: [&[u8]; 7] = [b">&", b"<&", b">>", b">|", b"<>", b">", b"<"];
    let sign = signs.into_iter().find(|sign| cursor.starts(sign))?;
    cursor.skip(sign.len());
    cursor.blanks();
    let target = word(cursor)?;
    let access = if sign == b"<" {
        Access::Reads
    } else {
        Access::Writes
    };
    (!sign.ends_with(b"&")).then_some(Redirect { access, target })
}

fn simple(cursor: &mut Cursor<'_>) -> Option<Command> {
    let mut simple = SimpleCommand {
        line: cursor.line,
        ..SimpleCommand::default()
    };
    let start = cursor.position();
    loop {
        cursor.blanks();
        if cursor.starts(b"<") || cursor.starts(b">") {
            simple.redirects.extend(redirect(cursor));
            continue;
        }
        let Some(word) = word(cursor) else { break };
        if is_descriptor(&word) && (cursor.starts(b"<") || cursor.starts(b">")) {
            simple.redirects.extend(redirect(cursor));
            continue;
        }
        if simple.words.is_empty() {
            // `name()` and `name ()`.
            cursor.blanks();
            if cursor.starts(b"(") && simple.assignments.is_empty() {
                return function(cursor, &word);
            }
            if let Some(assignment) = Assignment::new(&word) {
                simple.assignments.push(assignment);
                continue;
            }
        }
        simple.words.push(word);
    }
    (cursor.position() > start).then_some(Command::Simple(simple))
}

/// Whether a word is a digit: that of `2>file` belongs to the redirection.
fn is_descriptor(word: &[WordPart]) -> bool {
    let [WordPart::Text(text)] = word else {
        return false;
    };
    matches!(text.as_bytes(), [byte] if byte.is_ascii_digit())
}

fn function(cursor: &mut Cursor<'_>, name: &[WordPart]) -> Option<Command> {
    cursor.skip(1);
    cursor.blanks();
    expect(cursor, b")");
    newlines(cursor);
    let body = Box::new(command(cursor)?);
    let name = only_text(name);
    Some(Command::Function { name, body })
}
