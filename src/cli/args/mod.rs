//! What the user typed, before anything is looked at.

pub mod compare;
pub(crate) mod epoch;
pub mod known_file;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::audit::method::Method;
use crate::bootstrap::mode::{NormalMode, Technique};
use crate::cli::args::compare::CompareArgs;
use crate::cli::args::known_file::KnownArgs;
use crate::cli::output::report_files::{OutputArgs, PackageArgs};

/// Builds a Debian chroot twice, the normal way and chrootless with DPKG_ROOT, from one
/// frozen archive state, compares the two tarballs bit for bit, and watches that nothing
/// outside is modified.
#[derive(Debug, Parser)]
#[command(name = "twinroot", version, max_term_width = 100, after_help = EXIT_STATUS)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_STATUS: &str = "Exit status: 0 identical and nothing outside modified, 1 divergent or \
                           escaped, 2 trouble.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a suite both ways, compare the tarballs, watch the outside
    Verify(VerifyArgs),
    /// Build one side of verify into a tarball
    Build(BuildArgs),
    /// Compare two tarballs bit for bit and name everything that differs
    Compare(CompareArgs),
    /// Run any command in a sandbox, and print what it would have changed on the machine
    Audit(AuditArgs),
    /// Say what this machine can do, and the command that mends what it can't
    Doctor,
}

/// What is built; the same for `verify` and `build`.
#[derive(Debug, Clone, Args)]
pub struct RecipeArgs {
    /// Packages to start from, as mmdebstrap knows them
    #[arg(long, value_name = "NAME", default_value = "essential")]
    pub variant: Variant,
    /// Further packages
    #[arg(long, value_name = "PKG,…", value_delimiter = ',')]
    pub include: Vec<String>,
    /// An option for apt, `Key "value"`; it stays in the tarball
    #[arg(long, value_name = "OPTION")]
    pub aptopt: Vec<String>,
    /// A file or directory of OpenPGP keys that the archive is verified with
    #[arg(long, value_name = "FILE")]
    pub keyring: Vec<PathBuf>,
    /// A further line of sources.list; it stays in the tarball
    #[arg(long, value_name = "LINE")]
    pub extra_repo: Vec<String>,
    /// A package that replaces the archive's of the same name, whatever its version
    #[arg(long, value_name = "FILE")]
    pub deb: Vec<PathBuf>,
    /// Seconds since the epoch; otherwise $SOURCE_DATE_EPOCH, or the date of the suite's Release file
    #[arg(long, value_name = "SECONDS")]
    pub source_date_epoch: Option<i64>,
    /// Debian architecture of the chroot [default: this machine's]. The normal way needs an
    /// emulator where this machine's processor does not run its programs; the chrootless way
    /// needs none
    #[arg(long, value_name = "ARCH", value_parser = architecture)]
    pub arch: Option<String>,
    /// Mirror, or directory, that a matching outside of this machine's architecture comes from,
    /// with --arch [default: MIRROR, or mmdebstrap's where that is a directory]
    #[arg(long, value_name = "MIRROR", requires = "arch")]
    pub outside_mirror: Option<String>,
    /// The system that chrootless scripts run on: `matching` (a chroot of the same packages and
    /// mmdebstrap), `host` (this machine), or a directory or tarball of a system
    #[arg(long, value_name = "WHICH", default_value = "matching")]
    pub outside: String,
    /// How the outside is watched while the chrootless build runs
    #[arg(long, value_name = "HOW", default_value = "overlay")]
    pub audit: AuditArg,
    /// Accept a Release file that has expired, while pinning; the tarballs don't show it
    #[arg(long)]
    pub allow_expired: bool,
    /// Pin anew, although the cache has a state of this recipe
    #[arg(long)]
    pub refresh: bool,
    /// Say nothing but the result and trouble
    #[arg(long, short)]
    pub quiet: bool,
}

/// `--audit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AuditArg {
    /// By what overlayfs kept apart
    Overlay,
    /// By reading everything before and after, on a copy in memory; needs no overlayfs
    Snapshot,
    /// By making writes fail, and observing which did; needs strace on the outside
    ReadOnly,
    /// Not at all
    Off,
}

impl AuditArg {
    /// What it stands for.
    #[must_use]
    pub fn method(self) -> Method {
        match self {
            Self::Overlay => Method::Overlay,
            Self::Snapshot => Method::Snapshot,
            Self::ReadOnly => Method::ReadOnly,
            Self::Off => Method::Off,
        }
    }
}

/// `--technique`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TechniqueArg {
    /// As the superuser of a user namespace, able to write to the outside, which is watched
    Userns,
    /// fakeroot, by a user without privileges
    Fakeroot,
    /// In a hook of an outer mmdebstrap, / read-only
    Nested,
    /// mmdebstrap --unshare-helper, / read-only
    UnshareHelper,
    /// lxc-usernsexec and lxc-unshare, / read-only
    Lxc,
}

impl TechniqueArg {
    /// What it stands for.
    #[must_use]
    pub fn technique(self) -> Technique {
        match self {
            Self::Userns => Technique::Userns,
            Self::Fakeroot => Technique::Fakeroot,
            Self::Nested => Technique::Nested,
            Self::UnshareHelper => Technique::UnshareHelper,
            Self::Lxc => Technique::Lxc,
        }
    }
}

