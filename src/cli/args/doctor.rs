//! Arguments of `twinroot doctor`.

use clap::Args;

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

/// What the exit status says.
pub(crate) const EXIT_STATUS: &str = "\
Exit status:
  0  `verify` and `build` can run here
  2  Something that every build needs is missing; standard error names the first such thing";
