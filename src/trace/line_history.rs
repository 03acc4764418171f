//! What became of each line of a shared file in one build: who made it, and who removed it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::debian::shared_file;
use crate::debian::temporary_root::inside;
use crate::trace::log::{Bytes, LineChange};
use crate::trace::process::Process;

/// What became of the lines of one file, as [`shared_file::lines`] has them: lines that say
/// something of one thing have one history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LineHistory {
    things: BTreeMap<Vec<u8>, Vec<LineStep>>,
}

/// What one run of a script did to the lines of one thing, before another one did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineStep {
    /// Its last process that did; `None` if nobody saw who it was.
    pub(crate) by: Option<Arc<Process>>,
    /// Lines that went, sorted.
    pub(crate) removed: Vec<Vec<u8>>,
    /// Lines that came, sorted.
    pub(crate) added: Vec<Vec<u8>>,
}

impl LineStep {
    fn is_by_run_of(&self, by: Option<&Arc<Process>>) -> bool {
        let run = |by: Option<&Arc<Process>>| by.and_then(|process| process.script.clone());
        run(by).is_some() && run(by) == run(self.by.as_ref())
    }

    /// Takes a line that went: one that came before is as if it never had.
    fn remove(&mut self, line: &[u8]) {
        if !take_out(&mut self.added, line) {
            put_in(&mut self.removed, line);
        }
    }

    /// Takes a line that came, in the same way: who writes a file anew makes what it had.
    fn add(&mut self, line: &[u8]) {
        if !take_out(&mut self.removed, line) {
            put_in(&mut self.added, line);
        }
    }

    fn is_nothing(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }
}

fn take_out(lines: &mut Vec<Vec<u8>>, line: &[u8]) -> bool {
    let at = lines.iter().position(|other| other == line);
    at.map(|at| lines.remove(at)).is_some()
}

fn put_in(lines: &mut Vec<Vec<u8>>, line: &[u8]) {
    let at = lines.partition_point(|other| other.as_slice() <= line);
    lines.insert(at, line.to_vec());
}

impl LineHistory {
    /// Lines of the file at this path came or went.
    fn take(&mut self, path: &[u8], change: &LineChange, by: Option<&Arc<Process>>) {
        let removed = change.removed.iter().map(|line| (line, false));
        let added = change.added.iter().map(|line| (line, true));
        for (line, comes) in removed.chain(added) {
            let thing = shared_file::thing(path, &line.0).to_vec();
            let steps = self.things.entry(thing).or_default();
            let mut step = match steps.pop_if(|last| last.is_by_run_of(by)) {
                Some(last) => LineStep {
                    by: by.cloned(),
                    ..last
                },
                None => LineStep {
                    by: by.cloned(),
                    removed: Vec::new(),
                    added: Vec::new(),
                },
            };
            if comes {
                step.add(&line.0);
            } else {
                step.remove(&line.0);
            }
            if !step.is_nothing() {
                steps.push(step);
            }
        }
    }

    /// What was done to the lines of a thing, in its order.
    pub(crate) fn steps(&self, thing: &[u8]) -> &[LineStep] {
        self.things.get(thing).map_or(&[], Vec::as_slice)
    }

    /// Everyone who changed a line.
    pub(crate) fn doers(&self) -> impl Iterator<Item = &Arc<Process>> {
        let steps = self.things.values().flatten();
        steps.filter_map(|step| step.by.as_ref())
    }
}

/// The histories of the shared files of one build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LineHistories {
    /// Of the chroot, by path without a leading slash.
    inside: BTreeMap<Vec<u8>, LineHistory>,
    /// Of the outside, by absolute path.
    outside: BTreeMap<Vec<u8>, LineHistory>,
    /// Files of the chroot whose history is not known.
    left_out: BTreeSet<Vec<u8>>,
    /// The history of a file that no script changed.
    none: LineHistory,
}

impl LineHistories {
    /// Puts together what an observer has kept.
    pub(crate) fn new(
        changes: &[LineChange],
        left_out: &[Bytes],
        processes: &[Arc<Process>],
    ) -> Self {
        let mut histories = Self::default();
        for change in changes {
            let path = change.path.0.as_slice();
            let by = change.image.and_then(|image| processes.get(image)).cloned();
            let (path, histories) = match inside(path) {
                Some(path) => (path, &mut histories.inside),
                None => (path, &mut histories.outside),
            };
            let history = histories.entry(path.to_vec()).or_default();
            history.take(path, change, by.as_ref());
        }
        let left_out = left_out.iter().filter_map(|path| inside(&path.0));
        histories.left_out = left_out.map(<[u8]>::to_vec).collect();
        histories
    }

