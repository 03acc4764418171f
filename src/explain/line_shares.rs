//! Which script each differing line of a shared file belongs to, by what was done to its lines in
//! both builds.
//!
//! What a line is about has a history in each build. The first script that changed it in one build
//! only is why it differs: what others made of it after that is a consequence. If the same scripts
//! changed it, it is the first of them that did something else.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::side::Side;
use crate::debian::shared_file::{counted, thing};
use crate::explain::displaced::Displaced;
use crate::explain::evidence::Builds;
use crate::explain::script_runs::{is_same, run_name};
use crate::trace::line_history::{LineHistory, LineStep};
use crate::trace::process::{Process, Script};

/// What one script did that makes a file differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share<'a> {
    /// The script.
    pub(crate) script: &'a Script,
    /// Its commands.
    pub(crate) deeds: Vec<Deed<'a>>,
    /// Its lines of the left file, in their order.
    pub(crate) left: Vec<Vec<u8>>,
    /// Its lines of the right file, in their order.
    pub(crate) right: Vec<Vec<u8>>,
}

/// A command of a script, and what it has to do with differing lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deed<'a> {
    pub(crate) process: &'a Process,
    /// The builds in which the script changed what the lines are about.
    pub(crate) builds: Builds,
    /// How many lines of both files together differ because of it, at least 1.
    pub(crate) lines: usize,
}

/// A file in both archives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BothFiles<'a> {
    /// Its path, without a leading slash.
    pub(crate) path: &'a [u8],
    /// Its lines.
    pub(crate) left: &'a [Vec<u8>],
    /// Its lines.
    pub(crate) right: &'a [Vec<u8>],
}

/// What was done to it in both builds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BothHistories<'a> {
    pub(crate) normal: &'a LineHistory,
    pub(crate) chrootless: &'a LineHistory,
}

/// The file that another one is a copy of: of its last version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Original<'a, 's> {
    /// Its path, without a leading slash.
    pub(crate) path: &'s [u8],
    /// Whose its differing lines are.
    pub(crate) shares: &'s [Share<'a>],
    /// What was done to it in both builds.
    pub(crate) histories: BothHistories<'a>,
}

impl<'a> BothHistories<'a> {
    fn steps(self, thing: &[u8]) -> BothSteps<'a> {
        BothSteps {
            normal: self.normal.steps(thing),
            chrootless: self.chrootless.steps(thing),
        }
    }
}

/// What was done to one thing in both builds.
#[derive(Debug, Clone, Copy)]
struct BothSteps<'a> {
    normal: &'a [LineStep],
    chrootless: &'a [LineStep],
}

/// Why lines differ: what a script did in one build, or in both.
#[derive(Debug, Clone, Copy)]
struct Culprit<'a> {
    process: &'a Process,
    script: &'a Script,
    builds: Builds,
}

/// A line that stands in one file more often than in the other.
#[derive(Debug, Clone, Copy)]
struct Surplus<'a> {
    side: Side,
    line: &'a [u8],
    /// How many of the same line come before it.
    number: usize,
}

/// The scripts that the differing lines belong to, in the order of the lines; `None` if the maker
/// of one is not known. What differs in the file that this one is a copy of is no other script's
/// here.
pub(crate) fn shares<'a>(
    file: BothFiles<'_>,
    histories: BothHistories<'a>,
    original: Option<Original<'a, '_>>,
) -> Option<Vec<Share<'a>>> {
    let all = [
        surplus(Side::Left, file.left, file.right),
        surplus(Side::Right, file.right, file.left),
    ]
    .concat();
    let lines = |side| {
        let of_side = all.iter().filter(move |one| one.side == side);
        of_side.map(|one| one.line)
    };
    let displaced = Displaced::new(file.path, lines(Side::Left), lines(Side::Right));
    let mut shares: Vec<Share<'a>> = Vec::new();
    for one in &all {
        let culprit = original.and_then(|original| original.culprit_of(*one));
        let culprit = culprit.or_else(|| {
            let own = thing(file.path, one.line);
            let first = displaced.first(own, |thing| is_same_work(histories, thing));
            culprit_of(first, *one, histories.steps(first))
        })?;
        add(&mut shares, culprit, *one);
    }
    Some(shares)
}

fn surplus<'a>(side: Side, lines: &'a [Vec<u8>], others: &[Vec<u8>]) -> Vec<Surplus<'a>> {
    let (counts, others) = (counted(lines), counted(others));
    let mut seen: BTreeSet<&[u8]> = BTreeSet::new();
    let mut all = Vec::new();
    for line in lines {
        let line = line.as_slice();
        if seen.insert(line) {
            let count = |counts: &BTreeMap<&[u8], usize>| counts.get(line).copied().unwrap_or(0);
            let more = count(&counts).saturating_sub(count(&others));
            all.extend((0..more).map(|number| Surplus { side, line, number }));
        }
    }
    all
}

