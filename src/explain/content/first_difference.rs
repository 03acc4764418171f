//! Where two contents of which nothing is known begin to differ.

use crate::explain::content::fact::Fact;
use crate::text::diff::is_text;
use crate::text::quote;

/// Longest part of a line that is shown, in bytes.
const LINE: usize = 200;

/// The first line of two texts that differs, or the first byte of other contents.
pub(crate) fn first_difference(left: &[u8], right: &[u8]) -> Fact {
    let same = left.iter().zip(right).take_while(|(l, r)| l == r).count();
    if !is_text(left) || !is_text(right) {
        return Fact::Bytes {
            offset: same,
            left: left.len(),
            right: right.len(),
        };
    }
    let before = left.get(..same).unwrap_or(left);
    let ends = before.iter().filter(|byte| **byte == b'\n').count();
    Fact::Line {
        number: ends + 1,
        left: line_at(left, same),
        right: line_at(right, same),
    }
}

/// The line that an offset is in.
fn line_at(content: &[u8], offset: usize) -> String {
    let before = content.get(..offset).unwrap_or(content);
    let end = before.iter().rposition(|byte| *byte == b'\n');
    let line = content
        .get(end.map_or(0, |at| at + 1)..)
        .unwrap_or_default();
    let length = line.iter().position(|byte| *byte == b'\n');
    let shown = length.unwrap_or(line.len()).min(LINE);
    quote(line.get(..shown).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_differ_from_a_line_on_and_other_contents_from_a_byte_on() {
        assert_eq!(
            first_difference(b"a\nb\nc", b"a\nbx\nc"),
            Fact::Line {
                number: 2,
                left: "b".to_owned(),
                right: "bx".to_owned()
            }
        );
        assert_eq!(
            first_difference(b"\0\x01", b"\0\x02\x03"),
            Fact::Bytes {
                offset: 1,
                left: 2,
                right: 3
            }
        );
    }
}
