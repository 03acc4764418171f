//! How the pair was built, and the observed builds.

use crate::bootstrap::build::Built;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::report::convert::executed::executed;
use crate::report::sentences::warning::warnings;
use crate::report::wire::build::{Build, ModeName};
use crate::report::wire::executed::Emulation;
use crate::verify::observation::Observed;
use crate::verify::result::Verification;

/// The pair, and the builds that were observed.
pub(crate) fn builds(facts: &Verification) -> Vec<Build> {
    let [normal, chrootless] = BuildMode::ORDINARY;
    let all = [
        Some(build(facts, facts.modes.normal, &facts.normal)),
        Some(build(
            facts,
            facts.modes.chrootless,
            &facts.chrootless.built,
        )),
        observed(facts, normal, facts.observed_normal.as_ref()),
        observed(facts, chrootless, facts.observed_chrootless.as_ref()),
    ];
    all.into_iter().flatten().collect()
}

fn build(facts: &Verification, mode: BuildMode, built: &Built) -> Build {
    Build {
        label: mode.mode().label().to_owned(),
        mode: mode.mode().into(),
        technique: mode.technique().to_owned(),
        versions: facts.versions.programs.iter().cloned().collect(),
        warnings: warnings(built),
        // Only a normal build can be weak: nobody mounts anything in a chrootless build.
        degraded: match mode.mode() {
            Mode::Normal => built.transcript.degraded(),
            Mode::Chrootless => Vec::new(),
        },
        foreign: facts.foreign_to.is_some(),
        executed: None,
    }
}

fn observed(facts: &Verification, mode: BuildMode, observed: Option<&Observed>) -> Option<Build> {
    let observed = observed?;
    let has_none = observed.built.warnings.is_empty();
    let emulation = if facts.foreign_to.is_some() && has_none {
        Emulation::None
    } else {
        Emulation::Machine
    };
    Some(Build {
        label: format!("observed {}", mode.mode().label()),
        technique: format!("{} under strace", mode.technique()),
        executed: match mode.mode() {
            Mode::Normal => None,
            Mode::Chrootless => Some(executed(&observed.trace, emulation)),
        },
        ..build(facts, mode, &observed.built)
    })
}

impl From<Mode> for ModeName {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Normal => Self::Normal,
            Mode::Chrootless => Self::Chrootless,
        }
    }
}
