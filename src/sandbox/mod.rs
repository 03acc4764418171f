//! The namespaces that a build runs in: a plan as plain data, then executed.
//!
//! Four processes make one sandbox. The *launcher* is twinroot itself; it writes the id maps.
//! The *monitor* is this binary again: it makes the namespaces and mounts, and reads the upper
//! directories at the end, from where no build can reach it. Its child, the *parent*, makes the
//! namespaces that the build owns, in which the monitor's mounts are locked: a process that has made
//! a pid namespace can start no threads any more, and the monitor reads with several. The *init* is process 1 of the namespace; when it ends, the kernel ends
//! everything in it. It traces the command if that is observed. Each dies with its parent, so that
//! nothing is left behind even by SIGKILL: all mounts live in the monitor's mount namespace.
//!
//! Nothing that a command does changes the machine, and whatever it changes of its own view is
//! shown. Bugs of the kernel are out of reach of this promise (docs/security.md).

pub(crate) mod devices;
pub(crate) mod exit_status;
pub(crate) mod free_memory;
pub(crate) mod fullness;
pub(crate) mod id_maps;
pub(crate) mod idmap;
pub(crate) mod launch;
pub(crate) mod mount_change;
pub(crate) mod mount_table;
pub(crate) mod mounts;
pub(crate) mod places;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod protocol;
pub mod replay;
pub(crate) mod room;
pub(crate) mod seccomp;
pub(crate) mod stage;
pub(crate) mod stage_names;
pub(crate) mod tracer;
pub(crate) mod trees;
pub(crate) mod unfinished;
pub(crate) mod work_directory;

use std::process::ExitCode;

use crate::sandbox::stage::{inherited, init, mapper, monitor, parent, prover, remover, tracee};
use crate::sandbox::stage_names::{INIT, MAPPER, MONITOR, PARENT, PROVER, REMOVER, TRACEE};

pub use crate::sandbox::exit_status::ExitStatus;
pub use crate::sandbox::free_memory::{FreeMemory, LimitedBy, free_memory};
pub use crate::sandbox::idmap::{
    Caller, IDS_NEEDED, IdMap, IdMapError, UserNamespace, has_enough_ids,
};
pub use crate::sandbox::launch::{Interrupts, Running, SandboxError, launch};
pub use crate::sandbox::mount_change::MountChange;
pub use crate::sandbox::plan::{
    Access, AfterRun, Bind, Cover, Emulation, Layer, Network, Node, Plan, Refusal, Rights, Tracing,
};
pub use crate::sandbox::progress::ProgressCounter;
pub use crate::sandbox::protocol::{Activity, Outcome, Progress, Proof, StageFailure, Warning};
pub use crate::sandbox::room::Room;
pub use crate::sandbox::stage::monitor::Auditor;
pub use crate::sandbox::tracer::{Traced, Tracer};
pub use crate::sandbox::trees::{AuditedLayer, Tree, WholeTree};
pub use crate::sandbox::work_directory::WorkDirectoryError;

/// Runs a hidden stage when this process was started as one, and gives its exit status.
///
/// `auditor` watches the trees of a plan that asks for it, `tracer` its processes.
#[must_use]
pub fn run_stage_if_asked(auditor: &mut dyn Auditor, tracer: &mut dyn Tracer) -> Option<ExitCode> {
    let asked = std::env::args_os().nth(1)?;
    if asked == MONITOR {
        // What the caller of twinroot has open is not the build's. Later stages inherit nothing.
        if inherited::close_descriptors().is_err() {
            return Some(ExitCode::FAILURE);
        }
        Some(monitor::run(auditor))
    } else if asked == PARENT {
        Some(parent::run())
    } else if asked == INIT {
        Some(init::run(tracer))
    } else if asked == MAPPER {
        Some(mapper::run())
    } else if asked == PROVER {
        Some(prover::run())
    } else if asked == REMOVER {
        Some(remover::run())
    } else if asked == TRACEE {
        Some(tracee::run(tracer))
    } else {
        None
    }
}
