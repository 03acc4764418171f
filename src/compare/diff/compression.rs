//! The archive divergence `compression`: compression bytes that differ.

use crate::compare::comparison::ArchiveDivergence;
use crate::compare::outcome::ContainerFacts;
use crate::input::compression::{Compression, describe_header};
use crate::input::source::Opened;

/// What the heads of two containers say.
#[derive(Debug)]
pub(crate) struct Compressions {
    left: (Compression, Vec<(&'static str, String)>),
    right: (Compression, Vec<(&'static str, String)>),
}

impl Compressions {
    pub(crate) fn new(left: &Opened, right: &Opened) -> Self {
        let of = |opened: &Opened| {
            (
                opened.compression(),
                describe_header(opened.compression(), opened.head()),
            )
        };
        Self {
            left: of(left),
            right: of(right),
        }
    }

    /// The divergence, where compression bytes differ. `equal` is known where files were compared;
    /// streams are told by their digests, and one that failed before its end tells nothing.
    pub(crate) fn divergence(
        &self,
        facts: &(ContainerFacts, ContainerFacts),
        equal: Option<bool>,
    ) -> Option<ArchiveDivergence> {
        let both_plain = self.left.0 == Compression::Plain && self.right.0 == Compression::Plain;
        let differs = match equal {
            Some(equal) => !equal,
            None if both_plain => false,
            None if self.left.0 != self.right.0 => true,
            None => matches!((facts.0.digest, facts.1.digest), (Some(l), Some(r)) if l != r),
        };
        differs.then(|| ArchiveDivergence {
            name: "compression",
            left: Some(self.left.0.name().to_owned()),
            right: Some(self.right.0.name().to_owned()),
            detail: self.detail(facts),
        })
    }

    fn detail(&self, facts: &(ContainerFacts, ContainerFacts)) -> String {
        let mut parts = Vec::new();
        if self.left.0 == self.right.0 {
            for (name, value) in &self.left.1 {
                let other = self
                    .right
                    .1
                    .iter()
                    .find(|(theirs, _)| theirs == name)
                    .map(|(_, value)| value);
                if other != Some(value) {
                    parts.push(format!(
                        "{name} {value} | {}",
                        other.map_or("none", String::as_str)
                    ));
                }
            }
            for (name, value) in &self.right.1 {
                if !self.left.1.iter().any(|(theirs, _)| theirs == name) {
                    parts.push(format!("{name} none | {value}"));
                }
            }
        }
        let (old, new) = (&facts.0.stats, &facts.1.stats);
        let mut count = |what: &str, l: u64, r: u64| {
            if l != r {
                parts.push(format!("{what} {l} | {r}"));
            }
        };
        if self.left.0 == self.right.0 {
            count("members", old.members, new.members);
            count("skippable frames", old.skippable, new.skippable);
        }
        count("bytes after the end", old.trailing, new.trailing);
        if old.trailing_data != new.trailing_data {
            parts.push("bytes after the end that are not zero, on one side".to_owned());
        }
        if parts.is_empty() {
            "compressed data differ".to_owned()
        } else {
            parts.join(", ")
        }
    }
}
