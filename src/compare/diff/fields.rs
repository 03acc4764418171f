//! The fields of one pair: every one is looked at, whatever the others say.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::compare::comparison::FieldDivergence;
use crate::compare::diff::view::{Names, View};
use crate::compare::diff::{content, encoding};
use crate::compare::field_value::FieldValue;
use crate::compare::options::Options;
use crate::input::read_at::{PIECE, Scratch, first_difference, read_up_to};
use crate::tar::block::padding_len;
use crate::tar::entry::Entry;
use crate::tar::number::Number;
use crate::tar::sparse::{SparseError, SparseMap};
use crate::tar::time::Timestamp;
use crate::text::quote;

/// What a pair's comparison gave.
#[derive(Debug, Default)]
pub(crate) struct PairDifference {
    pub(crate) fields: Vec<FieldDivergence>,
    /// Offset of the first difference in the content.
    pub(crate) content_first: u64,
    /// Whether the groups differ in a byte that no field claims.
    pub(crate) unexplained: bool,
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
        let detail = match names {
            Names::Differ => None,
            Names::Equal | Names::Digests => {
                content::explained(left, right, &difference, options, room)?
            }
        };
        found.fields.push(FieldDivergence {
            name: "content".to_owned(),
            left: content::summary(left)?.map(FieldValue::Content),
            right: content::summary(right)?.map(FieldValue::Content),
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
    let (l, r) = (left.content_position(), right.content_position());
    Ok(first_difference(l, r, length, &mut Scratch::new(PIECE))?.is_some())
}

struct Differing(Vec<FieldDivergence>);

impl Differing {
    fn compare<T: PartialEq>(
        &mut self,
        name: &str,
        left: &T,
        right: &T,
        value: impl Fn(&T) -> Option<FieldValue>,
    ) {
        if left != right {
            self.0.push(FieldDivergence {
                name: name.to_owned(),
                left: value(left),
                right: value(right),
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
            let name = format!("{class}{}", quote(key));
            self.compare(&name, &left.get(key), &right.get(key), |value| {
                value.map(|value| FieldValue::Bytes(value.clone()))
            });
        }
    }
}

/// Differences of decoded metadata, in the order of the contract.
fn metadata(left: &Entry, right: &Entry) -> Vec<FieldDivergence> {
    let mut out = Differing(Vec::new());
    let id = |value: &Number| Some(FieldValue::Id(value.clone()));
    let bytes = |value: &Vec<u8>| (!value.is_empty()).then(|| FieldValue::Bytes(value.clone()));
    let time = |value: &Option<Timestamp>| value.clone().map(FieldValue::Time);
    out.compare("type", &left.kind, &right.kind, |kind| {
        Some(FieldValue::Kind(*kind))
    });
    out.compare("mode", &left.mode, &right.mode, |mode| {
        Some(FieldValue::Mode(mode.clone()))
    });
    out.compare("uid", &left.uid, &right.uid, id);
    out.compare("gid", &left.gid, &right.gid, id);
    out.compare("uname", &left.uname, &right.uname, bytes);
    out.compare("gname", &left.gname, &right.gname, bytes);
    out.compare("size", &left.size, &right.size, |size| {
        Some(FieldValue::Size(*size))
    });
    out.compare("mtime", &left.mtime, &right.mtime, |time| {
        Some(FieldValue::Time(time.clone()))
    });
    out.compare("atime", &left.atime, &right.atime, time);
    out.compare("ctime", &left.ctime, &right.ctime, time);
    out.compare("linkname", &left.linkname, &right.linkname, bytes);
    out.compare("device", &left.device, &right.device, |device| {
        Some(FieldValue::Device(device.clone()))
    });
    out.maps("xattr:", &left.xattrs, &right.xattrs);
    out.maps("acl:", &left.acls, &right.acls);
    out.maps("pax:", &left.pax, &right.pax);
    out.maps("", &left.own, &right.own);
    if !same_spans(&left.sparse, &right.sparse) {
        out.compare("sparse", &left.sparse, &right.sparse, |map| {
            map.clone().map(FieldValue::Sparse)
        });
    }
    out.compare("header-format", &left.format, &right.format, |format| {
        Some(FieldValue::Format(*format))
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
    Ok(Some(FieldDivergence {
        name: "padding".to_owned(),
        left: Some(FieldValue::Padding(old)),
        right: Some(FieldValue::Padding(new)),
        detail: None,
    }))
}
