//! The fields of one pair: every one is looked at, whatever the others say.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::compare::comparison::FieldDivergence;
use crate::compare::diff::{content, encoding};
use crate::compare::notes;
use crate::compare::options::{ContentPolicy, Options};
use crate::input::read_at::{ReadAt, read_up_to};
use crate::tar::block::padding_len;
use crate::tar::entry::Entry;
use crate::tar::number::Number;
use crate::tar::raw_entry::RawEntry;
use crate::tar::sparse::{SparseError, SparseMap};
use crate::tar::time::Timestamp;
use crate::text::quote;

/// One side of a pair.
pub(crate) struct View<'input> {
    pub(crate) reader: &'input dyn ReadAt,
    pub(crate) group: RawEntry,
    pub(crate) entry: Entry,
    /// Content before this offset of the archive may read as zeros (the equal part of a stream).
    pub(crate) whole_from: u64,
}

/// Bytes of a content that may hold a sparse map of format 1.0.
const SPARSE_MAP: u64 = 1 << 20;

impl<'input> View<'input> {
    pub(crate) fn new(
        reader: &'input dyn ReadAt,
        group: RawEntry,
        whole_from: u64,
    ) -> io::Result<Self> {
        let mut start = Vec::new();
        let has_map = group
            .ext
            .iter()
            .any(|ext| bstr::ByteSlice::contains_str(ext.data(), b"GNU.sparse.major=1"));
        if has_map {
            start.resize(usize::try_from(group.size.min(SPARSE_MAP)).unwrap_or(0), 0);
            let read = read_up_to(reader, &mut start, group.content)?;
            start.truncate(read);
        }
        let entry = Entry::from_group(&group, &start);
        Ok(Self {
            reader,
            group,
            entry,
            whole_from,
        })
    }

    /// Whether all of the content is there to be read.
    pub(crate) fn is_whole(&self) -> bool {
        self.entry.stored == 0 || self.entry.content >= self.whole_from
    }
}

/// What a pair's comparison gave.
#[derive(Debug, Default)]
pub(crate) struct PairDifference {
    pub(crate) fields: Vec<FieldDivergence>,
    /// Offset of the first difference in the content.
    pub(crate) content_first: u64,
    /// Whether the groups differ in a byte that no field claims.
    pub(crate) unexplained: bool,
}

/// Whether names count: they do not where a move is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Equal,
    Differ,
}

/// Compares two entries field by field.
///
/// `room` is what explanations may still take; it is lowered.
pub(crate) fn compare(
    left: &View<'_>,
    right: &View<'_>,
    names: Names,
    options: &Options,
    room: &mut u64,
) -> io::Result<PairDifference> {
    let mut found = PairDifference {
        fields: metadata(&left.entry, &right.entry),
        ..PairDifference::default()
    };
    if let Some(difference) = content::difference(left, right)? {
        found.content_first = difference.first;
        let limit = usize::try_from(*room).unwrap_or(usize::MAX);
        let detail = match options.content {
            _ if names == Names::Differ => None,
            ContentPolicy::Omit => None,
            ContentPolicy::Explain if limit == 0 => Some(notes::FULL.to_owned()),
            ContentPolicy::Explain => Some(content::explain(
                left,
                right,
                &difference,
                &options.limits,
                limit,
            )?),
        };
        *room = room.saturating_sub(detail.as_ref().map_or(0, |text| text.len() as u64));
        found.fields.push(FieldDivergence {
            name: "content".to_owned(),
            left: content::describe(left)?,
            right: content::describe(right)?,
            detail,
        });
    }
    if let Some(padding) = padding(left, right)? {
        found.fields.push(padding);
    }
    let changed: BTreeSet<String> = found
        .fields
        .iter()
        .map(|field| field.name.clone())
        .collect();
    found
        .fields
        .extend(encoding::compare(left, right, &changed, names));
    found.unexplained = found.fields.is_empty() && is_unexplained(left, right)?;
    Ok(found)
}

/// Whether two groups without any named field differ outside global headers, which are named apart.
fn is_unexplained(left: &View<'_>, right: &View<'_>) -> io::Result<bool> {
    if left.group.gap != right.group.gap {
        return Ok(true);
    }
    let chain = |view: &View<'_>| -> Vec<u8> {
        let locals = view
            .group
            .ext
            .iter()
            .filter(|ext| ext.kind != crate::tar::raw_entry::ExtKind::Global);
        let mut bytes: Vec<u8> = locals
            .flat_map(|ext| ext.block.0.into_iter().chain(ext.padded.iter().copied()))
            .collect();
        bytes.extend_from_slice(&view.group.block.0);
        bytes.extend_from_slice(&view.group.sparse_blocks);
        bytes
    };
    if chain(left) != chain(right)
        || left.group.end - left.group.content != right.group.end - right.group.content
    {
        return Ok(true);
    }
    let length = left.group.end - left.group.content;
    let mut buffers = (vec![0; 64 << 10], vec![0; 64 << 10]);
    let (l, r) = (
        (left.reader, left.group.content),
        (right.reader, right.group.content),
    );
    Ok(crate::input::read_at::first_difference(l, r, length, &mut buffers)?.is_some())
}

struct Fields(Vec<FieldDivergence>);

impl Fields {
    fn compare<T: PartialEq>(
        &mut self,
        name: &str,
        left: &T,
        right: &T,
        show: impl Fn(&T) -> Option<String>,
    ) {
        if left != right {
            self.0.push(FieldDivergence {
                name: name.to_owned(),
                left: show(left),
                right: show(right),
                detail: None,
            });
        }
    }

