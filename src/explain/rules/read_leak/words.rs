//! What stands in a text, by lines and by words.

use std::collections::BTreeSet;

use crate::compare::comparison::{Content, Divergence};

/// Shortest word that counts, bytes.
const WORD: usize = 3;

/// What the right side has and the left one has not.
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

/// Lines and words of a text.
pub(crate) fn words(text: &[u8]) -> BTreeSet<Vec<u8>> {
    let words = text.split(|byte| byte.is_ascii_whitespace() || b":=,\0".contains(byte));
    let mut all = kept(words);
    all.append(&mut lines(text));
    all
}

/// Lines of a text, without the white space around them.
pub(crate) fn lines(text: &[u8]) -> BTreeSet<Vec<u8>> {
    kept(text.split(|byte| *byte == b'\n'))
}

fn kept<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> BTreeSet<Vec<u8>> {
    pieces
        .map(<[u8]>::trim_ascii)
        .filter(|piece| piece.len() >= WORD)
        .map(<[u8]>::to_vec)
        .collect()
}
