//! Failed maintainer scripts as wire values.

use crate::explain::failure::{FailureCause, ScriptFailure};
use crate::report::sentences;
use crate::report::wire::failure::{Failure, FailureCauseName};
use crate::report::wire::script::ScriptName;

impl From<&ScriptFailure> for Failure {
    fn from(failure: &ScriptFailure) -> Self {
        let line = failure.line.as_ref();
        Self {
            package: failure.package.clone(),
            version: failure.version.clone(),
            script: ScriptName(failure.script),
            command: line.map(|line| line.text.clone()),
            status: u64::from(failure.status),
            line: line.map(|line| line.number as u64),
            words: failure.words.clone(),
            cause: (&failure.cause).into(),
            after: failure.after.iter().map(ToString::to_string).collect(),
            reason: sentences::failure::reason(&failure.cause),
        }
    }
}

impl From<&FailureCause> for FailureCauseName {
    fn from(cause: &FailureCause) -> Self {
        match cause {
            FailureCause::OnlyInside(_) => Self::AccountOnlyInside,
            FailureCause::OnlyInNormal(_) => Self::AccountOnlyInNormal,
            FailureCause::NotOutside(_) => Self::AccountNotOutside,
            FailureCause::NoProgram { .. } => Self::NoProgram,
            FailureCause::NoFile { .. } => Self::NoFile,
            FailureCause::NoFileInside { .. } => Self::NoFileInside,
            FailureCause::OutsideTool(_) => Self::OutsideTool,
            FailureCause::ReadOnly => Self::ReadOnly,
            FailureCause::RefusesRoot => Self::RefusesDpkgRoot,
            FailureCause::Unknown => Self::Unknown,
        }
    }
}
