//! Which reports go where: opened before the work, written when it is done.
//!
//! Identical archives leave no file, because dashboards take a report's existence for a
//! difference; `--output-empty` changes that. What goes to standard output, a device or a
//! pipe is always written.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use crate::cli::args::outputs::{OutputArgs, PackageArgs, ReportFiles};
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
    path: PathBuf,
    destination: Destination,
}

/// Reports to be written, their files open.
pub struct Outputs {
    targets: Vec<Target>,
    output_empty: bool,
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
    pub fn open(args: &OutputArgs, interrupts: &Arc<Interrupts>) -> anyhow::Result<Self> {
        Self::open_with(args, &PackageArgs::default(), interrupts)
    }

    /// The same, with what is said of packages.
    ///
    /// # Errors
    /// As of [`Outputs::open`].
    pub fn open_with(
        args: &OutputArgs,
        packages: &PackageArgs,
        interrupts: &Arc<Interrupts>,
    ) -> anyhow::Result<Self> {
        let outputs = Self::open_files(&args.files, packages, interrupts)?;
        Ok(Self {
            output_empty: args.output_empty,
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
        let unfinished = &interrupts.unfinished;
        let mut targets = Vec::new();
        for (format, path) in given(files) {
            targets.push(Target::open(format, path, unfinished)?);
        }
        if packages.bug.is_some() {
            targets.push(Target::open(Format::Bug, Path::new("-"), unfinished)?);
        } else if targets.is_empty() {
            targets.push(Target::open(Format::Text, Path::new("-"), unfinished)?);
        }
        let standard = targets
            .iter()
            .filter(|target| matches!(target.destination, Destination::Standard))
            .count();
        anyhow::ensure!(standard < 2, "only one report can go to standard output");
        Ok(Self {
            targets,
            output_empty: true,
            packages: packages.clone(),
            screen: Screen::new(files.screen),
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
        let leave_files = has_findings || self.output_empty;
        for target in self.targets {
            let is_standard = matches!(target.destination, Destination::Standard);
            let paint = match is_standard {
                true => self.screen.paint,
                false => Paint::Plain,
            };
            let format = target.format;
            let write = |out: &mut dyn Write| format.write(report, &self.packages, paint, out);
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
fn given(files: &ReportFiles) -> impl Iterator<Item = (Format, &Path)> {
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
    all.into_iter()
        .filter_map(|(format, path)| Some((format, path.as_deref()?)))
}

impl Target {
    fn open(format: Format, path: &Path, unfinished: &Unfinished) -> anyhow::Result<Self> {
        let place = || {
            let path = crate::text::quote(path.as_os_str().as_encoded_bytes());
            format!("{} {path}", format.option())
        };
        Ok(Self {
            format,
            path: path.to_owned(),
            destination: Destination::open(path, unfinished).with_context(place)?,
        })
    }

    fn write(self, body: &Body<'_>, leave_files: bool) -> anyhow::Result<()> {
        let place = || match self.path.to_str() {
            Some("-") => "standard output".to_owned(),
            _ => {
                let path = crate::text::quote(self.path.as_os_str().as_encoded_bytes());
                format!("{} {path}", self.format.option())
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
