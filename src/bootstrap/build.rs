//! Runs one plan to its end: streams its output, keeps its transcript, reads its audit.

use std::io::Read;
use std::process::ChildStdout;
use std::time::Duration;
use std::{io, thread};

use crate::audit::Findings;
use crate::audit::change::Change;
use crate::bootstrap::BuildError;
use crate::bootstrap::transcript::Transcript;
use crate::sandbox::launch;
use crate::sandbox::launch::{Interrupts, SandboxError};
use crate::sandbox::plan::Plan;
use crate::sandbox::progress::{Activity, Progress};
use crate::sandbox::protocol::{ExitStatus, StageFailure};

/// Most bytes of a transcript that are kept; a build writes some tens of KiB.
const TRANSCRIPT_MAX: usize = 16 << 20;

/// A build that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// What it wrote on standard error.
    pub transcript: Transcript,
    /// The same, byte for byte.
    pub transcript_bytes: Vec<u8>,
    /// What it changed on the outside, where the plan asked for the audit.
    pub changes: Vec<Change>,
    /// How long the audit took.
    pub audit_took: Duration,
}

/// Runs a plan. `stdout` takes the output's stream as soon as there is one and must see
/// to it that it is read; `watch` is given each line of the transcript, and how far an audit is.
///
/// # Errors
/// The sandbox or its command failed.
pub fn run(
    plan: &Plan,
    interrupts: &Interrupts,
    stdout: impl FnOnce(ChildStdout),
    watch: &(dyn Fn(&str) + Sync),
) -> Result<Built, BuildError> {
    if interrupts.is_raised() {
        return Err(SandboxError::Interrupted.into());
    }
    let mut running = launch(plan, interrupts)?;
    let stderr = running.take_stderr();
    let (outcome, transcript_bytes) = thread::scope(|scope| {
        let reader = scope.spawn(|| stderr.map_or_else(Vec::new, |stream| keep(stream, watch)));
        if let Some(stream) = running.take_stdout() {
            stdout(stream);
        }
        let outcome = running.wait(&|progress: Progress| match progress.activity {
            Activity::Copying | Activity::Reading | Activity::ReadingAgain => {
                watch(&progress.to_string());
            }
            // The command speaks for itself.
            Activity::Waiting => {}
        });
        (outcome, reader.join().unwrap_or_default())
    });
    let outcome = outcome?;
    let transcript = Transcript::new(&transcript_bytes);
    if outcome.ending != ExitStatus::Exited(0) {
        if interrupts.is_raised() {
            return Err(SandboxError::Interrupted.into());
        }
        return Err(failure(
            &plan.name,
            outcome.ending,
            &transcript,
            transcript_bytes,
        ));
    }
    let findings = match outcome.audit {
        None => Findings::default(),
        Some(answer) => Findings::from_answer(&answer).map_err(|error| SandboxError::Stage {
            name: plan.name.clone(),
            failure: StageFailure {
                step: "read the audit".to_owned(),
                error: error.to_string(),
            },
        })?,
    };
    Ok(Built {
        transcript,
        transcript_bytes,
        changes: findings.changes,
        audit_took: findings.took,
    })
}

/// Reads a stream whose bytes nobody wants.
pub fn discard(mut stream: impl Read + Send + 'static) {
    thread::spawn(move || {
        // The writer's end or death is told by its own status.
        let _ = io::copy(&mut stream, &mut io::sink());
    });
}

fn failure(stage: &str, ending: ExitStatus, transcript: &Transcript, bytes: Vec<u8>) -> BuildError {
    let message = match ending {
        ExitStatus::Exited(_) => transcript.message(),
        ExitStatus::Signalled(_) => format!("mmdebstrap {ending}"),
    };
    BuildError::Failed {
        stage: stage.to_owned(),
        message,
        hint: transcript.hint(),
        tail: transcript.tail(),
        transcript: bytes,
    }
}

fn keep(mut stream: impl Read, watch: &(dyn Fn(&str) + Sync)) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    // An error here is the end of the stream: the build's own status tells the rest.
    while let Ok(length @ 1..) = stream.read(&mut chunk) {
        let Some(read) = chunk.get(..length) else {
            break;
        };
        if kept.len() < TRANSCRIPT_MAX {
            kept.extend_from_slice(read);
        }
        if let Some(line) = String::from_utf8_lossy(read).lines().last() {
            watch(line);
        }
    }
    kept
}
