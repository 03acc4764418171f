//! A page of limited length, and what had no room on it.

use std::collections::BTreeMap;

use crate::text::number::grouped;

/// What a page is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Failure,
    Cause,
    Entry,
    Aspect,
    Change,
    Attempt,
    Package,
    Build,
    Note,
}

/// Room that is kept for the last lines, in characters.
const RESERVE: usize = 400;

/// A page that is being written. After the first part that has no room, all others are counted
/// only: a page with holes would be read as if it had none.
#[derive(Debug)]
pub(crate) struct Page {
    out: String,
    room: usize,
    left_out: BTreeMap<Part, u64>,
}

impl Page {
    /// An empty page of at most this many characters.
    pub(crate) fn new(length: usize) -> Self {
        Self {
            out: String::new(),
            room: length.saturating_sub(RESERVE),
            left_out: BTreeMap::new(),
        }
    }

    /// Adds a part, or counts it if there is no room.
    pub(crate) fn add(&mut self, part: Part, text: &str) {
        self.add_several(part, 1, text);
    }

    /// Adds a text that tells of several parts.
    pub(crate) fn add_several(&mut self, part: Part, count: u64, text: &str) {
        if self.left_out.is_empty() && self.text(text) {
            return;
        }
        *self.left_out.entry(part).or_default() += count;
    }

    /// Adds a heading or the like, which is not worth counting; false if it has no room.
    pub(crate) fn text(&mut self, text: &str) -> bool {
        let length = text.chars().count();
        if length > self.room || !self.left_out.is_empty() {
            return false;
        }
        self.room -= length;
        self.out.push_str(text);
        true
    }

    /// Adds what `body` adds below a summary that a reader unfolds.
    pub(crate) fn fold(&mut self, summary: &str, body: impl FnOnce(&mut Self)) {
        let end = "\n</details>\n";
        let begin = format!("\n<details><summary>{summary}</summary>\n\n");
        let is_open = self.text(&begin);
        if is_open {
            self.room = self.room.saturating_sub(end.len());
        }
        body(self);
        if is_open {
            self.out.push_str(end);
        }
    }

    /// The page, with a last line that counts what had no room.
    pub(crate) fn finish(mut self) -> String {
        if self.left_out.is_empty() {
            return self.out;
        }
        let parts = self
            .left_out
            .iter()
            .map(|(part, count)| part.counted(*count));
        let parts: Vec<String> = parts.collect();
        let line = format!(
            "\n**This page is cut.** Not shown: {}. The JSON report has everything.\n",
            parts.join(", ")
        );
        self.out.push_str(&line);
        self.out
    }
}

impl Part {
    /// `1 entry`, `2 entries`.
    fn counted(self, count: u64) -> String {
        let (one, several) = match self {
            Self::Failure => ("failure", "failures"),
            Self::Cause => ("cause", "causes"),
            Self::Entry => ("entry", "entries"),
            Self::Aspect => ("aspect of the archive", "aspects of the archive"),
            Self::Change => ("change outside", "changes outside"),
            Self::Attempt => ("attempt", "attempts"),
            Self::Package => ("package", "packages"),
            Self::Build => ("build", "builds"),
            Self::Note => ("note", "notes"),
        };
        let word = if count == 1 { one } else { several };
        format!("{} {word}", grouped(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_counted_and_a_fold_is_closed() {
        let mut page = Page::new(RESERVE + 75);
        page.fold("more", |page| {
            page.add(Part::Entry, "- first\n");
            page.add(Part::Entry, &"long ".repeat(20));
            page.add(Part::Entry, "- third\n");
        });
        page.add_several(Part::Note, 1, "- a note\n");
        assert_eq!(
            page.finish(),
            "\n<details><summary>more</summary>\n\n- first\n\n</details>\n\n\
             **This page is cut.** Not shown: 2 entries, 1 note. The JSON report has everything.\n"
        );
    }
}
