//! A unified difference as rows of two columns.

/// A row: what stands on the left and on the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Row<'a> {
    /// The heading of a hunk.
    Hunk(&'a str),
    /// A line that both sides have.
    Same(Numbered<'a>, u64),
    /// Lines that differ, or a line that one side lacks.
    Changed(Option<Numbered<'a>>, Option<Numbered<'a>>),
    /// A line that is of neither side.
    Remark(&'a str),
}

/// A line with its number; 0 if it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbered<'a> {
    pub(crate) number: u64,
    pub(crate) text: &'a str,
}

/// The rows of a difference. Lines taken out and lines put in after them stand side by side.
pub(crate) fn rows(difference: &str) -> Vec<Row<'_>> {
    let mut rows = Rows::default();
    for line in difference.lines() {
        rows.line(line);
    }
    rows.flush();
    rows.done
}

#[derive(Default)]
struct Rows<'a> {
    done: Vec<Row<'a>>,
    removed: Vec<Numbered<'a>>,
    added: Vec<Numbered<'a>>,
    left: u64,
    right: u64,
}

impl<'a> Rows<'a> {
    fn line(&mut self, line: &'a str) {
        let (sign, text) = line.split_at_checked(1).unwrap_or((" ", ""));
        match sign {
            "-" => {
                if !self.added.is_empty() {
                    self.flush();
                }
                self.removed.push(numbered(&mut self.left, text));
            }
            "+" => self.added.push(numbered(&mut self.right, text)),
            " " => {
                self.flush();
                let left = numbered(&mut self.left, text);
                let right = numbered(&mut self.right, text);
                self.done.push(Row::Same(left, right.number));
            }
            "\\" if !self.added.is_empty() => self.added.push(unnumbered(line)),
            "\\" if !self.removed.is_empty() => self.removed.push(unnumbered(line)),
            _ => {
                self.flush();
                match starts(line) {
                    Some((left, right)) => {
                        (self.left, self.right) = (left, right);
                        self.done.push(Row::Hunk(line));
                    }
                    None => self.done.push(Row::Remark(line)),
                }
            }
        }
    }

    /// Pairs what was taken out with what was put in.
    fn flush(&mut self) {
        let mut removed = std::mem::take(&mut self.removed).into_iter();
        let mut added = std::mem::take(&mut self.added).into_iter();
        loop {
            match (removed.next(), added.next()) {
                (None, None) => return,
                (left, right) => self.done.push(Row::Changed(left, right)),
            }
        }
    }
}

/// The line with its number, and the number of the next one. Without a hunk there are no numbers.
fn numbered<'a>(next: &mut u64, text: &'a str) -> Numbered<'a> {
    let number = *next;
    if number > 0 {
        *next += 1;
    }
    Numbered { number, text }
}

/// What is said of the line before: that no newline ends it.
fn unnumbered(text: &str) -> Numbered<'_> {
    Numbered { number: 0, text }
}

/// The first lines of both sides: `@@ -19,8 +19,6 @@`.
fn starts(line: &str) -> Option<(u64, u64)> {
    let ranges = line.strip_prefix("@@ -")?;
    let (left, rest) = ranges.split_once(" +")?;
    let right = rest.split(' ').next()?;
    let start = |range: &str| range.split(',').next()?.parse().ok();
    Some((start(left)?, start(right)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_paired_and_numbered() {
        let line = |number, text| Numbered { number, text };
        assert_eq!(
            rows("@@ -3,3 +3,2 @@\n a\n-b\n-c\n+B\n d\nand 2 more lines\n"),
            [
                Row::Hunk("@@ -3,3 +3,2 @@"),
                Row::Same(line(3, "a"), 3),
                Row::Changed(Some(line(4, "b")), Some(line(4, "B"))),
                Row::Changed(Some(line(5, "c")), None),
                Row::Same(line(6, "d"), 5),
                Row::Remark("and 2 more lines"),
            ]
        );
    }

    #[test]
    fn what_is_said_of_a_line_stays_with_it() {
        let line = |number, text| Some(Numbered { number, text });
        assert_eq!(
            rows("@@ -1 +1 @@\n-x\n\\ no newline\n+y\n\\ no newline\n"),
            [
                Row::Hunk("@@ -1 +1 @@"),
                Row::Changed(line(1, "x"), line(1, "y")),
                Row::Changed(line(0, "\\ no newline"), line(0, "\\ no newline")),
            ]
        );
    }

    #[test]
    fn a_window_of_bytes_has_no_numbers() {
        let line = |text| Some(Numbered { number: 0, text });
        assert_eq!(
            rows("-00 01\n+00 02\n-10 03\n+10 04\n"),
            [
                Row::Changed(line("00 01"), line("00 02")),
                Row::Changed(line("10 03"), line("10 04")),
            ]
        );
    }
}
