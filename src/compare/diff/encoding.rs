//! `header-encoding`: header bytes that differ although what they say is equal.
//!
//! Every byte of the header chain belongs to a field. Where that field is already
//! named, its bytes are not named again, nor are the checksum and the lengths that
//! follow from them. What differs beyond that is a matter of spelling.

use std::collections::BTreeSet;

use crate::compare::comparison::FieldDivergence;
use crate::compare::diff::view::{Names, View};
use crate::compare::field_value::{FieldDetail, FieldValue};
use crate::tar::block::{Block, Region, checksum_kind, regions};
use crate::tar::entry::{pax_field, trim_slash};
use crate::tar::number::Number;
use crate::tar::pax::{PaxRecord, records};
use crate::tar::raw_entry::{Ext, ExtKind};
use crate::text::quote;

/// Names of the fields that differ, `path` included where names do.
struct Changed<'names> {
    fields: &'names BTreeSet<String>,
    names: Names,
}

impl Changed<'_> {
    fn has(&self, field: &str) -> bool {
        (field == "path" && self.names != Names::Equal) || self.fields.contains(field)
    }

    fn any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.has(field))
    }

    /// Whether a pax record sets a field that is named already.
    fn claims(&self, record: &PaxRecord<'_>) -> bool {
        let field = pax_field(record.key);
        let name = match field.iter().position(|byte| *byte == b':') {
            Some(colon) => {
                let (class, rest) = field.split_at(colon + 1);
                format!("{}{}", quote(class), quote(rest))
            }
            None => quote(&field),
        };
        self.has(&name)
            || (name == "sparse" && self.has("size"))
            || (name == "size" && self.has("sparse"))
    }
}

/// A region of a header.
struct HeaderPart {
    name: &'static str,
    region: Region,
    /// The fields whose bytes it holds.
    fields: &'static [&'static str],
}

impl HeaderPart {
    const fn new(name: &'static str, region: Region, fields: &'static [&'static str]) -> Self {
        Self {
            name,
            region,
            fields,
        }
    }
}

/// The regions of every header.
const HEADER: [HeaderPart; 13] = [
    HeaderPart::new("name", regions::NAME, &["path"]),
    HeaderPart::new("mode", regions::MODE, &["mode"]),
    HeaderPart::new("uid", regions::UID, &["uid"]),
    HeaderPart::new("gid", regions::GID, &["gid"]),
    HeaderPart::new("size", regions::SIZE, &["size", "sparse"]),
    HeaderPart::new("mtime", regions::MTIME, &["mtime"]),
    HeaderPart::new("typeflag", regions::TYPEFLAG, &["type"]),
    HeaderPart::new("linkname", regions::LINKNAME, &["linkname"]),
    HeaderPart::new("magic", regions::MAGIC, &["header-format"]),
    HeaderPart::new("version", regions::VERSION, &["header-format"]),
    HeaderPart::new("uname", regions::UNAME, &["uname"]),
    HeaderPart::new("gname", regions::GNAME, &["gname"]),
    HeaderPart::new("devmajor", regions::DEVMAJOR, &["device"]),
];

const USTAR_REST: [HeaderPart; 3] = [
    HeaderPart::new("devminor", regions::DEVMINOR, &["device"]),
    HeaderPart::new("prefix", regions::PREFIX, &["path"]),
    HeaderPart::new("unused bytes", regions::UNUSED, &[]),
];

const GNU_REST: [HeaderPart; 8] = [
    HeaderPart::new("devminor", regions::DEVMINOR, &["device"]),
    HeaderPart::new("atime", regions::GNU_ATIME, &["atime"]),
    HeaderPart::new("ctime", regions::GNU_CTIME, &["ctime"]),
    HeaderPart::new("unused bytes", regions::GNU_OTHER, &[]),
    HeaderPart::new("sparse map", regions::GNU_SPARSE, &["sparse"]),
    HeaderPart::new("sparse flag", regions::GNU_EXTENDED, &["sparse"]),
    HeaderPart::new("real size", regions::GNU_REALSIZE, &["size", "sparse"]),
    HeaderPart::new("unused bytes", regions::GNU_UNUSED, &[]),
];

/// The two formats disagree on what follows the device numbers.
const MIXED_REST: [HeaderPart; 2] = [
    HeaderPart::new("devminor", regions::DEVMINOR, &["device"]),
    HeaderPart::new(
        "prefix",
        Region {
            start: 345,
            end: 512,
        },
        &["path", "atime", "ctime", "sparse"],
    ),
];

/// What differs in spelling only, as one field, or nothing.
pub(crate) fn compare(
    left: &View<'_>,
    right: &View<'_>,
    changed: &BTreeSet<String>,
    names: Names,
) -> Option<FieldDivergence> {
    let changed = Changed {
        fields: changed,
        names,
    };
    let mut found = Vec::new();
    header(left, right, &changed, &mut found);
    if left.group.sparse_blocks != right.group.sparse_blocks && !changed.has("sparse") {
        found.push("sparse blocks".to_owned());
    }
    if sparse_map_bytes(left) != sparse_map_bytes(right) && !changed.has("sparse") {
        found.push("sparse map".to_owned());
    }
    chains(&left.group.ext, &right.group.ext, &changed, &mut found);
    if found.is_empty() {
        return None;
    }
    let chain = |view: &View<'_>| {
        Some(FieldValue::Headers(chain_text(
            &view.group.ext,
            &view.group.block,
        )))
    };
    Some(FieldDivergence {
        name: "header-encoding".to_owned(),
        left: chain(left),
        right: chain(right),
        detail: Some(FieldDetail::Headers(found)),
    })
}

