//! Which of the files that two control files list belong together.

use std::collections::BTreeMap;

use crate::compare::side::Sides;
use crate::debian::file_list::ListedFile;

/// A listed file and its name.
type Named<'list> = (&'list [u8], &'list ListedFile);

/// Two listed files; one of them is missing where only one side lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pair<'list> {
    pub(crate) left: Option<Named<'list>>,
    pub(crate) right: Option<Named<'list>>,
}

/// Files of a list by name.
type Files = BTreeMap<Vec<u8>, ListedFile>;

/// Suffixes of compressions that source packages and their parts have.
const SUFFIXES: [&[u8]; 6] = [b".gz", b".xz", b".zst", b".bz2", b".lzma", b".lz"];
/// What follows the version in the name of a file of a source package: dsc(5).
const ENDS: [&[u8]; 5] = [b".dsc", b".diff", b".debian.tar", b".orig.tar", b".tar"];

/// Pairs files by name, and the others without version and suffix of compression, if that is
/// clear: one file of such a name is left on both sides.
pub(crate) fn pairs<'list>(left: &'list Files, right: &'list Files) -> Vec<Pair<'list>> {
    let mut found = Vec::new();
    let mut others: BTreeMap<Vec<u8>, Sides<Vec<Named<'_>>>> = BTreeMap::new();
    for (name, file) in left {
        match right.get(name) {
            Some(other) => found.push(Pair {
                left: Some((name, file)),
                right: Some((name, other)),
            }),
            None => {
                others
                    .entry(stem(name))
                    .or_default()
                    .left
                    .push((name, file));
            }
        }
    }
    for (name, file) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
        others
            .entry(stem(name))
            .or_default()
            .right
            .push((name, file));
    }
    for Sides { left, right } in others.into_values() {
        if let ([left], [right]) = (&left[..], &right[..]) {
            found.push(Pair {
                left: Some(*left),
                right: Some(*right),
            });
            continue;
        }
        found.extend(left.into_iter().map(|left| Pair {
            left: Some(left),
            right: None,
        }));
        found.extend(right.into_iter().map(|right| Pair {
            left: None,
            right: Some(right),
        }));
    }
    found
}

/// A name without version and suffix of compression: `NAME_VERSION_ARCHITECTURE.deb`,
/// `NAME_VERSION.orig.tar.xz`.
fn stem(name: &[u8]) -> Vec<u8> {
    let suffix = SUFFIXES
        .iter()
        .find_map(|suffix| name.strip_suffix(*suffix));
    let name = suffix.unwrap_or(name);
    let parts: Vec<&[u8]> = name.split(|byte| *byte == b'_').collect();
    match parts[..] {
        [package, _, architecture] => [package, b"__", architecture].concat(),
        [package, rest] => {
            let end = ENDS.iter().find(|end| rest.ends_with(end));
            [package, b"_", end.copied().unwrap_or(rest)].concat()
        }
        _ => name.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_pair_by_name_and_the_rest_without_version_and_compression() {
        let files = |names: &[&str]| -> Files {
            let file = |name: &&str| (name.as_bytes().to_vec(), ListedFile::default());
            names.iter().map(file).collect()
        };
        let left = files(&[
            "a_1_all.deb",
            "a_1.dsc",
            "a_1.tar.gz",
            "b_1_all.deb",
            "c",
            "same",
        ]);
        let right = files(&[
            "a_2_all.deb",
            "a_2.dsc",
            "a_2.tar.xz",
            "b_1_i386.deb",
            "same",
        ]);
        let names: Vec<String> = pairs(&left, &right)
            .into_iter()
            .map(|pair| {
                let name = |side: Option<(&[u8], _)>| {
                    side.map_or("-".into(), |(name, _)| {
                        String::from_utf8_lossy(name).into_owned()
                    })
                };
                format!("{} {}", name(pair.left), name(pair.right))
            })
            .collect();
        assert_eq!(
            names,
            [
                "same same",
                "a_1.dsc a_2.dsc",
                "a_1.tar.gz a_2.tar.xz",
                "a_1_all.deb a_2_all.deb",
                "b_1_all.deb -",
                "- b_1_i386.deb",
                "c -",
            ]
        );
    }
}
