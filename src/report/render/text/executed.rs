//! The proof that no program of a foreign chroot had to run, in a line.

use crate::report::wire::build::Build;
use crate::report::wire::executed::{Emulation, Executed};
use crate::report::wire::report::Report;
use crate::text::number::grouped;

/// The line, if the chroot is of another architecture than its outside and the chrootless build
/// was observed.
pub(crate) fn executed(report: &Report) -> Option<String> {
    let is_foreign = |build: &Build| build.foreign;
    if !report.builds.iter().any(is_foreign) {
        return None;
    }
    let architecture = &report.frozen.as_ref()?.architecture;
    let mut builds = report.builds.iter();
    let executed = builds.find_map(|build| build.executed.as_ref())?;
    Some(format!("{}\n", line(executed, architecture)))
}

fn line(executed: &Executed, architecture: &str) -> String {
    let emulators = match executed.emulation {
        Emulation::None => "the kernel knew no emulator",
        Emulation::Machine => "the machine's emulators were in reach",
    };
    let executions = match executed.count {
        1 => "1 execution".to_owned(),
        count => format!("{} executions", grouped(count)),
    };
    let of_chroot: u64 = executed.of_chroot.iter().map(|file| file.count).sum();
    let were = if of_chroot == 1 { "was" } else { "were" };
    match executed.of_chroot.first() {
        None => format!(
            "no {architecture} program was executed: {executions}, none of the chroot's; \
             {emulators}"
        ),
        Some(first) => format!(
            "{of_chroot} of {executions} {were} of the chroot's programs, {} first; {emulators}",
            first.path
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::report::wire::executed::ExecutedFile;

    use super::*;

    #[test]
    fn one_execution_is_told_in_the_singular() {
        let of_chroot = vec![ExecutedFile {
            path: "ROOT/usr/bin/true".to_owned(),
            count: 1,
        }];
        let one = Executed {
            emulation: Emulation::Machine,
            count: 1,
            of_chroot,
            refused: Vec::new(),
        };
        assert_eq!(
            line(&one, "arm64"),
            "1 of 1 execution was of the chroot's programs, ROOT/usr/bin/true first; the \
             machine's emulators were in reach"
        );
        let none = Executed {
            of_chroot: Vec::new(),
            ..one
        };
        assert_eq!(
            line(&none, "arm64"),
            "no arm64 program was executed: 1 execution, none of the chroot's; the machine's \
             emulators were in reach"
        );
    }
}
