//! What stands after the last entry: zero blocks, and anything else.

use std::io;

use crate::compare::archive_divergence::{ArchiveDivergence, TrailingData, TrailingZeros};
use crate::compare::diff::content::{digest, first_nonzero};
use crate::compare::field_value::ContentSummary;
use crate::compare::options::DIGESTED;
use crate::compare::side::Sides;
use crate::input::read_at::{PIECE, Position, ReadAt, Scratch, first_difference};

/// GNU tar fills an archive with zeros to a multiple of this many bytes.
const RECORD: u64 = 10_240;

/// Two zero blocks end an archive.
const END: u64 = 1024;

/// A tail, measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tail {
    start: u64,
    /// Zero bytes at its start, whole blocks where data follows.
    zeros: u64,
    length: u64,
}

impl Tail {
    fn measure(from: Position<'_>) -> io::Result<Self> {
        let Position {
            reader,
            offset: start,
        } = from;
        let length = reader.length().saturating_sub(start);
        let mut buffer = vec![0; usize::try_from(length).unwrap_or(PIECE).clamp(512, PIECE)];
        let data = first_nonzero(reader, start, &mut buffer)?;
        let zeros = data.map_or(length, |at| (at - start) / 512 * 512);
        Ok(Self {
            start,
            zeros,
            length,
        })
    }

    fn data(&self) -> u64 {
        self.length - self.zeros
    }

    /// Where the data starts.
    fn data_start(&self) -> u64 {
        self.start + self.zeros
    }

    fn trailing_zeros(&self) -> TrailingZeros {
        TrailingZeros {
            start: self.start,
            bytes: self.zeros,
        }
    }

    /// The data, which differ from `first` on.
    fn trailing_data(&self, reader: &dyn ReadAt, first: u64) -> io::Result<TrailingData> {
        let (start, bytes) = (self.data_start(), self.data());
        let is_digested = bytes <= DIGESTED;
        let digested = |bytes| digest(reader, start, bytes);
        let content = match bytes {
            0 => None,
            bytes => Some(ContentSummary {
                bytes,
                sha256: is_digested.then(|| digested(bytes)).transpose()?,
            }),
        };
        Ok(TrailingData {
            content,
            first: start + first,
        })
    }

    /// Whether the zeros are what a writer adds that fills the last record.
    fn fills_record(&self) -> bool {
        self.data() == 0
            && (self.start + self.length).is_multiple_of(RECORD)
            && (END..END + RECORD).contains(&self.zeros)
    }
}

/// Compares what follows the entries of both sides, from the given offsets on.
pub(crate) fn compare(
    left: Position<'_>,
    right: Position<'_>,
) -> io::Result<Vec<ArchiveDivergence>> {
    let (old, new) = (Tail::measure(left)?, Tail::measure(right)?);
    let mut found = Vec::new();
    // Where the entries end elsewhere, the filling of the record follows from that.
    let follows = old.start != new.start && old.fills_record() && new.fills_record();
    if old.zeros != new.zeros && !follows {
        found.push(ArchiveDivergence::TrailingBlocks(Sides {
            left: old.trailing_zeros(),
            right: new.trailing_zeros(),
        }));
    }
    let data = |tail: &Tail, reader| Position {
        reader,
        offset: tail.data_start(),
    };
    let (l, r) = (data(&old, left.reader), data(&new, right.reader));
    let common = old.data().min(new.data());
    let first = first_difference(l, r, common, &mut Scratch::new(PIECE))?;
    if first.is_some() || old.data() != new.data() {
        let first = first.unwrap_or(common);
        found.push(ArchiveDivergence::TrailingData(Sides {
            left: old.trailing_data(left.reader, first)?,
            right: new.trailing_data(right.reader, first)?,
        }));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::compare::archive_divergence::ArchiveDivergence;
    use crate::compare::diff::tail::compare;
    use crate::input::read_at::Position;

    fn names(left: &[u8], left_end: u64, right: &[u8], right_end: u64) -> Vec<&'static str> {
        let (left, right) = (
            Position {
                reader: &left,
                offset: left_end,
            },
            Position {
                reader: &right,
                offset: right_end,
            },
        );
        compare(left, right)
            .unwrap_or_default()
            .iter()
            .map(ArchiveDivergence::name)
            .collect()
    }

    #[test]
    fn zeros_and_data_after_the_end_are_told_apart() {
        let zeros = vec![0; 10_240];
        let data = [&zeros[..1024], b"data"].concat();
        assert_eq!(names(&zeros, 0, &zeros, 0), Vec::<&str>::new());
        assert_eq!(names(&zeros, 0, &zeros[..1024], 0), ["trailing-blocks"]);
        assert_eq!(names(&zeros[..1024], 0, &data, 0), ["trailing-data"]);
        assert_eq!(names(&[], 0, &zeros[..1024], 0), ["trailing-blocks"]);
    }

    #[test]
    fn filling_the_last_record_follows_from_where_the_entries_end() {
        let zeros = vec![0; 10_240];
        assert_eq!(names(&zeros, 512, &zeros, 1024), Vec::<&str>::new());
        assert_eq!(
            names(&zeros, 512, &vec![0; 20_480], 1024),
            ["trailing-blocks"]
        );
    }
}
