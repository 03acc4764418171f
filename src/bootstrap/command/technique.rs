//! The command lines that build a tarball on standard output, one for each build mode.
//!
//! The proposal's own commands fail as written where `/tmp` is on the file system of `/`, which
//! they make read-only. Here `/tmp` is a tmpfs of the sandbox, the tarball goes to standard
//! output, and every command is a process group of its own.

use crate::bootstrap::command::mmdebstrap::{Output, build_chroot};
use crate::bootstrap::mode::{BuildMode, NormalMode, Technique};
use crate::bootstrap::recipe::Recipe;
use crate::text::shell::shell_quote;

/// The user without privileges: in Debian everywhere, and the owner of nothing.
const NOBODY: &str = "65534";

/// What `/etc/subuid` and `/etc/subgid` say while such a user needs subordinate ids: all ids of
/// the sandbox but root's. Owner, first id, number of ids (subuid(5)).
pub const SUBORDINATE_IDS: &str = "nobody:1:65535\n";

/// Makes the outside read-only, except its `/tmp`, which is another file system. Without
/// `-n` mount(8) would leave `/run/mount` behind.
const READ_ONLY: &str = "mount -n -o remount,bind,ro /";

/// The directory that a hook is given, as its shell has it.
const HOOK_TARGET: &str = "\"$1\"";

/// Builds the recipe's tarball on standard output, from the frozen state. `hooks` are further
/// options of the mmdebstrap that installs packages.
#[must_use]
pub fn command(recipe: &Recipe, mode: BuildMode, hooks: &[String]) -> Vec<String> {
    let tarball = |name: &str| build_chroot(recipe, name, hooks, Output::TARBALL);
    match mode {
        BuildMode::Normal(NormalMode::Root) => tarball("root"),
        BuildMode::Normal(reference @ (NormalMode::Unshare | NormalMode::Fakechroot)) => {
            as_nobody(&[], tarball(reference.as_str()))
        }
        BuildMode::Chrootless(Technique::Userns) => tarball("chrootless"),
        BuildMode::Chrootless(Technique::Fakeroot) => {
            as_nobody(&["fakeroot"], tarball("chrootless"))
        }
        BuildMode::Chrootless(Technique::UnshareHelper) => as_nobody(
            &["mmdebstrap", "--unshare-helper"],
            read_only(tarball("chrootless")),
        ),
        BuildMode::Chrootless(Technique::Lxc) => as_nobody(
            &[
                "lxc-usernsexec",
                "--",
                "lxc-unshare",
                "-s",
                "MOUNT|PID|UTSNAME|IPC",
                "--",
            ],
            read_only(tarball("chrootless")),
        ),
        BuildMode::Chrootless(Technique::Nested) => nested(recipe, hooks),
    }
}

fn as_nobody(through: &[&str], command: Vec<String>) -> Vec<String> {
    let ids = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
    let drop = ["setpriv".to_owned()].into_iter().chain(ids);
    drop.chain(["--clear-groups".to_owned(), "--".to_owned()])
        .chain(through.iter().map(|word| (*word).to_owned()))
        .chain(command)
        .collect()
}

/// The first hook of all makes `/` read-only.
fn read_only(mut command: Vec<String>) -> Vec<String> {
    let first = command
        .iter()
        .position(|word| word.starts_with("--setup-hook="))
        .unwrap_or(1);
    command.insert(first, format!("--setup-hook={READ_ONLY}"));
    command
}

