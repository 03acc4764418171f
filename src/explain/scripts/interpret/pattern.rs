//! Patterns of `case`; sh(1posix), "Pattern Matching Notation".

use crate::explain::scripts::interpret::value::Value;

/// Whether a pattern matches a word; `None` if that is not known.
pub(crate) fn matches(pattern: &Value, word: &Value) -> Option<bool> {
    let pattern = pattern.text()?;
    if pattern == "*" {
        return Some(true);
    }
    let word = word.text()?;
    if pattern.contains('[') {
        return None;
    }
    Some(glob(pattern.as_bytes(), word.as_bytes()))
}

/// `*` and `?` as a shell has them: they match any character, slashes too, and need no matcher of
/// paths. After a mismatch only the last `*` is widened, so the time is bounded.
pub(crate) fn glob(pattern: &[u8], word: &[u8]) -> bool {
    let (mut at, mut in_word) = (0, 0);
    let mut star = None;
    while in_word < word.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_word));
                at += 1;
            }
            Some(sign) if *sign == b'?' || Some(sign) == word.get(in_word) => {
                at += 1;
                in_word += 1;
            }
            Some(_) | None => {
                let Some((last, from)) = star else {
                    return false;
                };
                star = Some((last, from + 1));
                at = last + 1;
                in_word = from + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|sign| *sign == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_any_text_and_a_bracket_is_not_followed() {
        let cases = [
            ("abort-*", "abort-upgrade", Some(true)),
            ("a*b*c", "a/b/bc", Some(true)),
            ("a?c", "abc", Some(true)),
            ("a?c", "ac", Some(false)),
            ("*x", "xy", Some(false)),
            ("[ab]", "a", None),
        ];
        for (pattern, word, expected) in cases {
            let (pattern, word) = (Value::known(pattern), Value::known(word));
            assert_eq!(matches(&pattern, &word), expected, "{pattern:?}");
        }
        assert_eq!(matches(&Value::known("*"), &Value::unknown()), Some(true));
        assert_eq!(matches(&Value::known("a"), &Value::unknown()), None);
    }
}
