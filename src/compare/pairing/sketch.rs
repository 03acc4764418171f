//! How much two contents have in common, guessed from few numbers each.
//!
//! A content is cut into pieces where its bytes say so, so that a byte put in moves no other cut.
//! Of the digests of the pieces the smallest are kept: the share of those that two contents have
//! in common is about that of their pieces (A. Z. Broder, "On the resemblance and containment of
//! documents", 1997).

use crate::compare::pairing::key::key;

/// Digests that are kept of one content.
const KEPT: usize = 128;
/// Bytes of a piece: at least, and on average more than that.
const SHORTEST: usize = 16;
const MEAN: u64 = 64;

/// The smallest digests of the pieces of a content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sketch {
    /// Sorted, each once.
    digests: Vec<u64>,
}

impl Sketch {
    /// That of the start of a content, or of all of it.
    pub(crate) fn new(content: &[u8]) -> Self {
        let mut digests = Vec::new();
        let (mut state, mut length, mut start) = (0_u64, 0, 0);
        for (at, byte) in content.iter().enumerate() {
            // The last 64 bytes decide; the odd number spreads the bits of a byte.
            let spread = (u64::from(*byte) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            state = (state << 1).wrapping_add(spread >> 7);
            length += 1;
            if length >= SHORTEST && (state >> 32) % MEAN == 0 {
                digests.extend(content.get(start..=at).map(|piece| key(piece)[0]));
                (start, length) = (at + 1, 0);
            }
        }
        let rest = content.get(start..).filter(|rest| !rest.is_empty());
        digests.extend(rest.map(|rest| key(rest)[0]));
        digests.sort_unstable();
        digests.dedup();
        digests.truncate(KEPT);
        Self { digests }
    }

    /// How many of a thousand pieces both have, of all that either has.
    pub(crate) fn likeness(&self, other: &Self) -> u32 {
        let mut all = [self.digests.as_slice(), &other.digests].concat();
        all.sort_unstable();
        let runs = all.chunk_by(|a, b| a == b).take(KEPT);
        let (mut both, mut either) = (0_u32, 0_u32);
        for run in runs {
            either += 1;
            both += u32::from(run.len() > 1);
        }
        (both * 1000).checked_div(either).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(from: u32, to: u32) -> Vec<u8> {
        let lines = (from..to).map(|n| format!("line {} of a text\n", n * 7919));
        lines.collect::<String>().into_bytes()
    }

    #[test]
    fn what_is_put_in_changes_little_and_what_is_another_text_is_not_alike() {
        let text = Sketch::new(&lines(0, 1_000));
        let longer = Sketch::new(&[b"a line more\n".to_vec(), lines(0, 1_000)].concat());
        assert!(text.likeness(&longer) > 900);
        let half = text.likeness(&Sketch::new(&lines(500, 1_500)));
        assert!((150..550).contains(&half), "{half}");
        assert!(text.likeness(&Sketch::new(&lines(2_000, 3_000))) < 50);
        assert_eq!(text.likeness(&text), 1000);
        assert_eq!(Sketch::default().likeness(&Sketch::default()), 0);
    }
}
