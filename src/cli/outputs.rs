//! Where reports go: opened before the work, written by rename.
//!
//! Identical archives leave no file, because dashboards take a report's existence for a
//! difference; `--output-empty` changes that. What goes to standard output is always written.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::report::{self, Report, Verdict};

/// Options that say where reports go.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct OutputArgs {
    /// Write the report as text; `-` is standard output, which is the default.
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
    /// Write the report as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write report files even where nothing differs.
    #[arg(long)]
    pub output_empty: bool,
}

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

enum Target {
    Standard,
    File(PathBuf, tempfile::NamedTempFile),
}

/// Reports to be written, their files open.
pub struct Outputs {
    targets: Vec<(Format, Target)>,
    output_empty: bool,
}

impl std::fmt::Debug for Outputs {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let formats: Vec<Format> = self.targets.iter().map(|(format, _)| *format).collect();
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
    pub fn open(args: &OutputArgs) -> anyhow::Result<Self> {
        let mut targets = Vec::new();
        for (format, path) in [(Format::Text, &args.text), (Format::Json, &args.json)] {
            if let Some(path) = path {
                targets.push((format, Target::open(path)?));
            }
        }
        if targets.is_empty() {
            targets.push((Format::Text, Target::Standard));
        }
        let standard = targets
            .iter()
            .filter(|(_, target)| matches!(target, Target::Standard))
            .count();
        anyhow::ensure!(standard < 2, "only one report can go to standard output");
        Ok(Self {
            targets,
            output_empty: args.output_empty,
        })
    }

    /// Writes the report in every format. A broken pipe is no error: the reader had enough.
    ///
    /// # Errors
    /// A file cannot be written or renamed.
    pub fn write(self, report: &Report) -> anyhow::Result<()> {
        let leave_files = report.verdict != Verdict::Identical || self.output_empty;
        for (format, target) in self.targets {
            let body = match format {
                Format::Text => report::text(report),
                Format::Json => report::json(report)?,
            };
            match target {
                Target::Standard => to_standard(body.as_bytes())?,
                Target::File(path, file) if leave_files => to_file(&path, file, body.as_bytes())?,
                Target::File(..) => {}
            }
        }
        Ok(())
    }
}

impl Target {
    fn open(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Standard);
        }
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let place = || crate::text::quote(path.as_os_str().as_encoded_bytes());
        anyhow::ensure!(!path.is_dir(), "{}: is a directory", place());
        // What a user may read is for the umask to say; a temporary file would be private.
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        let file = tempfile::Builder::new()
            .prefix(".twinroot-")
            .permissions(permissions)
            .tempfile_in(directory)
            .with_context(place)?;
        Ok(Self::File(path.to_owned(), file))
    }
}

fn to_standard(body: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(body).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("standard output"),
    }
}

fn to_file(path: &Path, mut file: tempfile::NamedTempFile, body: &[u8]) -> anyhow::Result<()> {
    let place = || crate::text::quote(path.as_os_str().as_encoded_bytes());
    file.write_all(body).with_context(place)?;
    let _ = file
        .persist(path)
        .map_err(|error| error.error)
        .with_context(place)?;
    Ok(())
}
