//! Chrootless builds whose maintainer scripts fail: each further one passes over one more failure.

use std::fs::File;

use crate::bootstrap::mode::BuildMode;
use crate::debian::failed_script::FailedScript;
use crate::debian::maintainer_script::ScriptName;
use crate::sandbox::plan::Tracing;
use crate::verify::against::{self, Compared, Reference};
use crate::verify::error::Error;
use crate::verify::pair::failed_script;
use crate::verify::prepared::Prepared;
use crate::verify::session::Session;

/// A maintainer script that fails chrootless, and not in the normal build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The script, and what was said.
    pub failed: FailedScript,
    /// Its text.
    pub text: Vec<u8>,
    /// The scripts that had failed in earlier builds, and were passed over when this one failed.
    pub after: Vec<ScriptName>,
}

/// What is built although scripts fail.
#[derive(Debug)]
pub(crate) struct Retried {
    /// What further builds share; the chrootless ones pass over the failures.
    pub(crate) prepared: Prepared,
    /// The scripts, in the order in which they failed.
    pub(crate) failures: Vec<Failure>,
    /// The build; `None` if more scripts fail than may.
    pub(crate) compared: Option<Compared>,
}

/// How often it is tried again, and with what.
pub(crate) struct Retry<'a> {
    /// How it is built.
    pub(crate) mode: BuildMode,
    /// Most scripts that may fail.
    pub(crate) most: usize,
    /// The normal tarball.
    pub(crate) reference: Reference<'a>,
    /// What its processes are seen to do.
    pub(crate) tracing: Tracing,
    /// What takes a copy of its tarball.
    pub(crate) copy: Option<&'a File>,
}

/// Builds chrootless again, as if the script that failed had succeeded, until nothing fails any more.
///
/// # Errors
/// A build fails for another reason, or the same script fails again; a failure cannot be
/// passed over.
pub(crate) fn build(
    first: Error,
    retry: &Retry<'_>,
    prepared: Prepared,
    session: Session<'_>,
) -> Result<Retried, Error> {
    let (mut error, mut prepared) = (first, prepared);
    let mut failed: Vec<FailedScript> = Vec::new();
    loop {
        let Some(script) = failed_script(&error).cloned() else {
            return Err(error);
        };
        if failed.iter().any(|other| other.name() == script.name()) {
            return Err(error);
        }
        failed.push(script);
        keep_transcript(&error, failed.len(), session)?;
        let names: Vec<ScriptName> = failed.iter().map(FailedScript::name).collect();
        prepared = prepared.passing_over(&names, &session.interrupts.unfinished)?;
        if failed.len() > retry.most {
            return Ok(Retried::new(prepared, failed, None));
        }
        let plan = prepared.observed_plan(retry.mode, retry.tracing);
        let label = retry.mode.mode().label();
        match against::build(label, plan, retry.reference, retry.copy, session) {
            Ok(compared) => return Ok(Retried::new(prepared, failed, Some(compared))),
            Err(next) => error = next,
        }
    }
}

/// Keeps what the build said in which a script failed.
fn keep_transcript(error: &Error, number: usize, session: Session<'_>) -> Result<(), Error> {
    let (Some(artifacts), Some(failed)) = (session.artifacts, error.failed_build()) else {
        return Ok(());
    };
    let name = format!("chrootless.failed-{number}.log");
    artifacts.write(&name, &failed.transcript)
}

impl Retried {
    fn new(prepared: Prepared, failed: Vec<FailedScript>, compared: Option<Compared>) -> Self {
        let names: Vec<_> = failed.iter().map(FailedScript::name).collect();
        let failures = failed.into_iter().enumerate().map(|(at, failed)| Failure {
            text: prepared
                .text_of_passed_over(&failed.name())
                .unwrap_or_default()
                .to_vec(),
            after: names.iter().take(at).cloned().collect(),
            failed,
        });
        Self {
            failures: failures.collect(),
            prepared,
            compared,
        }
    }
}
