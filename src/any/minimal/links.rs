//! Which entries hard links lead to: without them, nothing can unpack these links.

use std::collections::BTreeSet;

use crate::compare::names::{Names, name_key};
use crate::compare::pairing::hard_link::HardLink;
use crate::compare::pairing::key::Key;
use crate::tar::raw_entry::RawEntry;

/// The hard links of archives; 32 bytes each.
#[derive(Debug, Default)]
pub(crate) struct Links {
    links: Vec<HardLink>,
}

impl Links {
    /// Adds an entry if it is a hard link.
    pub(crate) fn add(&mut self, entry: &RawEntry) {
        self.links.extend(HardLink::of(entry, name_key));
    }

    /// These names, with those of all that hard links among them lead to, in how many steps ever.
    pub(crate) fn with_targets(mut self, names: &Names) -> Names {
        self.links.sort_unstable();
        self.links.dedup();
        let is_named = |link: &&HardLink| names.contains(&link.name);
        let first = self.links.iter().filter(is_named);
        let mut next: Vec<Key> = first.map(|link| link.target).collect();
        let mut targets = BTreeSet::new();
        while let Some(target) = next.pop() {
            if targets.insert(target) {
                let of_target = self.of(target);
                next.extend(of_target.iter().map(|link| link.target));
            }
        }
        Names::new(names.keys().chain(&targets).copied().collect())
    }

    /// The links of one name; they are sorted.
    fn of(&self, name: Key) -> &[HardLink] {
        let start = self.links.partition_point(|link| link.name < name);
        let end = self.links.partition_point(|link| link.name <= name);
        self.links.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_at_the_end_of_a_chain_comes_with_its_last_link() {
        let link = |name: &str, target: &str| HardLink {
            name: name_key(name.as_bytes()),
            target: name_key(target.as_bytes()),
        };
        let names = |names: &[&str]| {
            Names::new(names.iter().map(|name| name_key(name.as_bytes())).collect())
        };
        let links = || Links {
            links: vec![
                link("./c", "b"),
                link("./b", "./a"),
                link("./x", "./y"),
                link("./y", "./x"),
            ],
        };
        let with = |given: &[&str]| links().with_targets(&names(given));
        assert_eq!(with(&["c", "other"]), names(&["a", "b", "c", "other"]));
        assert_eq!(with(&["./x"]), names(&["x", "y"]));
        assert_eq!(with(&["./a"]), names(&["a"]));
    }
}
