//! Which reports go where: opened before the work, written when it is done.
//!
//! Identical archives leave no file, because dashboards take a report's existence for a
//! difference; `--output-empty` changes that. What goes to standard output, a device or a
//! pipe is always written.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;

use crate::cli::args::outputs::{OutputArgs, PackageArgs, ReportFiles, ScreenArgs};
use crate::cli::output::destination::Destination;
use crate::cli::output::format::Format;
use crate::cli::output::screen::Screen;
use crate::report::render::text::paint::Paint;
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;
use crate::sandbox::launch::Interrupts;
use crate::sandbox::unfinished::Unfinished;
use crate::verify;

struct Target {
    format: Format,
    option: &'static str,
    path: PathBuf,
    destination: Destination,
}

/// One form of a report, and where it goes.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The form.
    pub(crate) format: Format,
    /// The option that asks for it.
    pub(crate) option: &'static str,
    /// Where it goes; `-` is standard output.
    pub(crate) path: PathBuf,
}

/// What is written of a run that finds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OfNothing {
    /// What does not go to a file.
    NoFile,
    /// Everything.
    All,
    /// Nothing at all.
    Nothing,
    /// Everything, and the text is empty.
    AllButText,
}

/// Reports to be written, their files open.
pub struct Outputs {
    targets: Vec<Target>,
    of_nothing: OfNothing,
    packages: PackageArgs,
    screen: Screen,
    interrupts: Arc<Interrupts>,
}

impl std::fmt::Debug for Outputs {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let formats: Vec<Format> = self.targets.iter().map(|target| target.format).collect();
        out.debug_struct("Outputs")
            .field("formats", &formats)
            .finish_non_exhaustive()
    }
}

impl Outputs {
    /// Opens every file, so that a mistake shows before the work.
    ///
    /// # Errors
    /// A file cannot be made where it should be, or two reports go to standard output.
    pub fn open(
        args: &OutputArgs,
        packages: &PackageArgs,
        interrupts: &Arc<Interrupts>,
    ) -> anyhow::Result<Self> {
        let outputs = Self::open_files(&args.files, packages, interrupts)?;
        Ok(Self {
            of_nothing: match args.output_empty {
                true => OfNothing::All,
                false => OfNothing::NoFile,
            },
            ..outputs
        })
    }

    /// The same for a report that is there already: every file is written.
    ///
    /// # Errors
    /// As of [`Outputs::open`].
    pub fn open_files(
        files: &ReportFiles,
        packages: &PackageArgs,
        interrupts: &Arc<Interrupts>,
    ) -> anyhow::Result<Self> {
        let mut wanted: Vec<Wanted> = given(files).collect();
        if packages.bug.is_some() {
            wanted.push(Wanted::printed(Format::Bug));
        }
        let outputs = Self::open_wanted(wanted, files.screen, OfNothing::All, interrupts)?;
        Ok(Self {
            packages: packages.clone(),
            ..outputs
        })
    }

    /// Opens what is wanted; a text on standard output if that is nothing.
    ///
    /// # Errors
    /// As of [`Outputs::open`].
    pub(crate) fn open_wanted(
        mut wanted: Vec<Wanted>,
        screen: ScreenArgs,
        of_nothing: OfNothing,
        interrupts: &Arc<Interrupts>,
    ) -> anyhow::Result<Self> {
        if wanted.is_empty() {
            wanted.push(Wanted::printed(Format::Text));
        }
        let unfinished = &interrupts.unfinished;
        let mut targets = Vec::new();
        for one in wanted {
            targets.push(Target::open(one, unfinished)?);
        }
        let standard = targets
            .iter()
            .filter(|target| matches!(target.destination, Destination::Standard))
            .count();
        anyhow::ensure!(standard < 2, "only one report can go to standard output");
        Ok(Self {
            targets,
            of_nothing,
            packages: PackageArgs::default(),
            screen: Screen::new(screen),
            interrupts: Arc::clone(interrupts),
        })
    }

    /// Writes the files for programs of a run that could not be done. Standard output stays empty,
    /// and people read standard error.
    ///
    /// # Errors
    /// A file cannot be written or renamed.
    pub fn write_trouble(mut self, report: &Report) -> anyhow::Result<()> {
        let is_file = |target: &Target| matches!(target.destination, Destination::File { .. });
        self.targets
            .retain(|target| target.format.tells_trouble() && is_file(target));
        let status = verify::Verdict::Failed.exit_status();
        self.write(report, status)
    }

