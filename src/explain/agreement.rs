//! Whether an audit and the attempts of one chrootless build tell the same of the outside.
//!
//! An audit sees what is left of all that any process did, and an attempt is what a script's
//! process was seen to do. Where one knows of a change and the other does not, one of them lacks
//! something.

use crate::audit::change::{Change, ChangeKind};
use crate::explain::command_line::CommandLine;
use crate::tar::entry_path::EntryPath;
use crate::trace::attempt::Effect;
use crate::trace::record::Trace;

/// A path of the outside on which an audit and the attempts disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disagreement {
    /// It changed, and no process of a maintainer script was seen to act on it.
    Untried {
        /// The path, absolute.
        path: Vec<u8>,
        /// The last other process that wrote it, if one was seen.
        by: Option<CommandLine>,
    },
    /// A process of a maintainer script made or removed it, and it did not change.
    Unseen {
        /// The path, absolute.
        path: Vec<u8>,
        /// The call's name in syscalls(2).
        call: String,
        /// The process.
        by: CommandLine,
    },
}

/// Where the changes that an audit saw, or that were refused, and the attempts of the same build
/// disagree: changes first, each in their order. `all` is a trace that may have what other
/// processes did.
#[must_use]
pub fn disagreements(changes: &[Change], trace: &Trace, all: &Trace) -> Vec<Disagreement> {
    let untried = changes
        .iter()
        .filter(|change| !is_tried(trace, change) && !follows(change, changes));
    let untried = untried.map(|change| Disagreement::Untried {
        path: change.path.clone(),
        by: all
            .wrote_outside(&change.path)
            .last()
            .map(|process| CommandLine::of_process(process)),
    });
    let unseen = trace.left_behind.iter();
    let unseen = unseen.filter(|path| !changes.iter().any(|change| is_of(change, path)));
    let unseen = unseen.filter_map(|path| {
        let mut attempts = trace.attempts.iter().rev();
        let last = attempts.find(|one| one.path == *path && one.effect == Effect::Changed)?;
        Some(Disagreement::Unseen {
            path: path.clone(),
            call: last.call.clone(),
            by: CommandLine::of_process(&last.process),
        })
    });
    untried.chain(unseen).collect()
}

/// Whether an attempt is on a changed path, on what it is in, or on something in it: a directory's
/// times change with that. Who gives a file a further name changes the file, too.
fn is_tried(trace: &Trace, change: &Change) -> bool {
    let mut writers = trace.wrote_outside(&change.path).iter();
    writers.any(|one| one.script.is_some())
        || trace.attempts.iter().any(|one| {
            is_at_or_below(&change.path, &one.path) || is_at_or_below(&one.path, &change.path)
        })
}

/// Whether a change is of a directory, and comes with another one directly in it.
fn follows(change: &Change, changes: &[Change]) -> bool {
    let parent = |path: &[u8]| EntryPath::new(path).parent() == Some(EntryPath::new(&change.path));
    change.kind == ChangeKind::Metadata && changes.iter().any(|other| parent(&other.path))
}

/// Whether a change is one of a path: a directory that came or went took with it what is in it.
fn is_of(change: &Change, path: &[u8]) -> bool {
    let is_whole = matches!(change.kind, ChangeKind::Created | ChangeKind::Removed);
    change.path == path || (is_whole && is_at_or_below(path, &change.path))
}

fn is_at_or_below(path: &[u8], directory: &[u8]) -> bool {
    let rest = path.strip_prefix(directory);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::log::{Act, Before, Event, Image, Log};
    use crate::trace::replay::replay;

    const ABSENT: Option<Before> = Some(Before::Absent);

    /// A trace of mmdebstrap, which writes `/etc/of-tool`, and of a postinst, whose shell makes
    /// these.
    fn making(paths: &[&str]) -> Trace {
        let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
        let mut log = Log::default();
        let tool = log.ran(Image::new(None, b"/usr/bin/mmdebstrap", &["mmdebstrap"]));
        let opening = Act::Open {
            creates: true,
            empties: true,
        };
        log.did(Event::new(tool, "openat", opening, b"/etc/of-tool"));
        let script = log.ran(Image::new(
            Some(tool),
            program,
            &["p.postinst", "configure"],
        ));
        for path in paths {
            log.did(Event {
                before: ABSENT,
                ..Event::new(script, "mkdir", Act::Make, path.as_bytes())
            });
        }
        replay(&log)
    }

    fn change(path: &str, kind: ChangeKind) -> Change {
        Change {
            path: path.as_bytes().to_vec(),
            kind,
            fields: Vec::new(),
        }
    }

    fn command(words: &[&str]) -> CommandLine {
        CommandLine {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    #[test]
    fn changes_that_scripts_made_and_the_times_of_their_directories_agree() {
        let trace = making(&["/etc/a", "/etc/a/b"]);
        let changes = [
            change("/etc", ChangeKind::Metadata),
            change("/etc/a", ChangeKind::Created),
        ];
        assert_eq!(disagreements(&changes, &trace, &trace), []);
    }

    #[test]
    fn a_file_that_a_script_gives_a_further_name_is_changed_by_that() {
        let mut log = Log::default();
        let program = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";
        let script = log.ran(Image::new(None, program, &["p.postinst", "configure"]));
        let link = Act::Link(b"/srv/all".as_slice().into());
        log.did(Event {
            before: ABSENT,
            ..Event::new(script, "link", link, b"/etc/on")
        });
        let trace = replay(&log);
        let changes = [
            change("/etc/on", ChangeKind::Created),
            change("/srv/all", ChangeKind::Metadata),
        ];
        assert_eq!(disagreements(&changes, &trace, &trace), []);
    }

    #[test]
    fn a_change_by_no_script_and_an_act_of_which_nothing_is_left_are_named() {
        let trace = making(&["/etc/vanished"]);
        let changes = [
            change("/etc", ChangeKind::Metadata),
            change("/etc/of-tool", ChangeKind::Created),
            change("/srv/of-nobody", ChangeKind::Created),
        ];
        assert_eq!(
            disagreements(&changes, &trace, &trace),
            [
                Disagreement::Untried {
                    path: b"/etc/of-tool".to_vec(),
                    by: Some(command(&["mmdebstrap"])),
                },
                Disagreement::Untried {
                    path: b"/srv/of-nobody".to_vec(),
                    by: None,
                },
                Disagreement::Unseen {
                    path: b"/etc/vanished".to_vec(),
                    call: "mkdir".to_owned(),
                    by: command(&["p.postinst", "configure"]),
                },
            ]
        );
    }
}
