//! What stands in a text, by lines and by words.

use std::collections::BTreeSet;

use crate::compare::comparison::{Content, Divergence};

/// Shortest word that counts, in bytes.
pub(crate) const WORD: usize = 3;

/// What stands in the right content and not in the left one.
pub(crate) fn new_words(divergence: &Divergence) -> BTreeSet<Vec<u8>> {
    let kept = |content: Option<&Content>| match content {
        Some(Content::Whole(bytes) | Content::Window { bytes, .. }) => words(bytes),
        None => BTreeSet::new(),
    };
    let mut new = kept(divergence.right_content());
    let old = kept(divergence.left_content());
    new.retain(|word| !old.contains(word));
    new
}

/// The lines and words of a text.
pub(crate) fn words(text: &[u8]) -> BTreeSet<Vec<u8>> {
    let words = text.split(|byte| byte.is_ascii_whitespace() || b":=,\0".contains(byte));
    let mut all = trimmed(words, WORD);
    all.append(&mut lines(text, WORD));
    all
}

/// The lines of a text without the white space around them, those of at least `shortest` bytes.
pub(crate) fn lines(text: &[u8], shortest: usize) -> BTreeSet<Vec<u8>> {
    trimmed(text.split(|byte| *byte == b'\n'), shortest)
}

fn trimmed<'a>(pieces: impl Iterator<Item = &'a [u8]>, shortest: usize) -> BTreeSet<Vec<u8>> {
    pieces
        .map(<[u8]>::trim_ascii)
        .filter(|piece| piece.len() >= shortest)
        .map(<[u8]>::to_vec)
        .collect()
}

/// The words of a line of shell, without the quotes and signs around them.
pub(crate) fn shell_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || ";|&()<>`\"'$={}".contains(c))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_pieces_do_not_count_and_lines_are_words_too() {
        let set = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec()).collect();
        assert_eq!(lines(b" abc: d\nabcd\nabc\n", 4), set(&["abc: d", "abcd"]));
        assert_eq!(
            words(b"key=value, x\nlist\n"),
            set(&["key", "value", "key=value, x", "list"])
        );
    }
}
