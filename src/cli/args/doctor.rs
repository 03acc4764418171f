//! Arguments of `twinroot doctor`.

use clap::Args;

use crate::cli::args::manual::{Manual, exit};

/// What the command does.
pub(crate) const ABOUT: &str = "\
Check this machine and print the command that fixes each problem

Each line is about one program, option or part of the machine. It starts with `ok`, with `weak` if \
only some options need what is missing, or with `FAIL` if no build works without it. The \
command changes nothing.";

/// What to look at.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Read all of the cache, and name every entry that is not what it was
    ///
    /// A run checks each entry that it uses: frozen archives by their digests, outside systems by
    /// owners and times. This reads every file of every entry.
    #[arg(long)]
    pub cache: bool,
}

/// The end of its help.
pub(crate) const MANUAL: Manual = Manual {
    exit_status: &[
        exit(0, "`verify` and `build` can run here"),
        exit(
            2,
            "Something that every build needs is missing; standard error names the first such thing",
        ),
    ],
    examples: &[],
};
