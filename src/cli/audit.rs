//! `twinroot audit`: any command in a sandbox, and what it changed there.

use std::env;
use std::io::{self, Read, Write as _};
use std::path::PathBuf;
use std::thread;

use super::Trouble;
use super::args::{AuditArg, AuditArgs};
use super::destination::Destination;
use super::machine::{cache_root, id_map, proxies};
use super::outside::{choice, ready_outside};
use super::progress::{Noise, Stages};
use super::{doctor, signals};
use crate::audit::{Findings, Method};
use crate::build::outside::Outside;
use crate::build::pin::Context;
use crate::build::{BuildError, at, trace};
use crate::report::{self, AuditReport};
use crate::sandbox::{Ending, Interrupts, Network, Outcome, Plan, launch};

/// Runs the command; 1 where it changed anything, 2 where it failed without.
///
/// # Errors
/// The command could not be run.
pub(super) fn run_audit(args: &AuditArgs) -> Result<u8, Trouble> {
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
    let is_success = ending == Ending::Exited(0);
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

fn audit(args: &AuditArgs, interrupts: &Interrupts) -> Result<(AuditReport, Ending), BuildError> {
    let stages = Stages::new(Noise::Quiet);
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
    let method = args.audit.method();
    let plan = plan(args, &outside, method);
    let (outcome, refused) = if args.audit == AuditArg::ReadOnly {
        if !outside.has(trace::PROGRAM) {
            return Err(trace::no_observer("--audit read-only"));
        }
        let (outcome, trace) = trace::observe(plan, |plan| run(plan, interrupts))?;
        (outcome, trace.refused(|path| outside.has_path(path)))
    } else {
        (run(&plan, interrupts)?, vec![])
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
fn plan(args: &AuditArgs, outside: &Outside, method: Method) -> Plan {
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

fn run(plan: &Plan, interrupts: &Interrupts) -> Result<Outcome, BuildError> {
    let mut running = launch(plan, interrupts)?;
    let (stdout, stderr) = (running.take_stdout(), running.take_stderr());
    let outcome = thread::scope(|scope| {
        scope.spawn(|| stdout.map(pass));
        scope.spawn(|| stderr.map(pass));
        running.wait()
    });
    Ok(outcome?)
}

/// Standard output is for the result alone.
fn pass(mut stream: impl Read) {
    // Standard error may be closed; the command is not to notice.
    if io::copy(&mut stream, &mut io::stderr()).is_err() {
        let _ = io::copy(&mut stream, &mut io::sink());
    }
}
