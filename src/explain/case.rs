//! What rules work on: the divergences, all that is known about them, and what is claimed already.

use std::sync::Arc;

use crate::compare::comparison::{Divergence, FieldDivergence, SideEntry};
use crate::debian::merged_usr::other_spelling;
use crate::debian::shared_file::original;
use crate::explain::basis::Basis;
use crate::explain::chroots::Chroots;
use crate::explain::divergent_fields::{has, has_only};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::observations::Observations;
use crate::explain::overview::Overview;
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{ScriptRun, is_same, kind, run_of, runs, runs_without};
use crate::explain::shared_files::SharedFiles;
use crate::tar::entry::EntryKind;
use crate::tar::entry_path::EntryPath;
use crate::trace::attempt::Effect;
use crate::trace::process::{Process, Script};
use crate::trace::record::Trace;

/// The divergences of one comparison, and the findings so far.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) divergences: &'a [Divergence],
    pub(crate) chroots: &'a Chroots,
    pub(crate) observations: &'a Observations<'a>,
    pub(crate) basis: Basis,
    /// Whose the lines of files are that many scripts write.
    pub(crate) shared: SharedFiles<'a>,
    /// What is known of all divergences.
    pub(crate) overview: &'a Overview,
    /// What the rule that is asked explains of an entry.
    explains: Explains,
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
        overview: &'a Overview,
        chroots: &'a Chroots,
        observations: &'a Observations<'a>,
        basis: Basis,
    ) -> Self {
        Self {
            divergences,
            chroots,
            observations,
            basis,
            shared: SharedFiles::new(divergences, observations),
            overview,
            explains: Explains::Everything,
            findings: Vec::new(),
            claimed: vec![None; divergences.len()],
        }
    }

    /// Makes [`free`](Self::free) what a rule that explains this may claim, and takes no claim
    /// beyond it.
    pub(crate) fn let_claim(&mut self, explains: Explains) {
        self.explains = explains;
    }

    /// The divergences that no finding has claimed and that the rule explains whole.
    pub(crate) fn free(&self) -> impl Iterator<Item = Numbered<'a>> {
        let all = self.divergences.iter().enumerate();
        all.filter(|(at, _)| self.is_free(*at))
            .map(|(at, divergence)| Numbered { at, divergence })
    }

    fn is_free(&self, at: usize) -> bool {
        let is_explained = |one| self.explains.whole(one, &self.open_fields(one));
        self.claimed.get(at) == Some(&None) && self.divergences.get(at).is_some_and(is_explained)
    }

    /// The names of the fields of an entry that a rule has to explain. What differs for another
    /// reason whatever the rule finds is told apart: the time of a directory in which entries
    /// differ, and what is said of many entries at once. If there is nothing else, it is what has
    /// to be explained.
    pub(crate) fn open_fields(&self, divergence: &'a Divergence) -> Vec<&'a str> {
        let is_apart = |field: &&FieldDivergence| {
            self.is_stated(field) || field.name == "mtime" && self.has_entries(divergence)
        };
        let fields = divergence.fields.iter();
        let (apart, open): (Vec<_>, Vec<_>) = fields.partition(is_apart);
        let fields = if open.is_empty() { apart } else { open };
        fields
            .into_iter()
            .map(|field| field.name.as_str())
            .collect()
    }

    /// Whether how a field differs is said of many entries at once.
    pub(crate) fn is_stated(&self, field: &FieldDivergence) -> bool {
        self.overview.statements.iter().any(|one| one.covers(field))
    }

    /// Whether an entry is a directory in which entries differ.
    pub(crate) fn has_entries(&self, divergence: &Divergence) -> bool {
        let is_directory = |side: &Option<Box<SideEntry>>| {
            let side = side.as_ref();
            side.is_some_and(|side| side.entry.kind == EntryKind::Directory)
        };
        is_directory(&divergence.left)
            && is_directory(&divergence.right)
            && self
                .overview
                .parents
                .contains(divergence.entry_path().from_root())
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

    /// The position of the finding that claimed a divergence.
    pub(crate) fn claimed(&self, at: usize) -> Option<usize> {
        self.claimed.get(at).copied().flatten()
    }

    /// The finding at a position.
    pub(crate) fn finding_at(&self, number: usize) -> Option<&Finding> {
        self.findings.get(number)
    }

    /// Adds a finding with those of its claims that are still free, and joins it to an earlier one
    /// that says the same of the same script. One without a claim or an escape is dropped.
    pub(crate) fn add(&mut self, finding: Finding) {
        self.add_together(vec![finding]);
    }

    /// The same for findings that may claim the same entries: each has its part in them.
    pub(crate) fn add_together(&mut self, findings: Vec<Finding>) {
        let mut claims: Vec<(usize, usize)> = Vec::new();
        for mut finding in findings {
            finding.claims.retain(|at| self.is_free(*at));
            if finding.claims.is_empty() && finding.escapes.is_empty() {
                continue;
            }
            let mut known = self.findings.iter();
            let known = known.position(|other| other.is_same_cause(&finding));
            let number = known.unwrap_or(self.findings.len());
            claims.extend(finding.claims.iter().map(|at| (*at, number)));
            match self.findings.get_mut(number) {
                Some(other) => other.join(finding),
                None => self.findings.push(finding),
            }
        }
        for (at, number) in claims {
            if let Some(claimed) = self.claimed.get_mut(at) {
                let _ = claimed.get_or_insert(number);
            }
        }
    }

    /// Adds a finding on a script that has a part in an entry that is claimed already: to one that has
    /// the same path of the outside, or says the same.
    pub(crate) fn share(&mut self, at: usize, finding: Finding) {
        let Some(divergence) = self.divergences.get(at) else {
            return;
        };
        let path = divergence.entry_path();
        let is_its = |one: &Finding| {
            (&one.package, one.script, &one.part)
                == (&finding.package, finding.script, &finding.part)
        };
        let escapes = self.observations.escapes();
        let is_outside = |one: &Finding| {
            let mut own = one.escapes.iter().filter_map(|at| escapes.get(*at));
            own.any(|change| EntryPath::new(&change.path) == path)
        };
        let mut known = self.findings.iter();
        let known = known.position(|one| is_its(one) && is_outside(one));
        let mut same = self.findings.iter();
        let same = same.position(|one| one.is_same_cause(&finding));
        let number = known.or(same).unwrap_or(self.findings.len());
        let finding = finding.claiming(vec![at]);
        match self.findings.get_mut(number) {
            Some(other) if other.claims.contains(&at) => {}
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

    /// The process that made, renamed or removed something in a directory of the chroot last in the
    /// normal build: it gave the directory its time.
    pub(crate) fn last_in(&self, directory: EntryPath<'_>) -> Option<&'a Arc<Process>> {
        let trace = self.observations.normal?;
        wrote_in(trace, directory).pop()
    }

    /// The scripts that wrote an entry in each build, in their order.
    pub(crate) fn entry_runs(&self, divergence: &Divergence) -> EntryRuns<'a> {
        let of = |trace| runs(&self.entry_writers_in(trace, divergence));
        EntryRuns {
            normal: of(self.observations.normal),
            chrootless: of(self.observations.chrootless),
        }
    }

    /// Whether a command of a script ran several scripts in either build.
    pub(crate) fn ran_several(&self, command: &Process) -> bool {
        let mut traces = [self.observations.normal, self.observations.chrootless].into_iter();
        traces.any(|trace| trace.is_some_and(|trace| trace.ran_several(command)))
    }

    /// The processes that wrote an entry in the normal build, the last one last.
    pub(crate) fn normal_entry_writers(&self, divergence: &Divergence) -> Vec<&'a Arc<Process>> {
        self.entry_writers_in(self.observations.normal, divergence)
    }

    /// The processes that wrote an entry in the chrootless build, the last one last.
    pub(crate) fn chrootless_entry_writers(
        &self,
        divergence: &Divergence,
    ) -> Vec<&'a Arc<Process>> {
        self.entry_writers_in(self.observations.chrootless, divergence)
    }

    /// For each build, the processes that set the owner and the permissions of an entry, if nothing
    /// else of it differs, and else all that wrote it or set something of it; the last one last.
    pub(crate) fn setters_or_writers(&self, divergence: &'a Divergence) -> [Vec<&'a Process>; 2] {
        [self.observations.normal, self.observations.chrootless].map(|trace| {
            let writers = self.all_writers_in(trace, divergence);
            let of_scripts = runs(&writers).into_iter();
            let setters: Vec<&Process> = of_scripts
                .flat_map(|run| self.setters(trace, divergence, run.script))
                .collect();
            if setters.is_empty() {
                writers.into_iter().map(Arc::as_ref).collect()
            } else {
                setters
            }
        })
    }

    /// The processes that wrote a path of the chroot in either build.
    pub(crate) fn writers_inside(&self, path: EntryPath<'_>) -> Vec<&'a Arc<Process>> {
        let normal = self.normal_writers(path).into_iter();
        normal.chain(self.chrootless_writers(path)).collect()
    }

    /// The processes that wrote an entry in one build. If one side lacks it, or its bytes differ,
    /// what sets an owner, permissions or times is not why.
    fn entry_writers_in(
        &self,
        trace: Option<&'a Trace>,
        divergence: &Divergence,
    ) -> Vec<&'a Arc<Process>> {
        let mut all = self.all_writers_in(trace, divergence);
        if divergence.left.is_none() || divergence.right.is_none() || has(divergence, "content") {
            let path = copied(divergence).unwrap_or(divergence.entry_path());
            let makes = |process: &&Arc<Process>| {
                trace.is_none_or(|trace| !trace.sets_only(process, path.as_bytes()))
            };
            if all.iter().any(makes) {
                all.retain(makes);
            }
        }
        all
    }

    /// The processes that wrote an entry in one build or set its owner, permissions or times. A
    /// directory of which only the time differs, and nothing in it, was written by who made and
    /// removed something in it. A further name of a file is stored by the first one, and was written
    /// by who made, removed or wrote that. A copy that one side lacks is made by whoever changes a
    /// file that was changed before: it was written by all who wrote the file.
    fn all_writers_in(
        &self,
        trace: Option<&'a Trace>,
        divergence: &Divergence,
    ) -> Vec<&'a Arc<Process>> {
        let path = copied(divergence).unwrap_or(divergence.entry_path());
        let mut all: Vec<_> = first_names(divergence)
            .flat_map(|name| writers(trace, name))
            .collect();
        all.extend(writers(trace, path));
        let is_time = has_only(divergence, &["mtime"]) && !self.has_entries(divergence);
        if let (true, Some(trace)) = (is_time, trace) {
            all.extend(wrote_in(trace, path));
        }
        all
    }

    /// The last processes of a script that set the owner and the permissions of an entry in one
    /// build, if nothing else of it differs: the last one that wrote it may have set the other.
    pub(crate) fn setters(
        &self,
        trace: Option<&'a Trace>,
        divergence: &'a Divergence,
        script: &Script,
    ) -> Vec<&'a Process> {
        const OWNER: [&str; 4] = ["uid", "gid", "uname", "gname"];
        let fields = self.open_fields(divergence);
        let of_owner = |field: &&str| OWNER.contains(field);
        let is_other = |field: &&str| !of_owner(field) && *field != "mode";
        let Some(trace) = trace.filter(|_| !fields.iter().any(is_other)) else {
            return Vec::new();
        };
        let path = divergence.entry_path().as_bytes();
        let other = other_spelling(path);
        let spellings = [Some(path), other.as_deref()];
        let last = |setters: fn(&'a Trace, &[u8]) -> &'a [Arc<Process>]| {
            let all = spellings.iter().flatten();
            let mut all = all.flat_map(|path| setters(trace, path));
            all.rfind(|process| {
                process
                    .script
                    .as_ref()
                    .is_some_and(|one| is_same(one, script))
            })
        };
        let owner = fields.iter().any(of_owner).then(|| last(Trace::set_owner));
        let mode = fields.contains(&"mode").then(|| last(Trace::set_mode));
        let setters = [owner, mode].into_iter().flatten().flatten();
        setters.map(Arc::as_ref).collect()
    }

    /// The processes of the chrootless build that changed a path of the outside. If none did, it is
    /// a directory, and its time is that of what was made or removed in it.
    pub(crate) fn outside_writers(&self, path: &[u8]) -> Vec<&'a Arc<Process>> {
        let trace = self.observations.chrootless;
        trace.map_or_else(Vec::new, |trace| outside_writers(trace, path))
    }

    /// The script that wrote an entry last in the chrootless build. Of a file that many write it is
    /// the only one that has differing lines in it.
    pub(crate) fn last_chrootless(&self, divergence: &Divergence) -> Option<ScriptRun<'a>> {
        let mut runs = runs(&self.chrootless_writers(divergence.entry_path()));
        if !self.shared.has(divergence) {
            return runs.pop();
        }
        match self.shared.shares(divergence) {
            [one] => run_of(&runs, one.script),
            _ => None,
        }
    }

    /// The scripts that wrote an entry in the normal build and not in the chrootless one, in
    /// their order.
    pub(crate) fn missing_runs(&self, divergence: &Divergence) -> Vec<ScriptRun<'a>> {
        let EntryRuns { normal, chrootless } = self.entry_runs(divergence);
        runs_without(&normal, &chrootless)
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

