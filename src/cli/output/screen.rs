//! How a text report is shown on a terminal: colours, and a pager.

#![expect(
    clippy::disallowed_methods,
    reason = "what NO_COLOR, PAGER and the like say concerns the terminal alone"
)]

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cli::args::outputs::{ScreenArgs, When};
use crate::report::render::text::paint::Paint;
use crate::sandbox::launch::Interrupts;

/// What the options and the environment say.
#[derive(Debug)]
pub(crate) struct Screen {
    /// Colours of what goes to standard output.
    pub(crate) paint: Paint,
    /// The command line of the pager, for sh(1), if one is used.
    pager: Option<OsString>,
}

/// What the environment says of colours.
#[derive(Debug, Clone, Copy)]
struct Wishes {
    is_terminal: bool,
    /// NO_COLOR is set, and not empty: <https://no-color.org>.
    no_color: bool,
    /// CLICOLOR_FORCE is set, and not 0: <https://bixense.com/clicolors>.
    force: bool,
    /// The terminal has no colours.
    is_dumb: bool,
}

impl Screen {
    /// As the options say, and the environment if they leave it to that.
    pub(crate) fn new(args: ScreenArgs) -> Self {
        let is_set = |name: &str, no: &str| {
            let value = std::env::var_os(name);
            value.is_some_and(|value| !value.is_empty() && value != no)
        };
        let is_terminal = io::stdout().is_terminal();
        let wishes = Wishes {
            is_terminal,
            no_color: is_set("NO_COLOR", ""),
            force: is_set("CLICOLOR_FORCE", "0"),
            is_dumb: std::env::var_os("TERM").is_none_or(|term| term == "dumb"),
        };
        let is_paged = match args.pager {
            When::Auto => is_terminal && !wishes.is_dumb,
            When::Always => true,
            When::Never => false,
        };
        Self {
            paint: paint(args.color, wishes),
            pager: is_paged.then(pager).flatten(),
        }
    }

    /// Shows a text by the pager; false if there is none.
    pub(crate) fn page(
        &self,
        text: &dyn Fn(&mut dyn Write) -> anyhow::Result<()>,
        interrupts: &Interrupts,
    ) -> bool {
        let Some(pager) = &self.pager else {
            return false;
        };
        let mut command = Command::new("sh");
        command.arg("-c").arg(pager).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            command.env("LESS", "FRX");
        }
        let show = || {
            command.spawn().and_then(|mut child| {
                if let Some(stdin) = child.stdin.take() {
                    let mut stdin = BufWriter::new(stdin);
                    // A reader that had enough closes the pipe.
                    let _ = text(&mut stdin).and_then(|()| Ok(stdin.flush()?));
                }
                child.wait()
            })
        };
        // An interrupt is for the pager: it must not lose the terminal to a shell while it runs.
        let shown = interrupts.lend_terminal(show);
        // A shell that finds no program ends with 127, and nothing was shown.
        shown.is_ok_and(|status| status.code() != Some(127))
    }
}

/// Whether a text has colours.
fn paint(color: When, wishes: Wishes) -> Paint {
    let is_coloured = match color {
        When::Always => true,
        When::Never => false,
        When::Auto if wishes.no_color => false,
        When::Auto => wishes.force || (wishes.is_terminal && !wishes.is_dumb),
    };
    if is_coloured {
        Paint::Coloured
    } else {
        Paint::Plain
    }
}

/// $PAGER, or less(1) if it is there; `None` if there is none, or it is `cat`.
fn pager() -> Option<OsString> {
    let less = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut directories = std::env::split_paths(&path);
        let is_there = directories
            .any(|directory: std::path::PathBuf| Path::new(&directory).join("less").is_file());
        is_there.then(|| OsString::from("less"))
    };
    let pager = std::env::var_os("PAGER").map_or_else(less, Some)?;
    (!pager.is_empty() && pager != "cat").then_some(pager)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_the_option_then_the_environment() {
        let pipe = Wishes {
            is_terminal: false,
            no_color: false,
            force: false,
            is_dumb: false,
        };
        let terminal = Wishes {
            is_terminal: true,
            ..pipe
        };
        let with = |no_color, force| Wishes {
            no_color,
            force,
            ..terminal
        };
        let forced = Wishes {
            force: true,
            ..pipe
        };
        let dumb = Wishes {
            is_dumb: true,
            ..terminal
        };
        for (color, wishes, expected) in [
            (When::Auto, pipe, Paint::Plain),
            (When::Auto, terminal, Paint::Coloured),
            (When::Auto, dumb, Paint::Plain),
            (When::Auto, with(true, true), Paint::Plain),
            (When::Auto, forced, Paint::Coloured),
            (When::Always, with(true, false), Paint::Coloured),
            (When::Never, with(false, true), Paint::Plain),
        ] {
            assert_eq!(paint(color, wishes), expected, "{color:?} {wishes:?}");
        }
    }
}
