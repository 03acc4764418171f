//! The machine's name, its resolver, the mirror: what a chroot takes from where it is made.

use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::explain::case::Case;
use crate::explain::divergent_fields::has;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::tar::entry_path::EntryPath;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Surroundings,
    needs: Needs::Nothing,
    explains: Explains::FieldsOrPresence(CONTENT),
    find,
};

/// What mmdebstrap(1) copies from the machine.
const OF_MACHINE: [&[u8]; 5] = [
    b"etc/hostname",
    b"etc/hosts",
    b"etc/mailname",
    b"etc/resolv.conf",
    b"etc/apt/apt.conf.d/01proxy",
];
/// Where apt's sources are (sources.list(5)).
const SOURCES: [&[u8]; 2] = [b"etc/apt/sources.list", b"etc/apt/sources.list.d/"];
/// Where apt keeps what it downloaded, under names that begin with the mirror's.
const LISTS: &[u8] = b"var/lib/apt/lists/";

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let finding = Finding::new(RULE.id, What::Surroundings);
        let is_such = is_of_machine(divergence) || is_of_mirror(divergence);
        is_such.then(|| finding.with([Evidence::on(divergence, EntryFact::Claimed)]))
    })
}

/// Whether the content of a file of the machine differs.
fn is_of_machine(divergence: &Divergence) -> bool {
    let path = divergence.entry_path().as_bytes();
    has(divergence, "content") && OF_MACHINE.contains(&path)
}

/// Whether nothing differs but the mirror that apt's sources name, or what came from it.
fn is_of_mirror(divergence: &Divergence) -> bool {
    let path = divergence.entry_path().as_bytes();
    let from = divergence.from.as_deref().map(EntryPath::new);
    let is_list = path.starts_with(LISTS);
    match divergence.kind {
        DivergenceKind::Moved => {
            is_list && from.is_some_and(|from| from.as_bytes().starts_with(LISTS))
        }
        DivergenceKind::Changed => {
            let is_source = SOURCES.iter().any(|start| path.starts_with(start));
            let is_other_mirror = || {
                let contents = divergence.contents();
                contents.is_some_and(|(left, right)| without_mirror(left) == without_mirror(right))
            };
            has(divergence, "content") && (is_list || is_source && is_other_mirror())
        }
        DivergenceKind::LeftOnly | DivergenceKind::RightOnly | DivergenceKind::Reordered => false,
    }
}

/// Sources of apt without the mirrors that they name, in either of both formats.
fn without_mirror(sources: &[u8]) -> Vec<Vec<u8>> {
    let mut is_continued = false;
    let mut lines = Vec::new();
    for line in sources.split(|byte| *byte == b'\n') {
        if is_continued && line.starts_with(b" ") {
            continue;
        }
        is_continued = line.to_ascii_lowercase().starts_with(b"uris:");
        if !is_continued {
            lines.push(one_line(line));
        }
    }
    lines
}

/// `deb [OPTION=…] URI SUITE COMPONENT…` without the URI; any other line as it is.
fn one_line(line: &[u8]) -> Vec<u8> {
    let words = line.split(|byte| byte.is_ascii_whitespace());
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    if !matches!(words.first(), Some(&(b"deb" | b"deb-src"))) {
        return line.to_vec();
    }
    let is_open = words.get(1).is_some_and(|word| word.starts_with(b"["));
    let options = words.iter().position(|word| word.ends_with(b"]"));
    let uri = match options.filter(|_| is_open) {
        Some(end) => end + 1,
        None => 1,
    };
    let kept = words.iter().enumerate().filter(|(at, _)| *at != uri);
    let kept: Vec<&[u8]> = kept.map(|(_, word)| *word).collect();
    kept.join(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sources_that_differ_in_the_mirror_alone_are_the_same_without_it() {
        let is_same = |left: &[u8], right: &[u8]| without_mirror(left) == without_mirror(right);
        assert!(is_same(
            b"deb http://a/debian trixie main\n",
            b"deb http://b/debian trixie main\n"
        ));
        assert!(is_same(
            b"deb [arch=amd64 trusted=yes] http://a trixie main\n",
            b"deb [arch=amd64 trusted=yes] http://b trixie main\n"
        ));
        assert!(is_same(
            b"Types: deb\nURIs: http://a\n http://b\nSuites: trixie\n",
            b"Types: deb\nURIs: http://c\nSuites: trixie\n"
        ));
        assert!(!is_same(
            b"deb http://a/debian trixie main\n",
            b"deb http://a/debian trixie main contrib\n"
        ));
        assert!(!is_same(
            b"Types: deb\nURIs: http://a\nSuites: trixie\n",
            b"Types: deb\nURIs: http://a\nSuites: sid\n"
        ));
    }
}
