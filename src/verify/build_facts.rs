//! The builds of a verification as readers of its result see them.

use crate::bootstrap::build::Built;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::sandbox::protocol::{Proof, Warning};
use crate::trace::record::Trace;
use crate::verify::facts::Facts;

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

/// What a build warned of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warnings<'a> {
    /// What the sandbox could not do as planned.
    pub of_sandbox: &'a [Warning],
    /// Warnings of mmdebstrap, in its words.
    pub of_mmdebstrap: Vec<String>,
}

impl<'a> From<&'a Built> for Warnings<'a> {
    fn from(built: &'a Built) -> Self {
        Self {
            of_sandbox: &built.warnings,
            of_mmdebstrap: built.transcript.warnings(),
        }
    }
}

/// Which pair a build belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairNumber {
    /// The one whose tarballs decide the verdict.
    First,
    /// The one that explains it.
    Second,
}

/// What is known of how one chroot was built.
#[derive(Debug)]
pub struct BuildFacts<'a> {
    /// Which pair it belongs to.
    pub pair: PairNumber,
    /// Where its maintainer scripts ran.
    pub scripts: ScriptsRan,
    /// The technique, or the mode of mmdebstrap for a normal build.
    pub technique: &'static str,
    /// What it warned of.
    pub warnings: Warnings<'a>,
    /// What the machine could not do for it.
    pub degraded: Vec<String>,
    /// Which emulators it had.
    pub emulators: Emulators,
    /// What its processes did, if it was observed.
    pub trace: Option<&'a Trace>,
    /// What was tried to prove that the machine was out of its reach.
    pub proof: Proof,
}

/// The builds of the pair, and those of a second one.
#[must_use]
pub fn builds(facts: &Facts) -> Vec<BuildFacts<'_>> {
    let [normal, plain] = BuildMode::ORDINARY;
    let first = |mode, built| build(facts, mode, built, PairNumber::First);
    let second = |mode, built| build(facts, mode, built, PairNumber::Second);
    let chrootless = facts.chrootless.as_ref();
    let (second_normal, second_chrootless) = (&facts.second_normal, &facts.second_chrootless);
    let all = [
        Some(first(facts.modes.normal, &facts.normal)),
        chrootless.map(|judged| first(facts.modes.chrootless, &judged.built)),
        second_normal.as_ref().map(|one| second(normal, &one.built)),
        second_chrootless
            .as_ref()
            .map(|one| second(plain, &one.built)),
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

fn build<'a>(facts: &Facts, mode: BuildMode, built: &'a Built, pair: PairNumber) -> BuildFacts<'a> {
    let stays = |warning: &Warning| matches!(warning, Warning::EmulatorsStay { .. });
    let has_none = !built.warnings.iter().any(stays);
    let scripts = scripts_ran(mode);
    BuildFacts {
        pair,
        scripts,
        technique: mode.technique(),
        warnings: built.into(),
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
        trace: built.trace.as_ref(),
        proof: built.proof,
    }
}
