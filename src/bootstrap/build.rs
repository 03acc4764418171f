//! Runs one plan to its end: streams its output, keeps its transcript, reads its audit.

use std::io::Read;
use std::process::ChildStdout;
use std::time::Duration;
use std::{io, thread};

use crate::audit::Findings;
use crate::audit::change::Change;
use crate::bootstrap::error::{Error, FailedBuild};
use crate::bootstrap::running::RunningScript;
use crate::bootstrap::transcript::{BuildFailure, Transcript};
use crate::bootstrap::watchdog::{Limit, Overrun, Watchdog};
use crate::sandbox::exit_status::ExitStatus;
use crate::sandbox::launch;
use crate::sandbox::launch::{Interrupts, SandboxError};
use crate::sandbox::plan::Plan;
use crate::sandbox::protocol::{Activity, Outcome, Progress, Proof, StageFailure, Warning};
use crate::sandbox::replay::Replay;
use crate::sandbox::room::Room;
use crate::sandbox::tracer::Traced;
use crate::trace::record::Trace;
use crate::trace::replay::from_json;

/// Most bytes that a build may write to its transcript; it writes some tens of KiB. Lines take up to
/// thirty times as much memory.
const TRANSCRIPT_MAX: usize = 16 << 20;

/// How full the room of a sandbox was at least, in hundredths, if it was what a program lacked. What
/// did not fit is removed sooner than it is seen, and a script alone may say anything.
const FULL: u64 = 50;

/// A build that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// What it wrote to standard error, by lines.
    pub transcript: Transcript,
    /// The same, byte for byte.
    pub transcript_bytes: Vec<u8>,
    /// What it changed on the outside, if the plan asked for the audit.
    pub changes: Vec<Change>,
    /// How long the audit took.
    pub audit_took: Duration,
    /// What the sandbox could not do as planned.
    pub warnings: Vec<Warning>,
    /// What its processes did, if they were observed.
    pub trace: Option<Trace>,
    /// What was tried to prove that the machine was out of its reach.
    pub proof: Proof,
}

/// What a running build has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildEvent<'a> {
    /// The last line of its transcript.
    Line(&'a str),
    /// A maintainer script has run for a while.
    Script(&'a RunningScript),
    /// What the sandbox's monitor does.
    Progress(Progress),
}

/// Runs a plan. `stdout` takes the output's stream as soon as there is one, and must see to it
/// that the stream is read; `watch` is given the transcript's lines and the audit's progress.
///
/// # Errors
/// The sandbox or its command failed, or a signal ended it.
pub fn run(
    plan: &Plan,
    interrupts: &Interrupts,
    stdout: impl FnOnce(ChildStdout),
    watch: &(dyn Fn(BuildEvent<'_>) + Sync),
) -> Result<Built, Error> {
    if interrupts.is_raised() {
        return Err(SandboxError::Interrupted.into());
    }
    let mut running = launch(plan, interrupts)?;
    let stderr = running.take_stderr();
    let (monitor, longest) = (running.pid(), interrupts.longest_build());
    let watchdog = Watchdog::default();
    let tell = |script: &RunningScript| watch(BuildEvent::Script(script));
    let (outcome, transcript_bytes, overrun) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watchdog.watch(monitor, longest, &tell));
        let reader =
            scope.spawn(|| stderr.map_or_else(Vec::new, |stream| keep(stream, watch, &watchdog)));
        if let Some(stream) = running.take_stdout() {
            stdout(stream);
        }
        let outcome = running.wait(&|progress| {
            // The command speaks for itself.
            if progress.activity != Activity::Waiting {
                watch(BuildEvent::Progress(progress));
            }
        });
        watchdog.done();
        let overrun = watcher.join().unwrap_or_default();
        (outcome, reader.join().unwrap_or_default(), overrun)
    });
    if let Some(overrun) = overrun {
        return Err(overran(plan, overrun));
    }
    let mut outcome = outcome?;
    let trace = trace(plan, outcome.traced.take())?;
    let transcript = Transcript::new(&transcript_bytes);
    if outcome.status != ExitStatus::Exited(0) {
        if interrupts.is_raised() {
            return Err(SandboxError::Interrupted.into());
        }
        let is_full = transcript.lacks_space() && outcome.fullness.percent >= FULL;
        let failed = failed(plan, outcome.status, &transcript, transcript_bytes);
        return Err(if is_full {
            no_space(interrupts.room(), failed)
        } else {
            Error::BuildFailed(failed)
        });
    }
    let findings = findings(plan, &outcome)?;
    Ok(Built {
        transcript,
        transcript_bytes,
        changes: findings.changes,
        audit_took: findings.took,
        warnings: outcome.warnings,
        trace,
        proof: outcome.proof,
    })
}

