//! What differs between two contents, a line for each fact.

use crate::compare::side::Side;
use crate::explain::content::fact::{
    EntryChange, Fact, ItemName, OrderedItems, Property, PropertyChange, TextDifference,
};
use crate::report::sentences::archive;

/// The line of one fact.
#[must_use]
pub fn line(fact: &Fact) -> String {
    match fact {
        Fact::Property(change) => property_change(change),
        Fact::ItemProperty(item, change) => {
            format!("{}: {}", item_name(item), property_change(change))
        }
        Fact::OneSidedItem {
            item,
            side,
            properties,
        } => format!(
            "{} only {}{}",
            item_name(item),
            side_word(*side),
            listed(properties)
        ),
        Fact::ItemOrder { noun, compared } => {
            let which = match compared {
                OrderedItems::All => "the same",
                OrderedItems::Common => "common",
            };
            format!("{which} {} stand in another order", noun.many)
        }
        Fact::Text(difference) => text_difference(*difference).to_owned(),
        Fact::Line {
            number,
            left,
            right,
        } => format!("line {number}: {left} | {right}"),
        Fact::Bytes {
            offset,
            left,
            right,
        } => format!("differs from byte {offset} on ({left} | {right} bytes)"),
        Fact::Inside { name, fact } => format!("{name}: {}", line(fact)),
        Fact::Archive(divergence) => {
            format!(
                "archive: {}: {}",
                divergence.name(),
                archive::detail(divergence)
            )
        }
        Fact::Entry { path, change } => format!("entry {path}{}", entry_change(change)),
        Fact::InEntry(fact) => format!("  {}", line(fact)),
        Fact::More(1) => "and 1 more line".to_owned(),
        Fact::More(count) => format!("and {count} more lines"),
    }
}

fn item_name(item: &ItemName) -> String {
    let ItemName {
        noun,
        name,
        occurrence,
    } = item;
    match occurrence {
        1 => format!("{} {name}", noun.one),
        number => format!("{} {name} (number {number} of this name)", noun.one),
    }
}

fn property_change(change: &PropertyChange) -> String {
    let value = |value: &Option<String>| match value.as_deref() {
        None => "none".to_owned(),
        Some("") => "empty".to_owned(),
        Some(value) => value.to_owned(),
    };
    let (left, right) = (value(&change.left), value(&change.right));
    format!("{} {left} | {right}", change.name)
}

/// Properties after a colon; nothing if there are none.
fn listed(properties: &[Property]) -> String {
    let properties = properties.iter();
    let properties: Vec<String> = properties
        .map(|property| format!("{} {}", property.name, property.value))
        .collect();
    if properties.is_empty() {
        String::new()
    } else {
        format!(": {}", properties.join(", "))
    }
}

fn entry_change(change: &EntryChange) -> String {
    match change {
        EntryChange::Field(change) => format!(": {}", property_change(change)),
        EntryChange::Content => ": content differs".to_owned(),
        EntryChange::OneSided(side) => format!(" only {}", side_word(*side)),
        EntryChange::Moved => " moved".to_owned(),
        EntryChange::Reordered => " stands elsewhere".to_owned(),
    }
}

fn text_difference(difference: TextDifference) -> &'static str {
    match difference {
        TextDifference::LineOrder => "the same lines in another order",
        TextDifference::RepeatedLines => "the same lines, some repeated",
        TextDifference::LineEnds => "the same but for carriage returns and the end of the file",
        TextDifference::WhiteSpace => "the same but for white space",
        TextDifference::Times => "the same but for dates and times",
    }
}

fn side_word(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::content::fact::{Noun, PropertyKind};

    const LIBRARY: Noun = Noun {
        one: "library",
        many: "libraries",
    };

    fn library(occurrence: usize) -> ItemName {
        ItemName {
            noun: LIBRARY,
            name: "libc.so.6".to_owned(),
            occurrence,
        }
    }

    fn change(left: Option<&str>, right: Option<&str>) -> PropertyChange {
        PropertyChange {
            name: "path".to_owned(),
            left: left.map(str::to_owned),
            right: right.map(str::to_owned),
            kind: PropertyKind::Other,
        }
    }

    fn one_sided(side: Side, properties: Vec<Property>) -> Fact {
        Fact::OneSidedItem {
            item: library(1),
            side,
            properties,
        }
    }

    fn entry(change: EntryChange) -> Fact {
        Fact::Entry {
            path: "./a".to_owned(),
            change,
        }
    }

    fn assert_lines<const N: usize>(cases: [(Fact, &str); N]) {
        for (fact, expected) in cases {
            assert_eq!(line(&fact), expected);
        }
    }

    #[test]
    fn an_item_is_named_with_what_differs_of_it() {
        let flags = Property {
            name: "flags".to_owned(),
            value: "0x0303".to_owned(),
            kind: PropertyKind::Other,
        };
        let order = |compared| Fact::ItemOrder {
            noun: LIBRARY,
            compared,
        };
        assert_lines([
            (
                Fact::Property(change(Some("/lib"), None)),
                "path /lib | none",
            ),
            (
                Fact::ItemProperty(library(2), change(Some(""), Some("/lib"))),
                "library libc.so.6 (number 2 of this name): path empty | /lib",
            ),
            (
                one_sided(Side::Left, vec![flags.clone(), flags]),
                "library libc.so.6 only left: flags 0x0303, flags 0x0303",
            ),
            (
                one_sided(Side::Right, vec![]),
                "library libc.so.6 only right",
            ),
            (
                order(OrderedItems::All),
                "the same libraries stand in another order",
            ),
            (
                order(OrderedItems::Common),
                "common libraries stand in another order",
            ),
        ]);
    }

    #[test]
    fn a_fact_inside_has_the_names_of_what_encloses_it() {
        let inside = Fact::Line {
            number: 3,
            left: "a".to_owned(),
            right: "b".to_owned(),
        };
        let inside = Fact::Inside {
            name: "data.tar".to_owned(),
            fact: Box::new(Fact::InEntry(Box::new(inside))),
        };
        let field = EntryChange::Field(change(Some("1"), Some("2")));
        assert_lines([
            (inside, "data.tar:   line 3: a | b"),
            (
                entry(EntryChange::OneSided(Side::Right)),
                "entry ./a only right",
            ),
            (entry(field), "entry ./a: path 1 | 2"),
            (entry(EntryChange::Content), "entry ./a: content differs"),
            (Fact::More(1), "and 1 more line"),
            (Fact::More(2), "and 2 more lines"),
        ]);
    }
}
