//! A dump of the bytes of two contents in hexadecimal, left above right.

/// Bytes shown in one line.
const WIDTH: usize = 16;

/// The rows of `left` (marked `-`) and `right` (marked `+`) that differ, at most `rows` rows.
///
/// Both slices start at `offset` of the whole, which the rows count from.
#[must_use]
pub fn window(offset: u64, left: &[u8], right: &[u8], rows: usize) -> String {
    let mut out = String::new();
    let mut shown = 0;
    let lines = left.len().max(right.len()).div_ceil(WIDTH);
    for line in 0..lines {
        let row = |side: &[u8]| -> Vec<u8> {
            side.iter()
                .skip(line * WIDTH)
                .take(WIDTH)
                .copied()
                .collect()
        };
        let (old, new) = (row(left), row(right));
        if old == new {
            continue;
        }
        if shown == rows {
            out.push_str("more rows differ\n");
            break;
        }
        shown += 1;
        let at = offset + (line * WIDTH) as u64;
        for (mark, bytes) in [('-', &old), ('+', &new)] {
            if !bytes.is_empty() {
                out.push_str(&format!("{mark}{at:08x}  {}\n", row_text(bytes)));
            }
        }
    }
    out
}

fn row_text(bytes: &[u8]) -> String {
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let ascii: String = bytes
        .iter()
        .map(|byte| {
            if (0x20..0x7f).contains(byte) {
                char::from(*byte)
            } else {
                '.'
            }
        })
        .collect();
    format!("{:<47}  |{ascii}|", hex.join(" "))
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_rows_that_differ_are_shown() {
        let left = [b"0123456789abcdef".as_slice(), b"same"].concat();
        let right = [b"0123456789abcdeF".as_slice(), b"same"].concat();
        assert_eq!(
            super::window(16, &left, &right, 4),
            "-00000010  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  |0123456789abcdef|\n\
             +00000010  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 46  |0123456789abcdeF|\n"
        );
    }
}
