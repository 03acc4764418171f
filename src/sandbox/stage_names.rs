//! The first arguments that make this binary a stage of a sandbox.

/// Makes this binary the monitor of a sandbox.
pub(crate) const MONITOR: &str = "__sandbox-monitor";
/// Makes this binary the parent of process 1.
pub(crate) const PARENT: &str = "__sandbox-parent";
/// Makes this binary process 1 of a sandbox.
pub(crate) const INIT: &str = "__sandbox-init";
/// Makes this binary what writes the id maps of process 1.
pub(crate) const MAPPER: &str = "__sandbox-mapper";
/// Makes this binary what proves from another namespace that the machine is out of reach.
pub(crate) const PROVER: &str = "__sandbox-prover";
/// Makes this binary what removes the files of a sandbox's users.
pub(crate) const REMOVER: &str = "__sandbox-remover";
/// Makes this binary the process that becomes an observed command.
pub(crate) const TRACEE: &str = "__sandbox-tracee";
