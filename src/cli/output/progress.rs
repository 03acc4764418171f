//! One line per stage on standard error, with its elapsed time; nothing if that is no terminal.

use std::io::{IsTerminal, Write as _};
use std::path::Path;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::bootstrap::damage::Damage;
use crate::bootstrap::mirror::work::WorkStep;
use crate::cli::output::stage_text;
use crate::sandbox::protocol::Progress;
use crate::text::quote::visible;
use crate::verify::observer::{Observer, Stage, StageObserver, StageResult};

/// The stages of one run.
#[derive(Debug)]
pub(crate) struct Stages {
    bars: MultiProgress,
}

/// Whether progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// On a terminal.
    Progress,
    /// Never.
    Quiet,
}

impl Verbosity {
    /// As `--quiet` says.
    pub(crate) fn from_quiet(is_quiet: bool) -> Self {
        if is_quiet {
            Self::Quiet
        } else {
            Self::Progress
        }
    }
}

impl Stages {
    /// Stages that are drawn on standard error, if that is a terminal.
    pub(crate) fn new(verbosity: Verbosity) -> Self {
        let is_shown = verbosity == Verbosity::Progress && std::io::stderr().is_terminal();
        let target = if is_shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
        }
    }

    /// Takes everything off the screen: what comes next is not twinroot's.
    pub(crate) fn dismiss(&self) {
        // A terminal that takes nothing has nothing to be taken off.
        let _ = self.bars.clear();
        self.bars.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Begins a line with this name.
    pub(crate) fn line(&self, name: &'static str) -> StageLine {
        let bar = self.bars.add(ProgressBar::new_spinner());
        bar.set_style(style("  {prefix:11} {spinner} {elapsed:>4}  {wide_msg}"));
        bar.set_prefix(name);
        bar.enable_steady_tick(Duration::from_millis(120));
        StageLine { bar }
    }
}

/// The line of one stage.
#[derive(Debug)]
pub(crate) struct StageLine {
    bar: ProgressBar,
}

impl Observer for Stages {
    fn started(&self, stage: Stage) -> Box<dyn StageObserver + '_> {
        Box::new(self.line(stage_text::name(stage)))
    }
}

impl StageObserver for StageLine {
    /// Control characters of the text are dropped.
    fn line(&self, text: &str) {
        let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
        let plain = visible(text);
        let plain = plain.trim_start_matches("I: ");
        self.bar.set_message(plain.to_owned());
    }

    fn progress(&self, progress: Progress) {
        self.line(&stage_text::progress(progress));
    }

    fn files(&self, done: usize, step: WorkStep) {
        self.line(&stage_text::files(done, step));
    }

    fn waiting(&self, path: &Path) {
        self.line(&stage_text::waiting(path));
    }

    /// Also without a terminal: what is made again may be another archive.
    fn damaged(&self, path: &Path, damage: &Damage) {
        let line = format!("warning: {}", stage_text::damaged(path, damage));
        if self.bar.is_hidden() {
            // Standard error may be closed; the run goes on.
            let _ = writeln!(std::io::stderr(), "{line}");
        } else {
            self.bar.suspend(|| {
                let _ = writeln!(std::io::stderr(), "{line}");
            });
        }
    }

    fn finished(&self, result: StageResult<'_>) {
        self.bar
            .set_style(style("  {prefix:11} {wide_msg} {elapsed:>5}"));
        let text = visible(stage_text::result(result));
        self.bar.finish_with_message(text);
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

impl Drop for StageLine {
    fn drop(&mut self) {
        if !self.bar.is_finished() {
            self.bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
