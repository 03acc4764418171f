//! What differs of two archives as such: each side's value, and more about both.

use std::ops::Range;

use crate::compare::archive_divergence::{
    ArchiveDivergence, CompressedData, CompressionFacts, GlobalHeader, Sorting, TrailingZeros,
    UnexplainedBytes,
};
use crate::compare::side::{Side, Sides};
use crate::input::compression::HeaderField;
use crate::text::number::grouped;
use crate::text::quote;

/// The value of one side, if it has one.
#[must_use]
pub fn value(divergence: &ArchiveDivergence, side: Side) -> Option<String> {
    match divergence {
        ArchiveDivergence::Compression { facts, .. } => {
            Some(facts.of(side).compression.name().to_owned())
        }
        ArchiveDivergence::EntryOrder { .. } => None,
        ArchiveDivergence::GlobalHeader(sides) => sides.of(side).as_ref().map(records),
        ArchiveDivergence::TrailingBlocks(sides) => Some(blocks(*sides.of(side))),
        ArchiveDivergence::TrailingData(sides) => {
            let content = sides.of(side).content.as_ref();
            content.map(ToString::to_string)
        }
        ArchiveDivergence::UnexplainedBytes(bytes) => unexplained(bytes, side),
        ArchiveDivergence::Within { aspect, .. } => value(aspect, side),
    }
}

/// What else is known of the divergence.
#[must_use]
pub fn detail(divergence: &ArchiveDivergence) -> String {
    match divergence {
        ArchiveDivergence::Compression { facts, data } => containers(facts, *data),
        ArchiveDivergence::EntryOrder { moved, sorting } => entry_order(*moved, sorting),
        ArchiveDivergence::GlobalHeader(Sides { left, right }) => {
            format!("{} | {}", offset(left.as_ref()), offset(right.as_ref()))
        }
        ArchiveDivergence::TrailingBlocks(Sides { left, right }) => {
            format!("the entries end at byte {} | {}", left.start, right.start)
        }
        ArchiveDivergence::TrailingData(Sides { left, right }) => {
            format!("from byte {} | {}", left.first, right.first)
        }
        ArchiveDivergence::UnexplainedBytes(bytes) => where_unexplained(bytes),
        ArchiveDivergence::Within { aspect, .. } => detail(aspect),
    }
}

/// How many entries stand elsewhere, and which side is sorted by what.
fn entry_order(moved: u64, sorting: &Sides<Option<Sorting>>) -> String {
    let count = match moved {
        1 => "1 entry stands elsewhere".to_owned(),
        moved => format!("{} entries stand elsewhere", grouped(moved)),
    };
    let by = |sorting| match sorting {
        Sorting::ByName => "by name",
        Sorting::ByWholePath => "by whole path",
    };
    match (sorting.left, sorting.right) {
        (None, None) => count,
        (Some(left), None) => format!("{count}; left is sorted {}, right is not", by(left)),
        (None, Some(right)) => format!("{count}; right is sorted {}, left is not", by(right)),
        (Some(left), Some(right)) => {
            format!("{count}; left is sorted {}, right {}", by(left), by(right))
        }
    }
}

fn records(header: &GlobalHeader) -> String {
    let records = header.records.iter();
    let records = records.map(|one| format!("{}={}", quote(&one.key), quote(&one.value)));
    records.collect::<Vec<_>>().join(" ")
}

fn offset(header: Option<&GlobalHeader>) -> String {
    match header {
        Some(header) => format!("at byte {}", header.offset),
        None => "absent".to_owned(),
    }
}

fn blocks(zeros: TrailingZeros) -> String {
    let blocks = zeros.bytes / 512;
    match zeros.bytes % 512 {
        0 => format!("{blocks} zero blocks"),
        rest => format!("{blocks} zero blocks and {rest} zero bytes"),
    }
}

fn unexplained(bytes: &UnexplainedBytes, side: Side) -> Option<String> {
    let span = |span: &Range<u64>| format!("bytes {} to {}", span.start, span.end);
    match bytes {
        UnexplainedBytes::InEntry { spans, .. } | UnexplainedBytes::ZeroBlock { spans, .. } => {
            Some(span(spans.of(side)))
        }
        UnexplainedBytes::InArchive { lengths, .. } => Some(format!("{} bytes", lengths.of(side))),
        UnexplainedBytes::NotLookedAt { .. } => None,
    }
}

fn where_unexplained(bytes: &UnexplainedBytes) -> String {
    match bytes {
        UnexplainedBytes::InEntry { path, .. } => {
            format!(
                "entry {} differs in bytes that no field claims",
                quote(path)
            )
        }
        UnexplainedBytes::ZeroBlock { path, .. } => format!(
            "a zero block stands before the entry {} on one side only",
            quote(path)
        ),
        UnexplainedBytes::InArchive { first, .. } => {
            format!("the first difference is at byte {first}")
        }
        UnexplainedBytes::NotLookedAt { first } => {
            format!("the first difference is at byte {first}; only the verdict was asked for")
        }
    }
}

