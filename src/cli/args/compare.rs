//! The arguments of `compare`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use crate::cli::args::help::SHORT_HELP;
use crate::cli::args::known_file::KnownArgs;
use crate::cli::args::manual::{Manual, example, exit};
use crate::cli::args::outputs::OutputArgs;
use crate::cli::args::values::bytes;
use crate::compare::field_names::{archive_names, field_names};
use crate::compare::options::{
    ContentPolicy, Depth, Digests, Exclude, Images, Limits, Mounts, Options, Selection,
};
use crate::explain::ownership::is_evidence;
use crate::text::spelling::nearest;

/// Compare two tarballs bit for bit and name everything that differs
///
/// A tarball may be plain or compressed with gzip, zstd, xz, bzip2, lz4, lzip or lzma. Two Debian
/// packages, two directories, a directory and a tarball, and any two other files can be compared
/// too; docs/inputs.md has the details. The verdict is equality of bytes: reading the archives
/// explains a difference, but never excuses one.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = SHORT_HELP,
    after_long_help = MANUAL.help(),
    override_usage = "twinroot compare [OPTIONS] <LEFT> <RIGHT>"
)]
pub struct CompareArgs {
    /// Left tarball, package, directory or other file; `-` is standard input
    #[arg(required_unless_present = "list_fields")]
    pub left: Option<PathBuf>,
    /// Right one; `-` is standard input
    #[arg(required_unless_present = "list_fields")]
    pub right: Option<PathBuf>,
    /// Print only the result and errors
    #[arg(long, short, visible_alias = "no-progress")]
    pub quiet: bool,
    /// What counts.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Leave out what is mounted inside a directory
    #[arg(long, help_heading = "What to compare")]
    pub one_file_system: bool,
    /// Compare the roots that the layers of container images make
    ///
    /// LEFT and RIGHT are two images, or an image and a tarball or directory. What upper layers
    /// hide, and how the images are stored, is not compared.
    #[arg(long, help_heading = "What to compare")]
    pub flatten: bool,
    /// Find out only whether the bytes are equal
    ///
    /// With --ignore, --exclude or --flatten, or with a directory and a tarball, everything is
    /// compared nevertheless, because the bytes alone do not decide then. Contents are not shown.
    #[arg(long, help_heading = "What to compare")]
    pub verdict_only: bool,
    /// List the fields and archive aspects that `--ignore` takes, and exit
    #[arg(long, help_heading = "What to compare")]
    pub list_fields: bool,
    /// What is known already.
    #[command(flatten)]
    pub known: KnownArgs,
    /// Write the entries that differ to left.tar and right.tar in this directory
    ///
    /// It is made, or is empty. Both files hold the entries of the report, as they are in LEFT and
    /// RIGHT, and what is needed to see or unpack them: files that hard links lead to, and entries
    /// that reordered ones have passed. LEFT and RIGHT are tarballs.
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "Report",
        conflicts_with_all = ["flatten", "verdict_only"]
    )]
    pub minimal: Option<PathBuf>,
    /// List every entry in the text report
    ///
    /// Without this option, only the first few of the entries that merely stand elsewhere are listed,
    /// and none of those about which one statement says everything. All of them are counted.
    #[arg(long, help_heading = "Report")]
    pub all: bool,
    /// Where reports go.
    #[command(flatten)]
    pub outputs: OutputArgs,
}

/// Most divergent entries that are held in memory, about 3 KiB each.
const DIVERGENCES: u64 = 4096;

/// The end of its help.
pub(crate) const MANUAL: Manual = Manual {
    exit_status: &[
        exit(0, "The inputs are identical, apart from what was ignored"),
        exit(1, "The inputs differ"),
        exit(
            2,
            "The comparison could not be done, or only in part; standard error says why",
        ),
    ],
    examples: &[
        example(
            "Compare two tarballs of different compression, and ignore that difference",
            "twinroot compare left.tar.zst right.tar --ignore compression",
        ),
        example(
            "Read one of them from a pipe, and leave out a directory",
            "gzip -dc left.tar.gz | twinroot compare - right.tar --exclude 'var/log/**'",
        ),
        example(
            "Compare two Debian packages, whatever their archives are compressed with",
            "twinroot compare old.deb new.deb --ignore compression",
        ),
        example(
            "Write what differs to two small tarballs, for other tools or a bug report",
            "twinroot compare left.tar.zst right.tar.zst --minimal small",
        ),
        example(
            "Write the report for programs",
            "twinroot compare left.tar right.tar --json report.json",
        ),
    ],
};

