//! Arguments and environment, resolved once into what the library takes. Nothing below sees an
//! argument.
#![expect(
    clippy::disallowed_methods,
    reason = "the command that is audited gets this environment"
)]

use std::sync::Arc;
use std::time::Duration;

use crate::audit::method::Method;
use crate::bootstrap::at;
use crate::bootstrap::cache::Freshness;
use crate::bootstrap::command::mmdebstrap::{Expired, Mode};
use crate::bootstrap::mode::BuildMode;
use crate::cli::args::audit::AuditArgs;
use crate::cli::args::build::BuildArgs;
use crate::cli::args::epoch;
use crate::cli::args::recipe::RecipeArgs;
use crate::cli::args::room::RoomArgs;
use crate::cli::args::verify::VerifyArgs;
use crate::cli::output::error::CliError;
use crate::sandbox::free_memory::free_memory;
use crate::sandbox::launch::Interrupts;
use crate::sandbox::plan::Network;
use crate::text::quote;
use crate::verify::artifacts::Artifacts;
use crate::verify::command_audit::Command;
use crate::verify::environment::Environment;
use crate::verify::epoch::{EpochSource, GivenEpoch};
use crate::verify::error::Error;
use crate::verify::leak_check::can_be_copied;
use crate::verify::memory::{Demand, Given, room};
use crate::verify::options::{Concurrency, LeakCheck, Options, Subject, Tarballs};
use crate::verify::outside_system::choice;
use crate::verify::requests::Requests;
use crate::verify::requests::When;
use crate::verify::verdict::Strictness;

/// Refuses options of `verify` that contradict one another, before anything is opened.
///
/// # Errors
/// They do.
pub(crate) fn check(args: &VerifyArgs) -> Result<(), CliError> {
    if args.no_trace && args.recipe.audit == Method::ReadOnly {
        return Err(CliError::Other(anyhow::anyhow!(
            "--audit read-only: it finds writes that fail by observing the build, which --no-trace \
             forbids"
        )));
    }
    if args.leak_check {
        can_be_copied(&choice(&args.recipe.outside)?)?;
    }
    Ok(())
}

/// What earns `verify` an exit status.
pub(crate) fn strictness(args: &VerifyArgs) -> Strictness {
    if args.strict {
        Strictness::Attempts
    } else {
        Strictness::Effects
    }
}

/// What `verify` is asked to do.
///
/// # Errors
/// The environment is not usable, or a path is not.
pub(crate) fn of_verify(
    args: &VerifyArgs,
    artifacts: Option<Artifacts>,
    interrupts: &Arc<Interrupts>,
) -> Result<Options, CliError> {
    limit(&args.recipe, usize::from(args.jobs), interrupts)?;
    let when = |always: bool, never: bool| match (always, never) {
        (_, true) => When::Never,
        (true, false) => When::Always,
        (false, false) => When::Needed,
    };
    Ok(Options {
        requests: Requests::new(&args.mode_reference, &args.technique),
        leak_check: if args.leak_check {
            LeakCheck::On
        } else {
            LeakCheck::Off
        },
        max_failing: args.max_failing,
        concurrency: match args.jobs {
            1 => Concurrency::One,
            _ => Concurrency::Two,
        },
        trace: when(args.trace, args.no_trace),
        control: when(args.control, args.no_control),
        tarballs: match args.minimal {
            Some(_) => Tarballs::Kept,
            None => Tarballs::Dropped,
        },
        artifacts,
        interrupts: Arc::clone(interrupts),
        ..Options::new(subject(&args.suite, &args.recipe)?)
    })
}

/// What `build` is asked to do, and how.
///
/// # Errors
/// As of [`of_verify`].
pub(crate) fn of_build(
    args: &BuildArgs,
    interrupts: &Arc<Interrupts>,
) -> Result<(Options, BuildMode), CliError> {
    limit(&args.recipe, 1, interrupts)?;
    let mode = match args.mode {
        Mode::Normal => BuildMode::Normal(args.mode_reference),
        Mode::Chrootless => BuildMode::Chrootless(args.technique),
    };
    let options = Options {
        interrupts: Arc::clone(interrupts),
        ..Options::new(subject(&args.suite, &args.recipe)?)
    };
    Ok((options, mode))
}

/// What `audit` is asked to do: the command has this process's environment and directory.
///
/// # Errors
/// The outside system cannot be opened.
pub(crate) fn of_audit(args: &AuditArgs, interrupts: &Interrupts) -> Result<Command, CliError> {
    let demand = Demand::unknown();
    interrupts.keep_in(room(given(&args.room)?, &demand, free_memory()).map_err(Error::from)?);
    let mut variables = Vec::new();
    let mut not_text = Vec::new();
    for (name, value) in std::env::vars_os() {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => variables.push((name, value)),
            (Ok(name), Err(_)) => not_text.push(name),
            (Err(name), _) => not_text.push(quote(name.as_encoded_bytes())),
        }
    }
    Ok(Command {
        not_text,
        argv: args.command.clone(),
        environment: variables,
        directory: std::env::current_dir().unwrap_or_else(|_| "/".into()),
        network: if args.network {
            Network::Machine
        } else {
            Network::None
        },
        outside: choice(&args.outside)?,
        audit: args.audit,
    })
}

/// Where builds are to keep what they write.
fn given(args: &RoomArgs) -> Result<Given, CliError> {
    Ok(match (&args.work_dir, args.max_tmpfs) {
        (Some(path), _) => Given::Disk(path.canonicalize().map_err(at(path, "open"))?),
        (None, Some(bytes)) => Given::Tmpfs(bytes),
        (None, None) => Given::Share,
    })
}

/// Limits the time and the memory of builds, so many of which run at the same time.
fn limit(args: &RecipeArgs, builds: usize, interrupts: &Interrupts) -> Result<(), CliError> {
    interrupts.limit_builds(Duration::from_secs(args.timeout));
    let demand = Demand::new(args.variant.as_str(), builds, args.audit);
    let room = room(given(&args.room)?, &demand, free_memory()).map_err(Error::from)?;
    interrupts.keep_in(room);
    Ok(())
}

fn subject(suite: &str, args: &RecipeArgs) -> Result<Subject, CliError> {
    Ok(Subject {
        mirror: args.mirror.clone(),
        variant: args.variant.as_str().to_owned(),
        include: args.include.clone(),
        aptopts: args.aptopt.clone(),
        keyrings: args.keyring.clone(),
        extra_repos: args.extra_repo.clone(),
        debs: args.deb.clone(),
        architecture: args.arch.clone(),
        outside_mirror: args.outside_mirror.clone(),
        outside: choice(&args.outside)?,
        audit: args.audit,
        epoch: given_epoch(args)?,
        expired: if args.allow_expired {
            Expired::Allow
        } else {
            Expired::Refuse
        },
        freshness: if args.refresh {
            Freshness::New
        } else {
            Freshness::Cached
        },
        ..Subject::new(suite, Environment::of_machine()?)
    })
}

/// The option wins over the environment.
fn given_epoch(args: &RecipeArgs) -> Result<Option<GivenEpoch>, CliError> {
    if let Some(seconds) = args.source_date_epoch {
        return Ok(Some(GivenEpoch {
            seconds,
            source: EpochSource::Argument,
        }));
    }
    let variable = epoch::from_environment().map_err(anyhow::Error::from)?;
    Ok(variable.map(|seconds| GivenEpoch {
        seconds,
        source: EpochSource::Environment,
    }))
}
