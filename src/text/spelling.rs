//! The known word that a mistyped one most likely means.

/// Letters that may be missing, too many or wrong.
const SLIPS: usize = 2;

/// The candidate that differs from a word by the fewest letters, at most two and at most half
/// of its letters; the first of equally good ones.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let found = candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate));
    let likely = found
        .filter(|(slips, candidate)| *slips <= SLIPS && slips * 2 <= candidate.chars().count());
    likely
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// The fewest letters to be added, removed or changed (Levenshtein's distance).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.chars().enumerate() {
        let mut next = vec![at + 1];
        for (other, (above, diagonal)) in right.iter().zip(row.iter().skip(1).zip(&row)) {
            let before = next.last().copied().unwrap_or(0);
            let change = diagonal + usize::from(*other != letter);
            next.push(change.min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_another_word_is_not() {
        let names = ["mode", "mtime", "atime", "ctime", "uid"];
        for (word, meant) in [
            ("mtimes", Some("mtime")),
            ("mdoe", Some("mode")),
            ("xtime", Some("mtime")),
            ("u", None),
            ("colour", None),
        ] {
            assert_eq!(nearest(word, names), meant, "{word}");
        }
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
