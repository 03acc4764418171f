//! What a word expands to, as far as it is known without running anything.

/// A word after expansion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Value(pub(crate) Vec<Piece>);

/// Part of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Known text.
    Text(String),
    /// The value of `DPKG_ROOT`, which is not empty in a chrootless installation.
    Root,
    /// Something that only a run would tell.
    Unknown,
}

impl Value {
    pub(crate) fn known(text: impl Into<String>) -> Self {
        Self(vec![Piece::Text(text.into())])
    }

    pub(crate) fn unknown() -> Self {
        Self(vec![Piece::Unknown])
    }

    pub(crate) fn push(&mut self, piece: Piece) {
        let is_first = self.0.is_empty();
        match (self.0.last_mut(), piece) {
            (Some(Piece::Text(text)), Piece::Text(more)) => text.push_str(&more),
            (_, Piece::Text(text)) if text.is_empty() && !is_first => {}
            (_, piece) => self.0.push(piece),
        }
    }

    /// The text, if all of it is known.
    pub(crate) fn text(&self) -> Option<String> {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => Some(text.as_str()),
                Piece::Root | Piece::Unknown => None,
            })
            .collect()
    }

    /// Bytes of text, and one for each other part.
    pub(crate) fn size(&self) -> usize {
        let sizes = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Root | Piece::Unknown => 1,
        });
        sizes.sum()
    }

    /// For a person: what is not known is `*`.
    pub(crate) fn shown(&self) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Root => "$DPKG_ROOT",
                Piece::Unknown => "*",
            })
            .collect()
    }

    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        let is_empty = |piece: &&Piece| matches!(piece, Piece::Text(text) if text.is_empty());
        self.0.iter().filter(move |piece| !is_empty(piece))
    }

    /// Whether `DPKG_ROOT` stands first.
    pub(crate) fn is_rooted(&self) -> bool {
        self.pieces().next() == Some(&Piece::Root)
    }

    /// Whether `DPKG_ROOT` stands anywhere.
    pub(crate) fn has_root(&self) -> bool {
        self.0.contains(&Piece::Root)
    }

    /// Whether it is a path from `/`, without `DPKG_ROOT`.
    pub(crate) fn is_absolute(&self) -> bool {
        matches!(self.pieces().next(), Some(Piece::Text(text)) if text.starts_with('/'))
    }

    /// Whether it is a path from the working directory.
    pub(crate) fn is_relative(&self) -> bool {
        matches!(self.pieces().next(), Some(Piece::Text(text)) if !text.starts_with(['/', '-']))
    }

    /// Whether it is empty; `None` if that is not known.
    pub(crate) fn is_empty(&self) -> Option<bool> {
        match self.pieces().find(|piece| **piece != Piece::Unknown) {
            Some(_) => Some(false),
            None => self.pieces().next().is_none().then_some(true),
        }
    }

    /// The words of a value that was not quoted.
    pub(crate) fn split(&self) -> Vec<Self> {
        let mut words = Vec::new();
        let mut word = Self::default();
        for piece in &self.0 {
            let Piece::Text(text) = piece else {
                word.push(piece.clone());
                continue;
            };
            for (index, part) in text.split([' ', '\t', '\n']).enumerate() {
                if index > 0 && !word.0.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                if !part.is_empty() {
                    word.push(Piece::Text(part.to_owned()));
                }
            }
        }
        if !word.0.is_empty() {
            words.push(word);
        }
        words
    }
}
