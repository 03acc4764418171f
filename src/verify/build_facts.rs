//! The builds of a verification as readers of its result see them.

use crate::bootstrap::build::Built;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::trace::record::Trace;
use crate::verify::facts::Facts;
use crate::verify::observation::Observed;

/// Where the maintainer scripts of a build ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptsRan {
    /// Inside the chroot.
    Inside,
    /// On the outside, with `DPKG_ROOT`.
    Outside,
}

/// Which emulators of other processors the kernel knew for a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emulators {
    /// None.
    None,
    /// Those that are registered on the machine.
    OfMachine,
}

/// What is known of how one chroot was built.
#[derive(Debug)]
pub struct BuildFacts<'a> {
    /// Where its maintainer scripts ran.
    pub scripts: ScriptsRan,
    /// The technique, or the mode of mmdebstrap for a normal build.
    pub technique: &'static str,
    /// The build, which has the warnings of the sandbox and of its tools.
    pub built: &'a Built,
    /// What the machine could not do for it.
    pub degraded: Vec<String>,
    /// Which emulators it had.
    pub emulators: Emulators,
    /// What its processes did, if it was observed.
    pub trace: Option<&'a Trace>,
}

/// The builds of the pair, and those that were observed.
#[must_use]
pub fn builds(facts: &Facts) -> Vec<BuildFacts<'_>> {
    let [normal, plain] = BuildMode::ORDINARY;
    let chrootless = facts.chrootless.as_ref();
    let all = [
        Some(build(facts, facts.modes.normal, &facts.normal)),
        chrootless.map(|judged| build(facts, facts.modes.chrootless, &judged.built)),
        observed(facts, normal, facts.observed_normal.as_ref()),
        observed(facts, plain, facts.observed_chrootless.as_ref()),
    ];
    all.into_iter().flatten().collect()
}

/// Where the maintainer scripts of a build ran.
#[must_use]
pub fn scripts_ran(mode: BuildMode) -> ScriptsRan {
    match mode.mode() {
        Mode::Normal => ScriptsRan::Inside,
        Mode::Chrootless => ScriptsRan::Outside,
    }
}

fn build<'a>(facts: &Facts, mode: BuildMode, built: &'a Built) -> BuildFacts<'a> {
    let has_none = built.warnings.is_empty();
    let scripts = scripts_ran(mode);
    BuildFacts {
        scripts,
        technique: mode.technique(),
        built,
        // Only a normal build can be weak: nobody mounts anything in a chrootless build.
        degraded: match scripts {
            ScriptsRan::Inside => built.transcript.degraded(),
            ScriptsRan::Outside => Vec::new(),
        },
        emulators: if facts.foreign_to.is_some() && has_none {
            Emulators::None
        } else {
            Emulators::OfMachine
        },
        trace: None,
    }
}

fn observed<'a>(
    facts: &Facts,
    mode: BuildMode,
    observed: Option<&'a Observed>,
) -> Option<BuildFacts<'a>> {
    let observed = observed?;
    Some(BuildFacts {
        trace: Some(&observed.trace),
        ..build(facts, mode, &observed.built)
    })
}
