//! What was observed of one build, and the questions it answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::audit::change::{Change, ChangeKind};
use crate::debian::maintainer_script::ScriptKind;
use crate::debian::merged_usr::other_spelling;
use crate::debian::temporary_root::inside;
use crate::trace::attempt::{Attempt, Effect};
use crate::trace::course::Course;
use crate::trace::line_history::LineHistories;
use crate::trace::log::{Act, Gap};
use crate::trace::process::{Process, Script};

/// What was observed of one build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// Processes by path, in the order of their last writing, paths inside the chroot as
    /// tarballs have them: without a leading `./` or slash.
    pub(crate) inside: BTreeMap<Vec<u8>, Vec<Arc<Process>>>,
    /// The same for absolute paths of the outside.
    pub(crate) outside: BTreeMap<Vec<u8>, Vec<Arc<Process>>>,
    /// Processes by path of the chroot that made, opened, renamed or removed it.
    pub(crate) handled: BTreeMap<Vec<u8>, Vec<Arc<Process>>>,
    /// Processes by directory of the chroot, in the order in which they last made, renamed or
    /// removed something directly in it.
    pub(crate) in_inside: BTreeMap<Vec<u8>, Vec<Arc<Process>>>,
    /// The same for directories of the outside, absolute; `/` is empty.
    pub(crate) in_outside: BTreeMap<Vec<u8>, Vec<Arc<Process>>>,
    /// Processes by path of the chroot, in the order in which they last set its owner or group.
    pub(crate) owners: BTreeMap<Vec<u8>, Vec<Arc<Process>>>,
    /// The same for its permissions.
    pub(crate) modes: BTreeMap<Vec<u8>, Vec<Arc<Process>>>,
    /// Files of the outside that were opened for reading: all that processes of maintainer
    /// scripts opened, and of other processes' those that [`is_data`] says.
    pub(crate) read: BTreeMap<Vec<u8>, Vec<Arc<Process>>>,
    /// Paths that something was done to besides opening them for writing.
    pub(crate) altered: BTreeSet<Vec<u8>>,
    /// What could not be done to paths of the outside, the first of each.
    pub(crate) refused: BTreeMap<Vec<u8>, ChangeKind>,
    /// Maintainer scripts that ran, whether they wrote anything or not.
    pub(crate) scripts: BTreeSet<Script>,
    /// Commands that maintainer scripts themselves ran, each once.
    pub(crate) commands: Vec<Arc<Process>>,
    /// Commands of scripts that ran scripts themselves, and which: debconf's frontend runs the
    /// config script, and then the script that it was started by.
    pub(crate) hosts: BTreeMap<Arc<Process>, BTreeSet<Script>>,
    /// What each maintainer script did, in order.
    pub(crate) courses: BTreeMap<Script, Course>,
    /// How often each file was executed, by absolute path in the sandbox.
    pub(crate) executed: BTreeMap<Vec<u8>, u64>,
    /// How often the kernel did not know the format of a file that was to be executed.
    pub(crate) unexecutable: BTreeMap<Vec<u8>, u64>,
    /// What maintainer scripts' processes would have changed on the outside.
    pub attempts: Vec<Attempt>,
    /// Paths of the outside that maintainer scripts' processes left other than they were: there or
    /// not.
    pub(crate) left_behind: BTreeSet<Vec<u8>>,
    /// What maintainer scripts themselves asked of the outside.
    pub decided_by: Vec<Read>,
    /// What they asked of the chroot, by paths from its root, with a slash at the start.
    pub(crate) asked_inside: BTreeSet<Read>,
    /// What became of the lines of shared files.
    pub(crate) lines: LineHistories,
    /// Whether it has who made, renamed, removed or opened for writing anything, and not only what
    /// scripts did.
    pub sees_all_writers: bool,
    /// How often a process was stopped.
    pub stops: u64,
    /// Why it is not everything, if it is not.
    pub gap: Option<Gap>,
}

/// A maintainer script's own question about a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The path, absolute.
    pub path: Vec<u8>,
    /// The answer: something is there.
    pub is_there: bool,
    /// The script.
    pub process: Arc<Process>,
}

impl Trace {
    /// Who wrote a path of the chroot, the last one last.
    #[must_use]
    pub fn wrote_inside(&self, path: &[u8]) -> &[Arc<Process>] {
        self.inside.get(path).map_or(&[], Vec::as_slice)
    }