    /// Writes the report of two inputs of which nothing was compared: all but a text on standard
    /// output, which would say again what standard error says.
    ///
    /// # Errors
    /// A file cannot be written or renamed.
    pub fn write_uncompared(mut self, report: &Report) -> anyhow::Result<()> {
        self.targets.retain(|target| {
            target.format != Format::Text || !matches!(target.destination, Destination::Standard)
        });
        self.write(report, verify::Verdict::Failed.exit_status())
    }

    /// Writes the report in every format, given the exit status that it earned. A broken pipe is
    /// no error: the reader had enough.
    ///
    /// # Errors
    /// A file cannot be written or renamed.
    pub fn write(self, report: &Report, status: u8) -> anyhow::Result<()> {
        let has_findings = report.verdict != Verdict::Identical || status != 0;
        let leave_files = has_findings
            || match self.of_nothing {
                OfNothing::All | OfNothing::AllButText => true,
                OfNothing::NoFile | OfNothing::Nothing => false,
            };
        for target in self.targets {
            let is_standard = matches!(target.destination, Destination::Standard);
            let is_file = matches!(target.destination, Destination::File { .. });
            if !has_findings && !is_file && self.of_nothing == OfNothing::Nothing {
                continue;
            }
            let is_empty = !has_findings
                && target.format == Format::Text
                && self.of_nothing == OfNothing::AllButText;
            let paint = match is_standard {
                true => self.screen.paint,
                false => Paint::Plain,
            };
            let format = target.format;
            let write = |out: &mut dyn Write| match is_empty {
                true => Ok(()),
                false => format.write(report, &self.packages, paint, out),
            };
            let is_read = is_standard && format.is_for_a_terminal();
            if !(is_read && self.screen.page(&write, &self.interrupts)) {
                target.write(&write, leave_files)?;
            }
        }
        match report.divergences.failure() {
            Some(error) => Err(anyhow::anyhow!("{error}")),
            None => Ok(()),
        }
    }
}

/// What writes a report.
pub(crate) type Body<'a> = dyn Fn(&mut dyn Write) -> anyhow::Result<()> + 'a;

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Each form that is asked for, and where it goes.
fn given(files: &ReportFiles) -> impl Iterator<Item = Wanted> {
    let all = [
        (Format::Text, &files.text),
        (Format::Json, &files.json),
        (Format::Html, &files.html),
        (Format::Markdown, &files.markdown),
        (Format::Junit, &files.junit),
        (Format::Codequality, &files.codequality),
        (Format::Sarif, &files.sarif),
        (Format::DiffoscopeJson, &files.diffoscope_json),
    ];
    all.into_iter().filter_map(|(format, path)| {
        Some(Wanted {
            format,
            option: format.option(),
            path: path.clone()?,
        })
    })
}

impl Wanted {
    /// A form on standard output that no option names.
    fn printed(format: Format) -> Self {
        Self {
            format,
            option: format.option(),
            path: PathBuf::from("-"),
        }
    }
}

impl Target {
    fn open(wanted: Wanted, unfinished: &Unfinished) -> anyhow::Result<Self> {
        let Wanted {
            format,
            option,
            path,
        } = wanted;
        let place = || {
            let path = crate::text::quote(path.as_os_str().as_encoded_bytes());
            format!("{option} {path}")
        };
        let destination = Destination::open(&path, unfinished).with_context(place)?;
        Ok(Self {
            format,
            option,
            path,
            destination,
        })
    }

    fn write(self, body: &Body<'_>, leave_files: bool) -> anyhow::Result<()> {
        let place = || match self.path.to_str() {
            Some("-") => "standard output".to_owned(),
            _ => {
                let path = crate::text::quote(self.path.as_os_str().as_encoded_bytes());
                format!("{} {path}", self.option)
            }
        };
        if matches!(self.destination, Destination::File { .. }) && !leave_files {
            return self.destination.withdraw().with_context(place);
        }
        let mut writer = BufWriter::new(self.destination.writer().with_context(place)?);
        let written = body(&mut writer).and_then(|()| Ok(writer.flush()?));
        // What a reader that had enough did not take is dropped.
        let _ = writer.into_parts();
        match written {
            Err(error) if is_broken_pipe(&error) => Ok(()),
            Err(error) => Err(error).with_context(place),
            Ok(()) => self.destination.finish().with_context(place),
        }
    }
}
