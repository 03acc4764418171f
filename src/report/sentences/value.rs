//! A value of a field where it is only shown.

use std::borrow::Cow;

/// How many digits of a digest are shown.
const DIGITS: usize = 8;
/// How many digits a SHA-256 has.
const WHOLE: usize = 64;
/// What a digest begins with.
const PREFIX: &str = "sha256:";

/// The value with its digest shortened, or `none`: `sha256:f1ee6802… (1180 bytes)`.
pub(crate) fn shown(value: Option<&str>) -> Cow<'_, str> {
    let Some(value) = value else {
        return Cow::Borrowed("none");
    };
    let digest = value.strip_prefix(PREFIX);
    match digest.and_then(|rest| rest.split_at_checked(WHOLE)) {
        Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            let digits = digits.get(..DIGITS).unwrap_or(digits);
            Cow::Owned(format!("{PREFIX}{digits}…{rest}"))
        }
        _ => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_shortened_and_nothing_else() {
        let digest = format!("sha256:{} (3 bytes)", "0123456789abcdef".repeat(4));
        for (value, expected) in [
            (Some(digest.as_str()), "sha256:01234567… (3 bytes)"),
            (Some("sha256:0123"), "sha256:0123"),
            (Some("0644"), "0644"),
            (None, "none"),
        ] {
            assert_eq!(shown(value), expected);
        }
    }
}
