//! The hook that has apt download what mmdebstrap would install, so that the network is there and
//! no maintainer script runs.
//!
//! It asks apt for what mmdebstrap asks it for (mmdebstrap(1), VARIANTS), in the same two steps. In
//! between, the packages of the first step are in dpkg's database of the chroot as if they were
//! installed: apt chooses what is needed besides by what is there.

use crate::bootstrap::recipe::Recipe;
use crate::text::shell::shell_quote;

/// `plan` and `download` take arguments of apt-get(8).
const FUNCTIONS: &str = r#"set -e
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
status="$1/var/lib/dpkg/status"
download() {
    apt-get --yes --download-only "$@" >/dev/null
}
assume_installed() {
    chosen=$(apt-get --yes --simulate "$@" | sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p')
    [ -z "$chosen" ] || apt-cache show --no-all-versions $chosen |
        sed '/^Package:/a Status: install ok installed' >>"$status"
}
"#;

/// The hook for a recipe and further packages.
pub(crate) fn download(recipe: &Recipe, more: &[String]) -> String {
    let [first, second] = requests(recipe, more).map(|request| {
        let words = request.iter().map(|word| shell_quote(word));
        words.collect::<Vec<_>>().join(" ")
    });
    let mut script = FUNCTIONS.to_owned();
    if !first.is_empty() {
        script.push_str(&format!("download {first}\nassume_installed {first}\n"));
    }
    if !second.is_empty() {
        script.push_str(&format!("download {second}\n"));
    }
    script
}

/// What apt-get is asked for first, and when that is installed. Empty if it is not asked.
fn requests(recipe: &Recipe, more: &[String]) -> [Vec<String>; 2] {
    let install = |packages: Vec<String>| match packages.is_empty() {
        true => Vec::new(),
        false => [vec!["install".to_owned()], packages].concat(),
    };
    let named: Vec<String> = recipe.include.iter().chain(more).cloned().collect();
    let essential = || install(vec![of_suite(recipe, "?essential")]);
    let with = |extra: Option<&str>, priority: &str| {
        let priority = of_suite(recipe, &format!("?and({priority},?not(?essential))"));
        let extra = extra.into_iter().map(str::to_owned);
        install(
            named
                .iter()
                .cloned()
                .chain(extra)
                .chain([priority])
                .collect(),
        )
    };
    match recipe.variant.as_str() {
        "extract" | "custom" => [install(named), Vec::new()],
        "apt" => [vec!["dist-upgrade".to_owned()], install(named)],
        "required" | "minbase" => [essential(), with(None, "?priority(required)")],
        "buildd" => [
            essential(),
            with(Some("build-essential"), "?priority(required)"),
        ],
        "important" | "debootstrap" | "-" => [
            essential(),
            with(None, "?or(?priority(required),?priority(important))"),
        ],
        "standard" => [
            essential(),
            with(None, "?or(~prequired,~pimportant,~pstandard)"),
        ],
        _ => [essential(), install(named)],
    }
}

/// Packages of the suite's own archives and the recipe's architecture, as mmdebstrap selects them.
fn of_suite(recipe: &Recipe, what: &str) -> String {
    let Recipe {
        suite,
        architecture,
        ..
    } = recipe;
    format!(
        "?narrow(?or(?archive(^{suite}$),?codename(^{suite}$)),?architecture({architecture}),{what})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_is_asked_for_what_mmdebstrap_asks_it_for() {
        let of = |variant: &str| {
            let recipe = Recipe {
                variant: variant.to_owned(),
                include: vec!["a".to_owned()],
                ..Recipe::of("trixie")
            };
            requests(&recipe, &["b".to_owned()]).map(|request| request.join(" "))
        };
        let own = |what: &str| {
            format!(
                "?narrow(?or(?archive(^trixie$),?codename(^trixie$)),?architecture(amd64),{what})"
            )
        };
        let essential = format!("install {}", own("?essential"));
        assert_eq!(of("custom"), ["install a b".to_owned(), String::new()]);
        assert_eq!(of("apt"), ["dist-upgrade", "install a b"]);
        assert_eq!(
            of("essential"),
            [essential.clone(), "install a b".to_owned()]
        );
        let required = own("?and(?priority(required),?not(?essential))");
        assert_eq!(
            of("buildd"),
            [essential, format!("install a b build-essential {required}")]
        );
    }
}
