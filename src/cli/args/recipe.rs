//! Options on the chroot to build, which `verify` and `build` share.

use std::path::PathBuf;

use crate::audit::method::Method;
use crate::cli::args::room::RoomArgs;
use crate::cli::args::values::Variant;

/// What to build, of what, on which outside system, and how that is audited.
#[derive(Debug, Clone, clap::Args)]
pub struct RecipeArgs {
    /// Mirror to build from [default: mmdebstrap's]
    ///
    /// A URI or a line of sources.list, as mmdebstrap takes it, or a directory of this machine. The
    /// directory holds package files, or a repository with `dists/`.
    pub mirror: Option<String>,
    /// Package set to start from (mmdebstrap's --variant)
    #[arg(
        long,
        value_name = "NAME",
        default_value = "essential",
        help_heading = "What to build"
    )]
    pub variant: Variant,
    /// Install these packages as well
    #[arg(
        long,
        value_name = "PKG,…",
        value_delimiter = ',',
        help_heading = "What to build"
    )]
    pub include: Vec<String>,
    /// Pass this option to apt, in the form `Key "value"`
    ///
    /// The option stays in the tarball. May be given several times.
    #[arg(long, value_name = "OPTION", help_heading = "What to build")]
    pub aptopt: Vec<String>,
    /// Verify the archive with the OpenPGP keys in this file or directory
    ///
    /// May be given several times.
    #[arg(long, value_name = "FILE", help_heading = "What to build")]
    pub keyring: Vec<PathBuf>,
    /// Add this line to sources.list
    ///
    /// The line stays in the tarball. May be given several times.
    #[arg(long, value_name = "LINE", help_heading = "What to build")]
    pub extra_repo: Vec<String>,
    /// Use this package file in place of the archive's package of the same name
    ///
    /// The file is used whatever its version is, and the tarball shows no other sign of it. May be
    /// given several times.
    #[arg(long, value_name = "FILE", help_heading = "What to build")]
    pub deb: Vec<PathBuf>,
    /// Set SOURCE_DATE_EPOCH, in seconds since 1970
    ///
    /// Without this option, $SOURCE_DATE_EPOCH is used if it is set. If it is not, the Date of the
    /// suite's Release file is used.
    #[arg(long, value_name = "SECONDS", help_heading = "What to build")]
    pub source_date_epoch: Option<i64>,
    /// Debian architecture of the chroot [default: this machine's]
    ///
    /// A chrootless build needs no emulator. A normal build needs one if this machine's processor
    /// cannot run the programs of the architecture.
    #[arg(
        long,
        value_name = "ARCH",
        value_parser = architecture,
        help_heading = "What to build"
    )]
    pub arch: Option<String>,
    /// Accept a Release file that has expired
    ///
    /// The tarballs do not show that it was accepted.
    #[arg(long, help_heading = "What to build")]
    pub allow_expired: bool,
    /// Freeze the archive again, even if a frozen archive is cached
    #[arg(long, help_heading = "What to build")]
    pub refresh: bool,
    /// System that chrootless maintainer scripts run on: `matching`, `host`, a directory or a
    /// tarball
    ///
    /// `matching` is a chroot of the same packages plus mmdebstrap; twinroot makes and caches it.
    /// `host` is this machine. A directory or tarball must hold a system with mmdebstrap. twinroot
    /// writes to none of them: each build gets a view of its own.
    #[arg(
        long,
        value_name = "SYSTEM",
        default_value = "matching",
        help_heading = "How to build"
    )]
    pub outside: String,
    /// Mirror or directory to make the matching outside system from, with --arch
    ///
    /// The outside system has this machine's architecture, and MIRROR may not have packages of it.
    /// [default: MIRROR, or mmdebstrap's default mirror if MIRROR is a directory]
    #[arg(
        long,
        value_name = "MIRROR",
        requires = "arch",
        help_heading = "How to build"
    )]
    pub outside_mirror: Option<String>,
    /// Limit on the time of each build, in seconds
    ///
    /// A maintainer script may wait for ever. The error names it, and what it runs.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 1800,
        value_parser = clap::value_parser!(u64).range(1..),
        help_heading = "How to build"
    )]
    pub timeout: u64,
    /// Where builds keep what they write.
    #[command(flatten)]
    pub room: RoomArgs,
    /// How to find out what the chrootless build changes on the outside system
    #[arg(
        long,
        value_name = "METHOD",
        default_value = "overlay",
        help_heading = "Audit"
    )]
    pub audit: Method,
    /// Print only the result and errors
    #[arg(long, short, visible_alias = "no-progress")]
    pub quiet: bool,
}

/// A Debian architecture's name: it becomes part of paths and of apt's options.
fn architecture(text: &str) -> Result<String, String> {
    let is_valid = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if is_valid {
        Ok(text.to_owned())
    } else {
        Err("a Debian architecture has only a-z, 0-9 and -, like arm64".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_architecture_that_could_leave_its_directory_is_refused() {
        assert_eq!(architecture("riscv64"), Ok("riscv64".to_owned()));
        for wrong in ["", "../etc", "ARM64", "arm 64"] {
            assert!(architecture(wrong).is_err(), "{wrong}");
        }
    }
}