fn sparse_map_bytes(view: &View<'_>) -> Option<Vec<u8>> {
    let Some(Ok(map)) = &view.entry.sparse else {
        return None;
    };
    let mut bytes = vec![0; usize::try_from(map.map_bytes).ok()?];
    let read =
        crate::input::read_at::read_up_to(view.reader, &mut bytes, view.entry.content).unwrap_or(0);
    bytes.truncate(read);
    Some(bytes)
}

fn header(left: &View<'_>, right: &View<'_>, changed: &Changed<'_>, found: &mut Vec<String>) {
    let (old, new) = (&left.group.block, &right.group.block);
    let rest: &[HeaderPart] = match (old.is_gnu(), new.is_gnu()) {
        (true, true) => &GNU_REST,
        (false, false) => &USTAR_REST,
        (true, false) | (false, true) => &MIXED_REST,
    };
    for part in HEADER.iter().chain(rest) {
        let (l, r) = (old.bytes(part.region), new.bytes(part.region));
        if l == r
            || changed.any(part.fields)
            || slash_follows(left, right, part.region)
            || typeflag_follows(left, right, part.region, changed)
        {
            continue;
        }
        found.push(spelling(part.name, l, r));
    }
    checksum("checksum", old, new, found);
}

/// A directory's name ends with a slash, another entry's does not: that follows from the type.
fn slash_follows(left: &View<'_>, right: &View<'_>, region: Region) -> bool {
    region == regions::NAME
        && left.entry.kind != right.entry.kind
        && trim_slash(left.group.block.text(region)) == trim_slash(right.group.block.text(region))
        && rest_after_text(&left.group.block, region)
            .chain(rest_after_text(&right.group.block, region))
            .all(|byte| byte == 0)
}

fn rest_after_text(block: &Block, region: Region) -> impl Iterator<Item = u8> {
    block
        .bytes(region)
        .iter()
        .skip(block.text(region).len())
        .copied()
}

/// An old GNU sparse entry has a type flag of its own: where the map is named, so is it.
fn typeflag_follows(
    left: &View<'_>,
    right: &View<'_>,
    region: Region,
    changed: &Changed<'_>,
) -> bool {
    let sparse = |view: &View<'_>| view.group.block.typeflag() == b'S';
    region == regions::TYPEFLAG && changed.has("sparse") && sparse(left) != sparse(right)
}

fn spelling(name: &str, left: &[u8], right: &[u8]) -> String {
    let text = |bytes: &[u8]| {
        let end = bytes
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |at| at + 1);
        quote(bytes.get(..end.min(40)).unwrap_or_default())
    };
    format!("{name} `{}` | `{}`", text(left), text(right))
}

/// The checksum's value follows from the block; its spelling and the way it was summed do not.
fn checksum(name: &str, left: &Block, right: &Block, found: &mut Vec<String>) {
    let (l, r) = (
        left.bytes(regions::CHECKSUM),
        right.bytes(regions::CHECKSUM),
    );
    let shape = |bytes: &[u8]| -> Vec<u8> {
        bytes
            .iter()
            .map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte })
            .collect()
    };
    let follows = l == r
        || (shape(l) == shape(r)
            && left.number(regions::CHECKSUM) != right.number(regions::CHECKSUM));
    let ambiguous = |block: &Block| block.sums().0 == block.sums().1;
    let same_way =
        checksum_kind(left) == checksum_kind(right) || ambiguous(left) || ambiguous(right);
    if !follows || (!same_way && l != r) {
        found.push(spelling(name, l, r));
    }
}

fn chains(left: &[Ext], right: &[Ext], changed: &Changed<'_>, found: &mut Vec<String>) {
    let locals = |chain: &'_ [Ext]| -> Vec<usize> {
        (0..chain.len())
            .filter(|at| {
                chain
                    .get(*at)
                    .is_some_and(|ext| ext.kind != ExtKind::Global)
            })
            .collect()
    };
    let pick = |chain: &'_ [Ext], at: &[usize]| -> Vec<Ext> {
        at.iter().filter_map(|at| chain.get(*at).cloned()).collect()
    };
    let (mut old, mut new) = (pick(left, &locals(left)), pick(right, &locals(right)));
    let kinds = |chain: &[Ext]| chain.iter().map(|ext| ext.kind).collect::<Vec<_>>();
    if kinds(&old) != kinds(&new) {
        old.retain(|ext| !is_claimed(ext, changed));
        new.retain(|ext| !is_claimed(ext, changed));
        if kinds(&old) != kinds(&new) {
            found.push("extended headers".to_owned());
            return;
        }
    }
    for (l, r) in old.iter().zip(&new) {
        extended(l, r, changed, found);
    }
}

