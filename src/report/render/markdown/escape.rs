//! Text that Markdown is to show as it is.

/// Characters that mean something in GitHub's or GitLab's Markdown, or may begin a mention or a
/// reference.
const MARKUP: &str = "\\`*_{}[]<>#|~@&$!^";

/// Text outside of code, every character of which is shown.
pub(crate) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if MARKUP.contains(c) {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

/// Text as code within a line.
pub(crate) fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let fence = "`".repeat(longest_run(&text) + 1);
    // A space at both ends is not shown, and keeps the text's own backticks apart from the fence.
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Code in a cell of a table, where a bar would end the cell.
pub(crate) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Lines as a block of code of this language.
pub(crate) fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(
            words("a_b *c* <d> [e](f) @g #1\nh"),
            "a\\_b \\*c\\* \\<d\\> \\[e\\](f) \\@g \\#1 h"
        );
    }

    #[test]
    fn a_fence_is_longer_than_what_is_in_it() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(block("", "a"), "```\na\n```\n");
        assert_eq!(block("diff", "```\n"), "````diff\n```\n````\n");
    }
}
