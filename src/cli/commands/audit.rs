//! `twinroot audit`: any command in a sandbox, and what it changed there.
//!
//! The terminal is the command's while it runs, and shows how far the audit is before and after.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};

use nix::sys::stat::{SFlag, fstat};

use crate::bootstrap::at;
use crate::bootstrap::outside::host::OWN_DIRECTORIES;
use crate::cli::args::audit::AuditArgs;
use crate::cli::commands::doctor;
use crate::cli::output::destination::Destination;
use crate::cli::output::error::CliError;
use crate::cli::output::progress::{StageLine, Stages, Verbosity};
use crate::cli::{settings, signals};
use crate::report;
use crate::report::wire::audit::AuditReport;
use crate::sandbox::exit_status::ExitStatus;
use crate::sandbox::protocol::{Activity, Progress};
use crate::text::quote::visible;
use crate::verify::command_audit::{Command, Screen, audit};
use crate::verify::environment::Environment;
use crate::verify::observer::StageObserver as _;

/// Runs the command; 1 if it changed anything, 2 if it failed and changed nothing.
///
/// # Errors
/// The command could not be run.
pub(crate) fn run_audit(args: &AuditArgs) -> Result<u8, CliError> {
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    let open = |path| Destination::open(path, &interrupts.unfinished).map_err(at(path, "create"));
    let json = args.json.as_deref().map(open).transpose()?;
    doctor::preflight()?;
    let environment = Environment::of_machine()?;
    let command = settings::of_audit(args, &interrupts)?;
    for warning in warnings(&command) {
        // Standard error may be closed; the run goes on.
        let _ = writeln!(io::stderr(), "warning: {}", visible(warning));
    }
    let verbosity = Verbosity::from_quiet(args.quiet);
    let terminal = Terminal {
        verbosity,
        stages: Stages::new(verbosity),
        shown: Mutex::default(),
    };
    let audited = audit(
        &command,
        &environment,
        &interrupts,
        &terminal.stages,
        &terminal,
    );
    let audited = audited.map_err(|error| CliError::from(error).of_run(&interrupts))?;
    drop(terminal);
    let status = audited.status.to_string();
    let report = AuditReport::new(command.audit, &args.command, &audited);
    write(args, json, &report)?;
    let is_success = audited.status == ExitStatus::Exited(0);
    if !is_success {
        // Standard error may be closed; the exit status says the same.
        let command = args.command.first().map_or("", String::as_str);
        let command = visible(command.to_owned());
        let _ = writeln!(io::stderr(), "twinroot: {command}: {status}");
    }
    Ok(match (report.escapes.is_empty(), is_success) {
        (false, _) => 1,
        (true, true) => 0,
        (true, false) => 2,
    })
}

/// What the command finds otherwise than where twinroot was started.
fn warnings(command: &Command) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut own = OWN_DIRECTORIES.iter();
    let own = own.find(|own| command.directory.starts_with(own));
    warnings.extend(
        own.map(|own| format!("the sandbox has a {own} of its own, so the command starts in /")),
    );
    if !command.not_text.is_empty() {
        let names = command.not_text.join(", ");
        warnings.push(format!(
            "variables that are not UTF-8 are left out: {names}"
        ));
    }
    let input = io::stdin();
    let is_empty = input.is_terminal()
        || fstat(&input)
            .is_ok_and(|input| SFlag::from_bits_truncate(input.st_mode).contains(SFlag::S_IFCHR));
    if !is_empty {
        warnings.push("the command's standard input is empty".to_owned());
    }
    warnings
}

fn write(
    args: &AuditArgs,
    json: Option<Destination>,
    report: &AuditReport,
) -> Result<(), CliError> {
    let is_json_on_stdout = args.json.as_deref() == Some("-".as_ref());
    if let (Some(json), Some(path)) = (json, &args.json) {
        let text = report::audit_json(report).map_err(anyhow::Error::from)?;
        let write = || json.writer()?.write_all(text.as_bytes());
        write().map_err(at(path, "write"))?;
        json.finish().map_err(at(path, "create"))?;
    }
    if !is_json_on_stdout {
        // A closed pipe keeps the status earned.
        let _ = io::stdout().write_all(report::audit_text(report).as_bytes());
    }
    Ok(())
}

/// The terminal, which the command and the audit share.
struct Terminal {
    verbosity: Verbosity,
    /// Of making the outside system.
    stages: Stages,
    /// Of the audit itself.
    shown: Mutex<Option<(StageLine, Stages)>>,
}

impl Terminal {
    fn clear(&self) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((line, stages)) = shown.take() {
            drop(line);
            stages.dismiss();
        }
    }
}

impl Screen for Terminal {
    fn prepared(&self) {
        self.stages.dismiss();
    }

    /// Standard output is for the result alone.
    fn output(&self, bytes: &[u8]) {
        self.clear();
        // Standard error may be closed; the command is not to notice.
        let _ = io::stderr().write_all(bytes);
    }

    fn progress(&self, progress: Progress) {
        if progress.activity == Activity::Waiting {
            return self.clear();
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let (line, _) = shown.get_or_insert_with(|| {
            let stages = Stages::new(self.verbosity);
            (stages.line("audit"), stages)
        });
        line.progress(progress);
    }

    fn ended(&self) {
        self.clear();
    }
}
