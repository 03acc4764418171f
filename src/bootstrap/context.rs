//! What all sandboxes of one run have in common.

use crate::bootstrap::build::BuildEvent;
use crate::sandbox::idmap::IdMap;
use crate::sandbox::launch::Interrupts;

/// What all sandboxes of one run have in common.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct Context<'a> {
    /// The ids of the machine that a sandbox gets.
    pub ids: &'a IdMap,
    /// Signals that end every sandbox.
    pub interrupts: &'a Interrupts,
    /// Is given what a running build has to say.
    pub watch: &'a (dyn Fn(BuildEvent<'_>) + Sync),
    /// `http_proxy` and its like, which only fetching is given.
    pub proxies: &'a [(String, String)],
}
