//! How long the lists of a text report are.

/// How long the lists of a text report are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Listing {
    /// Long lists are cut, with a count of what is left out.
    #[default]
    Cut,
    /// Everything is listed.
    Whole,
}

impl Listing {
    /// How many rows are listed where at most `most` are if lists are cut.
    pub(crate) fn most(self, most: usize) -> usize {
        match self {
            Self::Cut => most,
            Self::Whole => usize::MAX,
        }
    }

    /// `rows` as one text, at most `most` of them, and a line that counts the others.
    pub(crate) fn listed(self, rows: &[String], most: usize, indent: &str) -> String {
        let shown = rows.iter().take(self.most(most));
        let mut out: String = shown.map(String::as_str).collect();
        match rows.len().saturating_sub(self.most(most)) {
            0 => {}
            rest => out.push_str(&format!("{indent}and {rest} more, in the JSON report\n")),
        }
        out
    }
}
