//! Whether the entries of an archive stand in an order of their names.

use crate::compare::archive_divergence::Sorting;
use crate::tar::entry::trim_slash;
use crate::tar::entry_path::EntryPath;

/// Entries below which an order is no more than chance.
const FEWEST: u64 = 4;

/// Which orders the names seen so far are in.
#[derive(Debug)]
pub(crate) struct NameOrder {
    last: Vec<u8>,
    names: u64,
    by_component: bool,
    by_path: bool,
}

impl Default for NameOrder {
    fn default() -> Self {
        Self {
            last: Vec::new(),
            names: 0,
            by_component: true,
            by_path: true,
        }
    }
}

impl NameOrder {
    /// Takes the next name of the archive.
    pub(crate) fn push(&mut self, name: &[u8]) {
        if !self.by_component && !self.by_path {
            return;
        }
        let name = trim_slash(EntryPath::new(name).as_bytes());
        self.by_path &= self.last.as_slice() <= name;
        self.by_component &= components(&self.last).le(components(name));
        self.last.clear();
        self.last.extend_from_slice(name);
        self.names += 1;
    }

    /// The order of all of them, if they are in one.
    pub(crate) fn sorting(&self) -> Option<Sorting> {
        if self.names < FEWEST {
            None
        } else if self.by_component {
            Some(Sorting::ByName)
        } else {
            self.by_path.then_some(Sorting::ByWholePath)
        }
    }
}

/// The bytes of a path, of which a slash is before all others, as if directories were sorted one by
/// one.
fn components(path: &[u8]) -> impl Iterator<Item = Option<u8>> {
    path.iter().map(|byte| (*byte != b'/').then_some(*byte))
}

#[cfg(test)]
mod tests {
    use crate::compare::archive_divergence::Sorting;
    use crate::compare::pairing::name_order::NameOrder;

    fn order(names: &[&str]) -> Option<Sorting> {
        let mut order = NameOrder::default();
        for name in names {
            order.push(name.as_bytes());
        }
        order.sorting()
    }

    #[test]
    fn the_order_of_names_is_known() {
        for (names, sorting) in [
            (
                &["./", "./a/", "./a/x", "./a-b", "./b"][..],
                Some(Sorting::ByName),
            ),
            (
                &["./", "./a/", "./a-b", "./a/x", "./b"],
                Some(Sorting::ByWholePath),
            ),
            (&["./", "./b", "./a", "./c"], None),
            // As many may well be in order by chance.
            (&["a", "b", "c"], None),
        ] {
            assert_eq!(order(names), sorting, "{names:?}");
        }
    }
}