    fn maps(
        &mut self,
        class: &str,
        left: &BTreeMap<Vec<u8>, Vec<u8>>,
        right: &BTreeMap<Vec<u8>, Vec<u8>>,
    ) {
        let keys: BTreeSet<&Vec<u8>> = left.keys().chain(right.keys()).collect();
        for key in keys {
            let name = format!("{class}:{}", quote(key));
            self.compare(&name, &left.get(key), &right.get(key), |value| {
                value.map(|value| shown(value))
            });
        }
    }
}

/// Differences of decoded metadata, in the order of the contract.
fn metadata(left: &Entry, right: &Entry) -> Vec<FieldDivergence> {
    let mut out = Fields(Vec::new());
    let number = |value: &Number| Some(value.to_string());
    let text = |value: &Vec<u8>| (!value.is_empty()).then(|| shown(value));
    let time = |value: &Option<Timestamp>| value.as_ref().map(Timestamp::to_string);
    out.compare("type", &left.kind, &right.kind, |kind| {
        Some(kind.to_string())
    });
    out.compare("mode", &left.mode, &right.mode, |mode| Some(octal(mode)));
    out.compare("uid", &left.uid, &right.uid, number);
    out.compare("gid", &left.gid, &right.gid, number);
    out.compare("uname", &left.uname, &right.uname, text);
    out.compare("gname", &left.gname, &right.gname, text);
    out.compare("size", &left.size, &right.size, |size| {
        Some(size.to_string())
    });
    out.compare("mtime", &left.mtime, &right.mtime, |time| {
        Some(time.to_string())
    });
    out.compare("atime", &left.atime, &right.atime, time);
    out.compare("ctime", &left.ctime, &right.ctime, time);
    out.compare("linkname", &left.linkname, &right.linkname, text);
    out.compare("device", &left.device, &right.device, |(major, minor)| {
        Some(format!("{major},{minor}"))
    });
    out.maps("xattr", &left.xattrs, &right.xattrs);
    out.maps("acl", &left.acls, &right.acls);
    out.maps("pax", &left.pax, &right.pax);
    if !same_spans(&left.sparse, &right.sparse) {
        out.compare("sparse", &left.sparse, &right.sparse, sparse_text);
    }
    out.compare("header-format", &left.format, &right.format, |format| {
        Some(format_name(format))
    });
    out.0
}

/// Whether two maps say the same, whatever their dialect.
fn same_spans(
    left: &Option<Result<SparseMap, SparseError>>,
    right: &Option<Result<SparseMap, SparseError>>,
) -> bool {
    match (left, right) {
        (Some(Ok(l)), Some(Ok(r))) => l.spans == r.spans,
        (Some(Err(_)), Some(Err(_))) | (None, None) => true,
        (Some(_), Some(_) | None) | (None, Some(_)) => false,
    }
}

fn sparse_text(map: &Option<Result<SparseMap, SparseError>>) -> Option<String> {
    match map.as_ref()? {
        Err(error) => Some(error.to_string()),
        Ok(map) => {
            let spans: Vec<String> = map
                .spans
                .iter()
                .take(16)
                .map(|(offset, length)| format!("{offset}+{length}"))
                .collect();
            let more = if map.spans.len() > 16 {
                format!(" and {} more", map.spans.len() - 16)
            } else {
                String::new()
            };
            Some(format!("{}: {}{more}", map.dialect, spans.join(" ")))
        }
    }
}

fn octal(mode: &Number) -> String {
    match mode {
        Number::Value(value) if *value >= 0 => format!("{value:04o}"),
        Number::Value(_) | Number::Malformed(_) => mode.to_string(),
    }
}

fn format_name(format: &[u8; 8]) -> String {
    match format {
        b"ustar\x0000" => "ustar".to_owned(),
        b"ustar  \0" => "gnu".to_owned(),
        [0, 0, 0, 0, 0, 0, 0, 0] => "v7".to_owned(),
        other => quote(other),
    }
}

/// Longest value that a report shows whole, in bytes.
const VALUE: usize = 4096;

/// A value for a report: text quoted, binary in hexadecimal, long values cut with a digest.
fn shown(value: &[u8]) -> String {
    let text = std::str::from_utf8(value).is_ok()
        && value
            .iter()
            .all(|byte| *byte >= b' ' || *byte == b'\n' || *byte == b'\t');
    let start = value.get(..VALUE).unwrap_or(value);
    let body = if text || value.is_ascii() {
        quote(start)
    } else {
        let hex: String = start.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("0x{hex}")
    };
    if start.len() == value.len() {
        body
    } else {
        format!("{body}… ({} bytes)", value.len())
    }
}

/// Differences of the bytes between content and next block that do not follow from the size.
fn padding(left: &View<'_>, right: &View<'_>) -> io::Result<Option<FieldDivergence>> {
    let read = |view: &View<'_>| -> io::Result<Vec<u8>> {
        let length = padding_len(view.group.size).min(view.group.end - view.group.content);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        let read = read_up_to(
            view.reader,
            &mut bytes,
            view.group.content + view.group.size,
        )?;
        bytes.truncate(read);
        Ok(bytes)
    };
    let (old, new) = (read(left)?, read(right)?);
    let blank = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    if old == new || (blank(&old) && blank(&new)) {
        return Ok(None);
    }
    let show = |bytes: &[u8]| match bytes.iter().find(|byte| **byte != 0) {
        None => format!("{} zero bytes", bytes.len()),
        Some(_) => {
            let start: String = bytes
                .iter()
                .take(16)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("{} bytes 0x{start}…", bytes.len())
        }
    };
    Ok(Some(FieldDivergence {
        name: "padding".to_owned(),
        left: Some(show(&old)),
        right: Some(show(&new)),
        detail: None,
    }))
}
