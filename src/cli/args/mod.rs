//! The command line: what the user typed, before anything is looked at.

pub(crate) mod audit;
pub(crate) mod build;
pub mod compare;
pub(crate) mod diffoscope;
pub(crate) mod diffoscope_ignored;
pub(crate) mod diffoscope_options;
pub(crate) mod doctor;
pub(crate) mod epoch;
pub(crate) mod help;
pub(crate) mod invocation;
pub mod known_file;
pub(crate) mod manual;
pub mod outputs;
pub(crate) mod recipe;
pub(crate) mod render;
pub(crate) mod room;
pub(crate) mod values;
pub(crate) mod verify;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::cli::args::audit::AuditArgs;
use crate::cli::args::build::BuildArgs;
use crate::cli::args::compare::CompareArgs;
use crate::cli::args::diffoscope::DiffoscopeArgs;
use crate::cli::args::doctor::DoctorArgs;
use crate::cli::args::manual::{Manual, exit};
use crate::cli::args::render::RenderArgs;
use crate::cli::args::verify::VerifyArgs;

/// Build a Debian chroot twice and explain every byte that differs
///
/// twinroot builds a Debian chroot the normal way and chrootless (maintainer scripts run outside
/// the chroot, with DPKG_ROOT set), both from one frozen archive. It compares the two tarballs bit
/// for bit, checks that the chrootless build changed nothing outside the chroot, and explains every
/// difference it finds.
#[derive(Debug, Parser)]
#[command(
    name = "twinroot",
    version,
    max_term_width = 100,
    after_help = MORE,
    after_long_help = MANUAL.help() + "\n\n" + MORE
)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

const MORE: &str = "Run `twinroot COMMAND --help` for details and examples.";

/// The end of the help.
pub(crate) const MANUAL: Manual = Manual {
    exit_status: &[
        exit(
            0,
            "The tarballs are identical and nothing outside the chroot was modified",
        ),
        exit(
            1,
            "The tarballs differ, or something outside the chroot was modified",
        ),
        exit(2, "The job could not be done; standard error says why"),
    ],
    examples: &[],
};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a suite both ways, compare the tarballs and explain the differences
    Verify(Box<VerifyArgs>),
    /// Build one of the two chroots of `verify` into a tarball
    Build(BuildArgs),
    /// Compare two tarballs bit for bit and name everything that differs
    Compare(CompareArgs),
    /// Make other forms of a saved report
    Render(RenderArgs),
    /// Compare as diffoscope does, with its arguments
    Diffoscope(Box<DiffoscopeArgs>),
    /// Run a command in a sandbox and print what it would have changed
    Audit(AuditArgs),
    /// Print the completions of a shell
    ///
    /// The shell reads them from the place that its own documentation names; for bash, that is
    /// ~/.local/share/bash-completion/completions/twinroot.
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a directory
    #[command(hide = true)]
    Man {
        /// Directory, which must exist
        directory: PathBuf,
    },
    /// Check this machine and print the command that fixes each problem
    #[command(
        long_about = doctor::ABOUT,
        after_long_help = doctor::MANUAL.help()
    )]
    Doctor(DoctorArgs),
}
