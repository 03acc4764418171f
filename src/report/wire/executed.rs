//! What a chrootless build executed: the proof that nothing of the chroot had to run.

use serde::{Deserialize, Serialize};

use crate::report::{Build, Report};
use crate::text::quote;
use crate::verify::observation::Observed;

/// Programs that an observed build executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Executed {
    /// `none` where the kernel knew no emulator for the build, so that a program for another
    /// processor could not run; else `machine`: it knew those that are registered.
    pub emulation: String,
    /// How often a program was executed.
    pub count: u64,
    /// Files of the chroot that were, maintainer scripts excepted, which their interpreter reads.
    pub of_chroot: Vec<ExecutedFile>,
    /// Files that were to be executed and that the kernel refused as of no format it knows.
    pub refused: Vec<ExecutedFile>,
}

/// One file that was executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutedFile {
    /// Which, quoted.
    pub path: String,
    /// How often.
    pub count: u64,
}

impl Executed {
    /// What an observed build executed, on an outside that is foreign to the chroot or not.
    pub(crate) fn of(Observed { built, trace }: &Observed, is_foreign: bool) -> Self {
        let file = |(path, count): (&[u8], u64)| ExecutedFile {
            path: crate::explain::evidence_text::without_root(&quote(path)),
            count,
        };
        let has_none = built.transcript.emulation_warning().is_none();
        let emulation = if is_foreign && has_none {
            "none"
        } else {
            "machine"
        };
        Self {
            emulation: emulation.to_owned(),
            count: trace.executions(),
            of_chroot: trace.executed_inside().map(file).collect(),
            refused: trace.unexecutable().map(file).collect(),
        }
    }
}

/// The proof in a line, where the chroot is of another architecture than its outside.
pub(crate) fn line(report: &Report) -> Option<String> {
    let pin = report.pin.as_ref()?;
    let observed = report
        .builds
        .iter()
        .find_map(|build| build.executed.as_ref());
    let executed = observed.filter(|_| report.is_foreign())?;
    let emulators = match executed.emulation.as_str() {
        "none" => "the kernel knew no emulator",
        _ => "the machine's emulators were in reach",
    };
    let count = crate::text::number::grouped(executed.count);
    let architecture = &pin.architecture;
    let of_chroot: u64 = executed.of_chroot.iter().map(|file| file.count).sum();
    Some(match executed.of_chroot.first() {
        None => format!(
            "no {architecture} program was executed: {count} executions, none of the chroot's; \
             {emulators}"
        ),
        Some(first) => format!(
            "{of_chroot} of {count} executions were of the chroot's programs, {} first; {emulators}",
            first.path
        ),
    })
}

impl Report {
    /// Whether the chroot is of another architecture than the system that it was built on.
    fn is_foreign(&self) -> bool {
        let is_foreign = |build: &Build| build.foreign;
        self.builds.iter().any(is_foreign)
    }
}
