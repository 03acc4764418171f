//! The parts of an rpm package, and the tags of its headers (rpm.org, "RPM V4 Package format").
//!
//! A lead of 96 bytes, the signature, which is a header that zeros fill up to a multiple of 8, the
//! header, and the payload to the end. A header: `8e ad e8 01`, 4 bytes reserved, the number of
//! tags and the length of the store; for each tag its number, type, offset in the store and count;
//! the store. All numbers are of 4 bytes, big endian.

/// Length of the lead, in bytes.
pub(crate) const LEAD: u64 = 96;
/// What the lead begins with.
pub(crate) const LEAD_MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];
/// Length of what a header begins with, in bytes.
pub(crate) const INTRO: usize = 16;
/// Length of what is said of each tag, in bytes.
const INDEX: usize = 16;
/// What a header begins with.
pub(crate) const MAGIC: [u8; 4] = [0x8e, 0xad, 0xe8, 0x01];
/// Longest header that is read, in bytes: rpm itself refuses those beyond 256 MiB, and those of
/// large packages have a few MiB.
const LONGEST: u64 = 64 << 20;

/// One tag of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag<'header> {
    pub(crate) number: u32,
    pub(crate) value: Value<'header>,
}

/// The value of a tag, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'header> {
    /// Numbers of so many bytes each.
    Numbers(usize, &'header [u8]),
    /// Texts, a NUL after each.
    Texts(&'header [u8]),
    /// Bytes.
    Bytes(&'header [u8]),
}

/// The length of a header by its first 16 bytes, in bytes; `None` if it is none, or too long.
pub(crate) fn header_length(intro: &[u8]) -> Option<u64> {
    if !intro.starts_with(&MAGIC) {
        return None;
    }
    let tags = u64::from(number(intro, 8)?);
    let store = u64::from(number(intro, 12)?);
    let length = INTRO as u64 + tags * INDEX as u64 + store;
    (length <= LONGEST).then_some(length)
}

/// The tags of a header, in their order; `None` if one of them leads out of it.
pub(crate) fn tags(header: &[u8]) -> Option<Vec<Tag<'_>>> {
    let count = usize::try_from(number(header, 8)?).ok()?;
    let index = header.get(INTRO..)?;
    let (index, store) = index.split_at_checked(count.checked_mul(INDEX)?)?;
    index.chunks(INDEX).map(|one| tag(one, store)).collect()
}

fn tag<'header>(index: &[u8], store: &'header [u8]) -> Option<Tag<'header>> {
    let offset = usize::try_from(number(index, 8)?).ok()?;
    let count = usize::try_from(number(index, 12)?).ok()?;
    let rest = store.get(offset..)?;
    let bytes = |size: usize| rest.get(..size.checked_mul(count)?);
    let value = match number(index, 4)? {
        0 => Value::Bytes(&[]),
        1 | 2 => Value::Numbers(1, bytes(1)?),
        3 => Value::Numbers(2, bytes(2)?),
        4 => Value::Numbers(4, bytes(4)?),
        5 => Value::Numbers(8, bytes(8)?),
        6 | 8 | 9 => Value::Texts(texts(rest, count)?),
        7 => Value::Bytes(bytes(1)?),
        _ => return None,
    };
    Some(Tag {
        number: number(index, 0)?,
        value,
    })
}

/// So many texts with their NULs.
fn texts(rest: &[u8], count: usize) -> Option<&[u8]> {
    let Some(last) = count.checked_sub(1) else {
        return Some(&[]);
    };
    let mut ends = rest.iter().enumerate().filter(|(_, byte)| **byte == 0);
    let (end, _) = ends.nth(last)?;
    rest.get(..=end)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of tags: number, type, offset, count.
    fn header(tags: &[[u32; 4]], store: &[u8]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend([0; 4]);
        let lengths = [tags.len(), store.len()].map(|length| u32::try_from(length).unwrap());
        for number in lengths.iter().chain(tags.iter().flatten()) {
            out.extend(number.to_be_bytes());
        }
        out.extend(store);
        out
    }

    #[test]
    fn tags_have_the_values_that_their_types_say() {
        let store = b"name\0a\0bb\0\x01\x02\x03\x04\xff";
        let bytes = header(
            &[
                [1000, 6, 0, 1],
                [1117, 8, 5, 2],
                [1006, 4, 10, 1],
                [1004, 7, 14, 1],
            ],
            store,
        );
        assert_eq!(header_length(&bytes), Some(bytes.len() as u64));
        let values: Vec<_> = tags(&bytes)
            .unwrap()
            .iter()
            .map(|tag| (tag.number, tag.value))
            .collect();
        assert_eq!(
            values,
            [
                (1000, Value::Texts(b"name\0")),
                (1117, Value::Texts(b"a\0bb\0")),
                (1006, Value::Numbers(4, b"\x01\x02\x03\x04")),
                (1004, Value::Bytes(b"\xff")),
            ]
        );
    }

    #[test]
    fn what_leads_out_of_the_store_is_no_header() {
        for tag in [[1, 4, 2, 1], [1, 7, 0, 9], [1, 6, 1, 1], [1, 99, 0, 0]] {
            assert_eq!(tags(&header(&[tag], b"abcd")), None, "{tag:?}");
        }
        assert_eq!(tags(&header(&[], b"")), Some(Vec::new()));
        assert_eq!(
            header_length(b"\x8e\xad\xe8\x01\0\0\0\0\xff\xff\xff\xff\0\0\0\0"),
            None
        );
        assert_eq!(header_length(b"no header, but 16"), None);
    }
}
