//! What differs between two readings of one format.

use std::collections::BTreeMap;

use crate::compare::side::Side;
use crate::explain::content::fact::{
    Fact, ItemName, Noun, OrderedItems, Property, PropertyChange, PropertyKind,
};
use crate::explain::content::reading::{Item, Properties, Reading};

/// Properties shown of an item that only one side has.
const SHOWN: usize = 6;

/// An item's name, and which of that name it is, from 1.
type Key = (String, usize);

/// What differs between two readings: properties, then items.
///
/// `noun` is what an item is called.
pub(crate) fn differences(noun: Noun, left: &Reading, right: &Reading) -> Vec<Fact> {
    let whole = changes(&left.properties, &right.properties);
    let mut facts: Vec<Fact> = whole.into_iter().map(Fact::Property).collect();
    let (old, new) = (numbered(&left.items), numbered(&right.items));
    for (key, item) in &old {
        match new.get(key) {
            None => facts.push(one_sided(noun, key, item, Side::Left)),
            Some(other) => {
                let changes = changes(&item.properties, &other.properties).into_iter();
                facts.extend(changes.map(|change| Fact::ItemProperty(named(noun, key), change)));
            }
        }
    }
    let added = new.iter().filter(|(key, _)| !old.contains_key(*key));
    facts.extend(added.map(|(key, item)| one_sided(noun, key, item, Side::Right)));
    let order = |items: &[Item], other: &BTreeMap<Key, &Item>| {
        let keys = keys(items).into_iter();
        keys.filter(|key| other.contains_key(key))
            .collect::<Vec<_>>()
    };
    if order(&left.items, &new) != order(&right.items, &old) {
        let compared = if facts.is_empty() {
            OrderedItems::All
        } else {
            OrderedItems::Common
        };
        facts.push(Fact::ItemOrder { noun, compared });
    }
    facts
}

fn keys(items: &[Item]) -> Vec<Key> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut number = |name| {
        let count = counts.entry(name).or_insert(0);
        *count += 1;
        *count
    };
    items
        .iter()
        .map(|item| (item.name.clone(), number(item.name.as_str())))
        .collect()
}

fn numbered(items: &[Item]) -> BTreeMap<Key, &Item> {
    keys(items).into_iter().zip(items).collect()
}

fn named(noun: Noun, (name, occurrence): &Key) -> ItemName {
    ItemName {
        noun,
        name: name.clone(),
        occurrence: *occurrence,
    }
}

fn one_sided(noun: Noun, key: &Key, item: &Item, side: Side) -> Fact {
    let properties = item.properties.iter();
    let filled = properties.filter(|property| !property.value.is_empty());
    Fact::OneSidedItem {
        item: named(noun, key),
        side,
        properties: filled.take(SHOWN).cloned().collect(),
    }
}

/// The properties whose values differ, by name.
fn changes(left: &Properties, right: &Properties) -> Vec<PropertyChange> {
    let mut names: Vec<&str> = Vec::new();
    for property in left.iter().chain(right.iter()) {
        if !names.contains(&property.name.as_str()) {
            names.push(&property.name);
        }
    }
    let change = |name: &str| {
        let values = (left.get(name), right.get(name));
        let value = |property: Option<&Property>| property.map(|property| property.value.clone());
        let (left, right) = (value(values.0), value(values.1));
        let mut kinds = [values.0, values.1].into_iter().flatten();
        let is_time = kinds.all(|property| property.kind == PropertyKind::Time);
        (left != right).then(|| PropertyChange {
            name: name.to_owned(),
            left,
            right,
            kind: if is_time {
                PropertyKind::Time
            } else {
                PropertyKind::Other
            },
        })
    };
    names.into_iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: Noun = Noun {
        one: "account",
        many: "accounts",
    };

    fn account(name: &str, occurrence: usize) -> ItemName {
        ItemName {
            noun: ACCOUNT,
            name: name.to_owned(),
            occurrence,
        }
    }

    fn uid(value: &str) -> Property {
        Property {
            name: "uid".to_owned(),
            value: value.to_owned(),
            kind: PropertyKind::Other,
        }
    }

    #[test]
    fn items_pair_by_name_and_occurrence_and_their_order_counts() {
        let a = || Item::new(b"a").with("uid", "1");
        let b = || Item::new(b"b").with("uid", "2");
        let left = Reading::of_items(vec![a(), b(), a()]);
        let right = Reading::of_items(vec![Item::new(b"c"), a(), Item::new(b"a").with("uid", "")]);
        let one_sided = |name, side, properties| Fact::OneSidedItem {
            item: account(name, 1),
            side,
            properties,
        };
        let change = PropertyChange {
            name: "uid".to_owned(),
            left: Some("1".to_owned()),
            right: Some(String::new()),
            kind: PropertyKind::Other,
        };
        assert_eq!(
            differences(ACCOUNT, &left, &right),
            [
                Fact::ItemProperty(account("a", 2), change),
                one_sided("b", Side::Left, vec![uid("2")]),
                one_sided("c", Side::Right, vec![]),
            ]
        );
        let turned = Reading::of_items(vec![b(), a(), a()]);
        assert_eq!(
            differences(ACCOUNT, &left, &turned),
            [Fact::ItemOrder {
                noun: ACCOUNT,
                compared: OrderedItems::All
            }]
        );
    }

    #[test]
    fn a_change_is_about_time_only_if_each_value_that_is_there_is_a_time() {
        let time = |value| Properties::default().with_time("changed", value);
        let other = Properties::default().with("changed", "");
        let kinds = |left: &Properties, right: &Properties| -> Vec<PropertyKind> {
            let changes = changes(left, right).into_iter();
            changes.map(|change| change.kind).collect()
        };
        assert_eq!(kinds(&time("1"), &time("2")), [PropertyKind::Time]);
        assert_eq!(
            kinds(&time("1"), &Properties::default()),
            [PropertyKind::Time]
        );
        assert_eq!(kinds(&time("1"), &other), [PropertyKind::Other]);
        assert_eq!(kinds(&other, &time("1")), [PropertyKind::Other]);
    }
}