    /// The history of a file of the chroot; `None` if not all of it is known.
    pub(crate) fn inside(&self, path: &[u8]) -> Option<&LineHistory> {
        let is_known = !self.left_out.contains(path);
        is_known.then(|| self.inside.get(path).unwrap_or(&self.none))
    }

    /// What is known of the history of a file of the outside, by its absolute path.
    pub(crate) fn outside(&self, path: &[u8]) -> &LineHistory {
        self.outside.get(path).unwrap_or(&self.none)
    }

    /// The files of the chroot of which not all changes were kept.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = &[u8]> {
        self.left_out.iter().map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::process::Script;

    fn process(package: &str) -> Option<Arc<Process>> {
        let script = Script {
            package: package.to_owned(),
            name: "postinst".to_owned(),
            arguments: vec![],
        };
        let process = Process {
            script: Some(script),
            ..Process::default()
        };
        (!package.is_empty()).then(|| Arc::new(process))
    }

    fn lines(text: &str) -> Vec<Bytes> {
        let lines = text.split_whitespace();
        lines.map(|line| Bytes::from(line.as_bytes())).collect()
    }

    /// What is left of these changes of `etc/passwd`, each of a package that removes and adds
    /// lines, for the thing `x`.
    fn history(changes: &[[&str; 3]]) -> Vec<String> {
        let mut history = LineHistory::default();
        for [package, removed, added] in changes {
            let change = LineChange {
                image: None,
                path: Bytes::default(),
                removed: lines(removed),
                added: lines(added),
            };
            history.take(b"etc/passwd", &change, process(package).as_ref());
        }
        let text = |lines: &[Vec<u8>]| String::from_utf8(lines.join(&b' ')).unwrap();
        let steps = history.steps(b"x").iter();
        steps
            .map(|step| {
                let script = step.by.as_ref().and_then(|by| by.script.as_ref());
                let package = script.map_or("?", |script| script.package.as_str());
                format!("{package} -{} +{}", text(&step.removed), text(&step.added))
            })
            .collect()
    }

    #[test]
    fn a_history_has_what_each_script_did_to_a_thing() {
        let cases: [(&[[&str; 3]], &[&str]); 8] = [
            (&[["a", "", "x:1"]], &["a - +x:1"]),
            (&[["a", "", "x:1"], ["b", "", "y:1"]], &["a - +x:1"]),
            // Another script changes it.
            (
                &[["a", "", "x:1"], ["b", "x:1", "x:2"]],
                &["a - +x:1", "b -x:1 +x:2"],
            ),
            // Made, removed and made again.
            (
                &[["a", "", "x:1"], ["b", "x:1", ""], ["c", "", "x:1"]],
                &["a - +x:1", "b -x:1 +", "c - +x:1"],
            ),
            // One script writes the file anew, in two steps.
            (
                &[["a", "", "x:1"], ["b", "x:1", ""], ["b", "", "x:1"]],
                &["a - +x:1"],
            ),
            (&[["a", "x:1 y:1", ""], ["a", "", "x:2"]], &["a -x:1 +x:2"]),
            // A line stands there twice.
            (
                &[["a", "", "x:1 x:1"], ["b", "x:1", ""]],
                &["a - +x:1 x:1", "b -x:1 +"],
            ),
            // Nobody saw who.
            (
                &[["", "x:1", ""], ["", "", "x:1"]],
                &["? -x:1 +", "? - +x:1"],
            ),
        ];
        for (changes, expected) in cases {
            assert_eq!(history(changes), expected, "{changes:?}");
        }
    }

    #[test]
    fn a_history_that_was_not_kept_is_not_known() {
        let path = |path: &str| Bytes::from(path.as_bytes());
        let change = LineChange {
            image: Some(0),
            path: path("/tmp/mmdebstrap.x/etc/shells"),
            removed: vec![],
            added: vec![path("line")],
        };
        let outside = LineChange {
            path: path("/etc/shells"),
            ..change.clone()
        };
        let process = process("a").unwrap();
        let histories = LineHistories::new(
            &[change, outside],
            &[path("/tmp/mmdebstrap.x/etc/passwd"), path("/etc/group")],
            std::slice::from_ref(&process),
        );
        let steps = |history: &LineHistory| history.steps(b"line").to_vec();
        let step = LineStep {
            by: Some(process),
            removed: vec![],
            added: vec![b"line".to_vec()],
        };
        let inside = |path: &[u8]| histories.inside(path).map(steps);
        assert_eq!(inside(b"etc/shells"), Some(vec![step.clone()]));
        assert_eq!(inside(b"etc/group"), Some(vec![]));
        assert_eq!(inside(b"etc/passwd"), None);
        assert_eq!(steps(histories.outside(b"/etc/shells")), [step]);
        assert_eq!(
            histories.left_out().collect::<Vec<_>>(),
            [&b"etc/passwd"[..]]
        );
    }
}
