//! The command line: what the user typed, before anything is looked at.

pub(crate) mod audit;
pub(crate) mod build;
pub mod compare;
pub(crate) mod doctor;
pub(crate) mod epoch;
pub(crate) mod help;
pub mod known_file;
pub mod outputs;
pub(crate) mod recipe;
pub(crate) mod values;
pub(crate) mod verify;

use clap::{Parser, Subcommand};

use crate::cli::args::audit::AuditArgs;
use crate::cli::args::build::BuildArgs;
use crate::cli::args::compare::CompareArgs;
use crate::cli::args::doctor::DoctorArgs;
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
    after_help = "Run `twinroot COMMAND --help` for details and examples.",
    after_long_help = MORE
)]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

const MORE: &str = "\
Exit status:
  0  The tarballs are identical and nothing outside the chroot was modified
  1  The tarballs differ, or something outside the chroot was modified
  2  The job could not be done; standard error says why

Run `twinroot COMMAND --help` for details and examples.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a suite both ways, compare the tarballs and explain the differences
    Verify(VerifyArgs),
    /// Build one of the two chroots of `verify` into a tarball
    Build(BuildArgs),
    /// Compare two tarballs bit for bit and name everything that differs
    Compare(CompareArgs),
    /// Run a command in a sandbox and print what it would have changed
    Audit(AuditArgs),
    /// Check this machine and print the command that fixes each problem
    #[command(
        long_about = doctor::ABOUT,
        after_long_help = doctor::EXIT_STATUS
    )]
    Doctor(DoctorArgs),
}