/// The file of which an entry that one side lacks is the copy.
fn copied(divergence: &Divergence) -> Option<EntryPath<'_>> {
    let is_one_sided = divergence.left.is_none() || divergence.right.is_none();
    let original = original(divergence.entry_path().as_bytes());
    original.filter(|_| is_one_sided).map(EntryPath::new)
}

/// Whether an entry is a copy that one side lacks.
pub(crate) fn is_copy(divergence: &Divergence) -> bool {
    copied(divergence).is_some()
}

/// The names that the entry is a further one of, if it is stored as one on either side.
fn first_names(divergence: &Divergence) -> impl Iterator<Item = EntryPath<'_>> {
    let sides = [&divergence.left, &divergence.right].into_iter().flatten();
    let links = sides.filter(|side| side.entry.kind == EntryKind::HardLink);
    links.map(|side| EntryPath::new(&side.entry.linkname))
}

/// The scripts that wrote an entry.
pub(crate) struct EntryRuns<'a> {
    /// In the normal build.
    pub(crate) normal: Vec<ScriptRun<'a>>,
    /// In the chrootless build.
    pub(crate) chrootless: Vec<ScriptRun<'a>>,
}

/// The process of a maintainer script that a change of the outside is due to: the last one of which a
/// call is known to have changed the path, and not one that only opened it, as tools do that lock;
/// if none is, the last one that wrote.
pub(crate) fn escape_writer<'a>(trace: &'a Trace, path: &[u8]) -> Option<&'a Arc<Process>> {
    let mut writers = outside_writers(trace, path);
    writers.retain(|process| process.script.is_some());
    let changed = |process: &&&Arc<Process>| {
        let mut attempts = trace.attempts.iter();
        attempts.any(|one| {
            one.path == path && one.process == ***process && one.effect == Effect::Changed
        })
    };
    let changer = writers.iter().rfind(changed).copied();
    changer.or_else(|| writers.last().copied())
}

