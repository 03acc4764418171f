//! What rules work on: the divergences, all that is known about them, and what is claimed already.

use std::sync::Arc;

use crate::compare::comparison::Divergence;
use crate::debian::merged_usr::other_spelling;
use crate::explain::chroots::Chroots;
use crate::explain::finding::{Finding, What};
use crate::explain::observations::Observations;
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{ScriptRun, kind, run_of, runs, runs_without};
use crate::tar::entry_path::EntryPath;
use crate::trace::process::{Process, Script};
use crate::trace::record::Trace;

/// The divergences of one comparison, and the findings so far.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) divergences: &'a [Divergence],
    pub(crate) chroots: &'a Chroots,
    pub(crate) observations: &'a Observations<'a>,
    findings: Vec<Finding>,
    /// For each divergence, the position of the finding that claimed it.
    claimed: Vec<Option<usize>>,
}

/// A divergence, and its position among all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbered<'a> {
    pub(crate) at: usize,
    pub(crate) divergence: &'a Divergence,
}

impl<'a> Case<'a> {
    pub(crate) fn new(
        divergences: &'a [Divergence],
        chroots: &'a Chroots,
        observations: &'a Observations<'a>,
    ) -> Self {
        Self {
            divergences,
            chroots,
            observations,
            findings: Vec::new(),
            claimed: vec![None; divergences.len()],
        }
    }

    /// The divergences that no finding has claimed.
    pub(crate) fn free(&self) -> impl Iterator<Item = Numbered<'a>> {
        let all = self.divergences.iter().enumerate();
        all.filter(|(at, _)| self.is_free(*at))
            .map(|(at, divergence)| Numbered { at, divergence })
    }

    fn is_free(&self, at: usize) -> bool {
        self.claimed.get(at) == Some(&None)
    }

    /// A finding for each free divergence for which `find` makes one, which claims it.
    pub(crate) fn find_each(
        &self,
        mut find: impl FnMut(&'a Divergence) -> Option<Finding>,
    ) -> Vec<Finding> {
        self.free()
            .filter_map(|one| Some(find(one.divergence)?.claiming(vec![one.at])))
            .collect()
    }

    /// A finding of a script; it names no package if no script is known.
    pub(crate) fn finding(&self, rule: RuleId, what: What, script: Option<&Script>) -> Finding {
        let Some(script) = script else {
            return Finding::new(rule, what);
        };
        let version = self.chroots.version(&script.package);
        Finding {
            package: Some(script.package.clone()),
            version: version.map(str::to_owned),
            script: kind(script),
            ..Finding::new(rule, what)
        }
    }

    /// The finding that claimed a divergence.
    pub(crate) fn claiming(&self, at: usize) -> Option<&Finding> {
        self.findings.get((*self.claimed.get(at)?)?)
    }

    /// Adds a finding with those of its claims that are still free, and joins it to an earlier one
    /// that says the same of the same script. One without a claim or an escape is dropped.
    pub(crate) fn add(&mut self, mut finding: Finding) {
        finding.claims.retain(|at| self.is_free(*at));
        if finding.claims.is_empty() && finding.escapes.is_empty() {
            return;
        }
        let mut known = self.findings.iter();
        let known = known.position(|other| other.is_same_cause(&finding));
        let number = known.unwrap_or(self.findings.len());
        for at in &finding.claims {
            if let Some(claimed) = self.claimed.get_mut(*at) {
                *claimed = Some(number);
            }
        }
        match self.findings.get_mut(number) {
            Some(other) => other.join(finding),
            None => self.findings.push(finding),
        }
    }

    /// Whether a rule has a finding.
    pub(crate) fn has_finding_of(&self, rule: RuleId) -> bool {
        self.findings.iter().any(|finding| finding.rule == rule)
    }

    /// The findings without the case, in the order in which they were added.
    pub(crate) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// The processes that wrote a path of the chroot in the normal build, the last one last.
    pub(crate) fn normal_writers(&self, path: EntryPath<'_>) -> Vec<&'a Arc<Process>> {
        writers(self.observations.normal, path)
    }

    /// The processes that wrote a path of the chroot in the chrootless build, the last one last.
    pub(crate) fn chrootless_writers(&self, path: EntryPath<'_>) -> Vec<&'a Arc<Process>> {
        writers(self.observations.chrootless, path)
    }

    /// The script that wrote an entry last in the chrootless build.
    pub(crate) fn last_chrootless(&self, divergence: &Divergence) -> Option<ScriptRun<'a>> {
        runs(&self.chrootless_writers(divergence.entry_path())).pop()
    }

    /// The scripts that wrote an entry in the normal build and not in the chrootless one, in
    /// their order.
    pub(crate) fn missing_runs(&self, divergence: &Divergence) -> Vec<ScriptRun<'a>> {
        let path = divergence.entry_path();
        runs_without(
            &runs(&self.normal_writers(path)),
            &runs(&self.chrootless_writers(path)),
        )
    }

    /// The script that wrote an entry last in the chrootless build, if it wrote it in the normal
    /// build too: then the script is not what differs, but what it worked with.
    pub(crate) fn same_run(&self, divergence: &Divergence) -> Option<ScriptRun<'a>> {
        let last = self.last_chrootless(divergence)?;
        run_of(
            &runs(&self.normal_writers(divergence.entry_path())),
            last.script,
        )?;
        Some(last)
    }
}

/// Merged /usr: what is `/bin/sh` in a trace may be `usr/bin/sh` in a tarball, and the other way
/// round.
fn writers<'a>(trace: Option<&'a Trace>, path: EntryPath<'_>) -> Vec<&'a Arc<Process>> {
    let path = path.as_bytes();
    let writers = |path: &[u8]| trace.map_or(&[][..], |trace| trace.wrote_inside(path));
    let other = other_spelling(path);
    let others = other.as_deref().map_or(&[][..], writers);
    writers(path).iter().chain(others).collect()
}
