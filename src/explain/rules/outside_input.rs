//! The same script made the file from a file of the outside.

use std::collections::{BTreeMap, BTreeSet};

use crate::explain::case::Case;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::words::lines;
use crate::trace::process::Script;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::OutsideInput,
    needs: Needs::Both,
    explains: Explains::Fields(CONTENT),
    find,
};

/// Largest file of the outside that is looked at as a source, in bytes.
const MAX: usize = 1 << 20;
/// Shortest line that counts, in bytes.
const LINE: usize = 4;
/// Lines in common from which a file that lacks what is missing counts as the source.
const LIKE: usize = 3;

/// Where data lies that a package's tools take as a source.
const DATA: [&[u8]; 3] = [b"/etc/", b"/usr/share/", b"/var/lib/"];

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut search = SourceSearch {
        case,
        lines: BTreeMap::new(),
    };
    case.find_each(|divergence| {
        let run = case.same_run(divergence)?;
        let (left, right) = divergence.contents()?;
        let change = LineChange::new(left, right);
        let source = search.source(run.script, &change)?;
        let finding = case.finding(RULE.id, What::MadeFromOutsideFile, Some(run.script));
        Some(finding.with([Evidence::on(divergence, fact(&change, source))]))
    })
}

/// How the lines of two contents differ.
struct LineChange {
    new: BTreeSet<Vec<u8>>,
    missing: BTreeSet<Vec<u8>>,
    common: BTreeSet<Vec<u8>>,
}

impl LineChange {
    fn new(left: &[u8], right: &[u8]) -> Self {
        let (left, right) = (lines(left, LINE), lines(right, LINE));
        Self {
            new: right.difference(&left).cloned().collect(),
            missing: left.difference(&right).cloned().collect(),
            common: left.intersection(&right).cloned().collect(),
        }
    }
}

/// A file that may be the source, and what it has of a content.
#[derive(Debug, Clone, Copy)]
struct Source<'a> {
    file: &'a [u8],
    /// How many of the new lines.
    new: usize,
    /// How many of the lines that did not change.
    common: usize,
}

/// Looks for sources among the files of the outside.
struct SourceSearch<'c, 'a> {
    case: &'c Case<'a>,
    /// Lines of files by path; `None` for a file that is too large or not there.
    lines: BTreeMap<&'a [u8], Option<BTreeSet<Vec<u8>>>>,
}

impl<'a> SourceSearch<'_, 'a> {
    /// The file that a script read and that has most of what a content has.
    fn source(&mut self, script: &'a Script, change: &LineChange) -> Option<Source<'a>> {
        let mut best: Option<Source<'_>> = None;
        for file in self.case.observations.chrootless?.reads_of(script) {
            if !DATA.iter().any(|directory| file.starts_with(directory)) {
                continue;
            }
            let Some(source) = self.candidate(file, change) else {
                continue;
            };
            let rank = |source: &Source<'_>| (source.new, source.common);
            if best.is_none_or(|best| rank(&source) > rank(&best)) {
                best = Some(source);
            }
        }
        best
    }

    /// A file as a source: it has what is new, lacks what is missing, and has much of what is
    /// the same.
    fn candidate(&mut self, file: &'a [u8], change: &LineChange) -> Option<Source<'a>> {
        let read = self.case.observations.outside;
        let entry = self.lines.entry(file).or_insert_with(|| {
            let text = read(file)?;
            (text.len() < MAX).then(|| lines(&text, LINE))
        });
        let known = entry.as_ref()?;
        let count = |lines: &BTreeSet<Vec<u8>>| lines.intersection(known).count();
        let source = Source {
            file,
            new: count(&change.new),
            common: count(&change.common),
        };
        let has_nothing_new = source.new == 0 && !change.new.is_empty();
        let is_unlike = source.new == 0 && source.common < LIKE;
        (count(&change.missing) == 0 && !has_nothing_new && !is_unlike).then_some(source)
    }
}

fn fact(change: &LineChange, source: Source<'_>) -> EntryFact {
    let file = source.file.to_vec();
    if change.new.is_empty() {
        EntryFact::LinesMissingLike {
            file,
            shared: source.common,
            missing: change.missing.len(),
        }
    } else {
        EntryFact::NewLinesFrom {
            file,
            found: source.new,
            new: change.new.len(),
        }
    }
}
