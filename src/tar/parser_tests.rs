//! Walks over small archives.

use std::sync::Arc;

use crate::tar::parser::{Need, Parser, TarError, TarLimits};

fn walk(data: &[u8]) -> Result<Vec<(Vec<u8>, u64, u64)>, TarError> {
    let mut parser = Parser::new(0, Arc::default(), TarLimits::default());
    let mut found = Vec::new();
    let mut at = 0_usize;
    loop {
        let want = match parser.need() {
            Need::Block => 512,
            Need::Bytes(bytes) => bytes,
            Need::Skip(bytes) => {
                at += usize::try_from(bytes).unwrap_or(usize::MAX);
                if at > data.len() {
                    return Err(parser.cut(data.len() as u64));
                }
                parser.skipped();
                continue;
            }
            Need::Nothing => return Ok(found),
        };
        let group = match data.get(at..at + want) {
            Some(bytes) => parser.supply(bytes)?,
            None if at == data.len() => parser.finish()?,
            None => return Err(parser.cut(data.len() as u64)),
        };
        at += if matches!(parser.need(), Need::Nothing) {
            0
        } else {
            usize::try_from(parser.offset()).unwrap_or(0) - at
        };
        found.extend(group.map(|group| (group.path, group.start, group.size)));
    }
}

fn header(name: &str, size: u64, typeflag: u8) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size);
    header.set_entry_type(tar::EntryType::new(typeflag));
    header.set_cksum();
    header.as_bytes().to_vec()
}

#[test]
fn a_lone_zero_block_does_not_end_the_archive() {
    let data = [
        header("a", 0, b'0'),
        vec![0; 512],
        header("b", 0, b'0'),
        vec![0; 1024],
    ]
    .concat();
    assert_eq!(
        walk(&data),
        Ok(vec![(b"a".to_vec(), 0, 0), (b"b".to_vec(), 512, 0)])
    );
}

#[test]
fn a_directory_with_a_size_has_content_only_where_no_header_follows() {
    let followed = [header("d", 5, b'5'), header("b", 0, b'0'), vec![0; 1024]].concat();
    assert_eq!(
        walk(&followed),
        Ok(vec![(b"d".to_vec(), 0, 0), (b"b".to_vec(), 512, 0)])
    );
    let stored = [
        header("d", 5, b'5'),
        b"x".repeat(512),
        header("b", 0, b'0'),
        vec![0; 1024],
    ]
    .concat();
    assert_eq!(
        walk(&stored),
        Ok(vec![(b"d".to_vec(), 0, 5), (b"b".to_vec(), 1024, 0)])
    );
}

#[test]
fn a_huge_extended_header_is_refused_before_it_is_read() {
    let data = [header("x", 7 << 30, b'x'), vec![0; 1024]].concat();
    let limit = TarLimits::default().header_bytes;
    assert_eq!(
        walk(&data),
        Err(TarError::HeaderLimit {
            offset: 0,
            size: 7 << 30,
            limit
        })
    );
}
