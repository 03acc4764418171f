//! `/bin`, `/sbin`, `/lib` are links into `/usr` on one side and directories on the other.

use crate::explain::case::{Case, bare, has, scripts};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::tar::entry::Kind;

pub(crate) const RULE: Rule = Rule {
    id: "aliasing",
    about: "an aliasing symlink of merged /usr is a directory on one side",
    needs: Needs::Nothing,
    find,
};

/// The links that merged /usr has in the root; file-hierarchy(7), dpkg's `usrmerge`.
const ALIASES: [&[u8]; 6] = [b"bin", b"sbin", b"lib", b"lib32", b"lib64", b"libx32"];

fn find(case: &Case<'_>) -> Vec<Finding> {
    let turned: Vec<&[u8]> = case
        .free()
        .filter(|(_, divergence)| {
            let kind = |side: &Option<Box<crate::compare::comparison::SideEntry>>| {
                side.as_ref().map(|side| side.entry.kind)
            };
            let kinds = [kind(&divergence.left), kind(&divergence.right)];
            has(divergence, "type")
                && kinds.contains(&Some(Kind::Symlink))
                && kinds.contains(&Some(Kind::Directory))
        })
        .filter_map(|(_, divergence)| {
            ALIASES
                .into_iter()
                .find(|alias| *alias == bare(&divergence.path))
        })
        .collect();
    if turned.is_empty() {
        return vec![];
    }
    let is_below = |path: &[u8]| {
        let path = bare(path);
        let path = path.strip_prefix(b"usr/").unwrap_or(path);
        ALIASES.iter().any(|alias| {
            path.strip_prefix(*alias)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        })
    };
    // A file that names the paths: the same lines once both spellings are one.
    let is_spelling = |left: &[u8], right: &[u8]| {
        let same = |aliases: &[&[u8]]| unaliased(left, aliases) == unaliased(right, aliases);
        !same(&[]) && same(&turned)
    };
    let claims = case
        .free()
        .filter(|(_, divergence)| {
            is_below(&divergence.path)
                || divergence.from.as_deref().is_some_and(is_below)
                || divergence
                    .contents()
                    .is_some_and(|(left, right)| is_spelling(left, right))
        })
        .map(|(at, _)| at)
        .collect();
    let names = turned
        .iter()
        .map(|alias| format!("/{}", String::from_utf8_lossy(alias)));
    let names = names.collect::<Vec<_>>().join(", ");
    // Who makes the links where they are links.
    let makers = turned.iter().flat_map(|alias| case.normal_writers(alias));
    let makers = scripts(&makers.collect::<Vec<_>>());
    let mut finding = match makers.last() {
        Some((script, process)) => {
            let what = "aliases were not made";
            let mut finding = Finding::of(case, &RULE, Some(script), what, claims);
            finding.evidence.push(format!(
                "in the normal build {} makes them: {}",
                evidence_text::script(script),
                evidence_text::command(process)
            ));
            finding
        }
        None => Finding::new(RULE.id, format!("{names}: aliases were not made"), claims),
    };
    finding.evidence.push(format!(
        "{names}: a symlink on one side, a directory on the other"
    ));
    finding.hint = Some(
        "bookworm and older need --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr to be merged at all",
    );
    vec![finding]
}

/// A content with `/usr/bin/` for `/bin/` and so on, its strings sorted: a cache is sorted
/// by the paths in it. Of a binary file only the strings that are paths count, as its header
/// has their number and length.
fn unaliased(content: &[u8], aliases: &[&[u8]]) -> Vec<Vec<u8>> {
    let is_binary = content.contains(&0);
    let mut lines: Vec<Vec<u8>> = content
        .split(|byte| *byte == b'\n' || *byte == 0)
        .filter_map(|line| if is_binary { path_in(line) } else { Some(line) })
        .map(|line| {
            let is_aliased = aliases.iter().any(|alias| {
                line.strip_prefix(b"/")
                    .and_then(|line| line.strip_prefix(*alias))
                    .is_some_and(|rest| rest.starts_with(b"/"))
            });
            if is_aliased {
                [b"/usr", line].concat()
            } else {
                line.to_vec()
            }
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

/// The path that a piece of a binary file ends with; the first one follows the header.
fn path_in(piece: &[u8]) -> Option<&[u8]> {
    let is_printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let start = piece
        .iter()
        .rposition(|byte| !is_printable(byte))
        .map_or(0, |at| at + 1);
    let text = piece.get(start..)?;
    let path = text.get(text.iter().position(|byte| *byte == b'/')?..)?;
    (path.len() > 4).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_is_the_same_once_both_spellings_of_its_paths_are_one() {
        let aliases: [&[u8]; 1] = [b"lib"];
        let left = b"\x01\x02\x00\x0c\x08\x00/lib/x/liba.so.1\0/lib/x/libb.so.2\0";
        let right = b"\x01\x02\x00\x5c\x2f\x00\x01/usr/lib/x/libb.so.2\0/lib/x/liba.so.1\0";
        assert_eq!(unaliased(left, &aliases), unaliased(right, &aliases));
        let other = b"\x01\x02\x00\x5c\x00/usr/lib/x/libc.so.2\0/lib/x/liba.so.1\0";
        assert_ne!(unaliased(left, &aliases), unaliased(other, &aliases));
    }
}