/// How two compressions differ; of two kinds only what follows their end.
fn containers(sides: &Sides<CompressionFacts>, data: CompressedData) -> String {
    let (left, right) = (&sides.left, &sides.right);
    let is_same_kind = left.compression == right.compression;
    let mut parts = Vec::new();
    if is_same_kind {
        parts.extend(headers(&left.header, &right.header));
    }
    let (old, new) = (&left.stats, &right.stats);
    let mut count = |what: &str, l: u64, r: u64| {
        if l != r {
            parts.push(format!("{what} {l} | {r}"));
        }
    };
    if is_same_kind {
        count("members", old.members, new.members);
        count("skippable frames", old.skippable, new.skippable);
    }
    count("bytes after the end", old.trailing, new.trailing);
    if old.trailing_data != new.trailing_data {
        parts.push("bytes after the end that are not zero, on one side".to_owned());
    }
    match data {
        CompressedData::Differ if is_same_kind => parts.push("compressed data differ".to_owned()),
        CompressedData::Equal if parts.is_empty() => {
            parts.push("compressed data are equal, but not what is around them".to_owned());
        }
        CompressedData::Differ | CompressedData::Unknown if parts.is_empty() => {
            parts.push("compressed data differ".to_owned());
        }
        CompressedData::Equal | CompressedData::Differ | CompressedData::Unknown => {}
    }
    parts.join(", ")
}

/// The fields that differ: those of the left header, then those of the right one alone.
fn headers(left: &[HeaderField], right: &[HeaderField]) -> Vec<String> {
    let named = |fields: &[HeaderField], name| -> Option<String> {
        let field = fields.iter().find(|field| field.name == name)?;
        Some(field.value.clone())
    };
    let differing = left.iter().filter_map(|field| {
        let other = named(right, field.name);
        (other.as_ref() != Some(&field.value)).then(|| {
            let other = other.as_deref().unwrap_or("none");
            format!("{} {} | {other}", field.name, field.value)
        })
    });
    let alone = right
        .iter()
        .filter(|field| named(left, field.name).is_none());
    let alone = alone.map(|field| format!("{} none | {}", field.name, field.value));
    differing.chain(alone).collect()
}

#[cfg(test)]
mod tests {
    use crate::compare::archive_divergence::{
        ArchiveDivergence, CompressedData, CompressionFacts, TrailingZeros, UnexplainedBytes,
    };
    use crate::compare::side::{Side, Sides};
    use crate::input::compression::{Compression, HeaderField};
    use crate::input::decode::ContainerStats;
    use crate::report::sentences::archive::{detail, value};

    fn gzip(fields: &[(&'static str, &str)], trailing: u64) -> CompressionFacts {
        let fields = fields.iter().map(|(name, value)| HeaderField {
            name,
            value: (*value).to_owned(),
        });
        CompressionFacts {
            compression: Compression::Gzip,
            header: fields.collect(),
            stats: ContainerStats {
                members: 1,
                trailing,
                ..ContainerStats::default()
            },
        }
    }

    fn said(divergence: &ArchiveDivergence) -> [Option<String>; 3] {
        [
            value(divergence, Side::Left),
            value(divergence, Side::Right),
            Some(detail(divergence)),
        ]
    }

    #[test]
    fn what_differs_of_two_compressions_is_said_by_name() {
        let divergence = |data| ArchiveDivergence::Compression {
            facts: Sides {
                left: gzip(&[("time", "1"), ("comment", "a")], 0),
                right: gzip(&[("time", "2"), ("file name", "b")], 3),
            },
            data,
        };
        let expected = [
            "gzip",
            "gzip",
            "time 1 | 2, comment a | none, file name none | b, bytes after the end 0 | 3",
        ];
        assert_eq!(
            said(&divergence(CompressedData::Unknown)),
            expected.map(|text| Some(text.to_owned()))
        );
        let all = "time 1 | 2, comment a | none, file name none | b, bytes after the end 0 | 3, \
            compressed data differ";
        assert_eq!(detail(&divergence(CompressedData::Differ)), all);
        for (data, text) in [
            (CompressedData::Unknown, "compressed data differ"),
            (CompressedData::Differ, "compressed data differ"),
            (
                CompressedData::Equal,
                "compressed data are equal, but not what is around them",
            ),
        ] {
            let facts = Sides {
                left: gzip(&[], 0),
                right: gzip(&[], 0),
            };
            let same = ArchiveDivergence::Compression { facts, data };
            assert_eq!(detail(&same), text);
        }
    }

    #[test]
    fn zeros_at_the_end_are_counted_in_blocks() {
        let divergence = ArchiveDivergence::TrailingBlocks(Sides {
            left: TrailingZeros {
                start: 512,
                bytes: 1024,
            },
            right: TrailingZeros {
                start: 1024,
                bytes: 600,
            },
        });
        let expected = [
            "2 zero blocks",
            "1 zero blocks and 88 zero bytes",
            "the entries end at byte 512 | 1024",
        ];
        assert_eq!(
            said(&divergence),
            expected.map(|text| Some(text.to_owned()))
        );
    }

    #[test]
    fn bytes_that_nothing_claims_are_said_by_their_place() {
        let divergence = |bytes| ArchiveDivergence::UnexplainedBytes(bytes);
        let in_entry = divergence(UnexplainedBytes::ZeroBlock {
            path: b"./a".to_vec(),
            spans: Sides {
                left: 0..512,
                right: 512..1024,
            },
        });
        let expected = [
            "bytes 0 to 512",
            "bytes 512 to 1024",
            "a zero block stands before the entry ./a on one side only",
        ];
        assert_eq!(said(&in_entry), expected.map(|text| Some(text.to_owned())));
        let unknown = divergence(UnexplainedBytes::NotLookedAt { first: 7 });
        let expected = "the first difference is at byte 7; only the verdict was asked for";
        assert_eq!(said(&unknown), [None, None, Some(expected.to_owned())]);
    }
}
