//! The arguments of `audit`.

use std::path::PathBuf;

use crate::audit::method::Method;
use crate::cli::args::help::SHORT_HELP;
use crate::cli::args::manual::{Manual, example, exit};
use crate::cli::args::room::RoomArgs;

/// Run a command in a sandbox and print what it would have changed
///
/// The command sees the files of this machine and has this environment, but its writes do not reach
/// the machine. It gets a /tmp, /run and /dev of its own, and no network unless `--network` is
/// given. Its output goes to standard error, so that standard output holds only the result.
#[derive(Debug, clap::Args)]
#[command(after_help = SHORT_HELP, after_long_help = MANUAL.help())]
pub struct AuditArgs {
    /// System that the command runs on: `host`, a directory or a tarball
    ///
    /// `host` is this machine. A directory or tarball holds another system. twinroot writes to none
    /// of them.
    #[arg(
        long,
        value_name = "SYSTEM",
        default_value = "host",
        help_heading = "Audit"
    )]
    pub outside: String,
    /// How to find out what the command changes
    #[arg(
        long,
        value_name = "METHOD",
        default_value = "overlay",
        help_heading = "Audit"
    )]
    pub audit: Method,
    /// Let the command use this machine's network
    #[arg(long, help_heading = "Audit")]
    pub network: bool,
    /// Where the command's writes go.
    #[command(flatten)]
    pub room: RoomArgs,
    /// Write the changes as JSON to this file
    ///
    /// `-` is standard output, which then has no text.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub json: Option<PathBuf>,
    /// Print only the result and errors
    #[arg(long, short, visible_alias = "no-progress")]
    pub quiet: bool,
    /// Command to run, and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// The end of its help.
pub(crate) const MANUAL: Manual = Manual {
    exit_status: &[
        exit(0, "The command succeeded and changed nothing"),
        exit(1, "The command changed something"),
        exit(
            2,
            "The command failed and changed nothing, or could not be run",
        ),
    ],
    examples: &[
        example(
            "See what a command would change on this machine",
            "twinroot audit -- sh -c 'touch /etc/x; chmod 700 /opt'",
        ),
        example(
            "Run it on the system in a tarball",
            "twinroot audit --outside trixie.tar -- dpkg --configure -a",
        ),
    ],
};
