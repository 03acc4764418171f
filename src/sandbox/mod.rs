//! The namespaces that a build runs in: a plan as plain data, then executed.
//!
//! Four processes make one sandbox. The *launcher* is twinroot itself; it writes
//! the id maps. The *monitor* is this binary again: it makes the namespaces and
//! mounts, and reads the upper directories at the end, from where no build can
//! reach it. Its child, the *parent*, makes the pid namespace: who has made one can
//! start no thread any more, and the monitor reads with several. The *init* is process 1 of it; when it ends the
//! kernel ends everything in it. Each dies with its parent, so nothing is left
//! behind even by SIGKILL: all mounts live in the monitor's mount namespace.
//!
//! It is protection against mistakes of maintainer scripts and a clean measuring
//! table, not a security boundary against hostile packages.

pub(crate) mod idmap;
pub(crate) mod launch;
pub(crate) mod mounts;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod protocol;
pub mod stage;
pub(crate) mod trees;

use std::process::ExitCode;

pub use crate::sandbox::idmap::{
    Caller, IDS_NEEDED, IdMap, IdMapError, UserNamespace, has_enough_ids,
};
pub use crate::sandbox::launch::{Interrupts, Running, SandboxError, launch};
pub use crate::sandbox::plan::{
    Access, AfterRun, Bind, Cover, Emulation, Layer, Network, Node, Plan,
};
pub use crate::sandbox::progress::{Activity, Progress, ProgressCounter};
pub use crate::sandbox::protocol::{ExitStatus, Outcome, StageFailure};
pub use crate::sandbox::stage::init::EMULATION_WARNING;
pub use crate::sandbox::stage::monitor::Auditor;
pub use crate::sandbox::trees::{AuditedLayer, Tree, WholeTree};

/// First argument that makes this binary the monitor of a sandbox.
const MONITOR: &str = "__sandbox-monitor";
/// First argument that makes this binary the parent of process 1.
const PARENT: &str = "__sandbox-parent";
/// First argument that makes this binary process 1 of a sandbox.
const INIT: &str = "__sandbox-init";

/// Runs a hidden stage when this process was started as one, and gives its exit status.
///
/// `auditor` watches the trees of a plan that asks for it.
#[must_use]
pub fn run_stage_if_asked(auditor: &mut dyn Auditor) -> Option<ExitCode> {
    let asked = std::env::args_os().nth(1)?;
    if asked == MONITOR {
        Some(crate::sandbox::stage::monitor::run(auditor))
    } else if asked == PARENT {
        Some(crate::sandbox::stage::parent::run())
    } else if asked == INIT {
        Some(crate::sandbox::stage::init::run())
    } else {
        None
    }
}
