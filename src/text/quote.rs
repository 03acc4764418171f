//! Quoting of bytes that come out of archives.
//!
//! No control character, escape sequence or direction override may reach a terminal,
//! and two different names must never look the same.

use bstr::ByteSlice as _;

/// Bytes as text for a person and for JSON: printable UTF-8 stays, the rest is escaped
/// (`\n`, `\x1b`, `\u{202e}`), and so is the backslash.
#[must_use]
pub fn quote(bytes: &[u8]) -> String {
    escape(bytes, true)
}

/// Like [`quote`], but backslashes stay: for the lines of a text difference.
#[must_use]
pub fn quote_line(bytes: &[u8]) -> String {
    escape(bytes, false)
}

fn escape(bytes: &[u8], backslash: bool) -> String {
    let mut out = String::with_capacity(bytes.len());
    for (start, end, character) in bytes.char_indices() {
        let raw = bytes.get(start..end).unwrap_or_default();
        match character {
            char::REPLACEMENT_CHARACTER if raw != "\u{fffd}".as_bytes() => {
                for byte in raw {
                    out.push_str(&format!("\\x{byte:02x}"));
                }
            }
            '\\' if backslash => out.push_str("\\\\"),
            '\t' if !backslash => out.push('\t'),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_hostile(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Characters that move the cursor, hide, or turn the direction of text: C1 controls,
/// bidirectional controls, zero-width and line-separating characters, tags, and
/// everything private or unassigned for text.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    matches!(u32::from(c),
        0x7f..=0xa0 | 0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x1680 | 0x17b4..=0x17b5 | 0x180b..=0x180f
        | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x206f | 0x3000 | 0x3164 | 0xd800..=0xf8ff
        | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0xfffe..=0xffff
        | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0x10_ffff)
}

/// A finished text of ours in which nothing can reach a terminal or turn a page around: lines and
/// tabs stay, and other characters that [`quote`] escapes are escaped.
///
/// Values are quoted when a report or a message is made. This is the last gate, for all fields
/// alike: a report that was saved and read back may be anybody's.
#[must_use]
pub(crate) fn visible(text: String) -> String {
    let is_plain = |c: char| matches!(c, '\n' | '\t') || !(c.is_control() || is_hostile(c));
    if text.chars().all(is_plain) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_plain(c) {
            out.push(c);
        } else {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::text::quote::{quote, quote_line, visible};

    #[test]
    fn a_finished_text_keeps_its_lines_and_nothing_else_that_moves_a_cursor() {
        let text = "a\n\tb\x1b[31m\r\u{202e}…\\x1b";
        assert_eq!(
            visible(text.to_owned()),
            "a\n\tb\\u{1b}[31m\\u{d}\\u{202e}…\\x1b"
        );
    }

    #[test]
    fn attacks_on_terminals_are_escaped() {
        for (bytes, shown) in [
            (&b"./etc/passwd"[..], "./etc/passwd"),
            ("./gr\u{fc}n".as_bytes(), "./gr\u{fc}n"),
            (b"a\x1b]52;c;x\x07", "a\\x1b]52;c;x\\x07"),
            ("a\u{202e}b".as_bytes(), "a\\u{202e}b"),
            ("a\u{9b}31m".as_bytes(), "a\\u{9b}31m"),
            (b"\xff\xfe\n", "\\xff\\xfe\\n"),
            (b"a\\x1b", "a\\\\x1b"),
            ("\u{fffd}".as_bytes(), "\u{fffd}"),
            (b"\x7f\r\t", "\\x7f\\r\\t"),
        ] {
            assert_eq!(quote(bytes), shown);
        }
        assert_eq!(quote_line(b"a\\b\tc\x1b"), "a\\b\tc\\x1b");
    }
}
