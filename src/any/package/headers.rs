//! Bytes of members' headers that no field of theirs claims.

use std::ops::Range;

use crate::any::package::member::Contained;
use crate::any::package::pairing::Pair;
use crate::compare::archive_divergence::UnexplainedBytes;
use crate::compare::side::Sides;

/// The numbers of a header (ar(5)), each with its radix: time, owner, group, mode, size.
const NUMBERS: [(Range<usize>, u32); 5] = [
    (16..28, 10),
    (28..34, 10),
    (34..40, 10),
    (40..48, 8),
    (48..58, 10),
];

/// Members whose headers differ in the spelling of a value, or whose padding differs.
pub(crate) fn unclaimed(pairs: &[Pair]) -> Vec<UnexplainedBytes> {
    let both = pairs.iter().filter_map(|pair| {
        let (left, right) = pair.left.as_ref().zip(pair.right.as_ref())?;
        // Another compression claims the suffix that tells it.
        let is_named = left.name == right.name || left.compression != right.compression;
        let is_claimed =
            is_named && residue(left) == residue(right) && padding(left) == padding(right);
        let span = |member: &Contained| {
            let header = member.header.len() as u64;
            member.span.start - header..member.span.end + u64::from(member.padding.is_some())
        };
        (!is_claimed).then(|| UnexplainedBytes::InEntry {
            path: pair.key.clone(),
            spans: Sides {
                left: span(left),
                right: span(right),
            },
        })
    });
    both.collect()
}

/// The byte after a content of odd length, if it is missing or no newline.
fn padding(member: &Contained) -> Option<Option<u8>> {
    let is_odd = (member.span.end - member.span.start) % 2 == 1;
    (is_odd && member.padding != Some(b'\n')).then_some(member.padding)
}

/// The header without the values that are spelled as everybody spells them, and so are claimed by
/// their fields, and without a name that is spelled so.
fn residue(member: &Contained) -> Vec<u8> {
    let mut header = member.header.clone();
    for (span, radix) in NUMBERS {
        let Some(field) = header.get_mut(span) else {
            continue;
        };
        let text = std::str::from_utf8(field).unwrap_or_default().trim_end();
        let usual = match u64::from_str_radix(text, radix) {
            Ok(number) if radix == 8 => format!("{number:o}"),
            Ok(number) => number.to_string(),
            Err(_) => continue,
        };
        if usual == text {
            field.fill(b' ');
        }
    }
    if let Some(name) = header.get_mut(..member.name.len())
        && *name == *member.name
    {
        name.fill(b' ');
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::compression::Compression;

    fn pair(left: &[u8], right: &[u8]) -> Pair {
        let member = |header: &[u8]| Contained {
            name: b"a".to_vec(),
            header: header.to_vec(),
            span: 68..70,
            padding: None,
            compression: Compression::Plain,
            is_tar: false,
        };
        Pair {
            key: b"a".to_vec(),
            left: Some(member(left)),
            right: Some(member(right)),
        }
    }

    #[test]
    fn another_value_is_claimed_and_another_spelling_is_not() {
        let header = |time: &str, mode: &str| {
            format!("{:<16}{time:<12}{:<6}{:<6}{mode:<8}{:<10}`\n", "a", 0, 0, 2).into_bytes()
        };
        let usual = header("7", "100644");
        let claims = |right: &[u8]| unclaimed(&[pair(&usual, right)]).len();
        assert_eq!(claims(&header("8", "100755")), 0);
        assert_eq!(claims(&header("07", "100644")), 1);
        assert_eq!(claims(&header("7", "0100644")), 1);
        let slash = [b"a/".as_slice(), &usual[2..]].concat();
        assert_eq!(claims(&slash), 1);
    }
}
