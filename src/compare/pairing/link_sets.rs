//! The names that one file has in an archive, whichever of them is the file and whichever of the
//! others each hard link leads to.

use std::io;

use crate::compare::pairing::hard_link::HardLink;
use crate::compare::pairing::key::Key;

/// The names of one file, as far as two sets can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LinkSet {
    /// How many names.
    pub(crate) names: u32,
    /// The sum of their digests.
    sum: Key,
}

/// All sets of two names or more of one archive. It takes about 60 bytes a name.
#[derive(Debug, Default)]
pub(crate) struct LinkSets {
    /// Sorted.
    names: Vec<Key>,
    /// For each name, one of the same set: that one's own is itself.
    parents: Vec<u32>,
    /// For each name, whether it is that of a file.
    is_file: Vec<bool>,
    /// For each name that is its own parent, its set.
    sets: Vec<LinkSet>,
    /// For each of these, the place of the file's name among all.
    files: Vec<Option<u32>>,
}

impl LinkSets {
    /// The sets that hard links make. A name that nothing else is known of is a file's.
    ///
    /// # Errors
    /// The links cannot be read.
    pub(crate) fn new(links: impl Iterator<Item = io::Result<HardLink>>) -> io::Result<Self> {
        let links = links.collect::<io::Result<Vec<_>>>()?;
        let mut names: Vec<Key> = links
            .iter()
            .flat_map(|link| [link.name, link.target])
            .collect();
        names.sort_unstable();
        names.dedup();
        let empty = LinkSet {
            names: 0,
            sum: [0, 0],
        };
        let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let mut sets = Self {
            parents: (0..count).collect(),
            is_file: vec![true; names.len()],
            sets: vec![empty; names.len()],
            files: vec![None; names.len()],
            names,
        };
        for link in links {
            sets.join(link);
        }
        (0..count).for_each(|at| sets.add(at));
        Ok(sets)
    }

    fn join(&mut self, link: HardLink) {
        let (Some(name), Some(target)) = (self.place(link.name), self.place(link.target)) else {
            return;
        };
        if name != target
            && let Some(is_file) = self.is_file.get_mut(name as usize)
        {
            *is_file = false;
        }
        let (first, other) = (self.root(name), self.root(target));
        if let Some(parent) = self.parents.get_mut(other as usize) {
            *parent = first;
        }
    }

    /// Counts a name in its set.
    fn add(&mut self, at: u32) {
        let root = self.root(at) as usize;
        let (Some(name), Some(set)) = (self.names.get(at as usize), self.sets.get_mut(root)) else {
            return;
        };
        set.names = set.names.saturating_add(1);
        let ([a, b], [c, d]) = (set.sum, *name);
        set.sum = [a.wrapping_add(c), b.wrapping_add(d)];
        if self.is_file.get(at as usize) == Some(&true)
            && let Some(file) = self.files.get_mut(root)
        {
            *file = Some(at);
        }
    }

    fn place(&self, name: Key) -> Option<u32> {
        let place = self.names.binary_search(&name).ok()?;
        u32::try_from(place).ok()
    }

    /// Follows parents to the one that is its own; the way gets shorter for the next one.
    fn root(&mut self, mut at: u32) -> u32 {
        while let Some(parent) = self.parents.get(at as usize).copied()
            && parent != at
        {
            let next = self.parents.get(parent as usize).copied();
            if let (Some(slot), Some(next)) = (self.parents.get_mut(at as usize), next) {
                *slot = next;
            }
            at = parent;
        }
        at
    }

    /// The set of a name; `None` if it is the only name of its file.
    pub(crate) fn of(&mut self, name: Key) -> Option<LinkSet> {
        let place = self.place(name)?;
        let root = self.root(place);
        self.sets.get(root as usize).copied()
    }

    /// Whether a name is that of a file that has others.
    pub(crate) fn has_file(&self, name: Key) -> bool {
        let place = self.place(name);
        place.is_some_and(|place| self.is_file.get(place as usize) == Some(&true))
    }

    /// The name of the file that a name leads to in the end.
    pub(crate) fn file(&mut self, name: Key) -> Option<Key> {
        let place = self.place(name)?;
        let root = self.root(place) as usize;
        let file = self.files.get(root).copied().flatten()?;
        self.names.get(file as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::pairing::key::key;

    fn sets(links: &[(&str, &str)]) -> LinkSets {
        let links = links.iter().map(|(name, target)| {
            Ok(HardLink {
                name: key(name.as_bytes()),
                target: key(target.as_bytes()),
            })
        });
        LinkSets::new(links).unwrap()
    }

    #[test]
    fn a_star_and_a_chain_and_other_roles_are_one_set() {
        let mut star = sets(&[("b", "a"), ("c", "a"), ("d", "a"), ("y", "x")]);
        let mut chain = sets(&[("b", "a"), ("c", "b"), ("d", "c"), ("y", "x"), ("z", "x")]);
        let mut roles = sets(&[("a", "c"), ("b", "c"), ("d", "c")]);
        let name = |name: &str| key(name.as_bytes());
        for one in ["a", "b", "c", "d"].map(name) {
            assert_eq!(star.of(one).unwrap().names, 4);
            assert_eq!(star.of(one), chain.of(one));
            assert_eq!(star.of(one), roles.of(one));
            assert_eq!(chain.file(one), Some(name("a")));
            assert_eq!(roles.file(one), Some(name("c")));
        }
        assert_ne!(star.of(name("y")), chain.of(name("y")));
        assert_eq!(star.of(name("alone")), None);
    }

    #[test]
    fn links_in_a_circle_are_a_set_without_a_file() {
        let mut circle = sets(&[("a", "b"), ("b", "a")]);
        let name = key(b"a");
        assert_eq!(circle.of(name).unwrap().names, 2);
        assert_eq!(circle.file(name), None);
    }
}
