//! Names that look the same and are not: other characters of one form (Unicode TS 39), accents
//! composed or not, spaces at an end, and characters that nobody sees.

use unicode_security::confusable_detection::skeleton as prototypes;

use crate::text::quote::is_hostile;

/// What all names that look like this one have in common; `None` if it is not UTF-8.
#[must_use]
pub(crate) fn skeleton(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let seen: String = prototypes(name).filter(|c| !is_hostile(*c)).collect();
    let parts: Vec<&str> = seen.split('/').map(str::trim_end).collect();
    Some(parts.join("/"))
}

/// Whether a name can be taken for another one: it has a character beyond ASCII, or one that is not
/// seen. `1` and `l` are told apart.
#[must_use]
pub(crate) fn is_doubtful(name: &[u8]) -> bool {
    let mut parts = name.split(|byte| *byte == b'/');
    !name.is_ascii() || parts.any(|part| part.last().is_some_and(u8::is_ascii_whitespace))
}

/// The characters in which two names differ, each as `U+00E9 U+0301`, from the first that differs
/// to the last; empty if a side has none there.
#[must_use]
pub(crate) fn code_points(left: &str, right: &str) -> [String; 2] {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let same = |pairs: &mut dyn Iterator<Item = (&char, &char)>| {
        pairs.take_while(|(one, other)| one == other).count()
    };
    let start = same(&mut left.iter().zip(&right));
    let rest = |name: &[char]| name.get(start..).unwrap_or_default().to_vec();
    let (left, right) = (rest(&left), rest(&right));
    let end = same(&mut left.iter().rev().zip(right.iter().rev()));
    [left, right].map(|name| {
        let shown = name.iter().take(name.len() - end);
        let shown: Vec<String> = shown.map(|c| format!("U+{:04X}", u32::from(*c))).collect();
        shown.join(" ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_have_one_skeleton() {
        let pairs = [
            ("doc/r\u{e9}sum\u{e9}", "doc/re\u{301}sume\u{301}"),
            ("a b", "a\u{a0}b"),
            ("name", "name "),
            ("d /f", "d/f"),
            ("zerowidth", "zero\u{200b}width"),
            ("paypal", "p\u{430}yp\u{430}l"),
        ];
        for (one, other) in pairs {
            assert_eq!(
                skeleton(one.as_bytes()),
                skeleton(other.as_bytes()),
                "{one}"
            );
            assert!(is_doubtful(one.as_bytes()) || is_doubtful(other.as_bytes()));
        }
        assert_ne!(skeleton(b"resume"), skeleton("r\u{e9}sume".as_bytes()));
        assert_eq!(skeleton(b"\xff"), None);
        assert!(!is_doubtful(b"./lib/l10n"));
    }

    #[test]
    fn code_points_are_those_between_what_is_equal() {
        let table = [
            ("r\u{e9}s", "re\u{301}s", ["U+00E9", "U+0065 U+0301"]),
            ("name", "name ", ["", "U+0020"]),
            ("aa", "a", ["U+0061", ""]),
            ("\u{1f600}", "x", ["U+1F600", "U+0078"]),
        ];
        for (left, right, expected) in table {
            assert_eq!(code_points(left, right), expected);
        }
    }
}
