//! Accounts that have another id because another account is missing or has another one: each gets
//! the first id that is free.

use std::collections::{BTreeMap, BTreeSet};

use crate::debian::shared_file::thing;

/// The lines in which two versions of a file of accounts differ, by account.
pub(crate) struct Displaced<'a> {
    left: Lines<'a>,
    right: Lines<'a>,
}

impl<'a> Displaced<'a> {
    pub(crate) fn new(
        path: &[u8],
        left: impl Iterator<Item = &'a [u8]>,
        right: impl Iterator<Item = &'a [u8]>,
    ) -> Self {
        Self {
            left: left.map(|line| (thing(path, line), line)).collect(),
            right: right.map(|line| (thing(path, line), line)).collect(),
        }
    }

    /// The account because of which an account differs: itself, or, after all that have the id of
    /// the one before in the other build, one that is another's work. `is_same_work` says whether the
    /// same scripts made an account in both builds: only then it would be the same with the same id.
    pub(crate) fn first(&self, name: &'a [u8], is_same_work: impl Fn(&[u8]) -> bool) -> &'a [u8] {
        let sides = [(&self.left, &self.right), (&self.right, &self.left)];
        let found = sides.into_iter().find_map(|(holders, others)| {
            let mut now = name;
            let mut seen = BTreeSet::new();
            while is_same_work(now) {
                // A circle: the accounts were made in another order.
                if !seen.insert(now) {
                    return None;
                }
                now = holder(now, holders, others)?;
            }
            Some(now)
        });
        found.unwrap_or(name)
    }
}

/// A name of an account, and its line.
type Lines<'a> = BTreeMap<&'a [u8], &'a [u8]>;

/// The account that has in one build an id that an account has in the other one. Of that account,
/// nothing but ids differs.
fn holder<'a>(name: &[u8], holders: &Lines<'a>, others: &Lines<'a>) -> Option<&'a [u8]> {
    let (here, there) = (fields(holders.get(name)?), fields(others.get(name)?));
    if here.len() != there.len() {
        return None;
    }
    let pairs = here.iter().zip(&there).enumerate();
    let differing: Vec<_> = pairs.filter(|(_, (here, there))| here != there).collect();
    let is_number = |field: &[u8]| field.iter().all(u8::is_ascii_digit);
    let mut all = differing.iter().map(|(_, pair)| pair);
    if !all.all(|(here, there)| is_number(here) && is_number(there)) {
        return None;
    }
    differing.into_iter().find_map(|(at, (_, id))| {
        let mut lines = holders.iter().filter(|(other, _)| **other != name);
        let found = lines.find(|(_, line)| fields(line).get(at) == Some(id));
        found.map(|(other, _)| *other)
    })
}

fn fields(line: &[u8]) -> Vec<&[u8]> {
    line.split(|byte| *byte == b':').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(left: &[&str], right: &[&str], name: &'static str) -> String {
        let lines = |lines: &[&str]| -> Vec<Vec<u8>> {
            lines.iter().map(|line| line.as_bytes().to_vec()).collect()
        };
        let (left, right) = (lines(left), lines(right));
        let displaced = Displaced::new(
            b"etc/passwd",
            left.iter().map(Vec::as_slice),
            right.iter().map(Vec::as_slice),
        );
        let missing = |name: &[u8]| name == b"missing";
        let first = displaced.first(name.as_bytes(), |name| !missing(name));
        String::from_utf8(first.to_vec()).unwrap()
    }

    #[test]
    fn an_id_is_another_one_because_an_account_before_it_is_missing() {
        let left = ["missing:x:100:5", "b:x:101:5", "c:x:102:5"];
        let right = ["b:x:100:5", "c:x:101:5"];
        assert_eq!(first(&left, &right, "missing"), "missing");
        assert_eq!(first(&left, &right, "b"), "missing");
        assert_eq!(first(&left, &right, "c"), "missing");
        // The other build has one more.
        assert_eq!(first(&right, &left, "c"), "missing");
    }

    #[test]
    fn an_account_that_differs_in_more_than_its_id_differs_by_itself() {
        let left = ["missing:x:100:5:/a", "b:x:101:5:/b"];
        assert_eq!(first(&left, &["b:x:100:5:/c"], "b"), "b");
        assert_eq!(first(&left, &["b:x:103:5:/b"], "b"), "b");
    }

    #[test]
    fn accounts_in_another_order_are_not_displaced() {
        let (left, right) = (["a:x:100", "b:x:101"], ["a:x:101", "b:x:100"]);
        assert_eq!(first(&left, &right, "a"), "a");
        assert_eq!(first(&left, &right, "b"), "b");
    }
}
