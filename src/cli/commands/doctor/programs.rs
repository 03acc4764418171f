//! Programs: those that every build runs on this machine, and those that some builds run on the
//! outside system, which is this machine with `--outside host`.

use std::process::Command;

use clap::ValueEnum as _;

use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::{BuildMode, NormalMode, Technique};
use crate::cli::commands::doctor::check::{Answer, Check};
use crate::verify::environment::find_program;

/// A program, and the Debian package that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Program {
    name: &'static str,
    package: &'static str,
    version: VersionOption,
}

/// Whether a program prints its version when asked with `--version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum VersionOption {
    Known,
    Unknown,
}

const fn program(name: &'static str, package: &'static str) -> Program {
    Program {
        name,
        package,
        version: VersionOption::Known,
    }
}

/// Programs that every build needs on this machine.
pub(crate) const REQUIRED: [Program; 4] = [
    program("mmdebstrap", "mmdebstrap"),
    program("apt-get", "apt"),
    program("dpkg-deb", "dpkg"),
    program("tar", "tar"),
];

/// Writes the id maps of a plain user's sandboxes.
pub(crate) const NEWUIDMAP: Program = Program {
    name: "newuidmap",
    package: "uidmap",
    version: VersionOption::Unknown,
};

/// Drops from the sandbox's root to an unprivileged user.
const SETPRIV: Program = program("setpriv", "util-linux");

/// Checks a program that every build needs.
pub(crate) fn required(program: Program) -> Check {
    let answer = match find_program(program.name) {
        Some(path) => {
            Answer::Works(version(program).unwrap_or_else(|| path.to_string_lossy().into_owned()))
        }
        None => Answer::Missing {
            what: "not installed".to_owned(),
            fix: Some(install(program.package)),
        },
    };
    Check::new(program.name, answer)
}

/// Checks the programs that some techniques, normal modes and audits need.
pub(crate) fn optional() -> Vec<Check> {
    let matching =
        Answer::works("includes the programs for every --technique, --mode-reference and --audit");
    let uses = uses();
    let programs = uses
        .iter()
        .map(|one| one.check(find_program(one.program.name).is_some()));
    std::iter::once(Check::new("--outside matching", matching))
        .chain(programs)
        .collect()
}

/// A program, and what needs it on the outside system.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ProgramUse {
    program: Program,
    /// Options of twinroot, or words for what they do.
    needed_for: Vec<String>,
}

impl ProgramUse {
    fn check(&self, is_installed: bool) -> Check {
        let Program { name, package, .. } = self.program;
        let needed_for = self.needed_for.join(" and ");
        let answer = if is_installed {
            Answer::Works(format!("installed, for {needed_for}"))
        } else {
            Answer::weak(
                format!("not installed, so --outside host cannot be used for {needed_for}"),
                install(package),
            )
        };
        Check::new(name, answer)
    }
}

/// Every program that some builds run and others do not, once.
fn uses() -> Vec<ProgramUse> {
    let techniques = Technique::value_variants().iter();
    let techniques = techniques.map(|technique| BuildMode::Chrootless(*technique));
    let normal = NormalMode::value_variants().iter();
    let normal = normal.map(|mode| BuildMode::Normal(*mode));
    let modes: Vec<_> = techniques.chain(normal).collect();
    let mut programs: Vec<Program> = Vec::new();
    for program in modes.iter().flat_map(|mode| programs_of(*mode)) {
        if !programs.contains(&program) {
            programs.push(program);
        }
    }
    let by_mode = programs.into_iter().map(|program| ProgramUse {
        program,
        needed_for: options_that_run(program, &modes),
    });
    let other = [ProgramUse {
        program: program("arch-test", "arch-test"),
        needed_for: vec!["normal builds with --arch".to_owned()],
    }];
    by_mode.chain(other).collect()
}

/// The options, with the values, whose builds run the program.
fn options_that_run(program: Program, modes: &[BuildMode]) -> Vec<String> {
    let values = |wanted: Mode| -> Vec<&str> {
        let modes = modes.iter().filter(|mode| mode.mode() == wanted);
        modes
            .filter(|mode| programs_of(**mode).contains(&program))
            .map(|mode| mode.technique())
            .collect()
    };
    [
        ("--technique", values(Mode::Chrootless)),
        ("--mode-reference", values(Mode::Normal)),
    ]
    .into_iter()
    .filter(|(_, values)| !values.is_empty())
    .map(|(option, values)| format!("{option} {}", values.join(",")))
    .collect()
}

/// The programs that one kind of build runs and others do not.
fn programs_of(mode: BuildMode) -> Vec<Program> {
    let own = mode.programs().iter().map(|own| {
        let name = own.path.rsplit('/').next();
        program(name.unwrap_or(own.path), own.package)
    });
    let setpriv = mode.is_unprivileged().then_some(SETPRIV);
    own.chain(setpriv).collect()
}

fn install(package: &str) -> String {
    format!("sudo apt-get install {package}")
}

/// The first line of what `--version` prints.
fn version(program: Program) -> Option<String> {
    if program.version == VersionOption::Unknown {
        return None;
    }
    let output = Command::new(program.name).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .next()
        .map(str::to_owned)
        .filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_listed_once_with_all_that_needs_it() {
        let shown: Vec<_> = uses()
            .iter()
            .map(|one| {
                format!(
                    "{} ({}): {}",
                    one.program.name,
                    one.program.package,
                    one.needed_for.join(" and ")
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "fakeroot (fakeroot): --technique fakeroot and --mode-reference fakechroot",
                "setpriv (util-linux): --technique fakeroot,unshare-helper,lxc and \
                 --mode-reference unshare,fakechroot",
                "mount (mount): --technique nested,unshare-helper,lxc",
                "newuidmap (uidmap): --technique unshare-helper,lxc and --mode-reference unshare",
                "lxc-usernsexec (lxc): --technique lxc",
                "lxc-unshare (lxc): --technique lxc",
                "fakechroot (fakechroot): --mode-reference fakechroot",
                "arch-test (arch-test): normal builds with --arch",
            ]
        );
    }

    #[test]
    fn a_program_that_only_some_builds_need_is_weak_if_it_is_not_installed() {
        let lxc = ProgramUse {
            program: program("lxc-unshare", "lxc"),
            needed_for: vec!["--technique lxc".to_owned()],
        };
        assert_eq!(
            [true, false].map(|is_installed| lxc.check(is_installed).to_string()),
            [
                "ok     lxc-unshare          installed, for --technique lxc",
                "weak   lxc-unshare          not installed, so --outside host cannot be used for \
                 --technique lxc\n                            fix: sudo apt-get install lxc"
            ]
        );
    }
}
