//! Which reports go where: opened before the work, written when it is done.
//!
//! Identical archives leave no file, because dashboards take a report's existence for a
//! difference; `--output-empty` changes that. What goes to standard output, a device or a
//! pipe is always written.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::args::outputs::{OutputArgs, PackageArgs};
use crate::cli::output::destination::Destination;
use crate::report;
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;
use crate::sandbox::unfinished::Unfinished;
use crate::verify;

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Bug,
}

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
    pub fn open(args: &OutputArgs, unfinished: &Unfinished) -> anyhow::Result<Self> {
        Self::open_with(args, &PackageArgs::default(), unfinished)
    }

    /// The same, with what is said of packages.
    ///
    /// # Errors
    /// As of [`Outputs::open`].
    pub fn open_with(
        args: &OutputArgs,
        packages: &PackageArgs,
        unfinished: &Unfinished,
    ) -> anyhow::Result<Self> {
        let mut targets = Vec::new();
        for (format, path) in [(Format::Text, &args.text), (Format::Json, &args.json)] {
            if let Some(path) = path {
                targets.push(Target::open(format, path, unfinished)?);
            }
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
            output_empty: args.output_empty,
            packages: packages.clone(),
        })
    }

    /// Writes the JSON files of a run that could not be done. Standard output stays empty, and
    /// people read standard error.
    ///
    /// # Errors
    /// A file cannot be written or renamed.
    pub fn write_trouble(mut self, report: &Report) -> anyhow::Result<()> {
        let is_file = |target: &Target| matches!(target.destination, Destination::File { .. });
        self.targets
            .retain(|target| target.format == Format::Json && is_file(target));
        let status = verify::Verdict::Failed.exit_status();
        self.write(report, status)
    }

    /// Writes the report in every format, given the exit status that it earned. A broken pipe is
    /// no error: the reader had enough.
    ///
    /// # Errors
    /// A file cannot be written or renamed.
    pub fn write(self, report: &Report, status: u8) -> anyhow::Result<()> {
        let has_findings = report.verdict != Verdict::Identical || status != 0;
        let leave_files = has_findings || self.output_empty;
        let listing = self.packages.listing();
        for target in self.targets {
            let body = match target.format {
                Format::Text if self.packages.packages => {
                    report::text(report, listing) + &report::packages_table(report)
                }
                Format::Text => report::text(report, listing),
                Format::Bug => {
                    let package = self.packages.bug.as_deref().unwrap_or_default();
                    report::bug(report, package).unwrap_or_else(|| report::no_bug(package))
                }
                Format::Json => report::json(report)?,
            };
            target.write(body.as_bytes(), leave_files)?;
        }
        Ok(())
    }
}

impl Target {
    fn open(format: Format, path: &Path, unfinished: &Unfinished) -> anyhow::Result<Self> {
        let place = || crate::text::quote(path.as_os_str().as_encoded_bytes());
        Ok(Self {
            format,
            path: path.to_owned(),
            destination: Destination::open(path, unfinished).with_context(place)?,
        })
    }

    fn write(self, body: &[u8], leave_files: bool) -> anyhow::Result<()> {
        let place = || match self.path.to_str() {
            Some("-") => "standard output".to_owned(),
            _ => crate::text::quote(self.path.as_os_str().as_encoded_bytes()),
        };
        if matches!(self.destination, Destination::File { .. }) && !leave_files {
            return self.destination.withdraw().with_context(place);
        }
        let mut writer = self.destination.writer().with_context(place)?;
        match writer.write_all(body).and_then(|()| writer.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(error).with_context(place),
            Ok(()) => self.destination.finish().with_context(place),
        }
    }
}
