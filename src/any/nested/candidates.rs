//! Which differing entries of two archives may be archives that have to be compared as such.

use std::collections::BTreeMap;
use std::io::Read as _;

use crate::compare::comparison::{Comparison, Divergence, DivergenceKind, SideEntry};
use crate::compare::side::Sides;
use crate::input::compression::{Compression, sniff};
use crate::input::decode::{Decoder, Digesting};
use crate::input::kind::Kind;
use crate::tar::entry::EntryKind;
use crate::tar::entry_path::EntryPath;

/// Most bytes that the readers of contents unpack one content to (`docs/content.md`). What is
/// larger is compared as a part instead.
const READ_IN_MEMORY: u64 = 16 << 20;
/// Base-2 logarithm of the largest zstd window that those readers allow.
const WINDOW: u32 = 24;

/// Suffixes that only tell the compression, and so do not tell two archives apart.
const SUFFIXES: [&[u8]; 8] = [
    b".gz", b".xz", b".zst", b".bz2", b".lzma", b".lz", b".lz4", b".zstd",
];

/// Two entries that may be the same archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// What stands before the path of what differs inside.
    pub(crate) key: Vec<u8>,
    /// The normalized paths.
    pub(crate) paths: Sides<Vec<u8>>,
    /// Whether the content was seen to be an archive, or is called like one.
    pub(crate) is_likely: bool,
}

impl Candidate {
    /// Whether the entries have one name; else each of them is on one side only.
    pub(crate) fn has_one_path(&self) -> bool {
        self.paths.left == self.paths.right
    }
}

/// The candidates of a comparison, in the order of its divergences.
pub(crate) fn candidates(found: &Comparison) -> Vec<Candidate> {
    let mut all = Vec::new();
    let mut lone: BTreeMap<&[u8], Sides<Vec<&[u8]>>> = BTreeMap::new();
    for one in found.divergences.iter().filter(|one| one.occurrence == 1) {
        let path = one.entry_path().as_bytes();
        match one.kind {
            DivergenceKind::Changed if one.from.is_none() && may_be_archive(one) => {
                all.push(Candidate {
                    key: match is_of_ipk(stem(path)) {
                        true => stem(path).to_vec(),
                        false => path.to_vec(),
                    },
                    paths: Sides {
                        left: path.to_vec(),
                        right: path.to_vec(),
                    },
                    is_likely: one.contents().is_some() || is_called_archive(path),
                })
            }
            DivergenceKind::LeftOnly if is_file(one.left.as_deref()) => {
                lone.entry(stem(path)).or_default().left.push(path);
            }
            DivergenceKind::RightOnly if is_file(one.right.as_deref()) => {
                lone.entry(stem(path)).or_default().right.push(path);
            }
            _ => {}
        }
    }
    let lone = lone.into_iter().filter(|(stem, _)| stem.ends_with(b".tar"));
    all.extend(
        lone.filter_map(|(stem, paths)| match (&paths.left[..], &paths.right[..]) {
            ([left], [right]) => Some(Candidate {
                key: stem.to_vec(),
                paths: Sides {
                    left: left.to_vec(),
                    right: right.to_vec(),
                },
                is_likely: true,
            }),
            _ => None,
        }),
    );
    all
}

/// A path without the suffix of the compression.
fn stem(path: &[u8]) -> &[u8] {
    let bare = SUFFIXES
        .iter()
        .find_map(|suffix| path.strip_suffix(*suffix));
    bare.unwrap_or(path)
}

/// Whether a file is called as archives are: `.tar` with or without a compression, or a short form.
fn is_called_archive(path: &[u8]) -> bool {
    const SHORT: [&[u8]; 8] = [
        b".tar", b".tgz", b".tbz", b".tbz2", b".txz", b".tzst", b".ipk", b".crate",
    ];
    SHORT.iter().any(|short| stem(path).ends_with(short))
}

/// The archives in an `.ipk`, which are parts whatever their size, as those of a `.deb` are.
fn is_of_ipk(stem: &[u8]) -> bool {
    matches!(
        EntryPath::new(stem).as_bytes(),
        b"control.tar" | b"data.tar"
    )
}

fn is_file(side: Option<&SideEntry>) -> bool {
    side.is_some_and(|side| side.entry.kind == EntryKind::File && side.entry.sparse.is_none())
}

/// Whether the readers of contents cannot say what differs, as far as that is known.
fn may_be_archive(one: &Divergence) -> bool {
    let differs = one.fields.iter().any(|field| field.name == "content");
    if !differs || !is_file(one.left.as_deref()) || !is_file(one.right.as_deref()) {
        return false;
    }
    match one.contents() {
        None => true,
        Some(_) if is_of_ipk(stem(one.entry_path().as_bytes())) => true,
        Some((left, right)) => is_large_archive(left) || is_large_archive(right),
    }
}

/// Whether a content unpacks to an archive that is larger than what is read in memory.
fn is_large_archive(content: &[u8]) -> bool {
    let compression = sniff(content);
    if compression == Compression::Plain {
        return false;
    }
    let mut decoder = Decoder::new(content, compression, WINDOW, Digesting::Off);
    let mut start = Vec::new();
    let outcome = decoder.by_ref().take(512).read_to_end(&mut start);
    if outcome.is_err() || !matches!(Kind::of(&start), Kind::Tar | Kind::Image) {
        return false;
    }
    let rest = std::io::copy(&mut decoder.take(READ_IN_MEMORY), &mut std::io::sink());
    rest.is_ok_and(|rest| rest + start.len() as u64 > READ_IN_MEMORY)
}
