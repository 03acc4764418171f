//! Texts of no known format: what they differ in, if it is not what their lines say.

use bstr::ByteSlice as _;

use crate::explain::content::fact::TextDifference;
use crate::text::diff::is_text;

/// The lines of a text without what is left out of account.
type Reduced = Vec<Vec<u8>>;

/// Leaves something out of a text.
type Reduce = fn(&[u8]) -> Reduced;

/// What two different texts have in common; `None` if they are not texts, or if a difference by
/// lines says all there is to say.
pub(crate) fn compare(left: &[u8], right: &[u8]) -> Option<TextDifference> {
    if !is_text(left) || !is_text(right) {
        return None;
    }
    let differences: [(TextDifference, Reduce); 5] = [
        (TextDifference::LineOrder, sorted),
        (TextDifference::RepeatedLines, unrepeated),
        (TextDifference::LineEnds, unended),
        (TextDifference::WhiteSpace, unspaced),
        (TextDifference::Times, untimed),
    ];
    let mut differences = differences.into_iter();
    let found = differences.find(|(_, reduce)| reduce(left) == reduce(right));
    found.map(|(difference, _)| difference)
}

fn owned(content: &[u8]) -> Reduced {
    content
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

fn sorted(content: &[u8]) -> Reduced {
    let mut lines = owned(content);
    lines.sort();
    lines
}

fn unrepeated(content: &[u8]) -> Reduced {
    let mut lines = sorted(content);
    lines.dedup();
    lines
}

fn unended(content: &[u8]) -> Reduced {
    content
        .trim_ascii_end()
        .lines()
        .map(<[u8]>::to_vec)
        .collect()
}

fn unspaced(content: &[u8]) -> Reduced {
    let words = content.split(u8::is_ascii_whitespace);
    words
        .filter(|word| !word.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

fn untimed(content: &[u8]) -> Reduced {
    content.lines().map(without_times).collect()
}

/// A line with `D` for each date `2026-11-24` and `T` for each time `12:34:56`, with its fraction.
fn without_times(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(byte) = rest.first() {
        let (mark, length) = if shaped(rest, b"0000-00-00") {
            (b'D', 10)
        } else if shaped(rest, b"00:00:00") {
            let fraction = rest.get(8..).and_then(|rest| rest.strip_prefix(b"."));
            let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (b'T', 8 + fraction.map_or(0, |text| 1 + digits(text)))
        } else {
            (*byte, 1)
        };
        out.push(mark);
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// Whether a text begins like a pattern in which `0` stands for any digit.
fn shaped(text: &[u8], pattern: &[u8]) -> bool {
    let fits = |(byte, mark): (&u8, &u8)| match mark {
        b'0' => byte.is_ascii_digit(),
        mark => byte == mark,
    };
    text.len() >= pattern.len() && text.iter().zip(pattern).all(fits)
}