impl<'a> Original<'a, '_> {
    /// The script because of which a line of the copy differs, if the original has what it is about
    /// otherwise in both builds: the same as there, or, of a line that has been changed there since, of
    /// those who changed it until then.
    fn culprit_of(&self, one: Surplus<'_>) -> Option<Culprit<'a>> {
        self.of_same_line(one).or_else(|| {
            let name = thing(self.path, one.line);
            let is_about_it = |share: &Share<'_>| {
                let mut lines = share.left.iter().chain(&share.right);
                lines.any(|line| thing(self.path, line) == name)
            };
            let differs = self.shares.iter().any(is_about_it);
            differs.then(|| culprit_of(name, one, self.until(name, one)?))?
        })
    }

    fn of_same_line(&self, one: Surplus<'_>) -> Option<Culprit<'a>> {
        let share = self.shares.iter().find(|share| {
            let lines = match one.side {
                Side::Left => &share.left,
                Side::Right => &share.right,
            };
            lines.iter().any(|line| line == one.line)
        })?;
        let deed = share.deeds.first()?;
        Some(Culprit {
            process: deed.process,
            script: share.script,
            builds: deed.builds,
        })
    }

    /// What was done to a thing in both builds, up to when a line of it came that was copied; `None`
    /// if no script made that line.
    fn until(&self, name: &[u8], one: Surplus<'_>) -> Option<BothSteps<'a>> {
        let all = self.histories.steps(name);
        let came = |step: &LineStep| step.added.iter().any(|line| line == one.line);
        let cut = |steps: &'a [LineStep]| steps.get(..=steps.iter().rposition(came)?);
        Some(match one.side {
            Side::Left => BothSteps {
                normal: cut(all.normal)?,
                ..all
            },
            Side::Right => BothSteps {
                chrootless: cut(all.chrootless)?,
                ..all
            },
        })
    }
}

fn add<'a>(shares: &mut Vec<Share<'a>>, culprit: Culprit<'a>, one: Surplus<'_>) {
    let known = |share: &Share<'_>| is_same(share.script, culprit.script);
    let at = shares.iter().position(known).unwrap_or_else(|| {
        shares.push(Share {
            script: culprit.script,
            deeds: Vec::new(),
            left: Vec::new(),
            right: Vec::new(),
        });
        shares.len() - 1
    });
    let Some(share) = shares.get_mut(at) else {
        return;
    };
    match one.side {
        Side::Left => share.left.push(one.line.to_vec()),
        Side::Right => share.right.push(one.line.to_vec()),
    }
    let Culprit {
        process, builds, ..
    } = culprit;
    let mut deeds = share.deeds.iter_mut();
    match deeds.find(|deed| deed.process == process && deed.builds == builds) {
        Some(deed) => deed.lines += 1,
        None => share.deeds.push(Deed {
            process,
            builds,
            lines: 1,
        }),
    }
}

/// The script that is why a line differs, by what was done to a thing in both builds.
fn culprit_of<'a>(name: &[u8], one: Surplus<'_>, steps: BothSteps<'a>) -> Option<Culprit<'a>> {
    let normal = known(steps.normal)?;
    let chrootless = known(steps.chrootless)?;
    let only_normal = without(&normal, &chrootless, Builds::Normal);
    let only_chrootless = without(&chrootless, &normal, Builds::Chrootless);
    let (here, there) = match one.side {
        Side::Left => (only_normal, only_chrootless),
        Side::Right => (only_chrootless, only_normal),
    };
    // Of several equal lines each has a maker of its own; of another thing the first script is the
    // cause of all.
    let number = if name == one.line { one.number } else { 0 };
    let of = |known: &[Culprit<'a>]| known.get(number).or(known.last()).copied();
    of(&here).or_else(|| of(&there)).or_else(|| {
        let differing = normal.iter().find(|step| {
            let mut others = chrootless.iter();
            let other = others.find(|other| is_same(step.script, other.script));
            !other.is_some_and(|other| {
                (&step.step.removed, &step.step.added) == (&other.step.removed, &other.step.added)
            })
        })?;
        Some(differing.culprit(Builds::Both))
    })
}

/// A step of which it is known whose it is.
#[derive(Debug, Clone, Copy)]
struct KnownStep<'a> {
    step: &'a LineStep,
    process: &'a Process,
    script: &'a Script,
}

impl<'a> KnownStep<'a> {
    fn culprit(&self, builds: Builds) -> Culprit<'a> {
        Culprit {
            process: self.process,
            script: self.script,
            builds,
        }
    }
}

/// All steps; `None` if it is not known of each whose it is.
fn known(steps: &[LineStep]) -> Option<Vec<KnownStep<'_>>> {
    steps.iter().map(known_step).collect()
}

fn known_step(step: &LineStep) -> Option<KnownStep<'_>> {
    let process = step.by.as_deref()?;
    let script = process.script.as_ref()?;
    Some(KnownStep {
        step,
        process,
        script,
    })
}

/// The steps of scripts that have none in the other build, in their order.
fn without<'a>(
    steps: &[KnownStep<'a>],
    others: &[KnownStep<'_>],
    builds: Builds,
) -> Vec<Culprit<'a>> {
    let is_in = |step: &KnownStep<'_>| {
        others
            .iter()
            .any(|other| is_same(step.script, other.script))
    };
    let only = steps.iter().filter(|step| !is_in(step));
    only.map(|step| step.culprit(builds)).collect()
}

/// Whether the same scripts changed a thing in both builds.
fn is_same_work(histories: BothHistories<'_>, thing: &[u8]) -> bool {
    let scripts = |history: &LineHistory| -> Option<BTreeSet<(String, String)>> {
        let steps = known(history.steps(thing))?;
        let script = |step: &KnownStep<'_>| {
            let name = run_name(step.script);
            (step.script.package.clone(), name.to_owned())
        };
        Some(steps.iter().map(script).collect())
    };
    let normal = scripts(histories.normal);
    normal.as_ref().is_some_and(|all| !all.is_empty()) && normal == scripts(histories.chrootless)
}

#[cfg(test)]
mod tests;
