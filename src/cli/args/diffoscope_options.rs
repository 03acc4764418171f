//! What the arguments of `diffoscope` mean for a comparison.

use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::cli::args::compare::explained;
use crate::cli::args::diffoscope::{DiffoscopeArgs, Metadata};
use crate::compare::options::{Exclude, Mismatch, Options};

/// Fields that the file system has of a file, and an archive of an entry, beside what it is.
const METADATA: [&str; 10] = [
    "mode", "uid", "gid", "uname", "gname", "mtime", "atime", "ctime", "xattr", "acl",
];

/// What is compared, as far as arguments depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inputs {
    /// Two files.
    Files,
    /// A directory and something else, or two directories.
    WithDirectory,
}

impl DiffoscopeArgs {
    /// The options of the comparison. The time for explaining begins now.
    ///
    /// # Errors
    /// A pattern is too large.
    pub(crate) fn options(&self, inputs: Inputs) -> anyhow::Result<Options> {
        // In a directory, names are those below it.
        let pattern = |pattern: &String| match inputs {
            Inputs::Files => pattern.clone(),
            Inputs::WithDirectory => format!("./{pattern}"),
        };
        let patterns: Vec<String> = self.exclude.iter().map(pattern).collect();
        let is_without_metadata = match self.exclude_directory_metadata {
            Metadata::Auto | Metadata::No => false,
            Metadata::Yes => inputs == Inputs::WithDirectory,
            Metadata::Recursive => true,
        };
        let mut options = explained(Options {
            exclude: Exclude::as_written(&patterns).context("--exclude")?,
            mismatch: Mismatch::AsBytes,
            ..Options::default()
        });
        if is_without_metadata {
            options.ignore = METADATA.map(str::to_owned).to_vec();
        }
        let time = self.timeout.map(Duration::from_secs);
        options.limits.until = time.and_then(|time| Instant::now().checked_add(time));
        Ok(options)
    }
}
