//! Explains two contents by the first format that both are, within bounds over all of them.

use std::collections::BTreeMap;

use crate::explain::content::difference::differences;
use crate::explain::content::fact::{Explanation, Fact};
use crate::explain::content::first_difference::first_difference;
use crate::explain::content::formats::{FORMATS, TAR, TEXT};
use crate::explain::content::reading::InnerContent;
use crate::explain::content::{nested, texts};
use crate::tar::entry_path::EntryPath;
use crate::text::quote;

/// Most facts of one explanation.
const FACTS: usize = 60;
/// How deep contents inside contents are read.
const DEPTH: u8 = 3;
/// Most bytes that all contents of one report are unpacked to.
const UNPACKED: u64 = 1 << 30;

/// Explains contents. One explainer is for one report: it bounds the bytes that all contents of
/// the report are unpacked to.
#[derive(Debug)]
pub struct Explainer {
    /// Contents around the present one.
    depth: u8,
    /// Bytes that may still be unpacked.
    unpacked: u64,
}

impl Default for Explainer {
    fn default() -> Self {
        Self {
            depth: 0,
            unpacked: UNPACKED,
        }
    }
}

impl Explainer {
    /// Explains two contents of one path; `None` if their format is not known, or if both say
    /// the same in it.
    pub fn explain(&mut self, path: &[u8], left: &[u8], right: &[u8]) -> Option<Explanation> {
        if left == right || self.unpacked == 0 {
            return None;
        }
        let path = EntryPath::new(path).as_bytes();
        if nested::is_tar(left) && nested::is_tar(right) && self.depth < DEPTH {
            return explanation(TAR, self.archives(left, right)?);
        }
        for format in &FORMATS {
            if !(format.wants)(path, left) || !(format.wants)(path, right) {
                continue;
            }
            let readings = ((format.read)(path, left), (format.read)(path, right));
            let (Some(left), Some(right)) = readings else {
                continue;
            };
            let inner = left.inner.iter().chain(&right.inner);
            self.charge(inner.map(|inner| inner.bytes.len()).sum());
            let mut facts = differences(format.noun, &left, &right);
            facts.extend(self.inner(&left.inner, &right.inner));
            if !facts.is_empty() {
                return explanation(format.name, facts);
            }
        }
        let difference = texts::compare(left, right)?;
        explanation(TEXT, vec![Fact::Text(difference)])
    }

    /// What differs between two tar archives; `None` if one of them cannot be read.
    fn archives(&mut self, left: &[u8], right: &[u8]) -> Option<Vec<Fact>> {
        self.charge(left.len() + right.len());
        self.deeper(|explainer| {
            nested::compare(left, right, &mut |path, left, right| {
                explainer.facts(path, left, right)
            })
        })
    }

    /// How two contents inside others differ: as their format, or by their first difference.
    fn facts(&mut self, path: &[u8], left: &[u8], right: &[u8]) -> Vec<Fact> {
        match self.explain(path, left, right) {
            Some(explanation) => explanation.facts,
            None => vec![first_difference(left, right)],
        }
    }

    /// What differs in the inner contents that both sides have.
    fn inner(&mut self, left: &[InnerContent], right: &[InnerContent]) -> Vec<Fact> {
        let mut all = Vec::new();
        let others: BTreeMap<_, _> = right
            .iter()
            .map(|inner| (&inner.name, &inner.bytes))
            .collect();
        for InnerContent { name, bytes } in left {
            let Some(other) = others.get(name).filter(|other| **other != bytes) else {
                continue;
            };
            let name = quote(name.as_bytes());
            let facts = if self.depth >= DEPTH {
                vec![first_difference(bytes, other)]
            } else {
                self.deeper(|explainer| explainer.facts(name.as_bytes(), bytes, other))
            };
            all.extend(facts.into_iter().map(|fact| Fact::Inside {
                name: name.clone(),
                fact: Box::new(fact),
            }));
        }
        all
    }

    fn charge(&mut self, bytes: usize) {
        self.unpacked = self.unpacked.saturating_sub(bytes as u64);
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }
}

fn explanation(format: &'static str, mut facts: Vec<Fact>) -> Option<Explanation> {
    let left_out = facts.len().saturating_sub(FACTS);
    if left_out > 0 {
        facts.truncate(FACTS);
        facts.push(Fact::More(left_out));
    }
    (!facts.is_empty()).then_some(Explanation { format, facts })
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    fn member(name: &str, time: u32, content: &str) -> String {
        let header = format!(
            "{name:<16}{time:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            100_644,
            content.len()
        );
        let padding = if content.len() % 2 == 1 { "\n" } else { "" };
        format!("{header}{content}{padding}")
    }

    fn is_about_time(left: &[String], right: &[String]) -> bool {
        let archive = |members: &[String]| format!("!<arch>\n{}", members.concat()).into_bytes();
        let explanation = Explainer::default().explain(b"a.deb", &archive(left), &archive(right));
        explanation.is_some_and(|explanation| explanation.is_about_time())
    }

    #[test]
    fn an_archive_with_other_times_is_about_time() {
        let at = |time| [member("a", time, "x"), member("b", time, "y")];
        assert!(is_about_time(&at(1), &at(2)));
    }

    #[test]
    fn an_archive_with_other_members_and_other_times_is_not_about_time() {
        let old = member("a", 1, "x");
        let new = member("a", 2, "x");
        let more = member("b", 2, "y");
        let both = |one: &String| [one.clone(), more.clone()];
        assert!(!is_about_time(slice::from_ref(&old), &both(&new)));
        assert!(!is_about_time(&both(&old), slice::from_ref(&new)));
        // No time differs in what both have, although the new member has one.
        assert!(!is_about_time(slice::from_ref(&old), &both(&old)));
        assert!(!is_about_time(&[old], &[member("a", 2, "z")]));
    }

    #[test]
    fn facts_beyond_the_bound_are_counted() {
        let facts = vec![Fact::Text(crate::explain::content::fact::TextDifference::Times); 62];
        let explanation = explanation(TEXT, facts).map(|explanation| explanation.facts);
        let facts = explanation.unwrap_or_default();
        assert_eq!(facts.len(), FACTS + 1);
        assert_eq!(facts.last(), Some(&Fact::More(2)));
    }
}
