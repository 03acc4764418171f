//! What two contents say that differs, as data. `report::sentences::fact` writes the sentences.

use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::side::Side;

/// How two contents differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What both were read as: one of [`format_names`](crate::explain::content::format_names).
    pub format: &'static str,
    /// What differs, in the order of the format's reader; bounded in number and in the length of
    /// each value. Never empty.
    pub facts: Vec<Fact>,
}

impl Explanation {
    /// Whether every fact is about a time: of the build, of what was packed, of a source.
    #[must_use]
    pub fn is_about_time(&self) -> bool {
        self.facts.iter().all(Fact::is_about_time)
    }
}

/// One difference between two contents.
///
/// Names and values are text of the contents, quoted for a terminal; long values are cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A property of the whole content.
    Property(PropertyChange),
    /// A property of an item that both sides have.
    ItemProperty(ItemName, PropertyChange),
    /// An item that only one side has.
    OneSidedItem {
        /// The item.
        item: ItemName,
        /// The side that has it.
        side: Side,
        /// The first of its properties that are not empty.
        properties: Vec<Property>,
    },
    /// The items that both sides have are in another order.
    ItemOrder {
        /// What an item is called.
        noun: Noun,
        /// Which items these are.
        compared: OrderedItems,
    },
    /// Two texts are the same but for this.
    Text(TextDifference),
    /// The first line that differs between two texts.
    Line {
        /// Number of the line, from 1.
        number: usize,
        /// The line on the left.
        left: String,
        /// The line on the right.
        right: String,
    },
    /// The first byte that differs between two contents that are not texts.
    Bytes {
        /// Offset of the byte, from 0.
        offset: usize,
        /// Length of the left content in bytes.
        left: usize,
        /// Length of the right content in bytes.
        right: usize,
    },
    /// A difference in a content inside this one, such as a member of an archive.
    Inside {
        /// Name of the inner content.
        name: String,
        /// What differs there.
        fact: Box<Fact>,
    },
    /// A tar archive as such: its blocks, its end, its global headers.
    Archive(ArchiveDivergence),
    /// An entry of a tar archive.
    Entry {
        /// Path of the entry.
        path: String,
        /// What differs of it.
        change: EntryChange,
    },
    /// A difference in the content of the [`Entry`](Fact::Entry) before it.
    InEntry(Box<Fact>),
    /// This many facts were left out.
    More(usize),
}

impl Fact {
    /// Whether nothing but a time differs in this fact.
    #[must_use]
    pub fn is_about_time(&self) -> bool {
        match self {
            Self::Property(change) | Self::ItemProperty(_, change) => change.is_time(),
            Self::Entry { change, .. } => match change {
                EntryChange::Field(change) => change.is_time(),
                EntryChange::Content
                | EntryChange::OneSided(_)
                | EntryChange::Moved
                | EntryChange::Reordered => false,
            },
            Self::Text(difference) => *difference == TextDifference::Times,
            Self::Inside { fact, .. } | Self::InEntry(fact) => fact.is_about_time(),
            Self::OneSidedItem { .. }
            | Self::ItemOrder { .. }
            | Self::Line { .. }
            | Self::Bytes { .. }
            | Self::Archive(_)
            | Self::More(_) => false,
        }
    }
}

/// What the items of a format are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    /// The singular: `library`.
    pub one: &'static str,
    /// The plural: `libraries`.
    pub many: &'static str,
}

/// An item of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemName {
    /// What an item of this format is called.
    pub noun: Noun,
    /// Its name.
    pub name: String,
    /// Which of the items of this name, from 1.
    pub occurrence: usize,
}

/// Items whose order was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderedItems {
    /// All: both sides have the same items, and nothing else differs.
    All,
    /// Those that both sides have.
    Common,
}

/// A name and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its name: `uid`, `build id`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What the value is about.
    pub kind: PropertyKind,
}

/// What the value of a property is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// When something was built, packed or changed.
    Time,
    /// Anything else.
    Other,
}

/// A property with another value on each side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyChange {
    /// Its name.
    pub name: String,
    /// The value on the left; `None` if there is none.
    pub left: Option<String>,
    /// The value on the right; `None` if there is none.
    pub right: Option<String>,
    /// [`Time`](PropertyKind::Time) if every value that is there is a time.
    pub kind: PropertyKind,
}

impl PropertyChange {
    fn is_time(&self) -> bool {
        self.kind == PropertyKind::Time
    }
}

/// What two different texts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextDifference {
    /// The same lines are in another order.
    LineOrder,
    /// The same lines, but some are repeated.
    RepeatedLines,
    /// Carriage returns, or white space at the end.
    LineEnds,
    /// Other white space.
    WhiteSpace,
    /// Dates and times.
    Times,
}

/// What differs of one entry of a tar archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryChange {
    /// A field of its header.
    Field(PropertyChange),
    /// Its content.
    Content,
    /// Only this side has the entry.
    OneSided(Side),
    /// It has another name on the left.
    Moved,
    /// It is elsewhere in the order of entries.
    Reordered,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: PropertyKind) -> PropertyChange {
        PropertyChange {
            name: "time".to_owned(),
            left: Some("1".to_owned()),
            right: Some("2".to_owned()),
            kind,
        }
    }

    #[test]
    fn a_fact_is_about_time_by_what_it_is_and_not_by_its_name() {
        let time = || Fact::Property(change(PropertyKind::Time));
        let inside = |fact| Fact::Inside {
            name: "time".to_owned(),
            fact: Box::new(fact),
        };
        assert!(time().is_about_time());
        assert!(inside(time()).is_about_time());
        assert!(Fact::Text(TextDifference::Times).is_about_time());
        assert!(!Fact::Property(change(PropertyKind::Other)).is_about_time());
        assert!(!inside(Fact::Text(TextDifference::LineOrder)).is_about_time());
        assert!(!Fact::More(1).is_about_time());
    }
}
