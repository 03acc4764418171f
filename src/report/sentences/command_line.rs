//! A command line for people.

use crate::text::quote_line;
use crate::text::shell::shell_quote;

/// Longest command line that is quoted whole, in characters.
const COMMAND: usize = 160;

/// A command line, quoted, and cut if it is long.
pub(crate) fn shown(words: &[String]) -> String {
    let words = words.iter().map(|word| match word.as_str() {
        word if needs_quotes(word) => quote_line(shell_quote(word).as_bytes()),
        word => quote_line(word.as_bytes()),
    });
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(COMMAND) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// Whether a word would be read as another number of words.
fn needs_quotes(word: &str) -> bool {
    word.is_empty() || word.contains(|c: char| c.is_whitespace() || c == '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_command_is_cut() {
        let long = shown(&["x".to_owned(), "é".repeat(200)]);
        assert_eq!(long, format!("x {}…", "é".repeat(COMMAND - 2)));
    }
}
