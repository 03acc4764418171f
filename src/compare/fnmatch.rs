//! Patterns of fnmatch(3) in the words of `globset`, which knows more.
//!
//! In a pattern of fnmatch, braces and a backslash are no more than characters (Python's `fnmatch`
//! has no escapes), two stars are one, and a bracket that is never closed stands for itself.

/// The same pattern for `globset`, without its escapes, and with a `*` that matches a slash.
pub(crate) fn glob_of(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        let after = rest.get(next.len_utf8()..).unwrap_or_default();
        rest = after;
        match next {
            '*' if out.ends_with('*') => {}
            '{' | '}' => out.push_str(&format!("[{next}]")),
            '[' => match class(after) {
                Some((inside, behind)) => {
                    out.push_str(&set(inside));
                    rest = behind;
                }
                None => out.push_str("[[]"),
            },
            other => out.push(other),
        }
    }
    out
}

/// What stands in a bracket, and what follows it; `None` if it is never closed. A closing bracket
/// that comes first is one of the characters.
fn class(after: &str) -> Option<(&str, &str)> {
    let first = after.strip_prefix('!').unwrap_or(after);
    let first = first.strip_prefix(']').unwrap_or(first);
    let end = after.len() - first.len() + first.find(']')?;
    Some((after.get(..end)?, after.get(end + 1..)?))
}

/// A bracket, in which only `!` negates.
fn set(inside: &str) -> String {
    match inside.strip_prefix('^') {
        Some("") => "^".to_owned(),
        Some(others) => format!("[{others}^]"),
        None => format!("[{inside}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_globset_knows_is_taken_out() {
        for (pattern, glob) in [
            ("./etc/*", "./etc/*"),
            ("a**b", "a*b"),
            ("{a}", "[{]a[}]"),
            ("[!a]b", "[!a]b"),
            ("[]a]", "[]a]"),
            ("[!]]", "[!]]"),
            ("[^a]", "[a^]"),
            ("[^]", "^"),
            ("[a", "[[]a"),
        ] {
            assert_eq!(glob_of(pattern), glob);
        }
    }
}
