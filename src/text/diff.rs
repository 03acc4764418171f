//! Unified line differences of two texts, bounded in time and output.

use std::time::Duration;

use similar::{Algorithm, ChangeTag, TextDiff};

use crate::text::quote::quote_line;

/// Bounds of one difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiffLimits {
    /// After this the difference becomes coarser; it stays correct.
    pub time: Duration,
    /// Most bytes of output; what is left out is said.
    pub output: usize,
}

/// A unified difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unified {
    /// The hunks, without file headers, a newline after each line.
    pub hunks: String,
    /// Whether the limit on the output left out the rest.
    pub is_cut: bool,
}

/// Whether bytes look like text: UTF-8 without NUL and almost without control characters.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    let controls = bytes
        .iter()
        .filter(|byte| matches!(byte, 0..=8 | 0x0e..=0x1f))
        .count();
    controls * 100 <= bytes.len() && !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

/// A unified difference with three lines of context, without file headers. Lines are quoted.
#[must_use]
pub fn unified(left: &[u8], right: &[u8], limits: DiffLimits) -> Unified {
    let mut config = TextDiff::configure();
    let _ = config.algorithm(Algorithm::Myers).timeout(limits.time);
    let diff = config.diff_lines(left, right);
    let mut out = String::new();
    let mut unified = diff.unified_diff();
    for hunk in unified.context_radius(3).iter_hunks() {
        out.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            if out.len() > limits.output {
                return Unified {
                    hunks: out,
                    is_cut: true,
                };
            }
            let mark = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            let line: &[u8] = change.value();
            let body = line.strip_suffix(b"\n").unwrap_or(line);
            out.push_str(&format!("{mark}{}\n", clipped(body)));
            if body.len() == line.len() {
                out.push_str("\\ no newline at the end\n");
            }
        }
    }
    Unified {
        hunks: out,
        is_cut: false,
    }
}

/// Longest line that is shown whole, in bytes.
const LINE: usize = 2000;

fn clipped(line: &[u8]) -> String {
    match line.get(..LINE) {
        Some(start) if line.len() > LINE => {
            format!("{} ({} more bytes)", quote_line(start), line.len() - LINE)
        }
        Some(_) | None => quote_line(line),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::text::diff::{DiffLimits, is_text, unified};

    #[test]
    fn a_difference_shows_hunks_with_marks() {
        let limits = DiffLimits {
            time: Duration::from_secs(2),
            output: 10_000,
        };
        assert_eq!(
            unified(b"a\nb\n", b"a\nc", limits).hunks,
            "@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ no newline at the end\n"
        );
    }

    #[test]
    fn binary_is_not_text() {
        assert!(is_text(b"plain\n") && is_text(b"") && !is_text(b"a\0b") && !is_text(b"\xff"));
    }
}
