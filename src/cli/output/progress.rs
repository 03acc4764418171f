//! One line a stage on standard error, with its elapsed time; nothing where that is no terminal.

use std::io::{IsTerminal, Write as _};
use std::time::Duration;

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::bootstrap::build::BuildEvent;
use crate::sandbox::protocol::{Activity, Progress};

/// The stages of one run.
#[derive(Debug)]
pub(crate) struct Stages {
    bars: MultiProgress,
}

/// One stage under way.
#[derive(Debug)]
pub(crate) struct Stage {
    bar: ProgressBar,
}

/// Whether progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// On a terminal.
    Progress,
    /// Never.
    Quiet,
}

impl Stages {
    /// Stages that are drawn on standard error, if that is a terminal.
    pub(crate) fn new(noise: Verbosity) -> Self {
        let is_shown = noise == Verbosity::Progress && std::io::stderr().is_terminal();
        let target = if is_shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
        }
    }

    /// Takes everything off the screen: what comes next is somebody else's.
    pub(crate) fn dismiss(self) {
        // A terminal that takes nothing has nothing to be taken off.
        let _ = self.bars.clear();
        self.bars.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Begins a stage.
    pub(crate) fn start(&self, name: &'static str) -> Stage {
        let bar = self.bars.add(ProgressBar::new_spinner());
        bar.set_style(style("  {prefix:11} {spinner} {elapsed:>4}  {wide_msg}"));
        bar.set_prefix(name);
        bar.enable_steady_tick(Duration::from_millis(120));
        Stage { bar }
    }
}

impl Stage {
    /// What it is doing; control characters of the text are dropped.
    pub(crate) fn say(&self, text: &str) {
        let plain: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
        self.bar
            .set_message(plain.trim_start_matches("I: ").to_owned());
    }

    /// Shows what a running build has to say.
    pub(crate) fn watch(&self, event: BuildEvent<'_>) {
        match event {
            BuildEvent::Line(line) => self.say(line),
            BuildEvent::Progress(progress) => self.say(&audit_progress(progress)),
        }
    }

    /// The stage's result stays on the screen.
    pub(crate) fn finish(&self, result: &str) {
        self.bar
            .set_style(style("  {prefix:11} {wide_msg} {elapsed:>5}"));
        self.bar.finish_with_message(result.to_owned());
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        if !self.bars.is_hidden() {
            // The bars leave the cursor behind the last one.
            let _ = writeln!(std::io::stderr());
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.bar.is_finished() {
            self.bar.finish_and_clear();
        }
    }
}

/// How far the copying or auditing of an outside is.
fn audit_progress(progress: Progress) -> String {
    let verb = match progress.activity {
        Activity::Copying => "copying the outside into memory",
        Activity::Waiting => return "running".to_owned(),
        Activity::Reading => "reading the outside",
        Activity::ReadingAgain => "reading the outside again",
    };
    let (objects, mib) = (
        HumanCount(progress.objects),
        HumanCount(progress.bytes >> 20),
    );
    format!("{verb}: {objects} objects, {mib} MiB")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_is_done_and_how_much() {
        let said = |activity| {
            audit_progress(Progress {
                activity,
                objects: 12_345,
                bytes: 98 << 20,
            })
        };
        assert_eq!(
            said(Activity::Copying),
            "copying the outside into memory: 12,345 objects, 98 MiB"
        );
        assert_eq!(
            said(Activity::Reading),
            "reading the outside: 12,345 objects, 98 MiB"
        );
        assert_eq!(
            said(Activity::ReadingAgain),
            "reading the outside again: 12,345 objects, 98 MiB"
        );
    }
}