/// The outer mmdebstrap makes an empty directory, has the inner one fill it, and packs it.
fn nested(recipe: &Recipe, hooks: &[String]) -> Vec<String> {
    let inner = build_chroot(
        recipe,
        "chrootless",
        hooks,
        Output {
            format: "directory",
            target: HOOK_TARGET,
        },
    );
    let words: Vec<_> = inner
        .iter()
        .map(|word| {
            if word == HOOK_TARGET {
                word.clone()
            } else {
                shell_quote(word)
            }
        })
        .collect();
    vec![
        "mmdebstrap".to_owned(),
        "--mode=unshare".to_owned(),
        "--skip=setup,update,cleanup".to_owned(),
        "--variant=custom".to_owned(),
        format!("--setup-hook={READ_ONLY}"),
        format!("--customize-hook={}", words.join(" ")),
        "--format=tar".to_owned(),
        String::new(),
        "-".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        Recipe {
            variant: "apt".into(),
            include: vec!["systemd".into()],
            aptopts: vec!["Apt::X \"1\"".into()],
            ..Recipe::of("trixie")
        }
    }

    /// A command without what all of them have: who runs what.
    fn outline(mode: BuildMode) -> String {
        let is_shared = |word: &&String| {
            word.starts_with("--aptopt=")
                || word.starts_with("--include=")
                || word.starts_with("--variant=apt")
                || word.starts_with("--architectures=")
                || *word == "--verbose"
                || word.contains("/var/lib/apt/lists") && word.starts_with("--setup-hook=")
        };
        let command = command(&recipe(), mode, &[]);
        let words: Vec<_> = command.iter().filter(|word| !is_shared(word)).collect();
        words
            .iter()
            .map(|word| shell_quote(word))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn every_build_mode_runs_the_programs_that_it_is_named_for() {
        let nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups --";
        let end = "--skip=check/chrootless --skip=update --format=tar trixie -";
        let ro = "'--setup-hook=mount -n -o remount,bind,ro /'";
        let expected = [
            (
                BuildMode::Normal(NormalMode::Root),
                format!("mmdebstrap --mode=root {end}"),
            ),
            (
                BuildMode::Normal(NormalMode::Unshare),
                format!("{nobody} mmdebstrap --mode=unshare {end}"),
            ),
            (
                BuildMode::Normal(NormalMode::Fakechroot),
                format!("{nobody} mmdebstrap --mode=fakechroot {end}"),
            ),
            (
                BuildMode::Chrootless(Technique::Userns),
                format!("mmdebstrap --mode=chrootless {end}"),
            ),
            (
                BuildMode::Chrootless(Technique::Fakeroot),
                format!("{nobody} fakeroot mmdebstrap --mode=chrootless {end}"),
            ),
            (
                BuildMode::Chrootless(Technique::UnshareHelper),
                format!(
                    "{nobody} mmdebstrap --unshare-helper mmdebstrap --mode=chrootless {ro} {end}"
                ),
            ),
            (
                BuildMode::Chrootless(Technique::Lxc),
                format!(
                    "{nobody} lxc-usernsexec -- lxc-unshare -s 'MOUNT|PID|UTSNAME|IPC' -- \
                     mmdebstrap --mode=chrootless {ro} {end}"
                ),
            ),
        ];
        for (mode, words) in expected {
            assert_eq!(outline(mode), words, "{mode:?}");
            let is_dropped = words.starts_with(nobody);
            assert_eq!(mode.is_unprivileged(), is_dropped, "{mode:?}");
        }
    }

    #[test]
    fn the_inner_of_two_nested_builds_is_the_chrootless_one_and_fills_the_directory_of_the_outer() {
        let outer = command(&recipe(), BuildMode::Chrootless(Technique::Nested), &[]);
        let hook = outer
            .iter()
            .find_map(|word| word.strip_prefix("--customize-hook="))
            .unwrap();
        assert!(
            hook.starts_with("mmdebstrap --mode=chrootless --architectures=amd64 "),
            "{hook}"
        );
        assert!(
            hook.ends_with(
                "--skip=check/chrootless --skip=update --format=directory trixie \"$1\""
            ),
            "{hook}"
        );
        assert!(hook.contains(r#"'--aptopt=Apt::X "1"'"#), "{hook}");
        let outer: Vec<_> = outer
            .iter()
            .filter(|word| !word.starts_with("--customize-hook="))
            .collect();
        assert_eq!(
            outer,
            [
                "mmdebstrap",
                "--mode=unshare",
                "--skip=setup,update,cleanup",
                "--variant=custom",
                "--setup-hook=mount -n -o remount,bind,ro /",
                "--format=tar",
                "",
                "-",
            ]
        );
    }

    #[test]
    fn all_build_modes_but_the_nested_one_differ_in_who_runs_them_and_nothing_that_they_install() {
        let installed = |mode: BuildMode| -> Vec<String> {
            let command = command(&recipe(), mode, &[]);
            let from = command
                .iter()
                .position(|word| word.starts_with("--architectures="))
                .unwrap();
            let read_only = format!("--setup-hook={READ_ONLY}");
            let rest = command.into_iter().skip(from);
            rest.filter(|word| *word != read_only).collect()
        };
        let root = installed(BuildMode::Normal(NormalMode::Root));
        for mode in [
            BuildMode::Normal(NormalMode::Unshare),
            BuildMode::Normal(NormalMode::Fakechroot),
            BuildMode::Chrootless(Technique::Userns),
            BuildMode::Chrootless(Technique::Fakeroot),
            BuildMode::Chrootless(Technique::UnshareHelper),
            BuildMode::Chrootless(Technique::Lxc),
        ] {
            assert_eq!(installed(mode), root, "{mode:?}");
        }
    }
}
