//! The command lines of mmdebstrap, and the environment it runs in: plain data.

use std::path::Path;

use crate::bootstrap::command::download::download;
use crate::bootstrap::recipe::Recipe;
use crate::sandbox::plan::{Access, Bind};

/// Where a sandbox finds the frozen indices.
pub const LISTS: &str = "/tmp/twinroot/lists";
/// Where a sandbox finds the frozen packages.
pub const POOL: &str = "/tmp/twinroot/pool";
/// Where a sandbox leaves its output, if it is not a stream.
pub const OUT: &str = "/tmp/twinroot/out";
/// Where a sandbox finds the user's keyrings.
const KEYRINGS: &str = "/tmp/twinroot/keyrings";

/// Copies the frozen indices and packages to where apt looks for them; the copies belong to the
/// sandbox's root. apt makes its own `partial` directories.
const SEED: &str = concat!(
    r#"mkdir -p "$1/var/lib/apt/lists" "$1/var/cache/apt/archives" && "#,
    "cp /tmp/twinroot/lists/* \"$1/var/lib/apt/lists/\" && ",
    r#"find /tmp/twinroot/pool -name '*.deb' -exec cp -t "$1/var/cache/apt/archives/" {} +"#
);

/// Copies the indices that apt fetched to the output, and nothing else of its directory.
const TAKE_LISTS: &str = r#"find "$1/var/lib/apt/lists" -maxdepth 1 -type f ! -name lock -exec cp -t /tmp/twinroot/out {} +"#;

/// Copies the packages that apt fetched to the output. The user's local packages are there
/// already.
const TAKE_POOL: &str = r#"for deb in "$1"/var/cache/apt/archives/*.deb; do
    [ -e "/tmp/twinroot/out/${deb##*/}" ] || cp "$deb" /tmp/twinroot/out/
done"#;

/// Removes from an outside system the accounts that maintainer scripts made. Those of base-passwd
/// stay, and so does `_apt`, without which apt does not run.
///
/// If an outside system has an account already, a script that adds the account there by mistake
/// changes nothing, and nobody sees the escape; see docs/decisions/0004.
const FORGET_ACCOUNTS: &str = r#"for pair in passwd:passwd shadow:passwd group:group gshadow:group; do
    file="$1/etc/${pair%:*}" master="$1/usr/share/base-passwd/${pair#*:}.master"
    [ -e "$file" ] && [ -e "$master" ] || continue
    awk -F: 'NR == FNR { known[$1]; next } $1 in known || $1 == "_apt"' "$master" "$file" >/tmp/accounts
    cat /tmp/accounts >"$file"
    rm -f "$file-"
done
# Whoever builds on it without privileges is given subordinate ids on these two.
touch "$1/etc/subuid" "$1/etc/subgid""#;

/// How maintainer scripts are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Inside the chroot.
    Normal,
    /// On the outside system, with `DPKG_ROOT` (`--mode=chrootless`).
    Chrootless,
}

impl Mode {
    /// The label of the report: `normal` or `chrootless`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Chrootless => "chrootless",
        }
    }
}

/// Whether an index whose Release file has expired is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expired {
    /// apt refuses it.
    Refuse,
    /// `Acquire::Check-Valid-Until "false"`, while the indices are fetched.
    Allow,
}

/// Lets root run mmdebstrap chrootless, which mmdebstrap refuses by default.
const AS_ROOT: &str = "--skip=check/chrootless";

/// Fetches the indices. `mode` is a mode of mmdebstrap.
#[must_use]
pub fn fetch_indices(recipe: &Recipe, mode: &str, expired: Expired) -> Vec<String> {
    let mut command = start(recipe, mode);
    command.push(AS_ROOT.to_owned());
    command.push("--variant=custom".to_owned());
    if expired == Expired::Allow {
        command.push(r#"--aptopt=Acquire::Check-Valid-Until "false""#.to_owned());
    }
    command.push(format!("--customize-hook={TAKE_LISTS}"));
    finish(command, recipe, Output::NOTHING)
}

/// Fetches the packages of the recipe, and what `more` needs besides, and unpacks and runs nothing
/// of them. `mode` is a mode of mmdebstrap.
#[must_use]
pub fn fetch_packages(recipe: &Recipe, mode: &str, more: &[String]) -> Vec<String> {
    let mut command = start(recipe, mode);
    command.push(AS_ROOT.to_owned());
    command.push("--variant=custom".to_owned());
    command.push(format!("--setup-hook={SEED}"));
    command.push("--skip=update".to_owned());
    command.push(format!("--customize-hook={}", download(recipe, more)));
    command.push(format!("--customize-hook={TAKE_POOL}"));
    finish(command, recipe, Output::NOTHING)
}

/// Builds a tree of the recipe and `more` in [`OUT`], from the frozen state.
#[must_use]
pub fn build_tree(recipe: &Recipe, more: &[String]) -> Vec<String> {
    let mut command = start_from_state(recipe, "root", more);
    command.push("--skip=update,output/dev".to_owned());
    command.push(format!("--customize-hook={FORGET_ACCOUNTS}"));
    finish(
        command,
        recipe,
        Output {
            format: "directory",
            target: &format!("{OUT}/root"),
        },
    )
}

/// What mmdebstrap makes, and where.
#[derive(Debug, Clone, Copy)]
pub struct Output<'a> {
    /// `--format`.
    pub format: &'a str,
    /// TARGET; `-` is standard output.
    pub target: &'a str,
}

impl Output<'_> {
    /// A tarball on standard output.
    pub const TARBALL: Self = Self {
        format: "tar",
        target: "-",
    };

    /// No output.
    const NOTHING: Self = Self {
        format: "null",
        target: "/dev/null",
    };
}

