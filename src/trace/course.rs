//! The course of a maintainer script: which commands it ran, in their order, and between which of
//! them its own shell wrote something.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::debian::temporary_root::inside;
use crate::sandbox::ExitStatus;
use crate::trace::log::{Act, Event, Image, Log};
use crate::trace::process::{Process, Script};

/// What the runs of one script did, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Course {
    /// The commands that the script itself ran, in the order of their starts.
    pub(crate) commands: Vec<RunCommand>,
    /// Paths of the chroot that the script's own shell wrote, without a leading slash, and how many
    /// commands had been started before it did so first.
    pub(crate) of_shell: BTreeMap<Vec<u8>, usize>,
}

/// A command that a script ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunCommand {
    /// What was run.
    pub(crate) process: Arc<Process>,
    /// Whether it ended with another status than 0.
    pub(crate) has_failed: bool,
}

/// The courses of all scripts of a build.
pub(crate) fn courses(log: &Log, processes: &[Arc<Process>]) -> BTreeMap<Script, Course> {
    let mut courses: BTreeMap<Script, Course> = BTreeMap::new();
    for event in &log.events {
        let Some(process) = processes.get(event.image) else {
            continue;
        };
        let Some(script) = &process.script else {
            continue;
        };
        let is_start = matches!(event.act, Act::Execute) && event.error == 0;
        if process.is_command() && is_start && is_top(log, processes, event.image) {
            let course = courses.entry(script.clone()).or_default();
            course.commands.push(RunCommand {
                process: Arc::clone(process),
                has_failed: has_failed(&log.images, event.image),
            });
        } else if process.command.is_empty() && changes(event) {
            let course = courses.entry(script.clone()).or_default();
            course.take(event);
        }
    }
    courses
}

impl Course {
    /// The script's own shell wrote something.
    fn take(&mut self, event: &Event) {
        let to = match &event.act {
            Act::RenameTo(to) => Some(&to.0),
            _ => None,
        };
        let started = self.commands.len();
        for path in std::iter::once(&event.path.0).chain(to) {
            if let Some(path) = inside(path) {
                let _ = self.of_shell.entry(path.to_vec()).or_insert(started);
            }
        }
    }
}

fn changes(event: &Event) -> bool {
    event.error == 0 && !matches!(event.act, Act::Execute | Act::Read | Act::Look)
}

/// Whether the script itself ran a program, and not a command of it.
fn is_top(log: &Log, processes: &[Arc<Process>], image: usize) -> bool {
    let parent = log.images.get(image).and_then(|image| image.parent);
    let parent = parent.and_then(|parent| processes.get(parent));
    parent.is_none_or(|parent| parent.command.is_empty())
}

/// Whether a program, or the one that its process became, ended with another status than 0.
fn has_failed(images: &[Image], mut at: usize) -> bool {
    while let Some(image) = images.get(at) {
        if let Some(end) = image.end {
            return end != ExitStatus::Exited(0);
        }
        let later = images.iter().enumerate().skip(at + 1);
        let next = later.rev().find(|(_, other)| other.parent == Some(at));
        let Some((next, _)) = next else {
            return false;
        };
        at = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::replay::replay;

    const POSTINST: &[u8] = b"/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst";

    /// Starts a program, which ends with this status.
    fn run(log: &mut Log, parent: usize, argv: &[&str], status: Option<i32>) -> usize {
        let program = argv.first().unwrap().as_bytes();
        let image = log.ran(Image {
            end: status.map(ExitStatus::Exited),
            ..Image::new(Some(parent), program, argv)
        });
        log.did(Event::new(image, "execve", Act::Execute, program));
        image
    }

    fn make(log: &mut Log, image: usize, path: &str) {
        log.did(Event::new(image, "mkdir", Act::Make, path.as_bytes()));
    }

    #[test]
    fn a_course_has_the_commands_in_their_order_and_what_the_shell_wrote_between_them() {
        let mut log = Log::default();
        let script = log.ran(Image::new(None, POSTINST, &["p.postinst", "configure"]));
        make(&mut log, script, "/tmp/mmdebstrap.x/etc/a");
        let env = run(&mut log, script, &["env", "false"], None);
        let inner = run(&mut log, env, &["false"], Some(1));
        make(&mut log, inner, "/tmp/mmdebstrap.x/etc/no-shell");
        make(&mut log, script, "/tmp/mmdebstrap.x/etc/b");
        let _ = run(&mut log, script, &["true"], Some(0));
        let _ = run(&mut log, script, &["true"], Some(0));
        make(&mut log, script, "/tmp/mmdebstrap.x/etc/a");
        make(&mut log, script, "/etc/outside");
        let trace = replay(&log);
        let course = trace.courses.values().next().unwrap();
        let commands: Vec<_> = course
            .commands
            .iter()
            .map(|one| (one.process.command.join(" "), one.has_failed))
            .collect();
        let command = |words: &str, has_failed| (words.to_owned(), has_failed);
        assert_eq!(
            commands,
            [
                command("env false", true),
                command("true", false),
                command("true", false)
            ]
        );
        let of_shell: Vec<_> = course
            .of_shell
            .iter()
            .map(|(path, started)| (path.escape_ascii().to_string(), *started))
            .collect();
        assert_eq!(of_shell, [("etc/a".to_owned(), 0), ("etc/b".to_owned(), 1)]);
    }
}
