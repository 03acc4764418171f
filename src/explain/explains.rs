//! What of an entry a rule explains.

use crate::compare::comparison::{Divergence, DivergenceKind};

/// What of an entry a rule explains. A rule that is only known to explain a content says nothing
/// of an entry that has another mode too, or that one of the archives lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explains {
    /// Whatever differs: the rule looks at each difference itself, or saw how the entry was made.
    Everything,
    /// These fields of an entry that both archives have. A name that ends with a colon stands for
    /// all that begin with it.
    Fields(&'static [&'static str]),
    /// These fields, and that only one archive has the entry, or has it under another name.
    FieldsOrPresence(&'static [&'static str]),
}

/// What a file's content shows in: the size goes with it, and the time of its writing.
pub(crate) const CONTENT: &[&str] = &["content", "mtime", "size"];

impl Explains {
    /// Whether all of an entry is explained, of whose fields these are to be explained.
    pub(crate) fn whole(self, divergence: &Divergence, fields: &[&str]) -> bool {
        let (names, is_presence_too) = match self {
            Self::Everything => return true,
            Self::Fields(names) => (names, false),
            Self::FieldsOrPresence(names) => (names, true),
        };
        match divergence.kind {
            DivergenceKind::Changed => fields.iter().all(|field| is_one_of(names, field)),
            DivergenceKind::LeftOnly | DivergenceKind::RightOnly | DivergenceKind::Moved => {
                is_presence_too
            }
            DivergenceKind::Reordered => false,
        }
    }
}

/// Whether a field is one of these, or of a class of these.
fn is_one_of(names: &[&str], field: &str) -> bool {
    names.iter().any(|name| {
        let is_class = name.ends_with(':');
        *name == field || is_class && field.starts_with(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_explained_only_if_each_of_its_fields_is() {
        let (content, presence) = (
            Explains::Fields(CONTENT),
            Explains::FieldsOrPresence(&["content", "xattr:"]),
        );
        use DivergenceKind as K;
        let cases: [(Explains, K, &[&str], bool); 9] = [
            (content, K::Changed, &["content", "size"], true),
            (content, K::Changed, &["content", "mode"], false),
            (content, K::Changed, &["mode"], false),
            (content, K::LeftOnly, &[], false),
            (presence, K::RightOnly, &[], true),
            (presence, K::Moved, &[], true),
            (presence, K::Reordered, &[], false),
            (presence, K::Changed, &["xattr:user.a"], true),
            (Explains::Everything, K::Reordered, &["mode"], true),
        ];
        for (explains, kind, fields, expected) in cases {
            let divergence = Divergence {
                path: b"a".to_vec(),
                occurrence: 1,
                kind,
                from: None,
                looks_like: None,
                fields: Vec::new(),
                left: None,
                right: None,
            };
            let whole = explains.whole(&divergence, fields);
            assert_eq!(whole, expected, "{explains:?} {kind:?} {fields:?}");
        }
    }
}
