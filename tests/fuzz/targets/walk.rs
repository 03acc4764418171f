//! The block layer: no input makes it panic, run backwards, or walk beyond the end.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use twinroot::tar::{Entry, Need, TarLimits, Parser};

fuzz_target!(|data: &[u8]| {
    let mut parser = Parser::new(0, Arc::default(), TarLimits { header_bytes: 1 << 16, ..TarLimits::default() });
    let length = data.len() as u64;
    let mut ends = 0;
    loop {
        let offset = parser.offset();
        let want = match parser.need() {
            Need::Nothing => return,
            Need::Skip(bytes) => {
                if offset.checked_add(bytes).is_none_or(|end| end > length) {
                    return;
                }
                parser.skipped();
                continue;
            }
            Need::Block => 512,
            Need::Bytes(bytes) => bytes,
        };
        let start = offset as usize;
        let group = match data.get(start..start.saturating_add(want)) {
            Some(bytes) => parser.supply(bytes),
            None if start == data.len() => parser.finish(),
            None => return,
        };
        let Ok(group) = group else { return };
        if let Some(group) = group {
            assert!(group.start >= ends && group.start <= group.header && group.header < group.content);
            assert!(group.end >= group.content);
            ends = group.end;
            let content = data.get(group.content as usize..).unwrap_or_default();
            let _ = format!("{:?}", Entry::from_group(&group, content));
        }
    }
});
