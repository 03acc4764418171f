//! Commands of a shell script: lists, pipelines, `if`, `case`, loops, functions.
//!
//! It reads what maintainer scripts use of sh(1) and dash, and never fails: where it does not
//! understand a line, it says which, and goes on with the next command.

use crate::explain::scripts::shell::lexer::{DEEPEST, Lexer, Nested};
use crate::explain::scripts::shell::syntax::{
    Link, List, Node, Part, Redirect, Simple, assignment,
};

/// How the lexer reads commands inside a word.
const NESTED: Nested = Nested {
    until_parenthesis: parse_until_parenthesis,
    whole: parse,
};

/// Words that end a list.
const ENDS: [&str; 8] = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];

/// The commands of a script, and the first line that was not understood.
pub(crate) fn parse(text: &[u8], line: usize, depth: usize) -> (List, Option<usize>) {
    let mut lexer = Lexer::new(text, line, depth, NESTED);
    let mut all = List::new();
    while lexer.peek().is_some() {
        all.extend(list(&mut lexer));
        // Only a word that ends something not begun is left.
        if lexer.peek().is_some() {
            let line = lexer.line;
            lexer.unread.get_or_insert(line);
            if lexer.word().is_none() {
                let _ = lexer.next();
            }
        }
    }
    (all, lexer.unread)
}

/// The commands up to a closing parenthesis, which is passed over.
pub(crate) fn parse_until_parenthesis(lexer: &mut Lexer<'_>) -> List {
    let list = list(lexer);
    expect(lexer, b")");
    list
}

fn expect(lexer: &mut Lexer<'_>, sign: &[u8]) {
    if lexer.starts(sign) {
        lexer.skip(sign.len());
    } else {
        let line = lexer.line;
        lexer.unread.get_or_insert(line);
    }
}

fn separators(lexer: &mut Lexer<'_>) {
    loop {
        lexer.blanks();
        match lexer.peek() {
            Some(b'\n') => {
                let _ = lexer.next();
            }
            Some(b';') if !lexer.starts(b";;") => lexer.skip(1),
            Some(b'&') if !lexer.starts(b"&&") => lexer.skip(1),
            _ => return,
        }
    }
}

fn list(lexer: &mut Lexer<'_>) -> List {
    let mut nodes = List::new();
    if lexer.depth >= DEEPEST {
        let line = lexer.line;
        lexer.unread.get_or_insert(line);
        // Nothing further is read: what is deeper is not a person's script.
        while lexer.next().is_some() {}
        return nodes;
    }
    lexer.depth += 1;
    loop {
        separators(lexer);

        if lexer.peek().is_none()
            || lexer.starts(b")")
            || lexer.starts(b";;")
            || ENDS.iter().any(|word| is_word(lexer, word))
        {
            break;
        }
        match chain(lexer) {
            Some(node) => nodes.push(node),
            None => {
                let line = lexer.line;
                lexer.unread.get_or_insert(line);
                let _ = lexer.next();
            }
        }
    }
    lexer.depth -= 1;
    nodes
}

/// Whether a reserved word stands here, as a whole word.
fn is_word(lexer: &Lexer<'_>, word: &str) -> bool {
    lexer.starts(word.as_bytes())
        && [
            &b" "[..],
            b"\t",
            b"\n",
            b";",
            b"&",
            b"|",
            b"(",
            b")",
            b"<",
            b">",
            b"\r",
        ]
        .iter()
        .any(|end| lexer.starts(&[word.as_bytes(), end].concat()))
        || lexer.is_last(word.as_bytes())
}

fn keyword(lexer: &mut Lexer<'_>, word: &str) -> bool {
    separators(lexer);
    let is = is_word(lexer, word);
    if is {
        lexer.skip(word.len());
    }
    is
}

fn need(lexer: &mut Lexer<'_>, word: &str) {
    if !keyword(lexer, word) {
        let line = lexer.line;
        lexer.unread.get_or_insert(line);
    }
}

