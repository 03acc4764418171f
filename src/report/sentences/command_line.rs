//! A command line for people.

use crate::text::quote;

/// Longest command line that is quoted whole, in characters.
const COMMAND: usize = 160;

/// A command line, quoted, and cut if it is long.
pub(crate) fn shown(words: &[String]) -> String {
    let words = words.iter().map(|word| match word.as_str() {
        "" => "''".to_owned(),
        word => quote(word.as_bytes()),
    });
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(COMMAND) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
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
