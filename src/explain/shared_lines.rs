//! Findings of the files that many scripts write: each script has its own lines.

use crate::compare::comparison::Divergence;
use crate::debian::shared_file::original;
use crate::explain::case::Case;
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{Builds, EntryFact, Evidence};
use crate::explain::finding::{Finding, OwnLines, What};
use crate::explain::line_shares::Share;
use crate::explain::reached::fails_before;
use crate::explain::rule_id::RuleId;
use crate::explain::rules::accounts::is_database;
use crate::explain::script_runs::{is_same, is_trigger, run_of, runs};

/// What the scripts did to which a file's lines are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deeds {
    /// Each of them left the file alone in the chrootless build: whatever its content is made of,
    /// that is why.
    LeftOut,
    /// Some wrote it in both builds, or in the chrootless one only.
    Any,
}

/// For each free entry that is a shared file, a finding for each script that has lines in it; all
/// of them claim it.
pub(crate) fn findings(case: &Case<'_>, deeds: Deeds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in case.free() {
        let shares = case.shared.shares(one.divergence);
        let is_left_out = |share: &Share<'_>| is_left_out(case, one.divergence, share);
        if deeds == Deeds::Any || shares.iter().all(is_left_out) {
            let of_share = |share| finding(case, one.divergence, share).claiming(vec![one.at]);
            findings.extend(shares.iter().map(of_share));
        }
    }
    findings
}

/// Whether a script left a file alone in the chrootless build, or fails there.
fn is_left_out(case: &Case<'_>, divergence: &Divergence, share: &Share<'_>) -> bool {
    let chrootless = runs(&case.chrootless_writers(divergence.entry_path()));
    let is_away =
        run_of(&chrootless, share.script).is_none() || fails_first(case, divergence, share);
    let mut deeds = share.deeds.iter();
    is_away && deeds.all(|deed| deed.builds == Builds::Normal)
}

/// Whether a script fails before it has changed its lines.
fn fails_first(case: &Case<'_>, divergence: &Divergence, share: &Share<'_>) -> bool {
    let path = divergence.entry_path().as_bytes();
    let mut deeds = share.deeds.iter();
    deeds.all(|deed| fails_before(case, deed.process, path))
}

fn finding(case: &Case<'_>, divergence: &Divergence, share: &Share<'_>) -> Finding {
    let (rule, what) = what(case, divergence, share);
    let path = divergence.entry_path().as_bytes().to_vec();
    let evidence = share.deeds.iter().map(|deed| {
        let fact = EntryFact::LinesBy {
            builds: deed.builds,
            lines: deed.lines,
            command: CommandLine::of_script(deed.process),
        };
        Evidence::on(divergence, fact)
    });
    let finding = case.finding(rule, what, Some(share.script)).with(evidence);
    let mut deeds = share.deeds.iter();
    Finding {
        // Debconf's frontend writes what its scripts have asked for, the config script too.
        script: finding
            .script
            .filter(|_| !deeds.all(|deed| case.ran_several(deed.process))),
        lines: vec![OwnLines {
            entry: divergence.path.clone(),
            path,
            left: share.left.clone(),
            right: share.right.clone(),
        }],
        ..finding
    }
}

/// What a script did that its lines differ, and the rule that says so.
fn what(case: &Case<'_>, divergence: &Divergence, share: &Share<'_>) -> (RuleId, What) {
    let is_left_out = is_left_out(case, divergence, share);
    if is_left_out && fails_first(case, divergence, share) {
        return (RuleId::ScriptFailed, What::ScriptFailed);
    }
    if has_written_outside(case, divergence, share) {
        return (RuleId::EscapedWrite, What::WroteOutside);
    }
    let has_only_deeds_in = |builds| share.deeds.iter().all(|deed| deed.builds == builds);
    if is_database(divergence) && has_only_deeds_in(Builds::Normal) {
        return (RuleId::Accounts, What::AccountsNotSetUp);
    }
    if is_left_out && is_trigger(share.script) && !has_run(case, share) {
        return (RuleId::TriggerNotRun, What::TriggerNotRun);
    }
    let normal = runs(&case.normal_writers(divergence.entry_path()));
    let is_more = has_only_deeds_in(Builds::Chrootless) && run_of(&normal, share.script).is_none();
    let what = match (is_left_out, is_more) {
        (true, _) => What::ChangedNothing,
        (false, true) => What::ChangedMore,
        (false, false) => What::MadeSomethingElse,
    };
    (RuleId::ScriptDiffers, what)
}

/// Whether the script changed lines of the same file of the outside; of a copy, those of the file
/// that it is a copy of.
fn has_written_outside(case: &Case<'_>, divergence: &Divergence, share: &Share<'_>) -> bool {
    let path = divergence.entry_path().as_bytes();
    let path = [b"/", original(path).unwrap_or(path)].concat();
    case.observations.chrootless.is_some_and(|trace| {
        let mut doers = trace.lines.outside(&path).doers();
        doers.any(|process| {
            let script = process.script.as_ref();
            script.is_some_and(|script| is_same(script, share.script))
        })
    })
}

fn has_run(case: &Case<'_>, share: &Share<'_>) -> bool {
    let trace = case.observations.chrootless;
    trace.is_some_and(|trace| trace.ran(|other| is_same(other, share.script)))
}