/// Builds the recipe's chroot from the frozen archive, in a mode of mmdebstrap's, with further
/// hooks.
#[must_use]
pub fn build_chroot(
    recipe: &Recipe,
    mode: &str,
    hooks: &[String],
    output: Output<'_>,
) -> Vec<String> {
    let mut command = start_from_state(recipe, mode, &[]);
    command.extend(hooks.iter().cloned());
    command.push(AS_ROOT.to_owned());
    command.push("--skip=update".to_owned());
    finish(command, recipe, output)
}

/// What every command that installs packages begins with.
fn start_from_state(recipe: &Recipe, mode: &str, more: &[String]) -> Vec<String> {
    let mut command = start(recipe, mode);
    command.push(format!("--variant={}", recipe.variant));
    let packages = recipe.include.iter().chain(more);
    command.extend(packages.map(|package| format!("--include={package}")));
    command.push(format!("--setup-hook={SEED}"));
    // What programs write is passed on at once. Otherwise mmdebstrap holds all of it in memory, and
    // passes it on if they fail.
    command.push("--verbose".to_owned());
    command
}

fn start(recipe: &Recipe, mode: &str) -> Vec<String> {
    let mut command = vec!["mmdebstrap".to_owned(), format!("--mode={mode}")];
    command.push(format!("--architectures={}", recipe.architecture));
    command.extend(
        recipe
            .aptopts
            .iter()
            .map(|option| format!("--aptopt={option}")),
    );
    command.extend(
        keyrings(recipe).map(|bind| format!("--keyring={}", bind.target.to_string_lossy())),
    );
    for (number, line) in recipe.extra_repos.iter().enumerate() {
        let file = format!("/etc/apt/sources.list.d/extra{number}.list");
        let line = crate::text::shell::shell_quote(line);
        command.push(format!("--setup-hook=echo {line} > \"$1\"{file}"));
    }
    command
}

fn finish(mut command: Vec<String>, recipe: &Recipe, output: Output<'_>) -> Vec<String> {
    command.push(format!("--format={}", output.format));
    command.push(recipe.suite.clone());
    command.push(output.target.to_owned());
    command.extend(recipe.mirror.clone());
    command
}

/// Each keyring, bound to the place where the sandbox sees it.
fn keyrings(recipe: &Recipe) -> impl Iterator<Item = Bind> {
    recipe.keyrings.iter().enumerate().map(|(number, path)| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        read_only(path, &format!("{KEYRINGS}/{number}/{name}"))
    })
}

/// What every mmdebstrap of this recipe must see of the machine, read-only: the recipe's keyrings,
/// and the frozen indices and packages once there are any.
#[must_use]
pub fn binds(recipe: &Recipe, lists: Option<&Path>, pool: Option<&Path>) -> Vec<Bind> {
    let mut binds: Vec<_> = keyrings(recipe).collect();
    binds.extend(lists.map(|path| read_only(path, LISTS)));
    binds.extend(pool.map(|path| read_only(path, POOL)));
    binds
}

fn read_only(source: &Path, target: &str) -> Bind {
    Bind {
        source: source.to_owned(),
        target: target.into(),
        access: Access::ReadOnly,
    }
}

/// The whole environment of a build. It has nothing of the user's environment.
///
/// HOME is a directory that exists, is readable and is empty on every outside system.
#[must_use]
pub fn environment(epoch: Option<i64>) -> Vec<(String, String)> {
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let mut variables = vec![
        ("PATH".to_owned(), path.to_owned()),
        ("HOME".to_owned(), "/tmp".to_owned()),
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
    ];
    variables.extend(epoch.map(|epoch| ("SOURCE_DATE_EPOCH".to_owned(), epoch.to_string())));
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_builds_differ_in_nothing_but_the_mode() {
        let recipe = Recipe {
            mirror: Some("copy:/srv/repo".into()),
            variant: "apt".into(),
            include: vec!["systemd".into()],
            aptopts: vec!["Apt::X \"1\"".into()],
            keyrings: vec!["/k/a.gpg".into()],
            extra_repos: vec!["deb copy:/x ./".into()],
            ..Recipe::of("trixie")
        };
        let normal = build_chroot(&recipe, "root", &[], Output::TARBALL);
        assert_eq!(
            normal,
            [
                "mmdebstrap",
                "--mode=root",
                "--architectures=amd64",
                "--aptopt=Apt::X \"1\"",
                "--keyring=/tmp/twinroot/keyrings/0/a.gpg",
                "--setup-hook=echo 'deb copy:/x ./' > \"$1\"/etc/apt/sources.list.d/extra0.list",
                "--variant=apt",
                "--include=systemd",
                &format!("--setup-hook={SEED}"),
                "--verbose",
                AS_ROOT,
                "--skip=update",
                "--format=tar",
                "trixie",
                "-",
                "copy:/srv/repo",
            ]
        );
        let mut chrootless = build_chroot(&recipe, "chrootless", &[], Output::TARBALL);
        chrootless[1] = "--mode=root".into();
        assert_eq!(chrootless, normal);
    }

    #[test]
    fn expired_release_files_are_accepted_while_fetching_indices_only() {
        let recipe = Recipe::of("sid");
        let has = |command: &[String]| {
            command
                .iter()
                .any(|word| word.contains("Check-Valid-Until"))
        };
        assert!(has(&fetch_indices(&recipe, "root", Expired::Allow)));
        assert!(!has(&fetch_indices(&recipe, "root", Expired::Refuse)));
        assert!(!has(&fetch_packages(&recipe, "root", &[])));
        assert!(!has(&build_chroot(&recipe, "root", &[], Output::TARBALL)));
    }
}
