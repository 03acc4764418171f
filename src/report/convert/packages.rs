//! Verdicts on packages as wire values.

use crate::explain::package_verdict::PackageVerdict;
use crate::explain::packages::{PackageFinding, ScriptReading};
use crate::explain::read_line::{LineRun, ReadLine};
use crate::explain::scripts::Support;
use crate::report::sentences::reason::reason;
use crate::report::wire::package::{
    DpkgRoot, Package, PackageScript, PackageVerdictName, ScriptLine,
};
use crate::report::wire::script::ScriptName;
use crate::text::quote;

impl From<&PackageFinding> for Package {
    fn from(package: &PackageFinding) -> Self {
        Self {
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.clone(),
            source_version: package.source_version.clone(),
            architecture: package.architecture.clone(),
            essential: package.is_essential,
            scripts: package.scripts.iter().map(PackageScript::from).collect(),
            divergences: package.divergences as u64,
            escapes: package.escapes as u64,
            attempts: package.attempts as u64,
            verdict: package.verdict.into(),
            reason: package.reason.as_ref().map(reason),
        }
    }
}

impl From<&ScriptReading> for PackageScript {
    fn from(reading: &ScriptReading) -> Self {
        let interpreter = reading.interpreter.as_ref();
        Self {
            name: ScriptName(reading.script),
            dpkg_root: reading.support.into(),
            interpreter: interpreter.map(|name| quote(name.as_bytes())),
            lines: reading.lines.iter().map(ScriptLine::from).collect(),
        }
    }
}

impl From<&ReadLine> for ScriptLine {
    fn from(ReadLine { line, run }: &ReadLine) -> Self {
        let attempts = match run {
            Some(LineRun::Ran { attempts }) => attempts.as_slice(),
            Some(LineRun::Unexercised) | None => &[],
        };
        Self {
            number: line.number as u64,
            text: line.text.clone(),
            exercised: run.as_ref().map(|run| *run != LineRun::Unexercised),
            attempts: attempts.iter().map(|at| *at as u64).collect(),
        }
    }
}

impl From<PackageVerdict> for PackageVerdictName {
    fn from(verdict: PackageVerdict) -> Self {
        match verdict {
            PackageVerdict::Complete => Self::Complete,
            PackageVerdict::Latent => Self::Latent,
            PackageVerdict::Incomplete => Self::Incomplete,
            PackageVerdict::Fails => Self::Fails,
            PackageVerdict::Unproven => Self::Unproven,
        }
    }
}

impl From<Support> for DpkgRoot {
    fn from(support: Support) -> Self {
        match support {
            Support::Aware => Self::Aware,
            Support::Helper => Self::Helper,
            Support::NoneNeeded => Self::NoneNeeded,
            Support::Silent => Self::Silent,
            Support::Unread => Self::Unread,
        }
    }
}