/// What counts and what is shown.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SelectionArgs {
    /// Ignore these fields or archive aspects
    ///
    /// `xattr`, `acl` and `pax` cover all fields of that kind. The report counts what was ignored.
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        help_heading = "What to compare"
    )]
    pub ignore: Vec<String>,
    /// Ignore entries whose path matches this pattern
    ///
    /// `*` matches within a path component, `**` across components. The report counts what was
    /// ignored. May be given several times.
    #[arg(long, value_name = "GLOB", help_heading = "What to compare")]
    pub exclude: Vec<String>,
    /// Size up to which a content is compared line by line; a larger one gets a hex window
    #[arg(
        long,
        value_name = "BYTES",
        default_value = "1MiB",
        value_parser = bytes,
        help_heading = "Explanation"
    )]
    pub max_content_diff: u64,
    /// Do not show how contents differ
    #[arg(long, help_heading = "Explanation")]
    pub no_content: bool,
}

/// Bounds against archives that would exhaust memory, disk or time.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Limit on the size of an extended header
    #[arg(long, value_name = "BYTES", default_value = "1MiB", value_parser = bytes)]
    pub max_header: u64,
    /// Number of entries to hold in memory
    ///
    /// An entry takes about 120 bytes. More entries go to unlinked temporary files.
    #[arg(long, value_name = "COUNT", default_value_t = 2_000_000)]
    pub max_entries: u64,
    /// Limit on the temporary file for each input stream
    #[arg(long, value_name = "BYTES", default_value = "64GiB", value_parser = bytes)]
    pub max_spool: u64,
    /// Limit on the size of all explanations together
    #[arg(long, value_name = "BYTES", default_value = "16MiB", value_parser = bytes)]
    pub max_detail: u64,
    /// Limit on the time for comparing one pair of texts, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 2)]
    pub max_diff_time: u64,
    /// Limit on the window of a zstd stream, as a power of two
    #[arg(
        long,
        value_name = "LOG2",
        default_value_t = 27,
        value_parser = clap::value_parser!(u32).range(10..=31)
    )]
    pub max_zstd_window: u32,
}

impl CompareArgs {
    /// The options of the comparison.
    ///
    /// # Errors
    /// An unknown name or a malformed pattern.
    pub fn options(&self) -> anyhow::Result<Options> {
        let mut options = self.selection.options()?;
        options.depth = if self.verdict_only {
            Depth::Verdict
        } else {
            Depth::Full
        };
        if self.one_file_system {
            options.mounts = Mounts::Pass;
        }
        if self.flatten {
            options.images = Images::Flattened;
        }
        let content = options.limits.content;
        let mut limits = Limits {
            content,
            ..Limits::default()
        };
        limits.tar.header_bytes = self.limits.max_header;
        limits.entries = self.limits.max_entries;
        limits.spool = self.limits.max_spool;
        limits.details = self.limits.max_detail;
        limits.time = Duration::from_secs(self.limits.max_diff_time);
        limits.zstd_window_log = self.limits.max_zstd_window;
        options.limits = limits;
        let mut options = explained(options);
        if self.minimal.is_some() {
            options.selection = Selection::Wanted;
        }
        Ok(options)
    }
}

/// Options whose comparison is explained and reported: evidence is kept, and no more divergences
/// are held than there is room for.
pub(crate) fn explained(mut options: Options) -> Options {
    options.limits.divergences = DIVERGENCES;
    options.collect = Some(is_evidence);
    options.digests = Digests::Paired;
    options
}

impl SelectionArgs {
    /// Options with this selection and default bounds.
    ///
    /// # Errors
    /// An unknown name or a malformed pattern.
    pub fn options(&self) -> anyhow::Result<Options> {
        if let Some(unknown) = self
            .ignore
            .iter()
            .find(|name| !crate::compare::field_names::is_known(name))
        {
            let unknown_name = crate::text::quote(unknown.as_bytes());
            let known = field_names().iter().chain(archive_names());
            let names = known.map(|term| term.name.trim_end_matches(':'));
            let meant = nearest(unknown, names).map(|name| format!("; did you mean `{name}`?"));
            anyhow::bail!(
                "--ignore: no field is called `{unknown_name}`{}",
                meant.unwrap_or_else(|| {
                    "; `twinroot compare --list-fields` lists them".to_owned()
                })
            );
        }
        let mut options = Options {
            ignore: self.ignore.clone(),
            exclude: Exclude::new(&self.exclude).context("--exclude")?,
            content: if self.no_content {
                ContentPolicy::Omit
            } else {
                ContentPolicy::Explain
            },
            ..Options::default()
        };
        options.limits.content = self.max_content_diff;
        Ok(options)
    }
}
