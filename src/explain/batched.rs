//! Explains more divergences of two archives than are held in memory, some of them at a time.
//!
//! A rule decides on each entry by what differs in it, and by the [`Overview`] of all. Only the
//! times of directories wait until the causes of all entries in them are known.

use std::io;

use crate::compare::comparison::Comparison;
use crate::explain::basis::Basis;
use crate::explain::case::Case;
use crate::explain::chroots::Chroots;
use crate::explain::entry_causes::EntryCauses;
use crate::explain::finding::Finding;
use crate::explain::observations::Observations;
use crate::explain::overview::Overview;
use crate::explain::rules;
use crate::explain::rules::{RULES, parent_time};

/// The findings on two archives, those with the most claims first.
pub(crate) fn findings(
    comparison: &Comparison,
    chroots: &Chroots,
    observations: &Observations<'_>,
) -> io::Result<Vec<Finding>> {
    let overview = Overview::of_archives(comparison)?;
    let mut joined = Joined::default();
    let (others, times): (Vec<_>, Vec<_>) = RULES
        .into_iter()
        .partition(|rule| rule.id != parent_time::RULE.id);
    let mut causes = EntryCauses::default();
    let mut directories = Vec::new();
    let mut offset = 0;
    comparison.batches(|batch| {
        let mut case = Case::new(batch, &overview, chroots, observations, Basis::Archives);
        rules::ask(&mut case, &others);
        for rule in &times {
            case.let_claim(rule.explains);
            let free = case.free().map(|one| (one.at, one.divergence));
            let open = free.filter(|(_, one)| parent_time::is_for_its_entries(&case, one));
            directories.extend(open.map(|(at, one)| Directory {
                at: offset + at,
                path: one.entry_path().from_root().to_vec(),
            }));
        }
        let found = case.take_findings().into_iter();
        let numbers: Vec<usize> = found.map(|one| joined.add(moved(one, offset))).collect();
        for (at, divergence) in batch.iter().enumerate() {
            let claimed = case.claimed(at);
            let number = claimed.and_then(|number| numbers.get(number).copied());
            causes.add(divergence, number);
        }
        offset += batch.len();
        Ok(())
    })?;
    let of_times: Vec<Finding> = directories
        .into_iter()
        .map(|directory| {
            let cause = causes.one(&directory.path);
            let cause = cause.and_then(|number| joined.0.get(number));
            parent_time::finding(cause).claiming(vec![directory.at])
        })
        .collect();
    for finding in of_times {
        let _ = joined.add(finding);
    }
    let findings = joined.in_order_of_rules();
    Ok(rules::finished(findings, Basis::Archives, chroots))
}

/// A directory whose time alone differs, and in which entries differ.
struct Directory {
    /// Its position among all divergences.
    at: usize,
    path: Vec<u8>,
}

/// The finding with its claims counted from the first of all divergences.
fn moved(mut finding: Finding, offset: usize) -> Finding {
    finding.claims.iter_mut().for_each(|at| *at += offset);
    finding
}

/// Findings, those of one cause joined.
#[derive(Debug, Default)]
struct Joined(Vec<Finding>);

impl Joined {
    /// Adds a finding, and gives the position of the one that it is a part of.
    fn add(&mut self, finding: Finding) -> usize {
        let mut known = self.0.iter();
        let known = known.position(|other| other.is_same_cause(&finding));
        let number = known.unwrap_or(self.0.len());
        match self.0.get_mut(number) {
            Some(other) => other.join(finding),
            None => self.0.push(finding),
        }
        number
    }

    /// The findings in the order in which one case would have made them.
    fn in_order_of_rules(mut self) -> Vec<Finding> {
        self.0
            .sort_by_key(|finding| RULES.iter().position(|rule| rule.id == finding.rule));
        self.0
    }
}