    /// Whether a process did nothing to a path of the chroot but set its owner, permissions, times or
    /// attributes.
    pub(crate) fn sets_only(&self, process: &Arc<Process>, path: &[u8]) -> bool {
        let other = other_spelling(path);
        let mut spellings = [Some(path), other.as_deref()].into_iter().flatten();
        !spellings.any(|path| {
            let handled = self.handled.get(path);
            handled.is_some_and(|handled| handled.contains(process))
        })
    }

    /// Who set the owner or group of a path of the chroot, the last one last.
    pub(crate) fn set_owner(&self, path: &[u8]) -> &[Arc<Process>] {
        self.owners.get(path).map_or(&[], Vec::as_slice)
    }

    /// Who set the permissions of a path of the chroot, the last one last.
    pub(crate) fn set_mode(&self, path: &[u8]) -> &[Arc<Process>] {
        self.modes.get(path).map_or(&[], Vec::as_slice)
    }

    /// Who wrote an absolute path of the outside.
    #[must_use]
    pub fn wrote_outside(&self, path: &[u8]) -> &[Arc<Process>] {
        self.outside.get(path).map_or(&[], Vec::as_slice)
    }

    /// Who made, renamed or removed something directly in a directory of the chroot, which is given
    /// without a slash at its end; the last one last.
    pub(crate) fn wrote_in(&self, directory: &[u8]) -> &[Arc<Process>] {
        self.in_inside.get(directory).map_or(&[], Vec::as_slice)
    }

    /// Who wrote an absolute path of the outside, without those that are known to have left it as
    /// it was.
    pub fn changed_outside<'a>(&'a self, path: &[u8]) -> impl Iterator<Item = &'a Arc<Process>> {
        let is_without_effect =
            |one: &&Attempt| matches!(one.effect, Effect::SameValue | Effect::Failed(_));
        self.wrote_outside(path).iter().filter(move |process| {
            let own = self.attempts.iter();
            let own = own.filter(|one| one.path == path && one.process == **process);
            let (without, with): (Vec<_>, Vec<_>) = own.partition(is_without_effect);
            without.is_empty() || !with.is_empty()
        })
    }

    /// Files of the chroot that many scripts write and of whose lines not all changes were kept,
    /// without a leading slash.
    pub fn lines_not_kept(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.left_out()
    }

    /// Whether an absolute path was at most opened for writing, by processes of maintainer scripts,
    /// of which all is seen. Its times were not set then, so writing it would show.
    #[must_use]
    pub fn at_most_opened(&self, path: &[u8]) -> bool {
        let mut writers = self.wrote_outside(path).iter();
        !self.altered.contains(path) && writers.all(|process| process.script.is_some())
    }

    /// Whether something failed on a path of the outside because its file system is read-only.
    #[must_use]
    pub fn has_refused(&self) -> bool {
        !self.refused.is_empty()
    }

    /// What failed on paths of the outside because its file system is read-only.
    ///
    /// `was_there` tells an existing file from one that would have been created.
    pub fn refused(&self, was_there: impl Fn(&[u8]) -> bool) -> Vec<Change> {
        // A read-only file system refuses what names nothing, too: nothing would have changed.
        let is_of_something = |(path, kind): &(&Vec<u8>, &ChangeKind)| match kind {
            ChangeKind::Created => true,
            ChangeKind::Modified | ChangeKind::Removed | ChangeKind::Metadata => was_there(path),
        };
        self.refused
            .iter()
            .filter(is_of_something)
            .map(|(path, kind)| Change {
                path: path.clone(),
                kind: match kind {
                    ChangeKind::Created if was_there(path) => ChangeKind::Modified,
                    kind => *kind,
                },
                fields: vec![],
            })
            .collect()
    }

    /// Who made, renamed or removed something directly in a directory of the outside, the last one
    /// last: it gave the directory its time.
    #[must_use]
    pub fn wrote_below(&self, directory: &[u8]) -> &[Arc<Process>] {
        let directory = directory.strip_suffix(b"/").unwrap_or(directory);
        self.in_outside.get(directory).map_or(&[], Vec::as_slice)
    }

    /// Whether a command of a script ran several scripts, so that it is not known for which of them
    /// it did something.
    pub(crate) fn ran_several(&self, command: &Process) -> bool {
        self.hosts
            .get(command)
            .is_some_and(|scripts| scripts.len() > 1)
    }

    /// Whether a maintainer script ran that answers to this.
    pub fn ran(&self, is_wanted: impl Fn(&Script) -> bool) -> bool {
        self.scripts.iter().any(is_wanted)
    }

    /// Who read a file of the outside, by its absolute path, the last one last: processes of
    /// maintainer scripts, and below `/etc`, `/usr/share` and `/var` any process.
    #[must_use]
    pub fn readers(&self, path: &[u8]) -> &[Arc<Process>] {
        self.read.get(path).map_or(&[], Vec::as_slice)
    }

    /// Paths of the outside that processes of a maintainer script read.
    pub fn reads_of<'a>(&'a self, script: &'a Script) -> impl Iterator<Item = &'a [u8]> {
        let is_its = |process: &Arc<Process>| {
            process.script.as_ref().is_some_and(|other| {
                (&other.package, &other.name) == (&script.package, &script.name)
            })
        };
        self.read
            .iter()
            .filter(move |(_, processes)| processes.iter().any(is_its))
            .map(|(path, _)| path.as_slice())
    }

    /// How many times a program was executed.
    #[must_use]
    pub fn executions(&self) -> u64 {
        self.executed.values().sum()
    }

    /// Files of the chroot that were executed and are no maintainer scripts, in the words of
    /// [`wrote_inside`](Self::wrote_inside), and how often. Of a script, and a maintainer script
    /// is one, the kernel executes the interpreter that the sandbox's root has.
    pub fn executed_inside(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.executed.iter().filter_map(|(path, count)| {
            let path = inside(path)?;
            ScriptKind::from_path(path)
                .is_none()
                .then_some((path, *count))
        })
    }

    /// Files that were to be executed and whose format the kernel does not know, by absolute
    /// path, and how often: programs for another machine, and scripts without `#!`.
    pub fn unexecutable(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let all = self.unexecutable.iter();
        all.map(|(path, count)| (path.as_slice(), *count))
    }
}

