//! The arguments of `compare`.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::args::known_file::KnownArgs;
use crate::cli::output::report_files::OutputArgs;
use crate::compare::options::{ContentPolicy, Depth, Exclude, Limits, Options};
use crate::explain::ownership::is_evidence;

/// `twinroot compare LEFT RIGHT`
#[derive(Debug, Clone, clap::Args)]
pub struct CompareArgs {
    /// The left tarball, in any compression; `-` is standard input.
    #[arg(required_unless_present = "list_fields")]
    pub left: Option<PathBuf>,
    /// The right tarball.
    #[arg(required_unless_present = "list_fields")]
    pub right: Option<PathBuf>,
    /// What counts.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Say only whether the bytes are equal.
    #[arg(long)]
    pub verdict_only: bool,
    /// List the names of fields and archive aspects with what they mean, and do nothing else.
    #[arg(long)]
    pub list_fields: bool,
    /// What is known already.
    #[command(flatten)]
    pub known: KnownArgs,
    /// Reports.
    #[command(flatten)]
    pub outputs: OutputArgs,
}

/// What counts and what is shown.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SelectionArgs {
    /// Leave these fields or archive aspects out of account; `xattr`, `acl` and `pax` stand for all of theirs.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Leave paths out of account that match the pattern (`*` within a component, `**` across).
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Explain contents up to this size; larger ones by a hex window.
    #[arg(long, value_name = "BYTES", default_value = "1MiB", value_parser = bytes)]
    pub max_content_diff: u64,
    /// Do not show how contents differ.
    #[arg(long)]
    pub no_content: bool,
}

/// Bounds against archives that would exhaust memory, disk or time.
#[derive(Debug, Clone, clap::Args)]
pub struct LimitArgs {
    /// Largest extended header.
    #[arg(long, value_name = "BYTES", default_value = "1MiB", value_parser = bytes)]
    pub max_header: u64,
    /// Entries held in memory, about 120 bytes each; more go to unlinked temporary files.
    #[arg(long, value_name = "COUNT", default_value_t = 2_000_000)]
    pub max_entries: u64,
    /// Most bytes of a stream kept in a temporary file, a side.
    #[arg(long, value_name = "BYTES", default_value = "64GiB", value_parser = bytes)]
    pub max_spool: u64,
    /// Most bytes of all explanations together.
    #[arg(long, value_name = "BYTES", default_value = "16MiB", value_parser = bytes)]
    pub max_detail: u64,
    /// Most seconds for one text difference.
    #[arg(long, value_name = "SECONDS", default_value_t = 2)]
    pub max_diff_time: u64,
    /// Largest zstd window, as a power of two.
    #[arg(long, value_name = "LOG2", default_value_t = 27, value_parser = clap::value_parser!(u32).range(10..=31))]
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
        options.collect = Some(is_evidence);
        Ok(options)
    }
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
            anyhow::bail!(
                "--ignore: no field is called `{}`; `twinroot compare --list-fields` lists them",
                crate::text::quote(unknown.as_bytes())
            );
        }
        let mut options = Options {
            ignore: self.ignore.clone(),
            exclude: Exclude::new(&self.exclude)?,
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

/// Reads `4096`, `64KiB`, `1MiB`, `2GiB`.
fn bytes(text: &str) -> Result<u64, String> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
    let (digits, shift) = units
        .iter()
        .find_map(|(unit, shift)| text.strip_suffix(unit).map(|digits| (digits, *shift)))
        .unwrap_or((text, 0));
    let number: u64 = digits
        .trim()
        .parse()
        .map_err(|_| format!("`{text}` is no size, for example 64KiB"))?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| format!("`{text}` is too large"))
}

#[cfg(test)]
mod tests {
    use crate::cli::args::compare::bytes;

    #[test]
    fn sizes_have_binary_units() {
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(bytes("64KiB"), Ok(65_536));
        assert!(bytes("1MB").is_err() && bytes("99999999TiB").is_err());
    }
}
