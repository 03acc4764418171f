//! The arguments of `verify`.

use std::path::PathBuf;

use crate::bootstrap::mode::{NormalMode, Technique};
use crate::cli::args::help::SHORT_HELP;
use crate::cli::args::known_file::KnownArgs;
use crate::cli::args::manual::{Manual, example, exit};
use crate::cli::args::outputs::{OutputArgs, PackageArgs};
use crate::cli::args::recipe::RecipeArgs;
use crate::verify::options::MAX_FAILING;

/// Build a suite both ways, compare the tarballs and explain the differences
///
/// twinroot freezes the archive, makes the outside system, runs a normal and a chrootless build
/// without network, and compares the two tarballs while they are written. It observes what
/// maintainer scripts do to the outside system. If the tarballs differ, or if the outside system
/// was modified, it builds a second pair, of which it observes more, and names the package,
/// maintainer script and command behind each difference. Frozen archives and outside systems are
/// cached in $XDG_CACHE_HOME/twinroot.
#[derive(Debug, clap::Args)]
#[command(after_help = SHORT_HELP, after_long_help = MANUAL.help())]
pub struct VerifyArgs {
    /// Suite or code name, such as trixie or sid
    pub suite: String,
    /// What is built.
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// How to run the chrootless build
    ///
    /// Give several to build each and compare it with the first normal build.
    #[arg(
        long,
        value_name = "NAME,…",
        value_delimiter = ',',
        default_value = "userns",
        help_heading = "How to build"
    )]
    pub technique: Vec<Technique>,
    /// mmdebstrap's mode for the normal build
    ///
    /// Give several to build each. All other builds are compared with the first.
    #[arg(
        long,
        value_name = "MODE,…",
        value_delimiter = ',',
        default_value = "root",
        help_heading = "How to build"
    )]
    pub mode_reference: Vec<NormalMode>,
    /// Also build on an altered outside system, to find what scripts read from it
    ///
    /// One more chrootless build runs on a copy of the outside system in which accounts, names of
    /// the host, configuration files and other things are altered on purpose. Another one runs on
    /// the matching outside system of another suite, if the cache has one. What maintainer scripts
    /// read there shows in the tarball. This option needs `--outside matching` or a tarball.
    #[arg(long, help_heading = "Audit")]
    pub leak_check: bool,
    /// Number of maintainer scripts that may fail chrootless before the run ends
    ///
    /// If a script fails in the chrootless build and not in the normal one, it is reported, and the
    /// chrootless build is made again as if the script had succeeded where it failed, so that
    /// everything else is compared. Each script takes one more build. With 0, the first one ends
    /// the run, and nothing is compared.
    #[arg(
        long,
        value_name = "N",
        default_value_t = MAX_FAILING,
        help_heading = "How to build"
    )]
    pub max_failing: usize,
    /// Number of builds that run at the same time, 1 or 2
    ///
    /// With 1, the first tarball is buffered in a temporary file, and the run takes less memory.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2,
        value_parser = clap::value_parser!(u8).range(1..=2),
        help_heading = "How to build"
    )]
    pub jobs: u8,
    /// Build a second pair under observation, even if nothing differs
    ///
    /// In the first pair, the maintainer scripts of the chrootless build are observed. In the
    /// second pair, the normal build is observed too, and everything in the chrootless one. Without
    /// this option, it is built only if something differs, if the outside system was modified, or
    /// if the first chrootless build could not be observed.
    #[arg(long, overrides_with = "no_trace", help_heading = "Explanation")]
    pub trace: bool,
    /// Observe no build
    ///
    /// No package is called complete then, and differences are explained with less detail.
    #[arg(long, help_heading = "Explanation")]
    pub no_trace: bool,
    /// Exit with 1 if a maintainer script acts on the outside system without effect
    ///
    /// Such a package is called latent: on another outside system it may have an effect. The
    /// verdict does not change. Only an observed chrootless build shows it.
    #[arg(long, conflicts_with = "no_trace", help_heading = "Explanation")]
    pub strict: bool,
    /// Build a second pair for comparison with the first, even if nothing differs
    ///
    /// Each of its builds is compared with the first build of the same mode. What differs between
    /// those two differs from run to run, and has nothing to do with DPKG_ROOT. Without this
    /// option, it is built only if something differs, if the outside system was modified, or if the
    /// first chrootless build could not be observed.
    #[arg(long, overrides_with = "no_control", help_heading = "Explanation")]
    pub control: bool,
    /// Build no second pair for comparison alone
    ///
    /// A second pair that is needed to explain differences is built all the same, unless --no-trace
    /// is given too.
    #[arg(long, help_heading = "Explanation")]
    pub no_control: bool,
    /// What is known already.
    #[command(flatten)]
    pub known: KnownArgs,
    /// Keep the tarballs, transcripts and reports in this directory
    #[arg(long, value_name = "DIR", help_heading = "Report")]
    pub keep: Option<PathBuf>,
    /// Write the entries that differ to left.tar and right.tar in this directory
    ///
    /// It is made, or is empty. Both files hold the entries of the report, as they are in the normal
    /// and in the chrootless tarball, and what is needed to see or unpack them.
    #[arg(long, value_name = "DIR", help_heading = "Report")]
    pub minimal: Option<PathBuf>,
    /// What the report says of packages.
    #[command(flatten)]
    pub packages: PackageArgs,
    /// Where reports go.
    #[command(flatten)]
    pub outputs: OutputArgs,
}

/// The end of its help.
pub(crate) const MANUAL: Manual = Manual {
    exit_status: &[
        exit(
            0,
            "The tarballs are identical and the outside system was not modified",
        ),
        exit(
            1,
            "The tarballs differ, the outside system was modified, or a maintainer script fails \
             chrootless; with --strict also a latent package",
        ),
        exit(2, "The job could not be done; standard error says why"),
    ],
    examples: &[
        example(
            "Compare both ways to build the essential packages of trixie",
            "twinroot verify trixie",
        ),
        example(
            "Compare a larger chroot, and write the report for programs too",
            "twinroot verify trixie --variant apt --include systemd --json report.json --text -",
        ),
        example(
            "Find what maintainer scripts read from this machine",
            "twinroot verify trixie --outside host",
        ),
        example(
            "Test a patched package",
            "twinroot verify trixie --deb ./base-files_13.8+deb13u1_amd64.deb",
        ),
        example(
            "Try every technique that the DPKG_ROOT proposal names",
            "twinroot verify trixie --technique userns,fakeroot,nested,unshare-helper,lxc",
        ),
        example(
            "Print a bug report about a package",
            "twinroot verify trixie --variant important --bug udev",
        ),
    ],
};