/// The processes that changed a path of the outside, or something in a directory that nobody
/// changed itself.
pub(crate) fn outside_writers<'a>(trace: &'a Trace, path: &[u8]) -> Vec<&'a Arc<Process>> {
    let writers: Vec<_> = trace.changed_outside(path).collect();
    if writers.iter().any(|process| process.script.is_some()) {
        return writers;
    }
    trace.wrote_below(path).iter().collect()
}

fn wrote_in<'a>(trace: &'a Trace, directory: EntryPath<'_>) -> Vec<&'a Arc<Process>> {
    let directory = directory.as_bytes();
    let other = other_spelling(directory);
    let others = other.iter().flat_map(|path| trace.wrote_in(path));
    trace.wrote_in(directory).iter().chain(others).collect()
}

/// Merged /usr: what is `/bin/sh` in a trace may be `usr/bin/sh` in a tarball, and the other way
/// round.
pub(crate) fn writers<'a>(trace: Option<&'a Trace>, path: EntryPath<'_>) -> Vec<&'a Arc<Process>> {
    let path = path.as_bytes();
    let writers = |path: &[u8]| trace.map_or(&[][..], |trace| trace.wrote_inside(path));
    let other = other_spelling(path);
    let others = other.as_deref().map_or(&[][..], writers);
    writers(path).iter().chain(others).collect()
}
