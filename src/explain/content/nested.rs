//! Tar archives inside: the same comparison again, in memory.

use std::io::Cursor;

use crate::compare::compare as compare_archives;
use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::compare::options::{Limits, Options};
use crate::explain::content::Explainer;
use crate::input::source::{Source, SourceKind};
use crate::text::quote;

/// Most entries of each side.
const ENTRIES: u64 = 100_000;

/// Offset of the magic in a tar header; POSIX, pax(1).
const MAGIC: usize = 257;

pub(crate) fn is_tar(content: &[u8]) -> bool {
    content
        .get(MAGIC..)
        .is_some_and(|rest| rest.starts_with(b"ustar"))
}

/// What differs between two archives, a line each; what differs inside an entry follows it.
pub(crate) fn compare(explainer: &mut Explainer, left: &[u8], right: &[u8]) -> Option<Vec<String>> {
    let source = |content: &[u8]| Source {
        label: String::new(),
        name: String::new(),
        kind: SourceKind::Stream(Box::new(Cursor::new(content.to_vec()))),
    };
    let limits = Limits {
        entries: ENTRIES,
        spool: crate::explain::content::packed::UNPACKED,
        retain: crate::explain::content::packed::UNPACKED,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let found = compare_archives(source(left), source(right), &options, &|_| {});
    if found.trouble.is_some() {
        return None;
    }
    let mut lines: Vec<String> = found
        .archive
        .iter()
        .map(|one| format!("archive: {}: {}", one.name, one.detail))
        .collect();
    for divergence in &found.divergences {
        lines.extend(of_entry(divergence));
        if let Some((left, right)) = divergence.contents().filter(|(left, right)| left != right) {
            let inside = explainer.inside(&divergence.path, left, right);
            lines.extend(inside.into_iter().map(|line| format!("  {line}")));
        }
    }
    Some(lines)
}

fn of_entry(divergence: &Divergence) -> Vec<String> {
    let path = quote(&divergence.path);
    let word = match divergence.kind {
        DivergenceKind::Changed => "",
        DivergenceKind::LeftOnly => " only left",
        DivergenceKind::RightOnly => " only right",
        DivergenceKind::Moved => " moved",
        DivergenceKind::Reordered => " stands elsewhere",
    };
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    let fields = divergence.fields.iter().map(|field| {
        if field.name == "content" {
            return format!("entry {path}: content differs");
        }
        let values = (value(&field.left), value(&field.right));
        format!("entry {path}: {} {} | {}", field.name, values.0, values.1)
    });
    if divergence.fields.is_empty() {
        vec![format!("entry {path}{word}")]
    } else {
        fields.collect()
    }
}
