//! Runs of maintainer scripts: which are of the same script, and which build lacks one.

use std::sync::Arc;

use crate::debian::maintainer_script::ScriptKind;
use crate::trace::course::Course;
use crate::trace::process::{Process, Script};
use crate::trace::record::Trace;

/// A run of a maintainer script, and its last process that wrote.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScriptRun<'a> {
    pub(crate) script: &'a Script,
    pub(crate) process: &'a Process,
}

/// What a run is; `None` if its environment names a script that dpkg does not have.
pub(crate) fn kind(run: &Script) -> Option<ScriptKind> {
    ScriptKind::of_run(&run.name, &run.arguments)
}

/// The name of a run's script, or `trigger` for a postinst that runs for one.
pub(crate) fn run_name(script: &Script) -> &str {
    if is_trigger(script) {
        ScriptKind::Trigger.as_str()
    } else {
        &script.name
    }
}

/// Whether a run is of a postinst for a trigger.
pub(crate) fn is_trigger(script: &Script) -> bool {
    kind(script) == Some(ScriptKind::Trigger)
}

/// Whether two runs are of the same script. A postinst that runs for a trigger is another script
/// than the same postinst that configures its package.
pub(crate) fn is_same(one: &Script, other: &Script) -> bool {
    one.package == other.package && run_name(one) == run_name(other)
}

/// What a script ran in a build, which may be the other one than its run is of.
pub(crate) fn course<'a>(trace: &'a Trace, script: &Script) -> Option<&'a Course> {
    let mut courses = trace.courses.iter();
    courses
        .find(|(other, _)| is_same(other, script))
        .map(|(_, course)| course)
}

/// The scripts of processes in the order of their last process, each once.
pub(crate) fn runs<'a>(processes: &[&'a Arc<Process>]) -> Vec<ScriptRun<'a>> {
    let mut runs: Vec<ScriptRun<'a>> = Vec::new();
    for process in processes {
        if let Some(script) = &process.script {
            runs.retain(|other| !is_same(other.script, script));
            runs.push(ScriptRun { script, process });
        }
    }
    runs
}

/// The run of the same script, if a list has one.
pub(crate) fn run_of<'a>(runs: &[ScriptRun<'a>], script: &Script) -> Option<ScriptRun<'a>> {
    let mut runs = runs.iter();
    runs.find(|run| is_same(run.script, script)).copied()
}

/// The runs of one list whose scripts are not in another, in their order.
pub(crate) fn runs_without<'a>(
    runs: &[ScriptRun<'a>],
    others: &[ScriptRun<'_>],
) -> Vec<ScriptRun<'a>> {
    let runs = runs.iter().copied();
    runs.filter(|run| run_of(others, run.script).is_none())
        .collect()
}
