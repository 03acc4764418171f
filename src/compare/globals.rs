//! Global extended headers: their bytes, and where they stand among the entries.

use crate::compare::divergence::ArchiveDivergence;
use crate::compare::index::{GlobalAt, Index};
use crate::compare::pairs::reordered;
use crate::tar::records;
use crate::text::quote;

/// Compares the global headers of both sides, n-th with n-th.
pub(crate) fn compare(left: &Index, right: &Index, pairs: &[(u32, u32)]) -> Vec<ArchiveDivergence> {
    if left.global_headers.is_empty() && right.global_headers.is_empty() {
        return Vec::new();
    }
    let moved = reordered(pairs, |at| {
        left.records.get(at as usize).map(|record| record.key)
    });
    let steady: Vec<(u32, u32)> = pairs
        .iter()
        .enumerate()
        .filter(|(at, _)| moved.binary_search(at).is_err())
        .map(|(_, pair)| *pair)
        .collect();
    let before_left =
        |global: &GlobalAt| steady.partition_point(|pair| (pair.0 as usize) < global.before);
    let before_right =
        |global: &GlobalAt| steady.partition_point(|pair| (pair.1 as usize) < global.before);
    let mut found = Vec::new();
    for at in 0..left.global_headers.len().max(right.global_headers.len()) {
        let (old, new) = (left.global_headers.get(at), right.global_headers.get(at));
        if let (Some(old), Some(new)) = (old, new) {
            let same = old.ext.block == new.ext.block && old.ext.padded == new.ext.padded;
            if same && before_left(old) == before_right(new) {
                continue;
            }
        }
        let offset = |global: Option<&GlobalAt>| {
            global.map_or("absent".to_owned(), |global| {
                format!("at byte {}", global.ext.offset)
            })
        };
        found.push(ArchiveDivergence {
            name: "global-header",
            left: old.map(text),
            right: new.map(text),
            detail: format!("{} | {}", offset(old), offset(new)),
        });
    }
    found
}

fn text(global: &GlobalAt) -> String {
    let list = records(global.ext.data()).unwrap_or_default();
    let list: Vec<String> = list
        .iter()
        .map(|record| format!("{}={}", quote(record.key), quote(record.value)))
        .collect();
    list.join(" ")
}