fn newlines(lexer: &mut Lexer<'_>) {
    lexer.blanks();
    while lexer.starts(b"\n") {
        let _ = lexer.next();
        lexer.blanks();
    }
}

fn chain(lexer: &mut Lexer<'_>) -> Option<Node> {
    let first = pipeline(lexer)?;
    let mut rest = Vec::new();
    loop {
        lexer.blanks();
        let link = match () {
            () if lexer.starts(b"&&") => Link::And,
            () if lexer.starts(b"||") => Link::Or,
            () => break,
        };
        lexer.skip(2);
        newlines(lexer);
        let Some(node) = pipeline(lexer) else { break };
        rest.push((link, node));
    }
    Some(if rest.is_empty() {
        first
    } else {
        Node::Chain(Box::new(first), rest)
    })
}

fn pipeline(lexer: &mut Lexer<'_>) -> Option<Node> {
    let mut negated = false;
    lexer.blanks();
    while is_word(lexer, "!") {
        lexer.skip(1);
        lexer.blanks();
        negated = !negated;
    }
    let mut nodes = vec![command(lexer)?];
    loop {
        lexer.blanks();
        if !lexer.starts(b"|") || lexer.starts(b"||") {
            break;
        }
        lexer.skip(1);
        newlines(lexer);
        let Some(node) = command(lexer) else { break };
        nodes.push(node);
    }
    match (negated, nodes.len()) {
        (false, 1) => nodes.pop(),
        _ => Some(Node::Pipeline(negated, nodes)),
    }
}

fn command(lexer: &mut Lexer<'_>) -> Option<Node> {
    if lexer.depth >= DEEPEST {
        return None;
    }
    lexer.depth += 1;
    let node = command_within(lexer);
    lexer.depth -= 1;
    node
}

fn command_within(lexer: &mut Lexer<'_>) -> Option<Node> {
    lexer.blanks();
    let line = lexer.line;
    let node = match () {
        () if lexer.starts(b"(") => {
            lexer.skip(1);
            Node::Group(parse_until_parenthesis(lexer), Vec::new(), line)
        }
        () if keyword(lexer, "{") => {
            let body = list(lexer);
            need(lexer, "}");
            Node::Group(body, Vec::new(), line)
        }
        () if keyword(lexer, "if") => conditional(lexer),
        () if keyword(lexer, "case") => case(lexer),
        () if keyword(lexer, "for") => for_loop(lexer),
        () if keyword(lexer, "while") || keyword(lexer, "until") => {
            let condition = list(lexer);
            need(lexer, "do");
            let body = list(lexer);
            need(lexer, "done");
            Node::While(condition, body)
        }
        () => return simple(lexer),
    };
    let redirects = redirects(lexer);
    Some(match node {
        Node::Group(body, _, line) => Node::Group(body, redirects, line),
        other if redirects.is_empty() => other,
        other => Node::Group(vec![other], redirects, line),
    })
}

fn conditional(lexer: &mut Lexer<'_>) -> Node {
    let mut arms = Vec::new();
    loop {
        let condition = list(lexer);
        need(lexer, "then");
        arms.push((condition, list(lexer)));
        if !keyword(lexer, "elif") {
            break;
        }
    }
    let otherwise = if keyword(lexer, "else") {
        list(lexer)
    } else {
        List::new()
    };
    need(lexer, "fi");
    Node::If(arms, otherwise)
}

