//! `twinroot audit`: any command in a sandbox, and what it changed there.
//!
//! The terminal is the command's while it runs, and shows how far the audit is before and after.

use std::io::{Read, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::{env, io, thread};

use crate::audit::Findings;
use crate::audit::method::Method;
use crate::bootstrap::freeze::Context;
use crate::bootstrap::outside::OutsideSystem;
use crate::bootstrap::{BuildError, at};
use crate::cli::args::{AuditArg, AuditArgs};
use crate::cli::commands::doctor;
use crate::cli::output::destination::Destination;
use crate::cli::output::progress::{Stage, Stages, Verbosity};
use crate::cli::{Trouble, signals};
use crate::report::wire::audit::AuditReport;
use crate::sandbox::launch;
use crate::sandbox::launch::Interrupts;
use crate::sandbox::plan::{Network, Plan};
use crate::sandbox::progress::{Activity, Progress};
use crate::sandbox::protocol::{ExitStatus, Outcome};
use crate::verify::environment::{cache_root, id_map, proxies};
use crate::verify::outside_system::{choice, ready_outside};
use crate::{report, trace};

/// Runs the command; 1 where it changed anything, 2 where it failed without.
///
/// # Errors
/// The command could not be run.
pub(crate) fn run_audit(args: &AuditArgs) -> Result<u8, Trouble> {
    let json = args
        .json
        .as_ref()
        .map(|path| Destination::open(path).map_err(at(path, "create")))
        .transpose()?;
    doctor::preflight()?;
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    let (report, ending) =
        audit(args, &interrupts).map_err(|error| Trouble::from(error).of_run(&interrupts))?;
    let is_json_on_stdout = args.json.as_deref() == Some("-".as_ref());
    if let (Some(json), Some(path)) = (json, &args.json) {
        let text = report::audit_json(&report).map_err(anyhow::Error::from)?;
        let write = || json.writer()?.write_all(text.as_bytes());
        write().map_err(at(path, "write"))?;
        json.finish().map_err(at(path, "create"))?;
    }
    if !is_json_on_stdout {
        // A closed pipe keeps the status earned.
        let _ = io::stdout().write_all(report::audit_text(&report).as_bytes());
    }
    let is_success = ending == ExitStatus::Exited(0);
    if !is_success {
        // Standard error may be closed; the exit status says the same.
        let command = args.command.first().map_or("", String::as_str);
        let _ = writeln!(io::stderr(), "twinroot: {command}: {ending}");
    }
    Ok(match (report.escapes.is_empty(), is_success) {
        (false, _) => 1,
        (true, true) => 0,
        (true, false) => 2,
    })
}

fn audit(
    args: &AuditArgs,
    interrupts: &Interrupts,
) -> Result<(AuditReport, ExitStatus), BuildError> {
    let noise = if args.quiet {
        Verbosity::Quiet
    } else {
        Verbosity::Progress
    };
    let stages = Stages::new(noise);
    let ids = id_map()?;
    let proxies = proxies();
    let context = Context {
        ids: &ids,
        interrupts,
        watch: &|_| {},
        proxies: &proxies,
    };
    let (outside, _entry) = ready_outside(
        choice(&args.outside)?,
        None,
        &cache_root()?,
        context,
        &stages,
    )?;
    stages.dismiss();
    let method = args.audit.method();
    let plan = plan(args, &outside, method);
    let (outcome, refused) = if args.audit == AuditArg::ReadOnly {
        if !outside.has(trace::PROGRAM) {
            return Err(trace::no_observer("--audit read-only"));
        }
        let (outcome, trace) = trace::observe(plan, |plan| run(plan, interrupts, noise))?;
        (outcome, trace.refused(|path| outside.has_path(path)))
    } else {
        (run(&plan, interrupts, noise)?, vec![])
    };
    let answer = outcome.audit.as_deref().map(Findings::from_answer);
    let mut changes = answer
        .transpose()
        .map_err(|error| at("the audit", "read")(error.into()))?
        .unwrap_or_default()
        .changes;
    changes.extend(refused);
    let status = outcome.ending.to_string();
    let report = AuditReport::new(method, &args.command, &status, &changes);
    Ok((report, outcome.ending))
}

/// The command as the user would run it, but for the sandbox.
fn plan(args: &AuditArgs, outside: &OutsideSystem, method: Method) -> Plan {
    let covered = (method.cover(), method.after());
    let mut plan = outside.plan("audit", args.command.clone(), None, vec![], covered);
    plan.environment = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    plan.directory = env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    if args.network {
        plan.network = Network::Machine;
    }
    plan
}

fn run(plan: &Plan, interrupts: &Interrupts, noise: Verbosity) -> Result<Outcome, BuildError> {
    let screen = Screen {
        noise,
        shown: Mutex::default(),
    };
    let mut running = launch(plan, interrupts)?;
    let (stdout, stderr) = (running.take_stdout(), running.take_stderr());
    let outcome = thread::scope(|scope| {
        scope.spawn(|| stdout.map(|stream| pass(stream, &screen)));
        scope.spawn(|| stderr.map(|stream| pass(stream, &screen)));
        running.wait(&|progress| screen.show(progress))
    });
    screen.clear();
    Ok(outcome?)
}

/// What the terminal shows of the audit itself.
struct Screen {
    noise: Verbosity,
    shown: Mutex<Option<(Stage, Stages)>>,
}

impl Screen {
    fn show(&self, progress: Progress) {
        if progress.activity == Activity::Waiting {
            return self.clear();
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let (stage, _) = shown.get_or_insert_with(|| {
            let stages = Stages::new(self.noise);
            (stages.start("audit"), stages)
        });
        stage.say(&progress.to_string());
    }

    fn clear(&self) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((stage, stages)) = shown.take() {
            drop(stage);
            stages.dismiss();
        }
    }
}

/// Standard output is for the result alone.
fn pass(mut stream: impl Read, screen: &Screen) {
    let mut chunk = vec![0; 16 << 10];
    // An error is the end of the stream: the command's own status tells the rest.
    while let Ok(length @ 1..) = stream.read(&mut chunk) {
        screen.clear();
        // Standard error may be closed; the command is not to notice.
        let _ = io::stderr().write_all(chunk.get(..length).unwrap_or_default());
    }
}
