//! Which members of two ar archives belong together.

use std::collections::BTreeMap;

use crate::any::package::member::Contained;
use crate::compare::side::Side;

/// Two members of one name; one of them is missing where only one side has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The name in reports. Archives are called without the suffix of their compression.
    pub(crate) key: Vec<u8>,
    pub(crate) left: Option<Contained>,
    pub(crate) right: Option<Contained>,
}

/// Suffixes that only tell the compression, and so do not tell two archives apart.
const SUFFIXES: [&[u8]; 9] = [
    b".gz", b".xz", b".zst", b".bz2", b".lzma", b".lz", b".lz4", b".zstd", b".Z",
];

impl Pair {
    /// Both members, if both are archives.
    pub(crate) fn nested(&self) -> Option<(&Contained, &Contained)> {
        let both = self.left.as_ref().zip(self.right.as_ref());
        both.filter(|(left, right)| left.is_tar && right.is_tar)
    }

    /// Whether this is the pair of a member.
    pub(crate) fn holds(&self, side: Side, member: &Contained) -> bool {
        let own = match side {
            Side::Left => self.left.as_ref(),
            Side::Right => self.right.as_ref(),
        };
        own.is_some_and(|own| own.span == member.span)
    }
}

/// Pairs the members by name, the n-th of a name with the n-th; those without a partner too.
pub(crate) fn pairs(left: &[Contained], right: &[Contained]) -> Vec<Pair> {
    let mut found: BTreeMap<(Vec<u8>, usize), Pair> = BTreeMap::new();
    for (side, members) in [(Side::Left, left), (Side::Right, right)] {
        let mut counts: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        for member in members {
            let name = stem(member);
            let count = counts.entry(name.clone()).or_insert(0);
            *count += 1;
            let key = match *count {
                1 => name.clone(),
                count => [&name[..], b"#", count.to_string().as_bytes()].concat(),
            };
            let pair = found.entry((name, *count)).or_insert(Pair {
                key,
                left: None,
                right: None,
            });
            match side {
                Side::Left => pair.left = Some(member.clone()),
                Side::Right => pair.right = Some(member.clone()),
            }
        }
    }
    found.into_values().collect()
}

fn stem(member: &Contained) -> Vec<u8> {
    let suffix = SUFFIXES.iter().find(|suffix| member.name.ends_with(suffix));
    let bare = suffix.and_then(|suffix| member.name.strip_suffix(*suffix));
    match bare {
        Some(bare) if member.is_tar => bare.to_vec(),
        _ => member.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::compression::Compression;

    fn member(name: &str, is_tar: bool, start: u64) -> Contained {
        Contained {
            name: name.into(),
            header: vec![b' '; 60],
            span: start..start + 1,
            padding: None,
            compression: Compression::Plain,
            is_tar,
        }
    }

    #[test]
    fn archives_pair_without_the_suffix_of_their_compression_and_others_with_it() {
        let left = [
            member("debian-binary", false, 1),
            member("data.tar.xz", true, 2),
            member("data.tar", true, 3),
            member("x.gz", false, 4),
        ];
        let right = [
            member("data.tar.zst", true, 1),
            member("debian-binary", false, 2),
            member("x.xz", false, 3),
        ];
        let keys: Vec<(String, bool, bool)> = pairs(&left, &right)
            .into_iter()
            .map(|pair| {
                let key = String::from_utf8_lossy(&pair.key).into_owned();
                (key, pair.left.is_some(), pair.right.is_some())
            })
            .collect();
        let row = |key: &str, left, right| (key.to_owned(), left, right);
        assert_eq!(
            keys,
            [
                row("data.tar", true, true),
                row("data.tar#2", true, false),
                row("debian-binary", true, true),
                row("x.gz", true, false),
                row("x.xz", false, true),
            ]
        );
    }
}
