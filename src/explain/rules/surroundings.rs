//! The machine's name, its resolver, the mirror: what a chroot takes from where it is made.

use crate::explain::case::{Case, bare};
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "surroundings",
    about: "hostname, resolv.conf, hosts or apt's sources: of the machine and mirror that it was made with",
    needs: Needs::Nothing,
    find,
};

/// What mmdebstrap(1) copies from the machine or writes of the mirror.
const FILES: [&[u8]; 6] = [
    b"etc/hostname",
    b"etc/hosts",
    b"etc/mailname",
    b"etc/resolv.conf",
    b"etc/apt/sources.list",
    b"etc/apt/apt.conf.d/01proxy",
];
const DIRECTORIES: [&[u8]; 2] = [b"etc/apt/sources.list.d/", b"var/lib/apt/lists/"];

fn find(case: &Case<'_>) -> Vec<Finding> {
    let claims = case.free().filter(|(_, divergence)| {
        let path = bare(&divergence.path);
        FILES.contains(&path) || DIRECTORIES.iter().any(|place| path.starts_with(place))
    });
    let claims: Vec<_> = claims.collect();
    if claims.is_empty() {
        return vec![];
    }
    let what = "the machine or the mirror that it was made with shows";
    let numbers = claims.iter().map(|(at, _)| *at).collect();
    let mut finding = Finding::of(case, &RULE, None, what, numbers);
    let paths = claims
        .iter()
        .map(|(_, divergence)| quote(bare(&divergence.path)));
    finding.evidence.extend(paths);
    finding.hint = Some(
        "make both with the same hostname, resolv.conf and mirror, or overwrite them in a hook",
    );
    vec![finding]
}
