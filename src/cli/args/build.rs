//! The arguments of `build`.

use std::path::PathBuf;

use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::{NormalMode, Technique};
use crate::cli::args::help::SHORT_HELP;
use crate::cli::args::manual::{Manual, example, exit};
use crate::cli::args::recipe::RecipeArgs;

/// Build one of the two chroots of `verify` into a tarball
///
/// A chrootless build is audited: standard error lists what it changed on the outside system.
#[derive(Debug, clap::Args)]
#[command(after_help = SHORT_HELP, after_long_help = MANUAL.help())]
pub struct BuildArgs {
    /// Suite or code name, such as trixie or sid
    pub suite: String,
    /// Tarball to write; `-` is standard output
    pub out: PathBuf,
    /// Where to run maintainer scripts
    #[arg(long, help_heading = "How to build")]
    pub mode: Mode,
    /// How to run a chrootless build
    #[arg(
        long,
        value_name = "NAME",
        default_value = "userns",
        help_heading = "How to build"
    )]
    pub technique: Technique,
    /// mmdebstrap's mode for a normal build
    #[arg(
        long,
        value_name = "MODE",
        default_value = "root",
        help_heading = "How to build"
    )]
    pub mode_reference: NormalMode,
    /// What is built.
    #[command(flatten)]
    pub recipe: RecipeArgs,
}

/// The end of its help.
pub(crate) const MANUAL: Manual = Manual {
    exit_status: &[
        exit(
            0,
            "The tarball was written and the outside system was not modified",
        ),
        exit(
            1,
            "The tarball was written, but the outside system was modified",
        ),
        exit(2, "The job could not be done; standard error says why"),
    ],
    examples: &[
        example(
            "Build a chroot of trixie without running anything inside it",
            "twinroot build trixie trixie.tar --mode chrootless",
        ),
        example(
            "Compress the tarball on the way",
            "twinroot build trixie - --mode normal | zstd > trixie.tar.zst",
        ),
        example(
            "Build from a directory of package files for an architecture that this machine cannot run",
            "twinroot build forky riscv64.tar ./packages --arch riscv64 --mode chrootless",
        ),
    ],
};
