//! What is known already: rules of the user's that a report's findings are held against.
//!
//! Rules only count and name. The verdict stays what the bytes say; whether known findings are
//! accepted is a second question, asked by `--accept-known`.

pub(crate) mod rules;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use serde::{Deserialize, Serialize};

use crate::report::known::rules::{About, Rule};
pub use crate::report::known::rules::{Rules, RulesError};
use crate::report::{ArchiveDivergence, Change, EntryDivergence, Escape, Kind, Report, Verdict};

/// A rule of a `--known` file, and what it matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The rule.
    pub rule: String,
    /// How many divergent entries, archive aspects and escapes it matched.
    pub count: u64,
    /// The bug report.
    pub bug: Option<String>,
    /// Why the rule says it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is wrong with the rule itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<RuleFinding>,
}

/// What is wrong with a rule of a `--known` file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleFinding {
    /// It matched nothing.
    Unused,
    /// Its date is over; what it matched is not known any more.
    Expired,
}

impl Report {
    /// Holds the findings against rules; each is counted for the first rule that matches it.
    ///
    /// `today` is `YYYY-MM-DD`: a rule whose date is before it has expired, and what it matches
    /// is not known any more. Rules for another architecture or technique are left out.
    pub fn apply_known(&mut self, rules: &Rules, today: &str) {
        let rules: Vec<&Rule> = rules
            .rules
            .iter()
            .filter(|rule| self.concerns(rule))
            .collect();
        let mut counts = vec![0_u64; rules.len()];
        let mut count = |matches: &dyn Fn(&Rule) -> bool| {
            let is_valid = |rule: &Rule| !rule.has_expired(today);
            let first = |valid: bool| {
                rules
                    .iter()
                    .position(|rule| is_valid(rule) == valid && matches(rule))
            };
            let found = first(true).or_else(|| first(false));
            if let Some(number) = found.and_then(|at| counts.get_mut(at)) {
                *number += 1;
            }
        };
        let technique = self.outside.as_ref().map(|outside| &outside.technique);
        let concerns = |rule: &Rule| is_same(&rule.technique, technique);
        for row in &self.divergences {
            count(&|rule| concerns(rule) && rule.matches_entry(row));
        }
        for one in &self.archive {
            count(&|rule| concerns(rule) && rule.matches_archive(one));
        }
        for escape in self.outside.iter().flat_map(|outside| &outside.escapes) {
            count(&|rule| concerns(rule) && rule.matches_escape(escape));
        }
        for row in &self.matrix {
            let concerns = |rule: &Rule| is_same(&rule.technique, Some(&row.technique));
            for one in &row.divergences {
                count(&|rule| concerns(rule) && rule.matches_entry(one));
            }
            for one in &row.archive {
                count(&|rule| concerns(rule) && rule.matches_archive(one));
            }
            for escape in &row.escapes {
                count(&|rule| concerns(rule) && rule.matches_escape(escape));
            }
        }
        let known = rules.into_iter().zip(counts).map(|(rule, count)| Known {
            rule: rule.name.clone(),
            count,
            bug: rule.bug.clone(),
            reason: rule.reason.clone(),
            finding: if rule.has_expired(today) {
                Some(RuleFinding::Expired)
            } else if count == 0 {
                Some(RuleFinding::Unused)
            } else {
                None
            },
        });
        self.known = known.collect();
    }

    /// How many findings there are, and how many of them valid rules know.
    #[must_use]
    pub fn known_of_all(&self) -> (u64, u64) {
        let escapes = self.outside.iter().map(|outside| outside.escapes.len());
        let rows = self
            .matrix
            .iter()
            .map(|row| row.divergences.len() + row.archive.len() + row.escapes.len());
        let all = self.divergences.len()
            + self.archive.len()
            + escapes.sum::<usize>()
            + rows.sum::<usize>();
        let valid = self
            .known
            .iter()
            .filter(|known| known.finding != Some(RuleFinding::Expired));
        (valid.map(|known| known.count).sum(), all as u64)
    }