/// `--mode-reference`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReferenceArg {
    /// mmdebstrap --mode=root, as the superuser of a user namespace
    Root,
    /// mmdebstrap --mode=unshare, by a user with subordinate ids
    Unshare,
    /// mmdebstrap --mode=fakechroot, by a user without privileges
    Fakechroot,
}

impl ReferenceArg {
    /// What it stands for.
    #[must_use]
    pub fn reference(self) -> NormalMode {
        match self {
            Self::Root => NormalMode::Root,
            Self::Unshare => NormalMode::Unshare,
            Self::Fakechroot => NormalMode::Fakechroot,
        }
    }
}

/// A Debian architecture's name: it becomes part of paths and of apt's options.
fn architecture(text: &str) -> Result<String, String> {
    let is_word = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if is_word {
        Ok(text.to_owned())
    } else {
        Err("a Debian architecture is of a-z, 0-9 and -, like arm64".to_owned())
    }
}

/// mmdebstrap's `--variant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "mmdebstrap(1) documents them")]
pub enum Variant {
    Essential,
    Apt,
    Required,
    Minbase,
    Buildd,
    Important,
    Debootstrap,
    Standard,
    Custom,
    Extract,
}

impl Variant {
    /// mmdebstrap's word.
    #[must_use]
    pub fn as_str(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

/// `twinroot verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Suite or code name: trixie, sid, …
    pub suite: String,
    /// Mirror, as mmdebstrap takes it: a URI, or a line of sources.list; or a directory of this
    /// machine, of package files or with a `dists/` [default: mmdebstrap's]
    pub mirror: Option<String>,
    /// What is built.
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// How the chrootless build is run; several are built each, and compared with the reference
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        default_value = "userns"
    )]
    pub technique: Vec<TechniqueArg>,
    /// mmdebstrap's mode for the normal build; several are built each, and the first is the
    /// reference
    #[arg(
        long,
        value_name = "MODE,…",
        value_delimiter = ',',
        default_value = "root"
    )]
    pub mode_reference: Vec<ReferenceArg>,
    /// Build chrootless once more on an outside that is deliberately different, and, where the
    /// cache has one, on another suite's: what scripts read there shows in the tarball
    #[arg(long)]
    pub leak_check: bool,
    /// Keep both tarballs, transcripts and the report in this directory
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// How many builds run at the same time; 1 puts the first tarball into an unlinked file
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub jobs: u8,
    /// Build both ways once more under observation, whatever the result is; otherwise only
    /// where something differs or escaped
    #[arg(long, overrides_with = "no_trace")]
    pub trace: bool,
    /// Never build under observation
    #[arg(long)]
    pub no_trace: bool,
    /// Compare two more normal builds, whatever the result is; otherwise only where something
    /// differs
    #[arg(long, overrides_with = "no_control")]
    pub control: bool,
    /// Never make a control
    #[arg(long)]
    pub no_control: bool,
    /// What is known already.
    #[command(flatten)]
    pub known: KnownArgs,
    /// What is said of packages.
    #[command(flatten)]
    pub packages: PackageArgs,
    /// Reports.
    #[command(flatten)]
    pub outputs: OutputArgs,
}

/// `twinroot build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Suite or code name: trixie, sid, …
    pub suite: String,
    /// The tarball to write, `-` for standard output
    pub out: PathBuf,
    /// Mirror, as mmdebstrap takes it: a URI, or a line of sources.list; or a directory of this
    /// machine, of package files or with a `dists/` [default: mmdebstrap's]
    pub mirror: Option<String>,
    /// How maintainer scripts are run
    #[arg(long)]
    pub mode: ModeArg,
    /// How a chrootless build is run
    #[arg(long, value_name = "NAME", default_value = "userns")]
    pub technique: TechniqueArg,
    /// mmdebstrap's mode for a normal build
    #[arg(long, value_name = "MODE", default_value = "root")]
    pub mode_reference: ReferenceArg,
    /// What is built.
    #[command(flatten)]
    pub recipe: RecipeArgs,
}

/// `twinroot audit`.
#[derive(Debug, Args)]
#[command(
    after_help = "The command has the machine's files and this environment, but /tmp, /run \
                        and /dev of its own; its output goes to standard error. Exit status: 1 \
                        where it changed anything, 2 where it failed without, 0 otherwise."
)]
pub struct AuditArgs {
    /// The system that the command runs on: `host` (this machine), or a directory or tarball of a
    /// system
    #[arg(long, value_name = "WHICH", default_value = "host")]
    pub outside: String,
    /// How it is watched
    #[arg(long, value_name = "HOW", default_value = "overlay")]
    pub audit: AuditArg,
    /// Let the command use the machine's network
    #[arg(long)]
    pub network: bool,
    /// Write what changed as JSON too; `-` is standard output, instead of the text
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Say nothing but the result and trouble
    #[arg(long, short)]
    pub quiet: bool,
    /// The command, after `--`
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// `--mode` of `build`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// Inside the chroot
    Normal,
    /// Outside, with DPKG_ROOT
    Chrootless,
}
