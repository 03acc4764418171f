//! Programs of this machine: those of every build, and those that only some ways to build run,
//! which matter where the machine itself is the outside.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum as _;

use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::{BuildMode, NormalMode, Technique};
use crate::cli::commands::doctor::check::{Answer, Check};

/// Programs without which nothing works, and the package that has each.
pub(crate) const NEEDED: [(&str, &str); 4] = [
    ("mmdebstrap", "mmdebstrap"),
    ("apt-get", "apt"),
    ("dpkg-deb", "dpkg"),
    ("tar", "tar"),
];

/// What makes a user without privileges of the sandbox's superuser.
const SETPRIV: (&str, &str) = ("setpriv", "util-linux");

/// A program without which nothing works.
pub(crate) fn needed(program: &str, package: &str) -> Check {
    let answer = match find(program) {
        Some(path) => {
            Answer::Can(version(program).unwrap_or_else(|| path.to_string_lossy().into_owned()))
        }
        None => Answer::Lacks {
            what: "not installed".to_owned(),
            mend: Some(install(package)),
        },
    };
    Check::new(program, answer)
}

/// Every technique and normal mode, on either outside.
pub(crate) fn ways() -> Vec<Check> {
    let mut checks = vec![Check::new(
        "--outside matching",
        Answer::Can(
            "brings the programs of every --technique, --mode-reference and --audit".to_owned(),
        ),
    )];
    checks.extend(
        users()
            .iter()
            .map(|user| user.check(find(user.program).is_some())),
    );
    checks
}

/// A program, and what needs it on the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Use {
    program: &'static str,
    package: &'static str,
    /// What of twinroot's options runs it.
    by: Vec<String>,
}

impl Use {
    fn check(&self, is_there: bool) -> Check {
        let by = self.by.join(" and ");
        let answer = if is_there {
            Answer::Can(format!("on --outside host for {by}"))
        } else {
            let what = format!("not installed: --outside host lacks it for {by}");
            Answer::weak(what, install(self.package))
        };
        Check::new(self.program, answer)
    }
}

/// All programs that some builds run and others don't, each once.
fn users() -> Vec<Use> {
    let techniques = Technique::value_variants().iter();
    let techniques = techniques.map(|one| BuildMode::Chrootless(*one));
    let references = NormalMode::value_variants().iter();
    let references = references.map(|one| BuildMode::Normal(*one));
    let ways: Vec<_> = techniques.chain(references).collect();
    let mut programs: Vec<(&'static str, &'static str)> = Vec::new();
    let of_ways = ways.iter().flat_map(|way| programs_of(*way));
    for program in of_ways {
        if !programs.contains(&program) {
            programs.push(program);
        }
    }
    let mut users: Vec<_> = programs
        .into_iter()
        .map(|(program, package)| {
            let of_mode = |mode: Mode| {
                let ways = ways.iter().filter(|way| way.mode() == mode);
                let ways = ways.filter(|way| programs_of(**way).contains(&(program, package)));
                ways.map(|way| way.technique()).collect::<Vec<_>>()
            };
            let options = [
                ("--technique", of_mode(Mode::Chrootless)),
                ("--mode-reference", of_mode(Mode::Normal)),
            ];
            let options = options.into_iter().filter(|(_, words)| !words.is_empty());
            Use {
                program,
                package,
                by: options
                    .map(|(option, words)| format!("{option} {}", words.join(",")))
                    .collect(),
            }
        })
        .collect();
    let besides = [
        (
            "strace",
            ["observing scripts", "--audit read-only"].as_slice(),
        ),
        ("arch-test", &["a normal build of another --arch"]),
    ];
    users.extend(besides.map(|(program, by)| Use {
        program,
        package: program,
        by: by.iter().map(|by| (*by).to_owned()).collect(),
    }));
    users
}

/// Name and package of what a way runs besides the programs of every build.
fn programs_of(way: BuildMode) -> Vec<(&'static str, &'static str)> {
    let own = way.programs().iter().map(|program| {
        let name = program.path.rsplit('/').next();
        (name.unwrap_or(program.path), program.package)
    });
    let setpriv = way.is_unprivileged().then_some(SETPRIV);
    own.chain(setpriv).collect()
}

fn install(package: &str) -> String {
    format!("sudo apt-get install {package}")
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|path| path.is_file())
}

/// The first line of `--version`; set-uid helpers have none.
fn version(program: &str) -> Option<String> {
    if program.starts_with("new") {
        return None;
    }
    let output = Command::new(program).arg("--version").output().ok()?;
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
    fn every_program_of_a_way_is_asked_for_once_and_says_what_needs_it() {
        let shown: Vec<_> = users()
            .iter()
            .map(|user| {
                format!(
                    "{} ({}): {}",
                    user.program,
                    user.package,
                    user.by.join(" and ")
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
                "strace (strace): observing scripts and --audit read-only",
                "arch-test (arch-test): a normal build of another --arch",
            ]
        );
    }

    #[test]
    fn a_program_of_some_ways_is_a_weakness_where_it_is_not_there() {
        let lxc = Use {
            program: "lxc-unshare",
            package: "lxc",
            by: vec!["--technique lxc".to_owned()],
        };
        assert_eq!(
            [true, false].map(|is_there| lxc.check(is_there).to_string()),
            [
                "ok     lxc-unshare          on --outside host for --technique lxc",
                "weak   lxc-unshare          not installed: --outside host lacks it for \
                 --technique lxc\n                            mend: sudo apt-get install lxc"
            ]
        );
    }
}