/// Whether everything an extended header says is named already.
fn is_claimed(ext: &Ext, changed: &Changed<'_>) -> bool {
    match ext.kind {
        ExtKind::LongName => changed.has("path"),
        ExtKind::LongLink => changed.has("linkname"),
        ExtKind::Global => true,
        ExtKind::Pax => {
            let list = records(ext.data()).unwrap_or_default();
            !list.is_empty() && list.iter().all(|record| changed.claims(record))
        }
    }
}

fn extended(left: &Ext, right: &Ext, changed: &Changed<'_>, found: &mut Vec<String>) {
    let same_data = match left.kind {
        ExtKind::Pax => same_records(left, right, changed),
        ExtKind::LongName => changed.has("path") || left.data() == right.data(),
        ExtKind::LongLink => changed.has("linkname") || left.data() == right.data(),
        ExtKind::Global => true,
    };
    if !same_data {
        found.push(match left.kind {
            ExtKind::Pax => "pax records".to_owned(),
            ExtKind::LongName | ExtKind::LongLink | ExtKind::Global => "long name".to_owned(),
        });
    }
    let pad = |ext: &Ext| {
        ext.padded
            .get(ext.len..)
            .is_some_and(|pad| pad.iter().any(|byte| *byte != 0))
    };
    if (pad(left) || pad(right)) && left.padded.get(left.len..) != right.padded.get(right.len..) {
        found.push("padding of the extended header".to_owned());
    }
    for part in HEADER.iter().chain(&USTAR_REST) {
        let (l, r) = (
            left.block.bytes(part.region),
            right.block.bytes(part.region),
        );
        let follows = match part.name {
            // The size follows from the data; the name is made of the entry's name.
            "size" => left.len != right.len && shape_of_number(l) == shape_of_number(r),
            "name" => changed.has("path"),
            _ => false,
        };
        if l != r && !follows {
            found.push(spelling(&format!("extended header's {}", part.name), l, r));
        }
    }
    checksum(
        "extended header's checksum",
        &left.block,
        &right.block,
        found,
    );
}

/// How a number is spelled.
#[derive(PartialEq, Eq)]
struct NumberShape {
    is_number: bool,
    /// The field with 0 for each digit.
    field: Vec<u8>,
}

fn shape_of_number(field: &[u8]) -> NumberShape {
    let binary = field.first().is_some_and(|byte| byte & 0x80 != 0);
    let digits = field
        .iter()
        .map(|byte| {
            if byte.is_ascii_digit() || binary {
                b'0'
            } else {
                *byte
            }
        })
        .collect();
    NumberShape {
        is_number: matches!(Number::from_field(field), Number::Value(_)),
        field: digits,
    }
}

fn same_records(left: &Ext, right: &Ext, changed: &Changed<'_>) -> bool {
    let (old, new) = (
        records(left.data()).unwrap_or_default(),
        records(right.data()).unwrap_or_default(),
    );
    let keys = |list: &[PaxRecord<'_>]| {
        list.iter()
            .map(|record| record.key.to_vec())
            .collect::<Vec<_>>()
    };
    let sorted = |list: &[PaxRecord<'_>]| {
        let mut keys = keys(list);
        keys.sort();
        keys
    };
    if sorted(&old) == sorted(&new) && keys(&old) != keys(&new) {
        return false;
    }
    let rest = |list: &[PaxRecord<'_>]| -> Vec<Vec<u8>> {
        list.iter()
            .filter(|record| !changed.claims(record))
            .map(|record| record.raw.to_vec())
            .collect()
    };
    rest(&old) == rest(&new)
}

/// The header chain in words, for example `pax(path mtime) ustar`.
fn chain_text(chain: &[Ext], block: &Block) -> String {
    let mut parts: Vec<String> = chain
        .iter()
        .filter(|ext| ext.kind != ExtKind::Global)
        .map(|ext| match ext.kind {
            ExtKind::Pax => {
                let keys: Vec<String> = records(ext.data())
                    .unwrap_or_default()
                    .iter()
                    .map(|record| quote(record.key))
                    .collect();
                format!("pax({})", keys.join(" "))
            }
            ExtKind::LongName => "long name".to_owned(),
            ExtKind::LongLink => "long link".to_owned(),
            ExtKind::Global => "global".to_owned(),
        })
        .collect();
    parts.push(
        if block.is_gnu() {
            "gnu header"
        } else if block.is_ustar() {
            "ustar header"
        } else {
            "v7 header"
        }
        .to_owned(),
    );
    parts.join(", ")
}
