//! The arguments of `audit`.

use std::path::PathBuf;

use crate::audit::method::Method;
use crate::cli::args::help::SHORT_HELP;

/// Run a command in a sandbox and print what it would have changed
///
/// The command sees the files of this machine and has this environment, but its writes do not reach
/// the machine. It gets a /tmp, /run and /dev of its own, and no network unless `--network` is
/// given. Its output goes to standard error, so that standard output holds only the result.
#[derive(Debug, clap::Args)]
#[command(after_help = SHORT_HELP, after_long_help = MORE)]
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
    /// Write the changes as JSON to this file
    ///
    /// `-` is standard output, which then has no text.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub json: Option<PathBuf>,
    /// Print only the result and errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Command to run, and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

const MORE: &str = "\
Exit status:
  0  The command succeeded and changed nothing
  1  The command changed something
  2  The command failed and changed nothing, or could not be run

Examples:
  See what a command would change on this machine:
      twinroot audit -- sh -c 'touch /etc/x; chmod 700 /opt'

  Run it on the system in a tarball:
      twinroot audit --outside trixie.tar -- dpkg --configure -a";