fn case(lexer: &mut Lexer<'_>) -> Node {
    lexer.blanks();
    let word = lexer.word().unwrap_or_default();
    need(lexer, "in");
    let mut arms = Vec::new();
    loop {
        separators(lexer);
        if lexer.peek().is_none() || keyword(lexer, "esac") {
            break;
        }
        if lexer.starts(b"(") {
            lexer.skip(1);
        }
        let mut patterns = Vec::new();
        loop {
            lexer.blanks();
            let Some(pattern) = lexer.word() else { break };
            patterns.push(pattern);
            lexer.blanks();
            if !lexer.starts(b"|") {
                break;
            }
            lexer.skip(1);
        }
        expect(lexer, b")");
        let before = lexer.position();
        arms.push((patterns, list(lexer)));
        if lexer.starts(b";;") {
            lexer.skip(2);
        } else if lexer.position() == before && !is_word(lexer, "esac") {
            // Not understood; the next byte, so that reading ends.
            let _ = lexer.next();
        }
    }
    Node::Case(word, arms)
}

fn for_loop(lexer: &mut Lexer<'_>) -> Node {
    lexer.blanks();
    let name = match lexer.word().unwrap_or_default().as_slice() {
        [Part::Text(name)] => name.clone(),
        _ => String::new(),
    };
    let mut words = Vec::new();
    if keyword(lexer, "in") {
        loop {
            lexer.blanks();
            let Some(word) = lexer.word() else { break };
            words.push(word);
        }
    } else {
        words.push(vec![crate::explain::scripts::shell::syntax::plain("@")]);
    }
    need(lexer, "do");
    let body = list(lexer);
    need(lexer, "done");
    Node::For(name, words, body)
}

fn redirects(lexer: &mut Lexer<'_>) -> Vec<Redirect> {
    let mut all = Vec::new();
    loop {
        lexer.blanks();
        if !lexer.starts(b"<") && !lexer.starts(b">") {
            return all;
        }
        all.extend(redirect(lexer));
    }
}

/// The redirection that begins here; `None` for a here-document or a descriptor.
fn redirect(lexer: &mut Lexer<'_>) -> Option<Redirect> {
    for (sign, strip) in [(&b"<<-"[..], true), (b"<<", false)] {
        if lexer.starts(sign) {
            lexer.skip(sign.len());
            lexer.heredoc(strip);
            return None;
        }
    }
    let signs: [&[u8]; 7] = [b">&", b"<&", b">>", b">|", b"<>", b">", b"<"];
    let sign = signs.into_iter().find(|sign| lexer.starts(sign))?;
    lexer.skip(sign.len());
    lexer.blanks();
    let target = lexer.word()?;
    (!sign.ends_with(b"&")).then(|| Redirect {
        writes: sign != b"<",
        target,
    })
}

fn simple(lexer: &mut Lexer<'_>) -> Option<Node> {
    let mut simple = Simple {
        line: lexer.line,
        ..Simple::default()
    };
    let start = lexer.position();
    loop {
        lexer.blanks();
        if lexer.starts(b"<") || lexer.starts(b">") {
            simple.redirects.extend(redirect(lexer));
            continue;
        }
        let Some(word) = lexer.word() else { break };
        // `2>file`: the digit belongs to the redirection.
        let is_descriptor = matches!(word.as_slice(), [Part::Text(digit)] if digit.len() == 1 && digit.chars().all(|c| c.is_ascii_digit()));
        if is_descriptor && (lexer.starts(b"<") || lexer.starts(b">")) {
            simple.redirects.extend(redirect(lexer));
            continue;
        }
        if simple.words.is_empty() {
            // `name()` and `name ()`.
            lexer.blanks();
            if lexer.starts(b"(") && simple.assignments.is_empty() {
                return function(lexer, &word);
            }
            if let Some(assignment) = assignment(&word) {
                simple.assignments.push(assignment);
                continue;
            }
        }
        simple.words.push(word);
    }
    (lexer.position() > start).then_some(Node::Simple(simple))
}

fn function(lexer: &mut Lexer<'_>, name: &[Part]) -> Option<Node> {
    lexer.skip(1);
    lexer.blanks();
    expect(lexer, b")");
    newlines(lexer);
    let name = match name {
        [Part::Text(name)] => name.clone(),
        _ => String::new(),
    };
    Some(Node::Function(name, Box::new(command(lexer)?)))
}
