//! Any command in a sandbox, and what it changed there.

use std::io::Read;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::thread;

use crate::audit::Findings;
use crate::audit::change::Change;
use crate::audit::method::Method;
use crate::bootstrap;
use crate::bootstrap::build::trace;
use crate::bootstrap::error::at;
use crate::bootstrap::outside::host::OWN_DIRECTORIES;
use crate::bootstrap::outside::{Choice, OutsideSystem};
use crate::sandbox::exit_status::ExitStatus;
use crate::sandbox::launch::{Interrupts, launch};
use crate::sandbox::plan::{Network, Plan, Rights, Tracing};
use crate::sandbox::protocol::{Outcome, Progress, Warning};
use crate::verify::environment::Environment;
use crate::verify::error::Error;
use crate::verify::executor::Sandboxed;
use crate::verify::observer::Observer;
use crate::verify::options::Concurrency;
use crate::verify::outside_system::ready;
use crate::verify::session::Session;

/// A command to be audited.
#[derive(Debug, Clone)]
pub struct Command {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// The whole environment.
    pub environment: Vec<(String, String)>,
    /// Names of the variables that are left out, because they are not UTF-8.
    pub not_text: Vec<String>,
    /// Where it starts.
    pub directory: PathBuf,
    /// Which network it has.
    pub network: Network,
    /// The system that it runs on.
    pub outside: Choice,
    /// How that is watched.
    pub audit: Method,
}

/// What one command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// How it ended.
    pub status: ExitStatus,
    /// What it changed, in the order of paths for each way of seeing it.
    pub changes: Vec<Change>,
    /// What else there is to say of its sandbox.
    pub warnings: Vec<Warning>,
}

/// Watches an audited command while it runs.
pub trait Screen: Sync {
    /// The outside system is ready, and the command is about to start.
    fn prepared(&self);
    /// The command wrote this to standard output or standard error.
    fn output(&self, bytes: &[u8]);
    /// How far the audit is, before and after the command.
    fn progress(&self, progress: Progress);
    /// The command and its audit have ended.
    fn ended(&self);
}

/// Runs a command in a sandbox and reads what it changed.
///
/// # Errors
/// The sandbox could not be made, or the audit could not be read. A command that fails is a
/// result.
pub fn audit(
    command: &Command,
    environment: &Environment,
    interrupts: &Interrupts,
    observer: &dyn Observer,
    screen: &dyn Screen,
) -> Result<Audited, Error> {
    let session = Session {
        executor: &Sandboxed,
        observer,
        interrupts,
        concurrency: Concurrency::One,
        artifacts: None,
    };
    let outside = ready(&command.outside, None, environment, session)?;
    let system = &outside.system;
    has_program(command, system)?;
    screen.prepared();
    let plan = plan(command, system);
    let (outcome, refused) = if command.audit == Method::ReadOnly {
        let plan = Plan {
            tracing: Tracing::Everything,
            ..plan
        };
        let mut outcome = run(&plan, interrupts, screen)?;
        let trace = trace(&plan, outcome.traced.take())?.unwrap_or_default();
        (outcome, trace.refused(|path| system.has_path(path)))
    } else {
        (run(&plan, interrupts, screen)?, vec![])
    };
    let answer = outcome.audit.as_deref().map(Findings::from_answer);
    let findings = answer
        .transpose()
        .map_err(|error| at("the audit", "read")(error.into()))?;
    let findings = findings.map(|found: Findings| found.with_mounts(&outcome.mounts));
    let mut changes = findings.unwrap_or_default().changes;
    changes.extend(refused);
    Ok(Audited {
        status: outcome.status,
        changes,
        warnings: outcome.warnings,
    })
}

/// Refuses a command whose program is not there, before a sandbox is made for it.
fn has_program(command: &Command, outside: &OutsideSystem) -> Result<(), Error> {
    let program = command.argv.first().map_or("", String::as_str);
    let is_there = |path: PathBuf| {
        let is_hidden = OWN_DIRECTORIES.iter().any(|own| path.starts_with(own));
        !is_hidden && outside.has_path(path.as_os_str().as_bytes())
    };
    let mut variables = command.environment.iter();
    let found = match variables.find(|(name, _)| name == "PATH") {
        _ if program.contains('/') => is_there(command.directory.join(program)),
        Some((_, path)) => std::env::split_paths(path).any(|place| is_there(place.join(program))),
        // The sandbox has a default of its own.
        None => true,
    };
    if found {
        return Ok(());
    }
    Err(Error::NoSuchProgram {
        program: program.to_owned(),
    })
}

/// The command as the user would run it, but for the sandbox.
fn plan(command: &Command, outside: &OutsideSystem) -> Plan {
    let mut plan = outside.plan("audit", command.argv.clone());
    plan.cover = command.audit.cover();
    plan.after = command.audit.after();
    plan.environment.clone_from(&command.environment);
    plan.directory.clone_from(&command.directory);
    plan.network = command.network;
    plan.rights = Rights::Scripts;
    plan
}

fn run(
    plan: &Plan,
    interrupts: &Interrupts,
    screen: &dyn Screen,
) -> Result<Outcome, bootstrap::Error> {
    let mut running = launch(plan, interrupts)?;
    let (stdout, stderr) = (running.take_stdout(), running.take_stderr());
    let outcome = thread::scope(|scope| {
        scope.spawn(|| stdout.map(|stream| pass(stream, screen)));
        scope.spawn(|| stderr.map(|stream| pass(stream, screen)));
        running.wait(&|progress| screen.progress(progress))
    });
    screen.ended();
    Ok(outcome?)
}

fn pass(mut stream: impl Read, screen: &dyn Screen) {
    let mut chunk = vec![0; 16 << 10];
    // An error is the end of the stream: the command's own status tells the rest.
    while let Ok(length @ 1..) = stream.read(&mut chunk) {
        screen.output(chunk.get(..length).unwrap_or_default());
    }
}
