//! Contents and paths that merged /usr spells in two ways.

use crate::debian::merged_usr::{is_link_or_below, through_link};
use crate::tar::entry_path::EntryPath;

/// Shortest text of a binary file that counts as a path, in bytes.
const PATH: usize = 5;

/// Whether a path is one of the links or below one, in either spelling.
pub(crate) fn is_below_link(path: EntryPath<'_>) -> bool {
    let path = path.as_bytes();
    is_link_or_below(path) || through_link(path).is_some()
}

/// The lines of a content with `/usr/bin/` for `/bin/` and so on, sorted: a cache is sorted by
/// the paths in it. Of a binary file only the strings that are paths count, because its header
/// has their number and length.
pub(crate) fn unaliased(content: &[u8], links: &[&[u8]]) -> Vec<Vec<u8>> {
    let is_binary = content.contains(&0);
    let mut lines: Vec<Vec<u8>> = content
        .split(|byte| *byte == b'\n' || *byte == 0)
        .filter_map(|line| if is_binary { path_in(line) } else { Some(line) })
        .map(|line| {
            let is_aliased = links.iter().any(|link| {
                line.strip_prefix(b"/")
                    .and_then(|line| line.strip_prefix(*link))
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
    (path.len() >= PATH).then_some(path)
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

    #[test]
    fn a_path_below_a_link_is_one_in_either_spelling() {
        let below = |path: &[u8]| is_below_link(EntryPath::new(path));
        assert!(below(b"./bin") && below(b"./usr/bin/cat") && below(b"./lib64/ld.so"));
        assert!(!below(b"./binary") && !below(b"./usr/share/bin/x"));
    }
}
