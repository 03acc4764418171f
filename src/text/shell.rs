//! Quoting of words for a POSIX shell.

/// Quotes one word for a POSIX shell, and only if it needs quotes.
///
/// `--include=a` stays as it is, `a b` becomes `'a b'`, and `it's` becomes `'it'\''s'`.
#[must_use]
pub fn shell_quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_need_quotes_get_them() {
        for (word, quoted) in [
            ("--include=a,b", "--include=a,b"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("a\nb", "'a\nb'"),
        ] {
            assert_eq!(shell_quote(word), quoted);
        }
    }
}
