//! What differs within two lines: the words that only one of them has.

use similar::{Algorithm, ChangeTag, capture_diff_slices};

/// Longest line whose words are compared, in bytes.
const LONGEST: usize = 2_000;

/// A piece of a line, and whether the other line lacks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    pub(crate) is_marked: bool,
}

/// The pieces of a left and a right line. Lines that have little in common have no marks: all of
/// them differs.
pub(crate) fn marks<'a>(left: &'a str, right: &'a str) -> (Vec<Piece<'a>>, Vec<Piece<'a>>) {
    let plain = |text| {
        vec![Piece {
            text,
            is_marked: false,
        }]
    };
    if left.len() > LONGEST || right.len() > LONGEST {
        return (plain(left), plain(right));
    }
    let (old, new) = (words(left), words(right));
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut shared = 0;
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        for change in op.iter_changes(&old, &new) {
            let text = change.value();
            let piece = |is_marked| Piece { text, is_marked };
            match change.tag() {
                ChangeTag::Equal => {
                    shared += text.trim().len();
                    before.push(piece(false));
                    after.push(piece(false));
                }
                ChangeTag::Delete => before.push(piece(true)),
                ChangeTag::Insert => after.push(piece(true)),
            }
        }
    }
    if shared * 3 < left.trim().len().max(right.trim().len()) {
        return (plain(left), plain(right));
    }
    (joined(left, &before), joined(right, &after))
}

/// A line as runs of letters and digits, and single other characters.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut was_word = false;
    for (at, c) in line.char_indices() {
        let is_word = c.is_alphanumeric();
        if at > start && !(is_word && was_word) {
            words.extend(line.get(start..at));
            start = at;
        }
        was_word = is_word;
    }
    words.extend(line.get(start..).filter(|rest| !rest.is_empty()));
    words
}

/// Neighbours that are alike, as one piece.
fn joined<'a>(line: &'a str, pieces: &[Piece<'a>]) -> Vec<Piece<'a>> {
    let mut out: Vec<Piece<'a>> = Vec::new();
    let mut at = 0;
    for run in pieces.chunk_by(|one, other| one.is_marked == other.is_marked) {
        let length: usize = run.iter().map(|piece| piece.text.len()).sum();
        let text = line.get(at..at + length).unwrap_or_default();
        at += length;
        let is_marked = run.first().is_some_and(|piece| piece.is_marked);
        out.push(Piece { text, is_marked });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece<'_>]) -> String {
        let piece = |piece: &Piece<'_>| match piece.is_marked {
            true => format!("[{}]", piece.text),
            false => piece.text.to_owned(),
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn words_that_one_line_lacks_are_marked() {
        for (left, right, expected) in [
            (
                "root:x:0:0:root",
                "root:*:0:0:root",
                ("root:[x]:0:0:root", "root:[*]:0:0:root"),
            ),
            ("a b", "a b c", ("a b", "a b[ c]")),
            ("grün ist", "grün war", ("grün [ist]", "grün [war]")),
            ("nothing", "in common", ("nothing", "in common")),
            ("", "a", ("", "a")),
        ] {
            let (before, after) = marks(left, right);
            assert_eq!((shown(&before).as_str(), shown(&after).as_str()), expected);
        }
    }
}
