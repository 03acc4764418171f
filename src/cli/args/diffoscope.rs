//! The arguments of `diffoscope`, which are those of the program of that name.

use std::path::PathBuf;

use crate::cli::args::diffoscope_ignored::IgnoredArgs;
use crate::cli::args::help::SHORT_HELP;
use crate::cli::args::manual::{Manual, example, exit};
use crate::cli::args::outputs::When;

/// Compare as diffoscope does, with its arguments
///
/// This is for programs that call diffoscope: a link of the name `diffoscope` to twinroot is this
/// command. Inputs and reports are those of `compare`; docs/diffoscope.md has the details. An
/// argument @FILE stands for the lines of that file.
#[derive(Debug, Clone, clap::Args)]
#[command(
    args_override_self = true,
    infer_long_args = true,
    after_help = SHORT_HELP,
    after_long_help = MANUAL.help(),
    override_usage = "twinroot diffoscope [OPTIONS] <LEFT> <RIGHT>"
)]
pub struct DiffoscopeArgs {
    /// Left file or directory; `-` is standard input
    #[arg(required_unless_present_any = INSTEAD)]
    pub left: Option<PathBuf>,
    /// Right one; `-` is standard input
    #[arg(required_unless_present_any = INSTEAD)]
    pub right: Option<PathBuf>,
    /// Take a file that is not there for an empty one
    #[arg(long, help_heading = "What to compare")]
    pub new_file: bool,
    /// Leave out entries whose name matches this pattern of fnmatch
    ///
    /// The name is the one that the archive has, with its `./`, and in a directory the one below
    /// it. `*` matches slashes too. May be given several times.
    #[arg(long, value_name = "GLOB", help_heading = "What to compare")]
    pub exclude: Vec<String>,
    /// Whether permissions, owners, times and attributes of files in directories are left out
    ///
    /// WHEN is `auto`, `yes`, `no` or `recursive`. `auto` and `no` leave out nothing, `yes` does so
    /// if an input is a directory, and `recursive` for entries of archives too.
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "What to compare"
    )]
    pub exclude_directory_metadata: Metadata,
    /// Stop explaining after so many seconds
    ///
    /// What differs is found in any case. Contents are no longer shown then, and archives inside are
    /// no longer looked into.
    #[arg(long, value_name = "SECONDS", help_heading = "What to compare")]
    pub timeout: Option<u64>,
    /// Refused: nothing is masked
    #[arg(long, value_name = "REGEX", help_heading = "What to compare")]
    pub diff_mask: Option<String>,
    /// Render a saved JSON report of twinroot instead
    #[arg(long, value_name = "FILE", help_heading = "Instead of comparing")]
    pub load_existing_diff: Option<PathBuf>,
    /// Say which tools are used, and exit
    #[arg(long, help_heading = "Instead of comparing")]
    pub list_tools: bool,
    /// Print the version, and exit
    #[arg(long, help_heading = "Instead of comparing")]
    pub version: bool,
    /// Where reports go.
    #[command(flatten)]
    pub outputs: DiffoscopeOutputs,
    /// What changes nothing.
    #[command(flatten)]
    pub ignored: IgnoredArgs,
}

/// What needs no inputs.
const INSTEAD: [&str; 3] = ["load_existing_diff", "list_tools", "version"];

/// Where reports go. Without one, text goes to standard output.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Report")]
pub struct DiffoscopeOutputs {
    /// Write text to this file; `-` is standard output (the default)
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
    /// Write a page for a browser; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the page to index.html in this directory
    #[arg(long, value_name = "DIR")]
    pub html_dir: Option<PathBuf>,
    /// Write the JSON of diffoscope, version 1; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write Markdown; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write what is asked for even if nothing differs; the text is empty then
    #[arg(long)]
    pub output_empty: bool,
    /// Whether text on standard output has colours
    ///
    /// WHEN is `auto`, `always` or `never`.
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub text_color: When,
    /// Write how far the comparison is to this open file, a JSON object a line
    #[arg(long, value_name = "FD")]
    pub status_fd: Option<u32>,
}

/// Which metadata is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Metadata {
    /// None of two directories; of anything else none is looked at.
    #[default]
    Auto,
    /// That of files in directories.
    Yes,
    /// None.
    No,
    /// That of files in directories, and of entries of archives.
    Recursive,
}

/// The end of its help.
pub(crate) const MANUAL: Manual = Manual {
    exit_status: &[
        exit(0, "The inputs are identical, apart from what was left out"),
        exit(1, "The inputs differ"),
        exit(
            2,
            "The comparison could not be done, or only in part; standard error says why",
        ),
    ],
    examples: &[
        example(
            "Have programs that call diffoscope call twinroot",
            "ln -s \"$(command -v twinroot)\" ~/.local/bin/diffoscope",
        ),
        example(
            "Write a page and JSON if two packages differ",
            "twinroot diffoscope --html out.html --json out.json a.deb b.deb",
        ),
    ],
};
