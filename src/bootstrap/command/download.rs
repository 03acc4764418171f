//! The hook that has apt download what mmdebstrap would install, so that the network is there and
//! no maintainer script runs.
//!
//! It asks apt for what mmdebstrap asks it for (mmdebstrap(1), VARIANTS), in the same two steps, and
//! then for what the outside needs. After each step its packages are in dpkg's database of the
//! chroot as if they were installed: apt chooses what is needed besides by what is there.

use crate::bootstrap::recipe::Recipe;
use crate::text::shell::shell_quote;

/// `download` takes arguments of apt-get(8).
const FUNCTIONS: &str = r#"set -e
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
status="$1/var/lib/dpkg/status"
download() {
    chosen=$(apt-get --yes --simulate "$@" | sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p')
    apt-get --yes --download-only "$@" >/dev/null
    [ -z "$chosen" ] || apt-cache show --no-all-versions $chosen |
        sed '/^Package:/a Status: install ok installed' >>"$status"
}
"#;

/// The hook for a recipe and further packages.
pub(crate) fn download(recipe: &Recipe, more: &[String]) -> String {
    let requests = requests(recipe, more).into_iter();
    let lines = requests.map(|request| {
        let words = request.iter().map(|word| shell_quote(word));
        let words = words.collect::<Vec<_>>().join(" ");
        format!("download {words}\n")
    });
    let lines: Vec<String> = lines.collect();
    FUNCTIONS.to_owned() + &lines.concat()
}

/// What apt-get is asked for, each when what was asked for before is installed.
///
/// `more` comes last: with it, apt would choose others where a dependency leaves the choice, and
/// builds would lack what it chooses without. Of `gnupg | gpg` it takes `gpg` if something needs
/// that.
fn requests(recipe: &Recipe, more: &[String]) -> Vec<Vec<String>> {
    let install = |packages: &[String]| [["install".to_owned()].as_slice(), packages].concat();
    let of_suite = |what: &str| of_suite(recipe, what);
    let essential = install(&[of_suite("?essential")]);
    let named = install(&recipe.include);
    let with = |extra: &[&str], priority: &str| {
        let priority = of_suite(&format!("?and({priority},?not(?essential))"));
        let extra = extra.iter().map(|package| (*package).to_owned());
        named
            .iter()
            .cloned()
            .chain(extra)
            .chain([priority])
            .collect()
    };
    let requests = match recipe.variant.as_str() {
        "extract" | "custom" => vec![named],
        "apt" => vec![vec!["dist-upgrade".to_owned()], named],
        "required" | "minbase" => vec![essential, with(&[], "?priority(required)")],
        "buildd" => vec![essential, with(&["build-essential"], "?priority(required)")],
        "important" | "debootstrap" | "-" => vec![
            essential,
            with(&[], "?or(?priority(required),?priority(important))"),
        ],
        "standard" => vec![
            essential,
            with(&[], "?or(~prequired,~pimportant,~pstandard)"),
        ],
        _ => vec![essential, named],
    };
    let asks = |request: &Vec<String>| request.as_slice() != ["install"];
    requests
        .into_iter()
        .chain([install(more)])
        .filter(asks)
        .collect()
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

    fn recipe(variant: &str, include: &[&str]) -> Recipe {
        Recipe {
            variant: variant.to_owned(),
            include: include.iter().map(|name| (*name).to_owned()).collect(),
            ..Recipe::of("trixie")
        }
    }

    #[test]
    fn apt_is_asked_for_what_mmdebstrap_asks_it_for_and_then_for_what_the_outside_needs() {
        let of = |variant: &str| {
            let requests = requests(&recipe(variant, &["a"]), &["b".to_owned()]);
            let requests: Vec<_> = requests.iter().map(|request| request.join(" ")).collect();
            requests.join("\n")
        };
        let own = |what: &str| {
            format!(
                "?narrow(?or(?archive(^trixie$),?codename(^trixie$)),?architecture(amd64),{what})"
            )
        };
        let essential = own("?essential");
        assert_eq!(of("custom"), "install a\ninstall b");
        assert_eq!(of("apt"), "dist-upgrade\ninstall a\ninstall b");
        assert_eq!(
            of("essential"),
            format!("install {essential}\ninstall a\ninstall b")
        );
        let required = own("?and(?priority(required),?not(?essential))");
        assert_eq!(
            of("buildd"),
            format!("install {essential}\ninstall a build-essential {required}\ninstall b")
        );
    }

    #[test]
    fn apt_is_not_asked_for_nothing() {
        assert_eq!(download(&recipe("custom", &[]), &[]), FUNCTIONS);
        assert_eq!(
            download(&recipe("apt", &[]), &[]),
            format!("{FUNCTIONS}download dist-upgrade\n")
        );
    }
}
