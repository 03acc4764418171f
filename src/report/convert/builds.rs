//! How the pair was built, and the observed builds.

use crate::report::convert::executed::executed;
use crate::report::sentences::warning::warnings;
use crate::report::wire::build::{Build, ModeName, Proof};
use crate::report::wire::executed::Emulation;
use crate::sandbox::protocol;
use crate::verify::build_facts;
use crate::verify::build_facts::{BuildFacts, Emulators, PairNumber, ScriptsRan};
use crate::verify::facts::Facts;

/// The pair, and the builds that were observed.
pub(crate) fn builds(facts: &Facts) -> Vec<Build> {
    let builds = build_facts::builds(facts).into_iter();
    builds.map(|one| build(facts, one)).collect()
}

fn build(facts: &Facts, build: BuildFacts<'_>) -> Build {
    let mode = ModeName::from(build.scripts);
    let label = match build.pair {
        PairNumber::First => mode.as_str().to_owned(),
        PairNumber::Second => format!("second {}", mode.as_str()),
    };
    let is_foreign = facts.foreign_to.is_some();
    let chrootless = mode == ModeName::Chrootless && is_foreign;
    let trace = build.trace.filter(|_| chrootless);
    let emulation = match build.emulators {
        Emulators::None => Emulation::None,
        Emulators::OfMachine => Emulation::Machine,
    };
    Build {
        label,
        mode,
        technique: build.technique.to_owned(),
        versions: facts.versions.programs.iter().cloned().collect(),
        warnings: warnings(build.warnings),
        degraded: build.degraded,
        foreign: is_foreign,
        executed: trace.map(|trace| executed(trace, emulation)),
        proof: proof(build.proof),
    }
}

/// Nothing if nothing was tried.
fn proof(proof: protocol::Proof) -> Option<Proof> {
    (proof.mounts > 0).then_some(Proof {
        mounts: proof.mounts,
        refused: proof.refused,
        nested: proof.nested,
    })
}

impl From<ScriptsRan> for ModeName {
    fn from(ran: ScriptsRan) -> Self {
        match ran {
            ScriptsRan::Inside => Self::Normal,
            ScriptsRan::Outside => Self::Chrootless,
        }
    }
}