impl Trace {
    pub(crate) fn wrote(&mut self, path: &[u8], process: &Arc<Process>) {
        match inside(path) {
            Some(path) => note(&mut self.inside, path.to_vec(), process),
            None => note(&mut self.outside, path.to_vec(), process),
        }
    }

    /// A path was made, opened, renamed or removed.
    pub(crate) fn handle(&mut self, path: &[u8], process: &Arc<Process>) {
        if let Some(path) = inside(path) {
            note(&mut self.handled, path.to_vec(), process);
        }
    }

    /// The owner or the permissions of a path of the chroot were set.
    pub(crate) fn set(&mut self, path: &[u8], act: &Act, process: &Arc<Process>) {
        let setters = match act {
            Act::Owner { .. } => &mut self.owners,
            Act::Mode(_) => &mut self.modes,
            _ => return,
        };
        if let Some(path) = inside(path) {
            note(setters, path.to_vec(), process);
        }
    }

    /// Something came into its directory, or left it.
    pub(crate) fn wrote_name(&mut self, path: &[u8], process: &Arc<Process>) {
        let directory = |path: &[u8]| {
            let slash = path.iter().rposition(|byte| *byte == b'/');
            path.split_at(slash.unwrap_or_default()).0.to_vec()
        };
        match inside(path) {
            Some(path) => note(&mut self.in_inside, directory(path), process),
            None => note(&mut self.in_outside, directory(path), process),
        }
    }
}

pub(crate) fn note(
    map: &mut BTreeMap<Vec<u8>, Vec<Arc<Process>>>,
    path: Vec<u8>,
    process: &Arc<Process>,
) {
    let processes = map.entry(path).or_default();
    processes.retain(|other| other != process);
    processes.push(Arc::clone(process));
}

/// Where programs have their settings and data. Of processes without a maintainer script no
/// other reads are kept: every process reads its libraries.
pub(crate) fn is_data(path: &[u8]) -> bool {
    let places: [&[u8]; 3] = [b"/etc/", b"/usr/share/", b"/var/"];
    places.iter().any(|place| path.starts_with(place))
}