    /// The exit status where known findings are accepted: 0 where everything is known and
    /// every rule is of use.
    #[must_use]
    pub fn accepting_status(&self) -> u8 {
        let (known, all) = self.known_of_all();
        let is_clean = self.known.iter().all(|known| known.finding.is_none());
        match self.verdict {
            Verdict::Failed => 2,
            Verdict::Identical | Verdict::Divergent | Verdict::Escaped => {
                u8::from(known != all || !is_clean)
            }
        }
    }

    /// Whether a rule is for any of what was done. `compare` cannot know, and takes every rule.
    fn concerns(&self, rule: &Rule) -> bool {
        let technique = self.outside.as_ref().map(|outside| &outside.technique);
        let architecture = self.pin.as_ref().map(|pin| &pin.architecture);
        let mut rows = self.matrix.iter();
        (is_same(&rule.technique, technique)
            || rows.any(|row| is_same(&rule.technique, Some(&row.technique))))
            && is_same(&rule.architecture, architecture)
    }
}

/// Whether what a rule wants is what was done, as far as either is known.
fn is_same(wanted: &Option<String>, known: Option<&String>) -> bool {
    match (wanted, known) {
        (Some(wanted), Some(known)) => wanted == known,
        (Some(_), None) | (None, _) => true,
    }
}

impl Rule {
    fn has_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|last| last < today)
    }

    fn matches_entry(&self, row: &EntryDivergence) -> bool {
        let words = match row.kind {
            Kind::Changed => row.fields.iter().map(|field| field.name.as_str()).collect(),
            Kind::LeftOnly => vec!["left-only"],
            Kind::RightOnly => vec!["right-only"],
            Kind::Moved => vec!["moved"],
            Kind::Reordered => vec!["reordered"],
        };
        let path = bytes(&row.path, row.path_base64.as_deref());
        let from = row.from.as_deref();
        let from = from.map(|from| bytes(from, row.from_base64.as_deref()));
        self.about == About::Entries
            && self.matches_path(&path)
            && from.is_none_or(|from| self.matches_path(&from))
            && self.matches_package(row.package.as_deref())
            && self.covers(&words)
    }

    fn matches_archive(&self, one: &ArchiveDivergence) -> bool {
        self.about == About::Archive && self.package.is_none() && self.covers(&[&one.name])
    }

    fn matches_escape(&self, escape: &Escape) -> bool {
        let change = match escape.change {
            Change::Created => "created",
            Change::Modified => "modified",
            Change::Removed => "removed",
            Change::Metadata => "metadata",
        };
        let names = || escape.fields.iter().map(|field| field.name.as_str());
        // The word for what happened stands for all of its fields.
        self.about == About::Escapes
            && self.matches_path(escape.path.as_bytes())
            && self.matches_package(escape.package.as_deref())
            && (self.covers(&[change])
                || (escape.change == Change::Metadata && self.covers(&names().collect::<Vec<_>>())))
    }

    fn matches_path(&self, path: &[u8]) -> bool {
        let matching = self.path.as_ref().map(|glob| glob.matching(path).is_some());
        matching.unwrap_or(true)
    }

    fn matches_package(&self, package: Option<&str>) -> bool {
        let wanted = self.package.as_deref();
        wanted.is_none() || wanted == package
    }

    /// Whether every word is among the rule's; a rule without words covers all.
    fn covers(&self, words: &[&str]) -> bool {
        let Some(fields) = &self.fields else {
            return true;
        };
        let is_covered = |word: &&str| {
            let class = word.split_once(':').map_or(*word, |(class, _)| class);
            fields.iter().any(|field| field == word || field == class)
        };
        !words.is_empty() && words.iter().all(is_covered)
    }
}

/// A name's bytes.
fn bytes(path: &str, base64: Option<&str>) -> Vec<u8> {
    let decoded = base64.map(|text| base64::engine::general_purpose::STANDARD.decode(text));
    match decoded {
        Some(Ok(bytes)) => bytes,
        Some(Err(_)) | None => path.as_bytes().to_vec(),
    }
}