/// What was observed, if anything was to be.
///
/// # Errors
/// The observer was lost.
pub fn trace(plan: &Plan, traced: Option<Traced>) -> Result<Option<Trace>, Error> {
    let lost = |why| Error::ObserverLost {
        stage: plan.name.clone(),
        why,
    };
    match traced {
        None => Ok(None),
        Some(Traced::Lost(why)) => Err(lost(why)),
        Some(Traced::Log(log)) => {
            let trace = from_json(&log);
            trace.map(Some).map_err(|error| lost(error.to_string()))
        }
    }
}

/// Reads the audit's answer, if there was an audit.
fn findings(plan: &Plan, outcome: &Outcome) -> Result<Findings, SandboxError> {
    let Some(answer) = &outcome.audit else {
        return Ok(Findings::default());
    };
    let findings = Findings::from_answer(answer);
    let findings = findings.map(|findings| findings.with_mounts(&outcome.mounts));
    findings.map_err(|error| SandboxError::Stage {
        name: plan.name.clone(),
        failure: StageFailure {
            step: "read the audit".to_owned(),
            error: error.to_string(),
        },
    })
}

/// Reads a stream to its end in a thread of its own, and drops what it reads.
pub fn discard(mut stream: impl Read + Send + 'static) {
    thread::spawn(move || {
        // The writer's exit status says how it ended.
        let _ = io::copy(&mut stream, &mut io::sink());
    });
}

fn no_space(room: &Room, failed: Box<FailedBuild>) -> Error {
    Error::NoSpace {
        stage: failed.stage.clone(),
        room: room.clone(),
        failed,
    }
}

/// Why a build was ended.
fn overran(plan: &Plan, overrun: Overrun) -> Error {
    let Overrun { limit, running } = overrun;
    let stage = plan.name.clone();
    match limit {
        Limit::Time(longest) => Error::TimedOut {
            stage,
            longest,
            running,
        },
        Limit::Messages => Error::TooManyMessages {
            stage,
            limit: TRANSCRIPT_MAX,
            running,
        },
    }
}

fn failed(
    plan: &Plan,
    status: ExitStatus,
    transcript: &Transcript,
    bytes: Vec<u8>,
) -> Box<FailedBuild> {
    let failure = match status {
        ExitStatus::Exited(_) => transcript.failure(),
        ExitStatus::Signalled(_) => BuildFailure::Signal(status),
    };
    Box::new(FailedBuild {
        stage: plan.name.clone(),
        failure,
        known: transcript.apt_problem(),
        missing_package: transcript.missing_package().map(str::to_owned),
        tail: transcript.tail(),
        transcript: bytes,
        replay: Replay::new(plan),
    })
}

/// Reads a stream to its end, or until it is longer than a transcript may be.
fn keep(
    mut stream: impl Read,
    watch: &(dyn Fn(BuildEvent<'_>) + Sync),
    watchdog: &Watchdog,
) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    // An error is the end of the stream: the build's exit status says how it ended.
    while let Ok(length @ 1..) = stream.read(&mut chunk) {
        let Some(read) = chunk.get(..length) else {
            break;
        };
        kept.extend_from_slice(read);
        if kept.len() > TRANSCRIPT_MAX {
            watchdog.end();
            break;
        }
        if let Some(line) = String::from_utf8_lossy(read).lines().last() {
            watch(BuildEvent::Line(line));
        }
    }
    kept
}
