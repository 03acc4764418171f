//! Divergences as divergent entries.

use std::io;

use crate::compare::comparison::{Comparison, Divergence, DivergenceKind};
use crate::explain::attribution::Attribution;
use crate::report::convert::causes::cause_id;
use crate::report::convert::details::{Details, FieldDetails};
use crate::report::convert::entry_name::{base64, name};
use crate::report::wire::divergence::{DivergenceName, DivergentEntry, DivergentField, LookAlike};
use crate::report::wire::divergent_entries::{DivergentEntries, DivergentEntriesWriter};
use crate::report::wire::script::ScriptName;
use crate::tar::entry::{Entry, EntryKind};
use crate::tar::number::Number;
use crate::text::look_alike::{code_points, is_doubtful, skeleton};
use crate::text::quote;

/// All divergent entries of a comparison. `attribute` says whose some divergences are, given the
/// position of the first of them.
///
/// # Errors
/// The temporary files of many divergences cannot be read or written.
pub(crate) fn all_rows(
    comparison: &Comparison,
    details: &mut Details,
    mut attribute: impl FnMut(&[Divergence], usize) -> Vec<Attribution>,
) -> io::Result<DivergentEntries> {
    let mut all = DivergentEntriesWriter::new(comparison.divergences.len());
    let mut offset = 0;
    comparison.batches(|batch| {
        let attributions = attribute(batch, offset);
        offset += batch.len();
        rows(batch, details, &attributions).try_for_each(|row| all.push(row))
    })?;
    all.finish()
}

/// Divergent entries, each with its details and its attribution; an entry beyond the end of the
/// attributions has none.
pub(crate) fn rows<'a>(
    divergences: &'a [Divergence],
    details: &'a mut Details,
    attributions: &'a [Attribution],
) -> impl Iterator<Item = DivergentEntry> + 'a {
    let nobodys = Attribution::default();
    let numbered = divergences.iter().enumerate();
    numbered.map(move |(at, divergence)| {
        let attribution = attributions.get(at).unwrap_or(&nobodys);
        divergent_entry(divergence, details.of(divergence), attribution)
    })
}

fn divergent_entry(
    divergence: &Divergence,
    details: FieldDetails,
    attribution: &Attribution,
) -> DivergentEntry {
    let (kind, alone) = match divergence.kind {
        DivergenceKind::Changed => (DivergenceName::Changed, None),
        DivergenceKind::LeftOnly => (DivergenceName::LeftOnly, divergence.left.as_ref()),
        DivergenceKind::RightOnly => (DivergenceName::RightOnly, divergence.right.as_ref()),
        DivergenceKind::Moved => (DivergenceName::Moved, None),
        DivergenceKind::Reordered => (DivergenceName::Reordered, None),
    };
    let (from, left_path) = match divergence.kind {
        DivergenceKind::Moved => (divergence.from.as_deref(), None),
        _ => (None, divergence.from.as_deref()),
    };
    DivergentEntry {
        path: name(&divergence.path),
        path_base64: base64(&divergence.path),
        occurrence: divergence.occurrence,
        kind,
        fields: fields(divergence, details),
        from: from.map(name),
        from_base64: from.and_then(base64),
        left_path: left_path.map(name),
        left_path_base64: left_path.and_then(base64),
        look_alike: look_alike(divergence),
        entry: alone.map(|side| summary(&side.entry)),
        cause: attribution.finding.map(cause_id),
        causes: ids_of_several(attribution),
        package: attribution.package.clone(),
        script: attribution.script.map(ScriptName),
    }
}

/// The name on the other side that looks the same, and what tells the two apart.
fn look_alike(divergence: &Divergence) -> Option<LookAlike> {
    let own = divergence.path.as_slice();
    let other = match divergence.kind {
        DivergenceKind::Moved => divergence.from.as_deref()?,
        _ => divergence.looks_like.as_deref()?,
    };
    let is_doubtful = is_doubtful(own) || is_doubtful(other);
    if !is_doubtful || skeleton(own)? != skeleton(other)? {
        return None;
    }
    let (left, right) = match divergence.kind {
        DivergenceKind::LeftOnly => (own, other),
        _ => (other, own),
    };
    let (left, right) = (
        std::str::from_utf8(left).ok()?,
        std::str::from_utf8(right).ok()?,
    );
    let differing = code_points(left, right);
    let [left, right] = differing.map(|shown| Some(shown).filter(|shown| !shown.is_empty()));
    Some(LookAlike {
        name: name(other),
        left,
        right,
    })
}

/// The ids of all causes, if there are several.
fn ids_of_several(attribution: &Attribution) -> Vec<String> {
    let first = attribution
        .finding
        .filter(|_| !attribution.others.is_empty());
    let all = first.into_iter().chain(attribution.others.iter().copied());
    all.map(cause_id).collect()
}

fn fields(divergence: &Divergence, details: FieldDetails) -> Vec<DivergentField> {
    let detailed = divergence.fields.iter().zip(details);
    detailed
        .map(|(field, detail)| DivergentField {
            name: field.name.clone(),
            left: field.left.as_ref().map(ToString::to_string),
            right: field.right.as_ref().map(ToString::to_string),
            detail,
        })
        .collect()
}

/// An entry in a line, for example `file 0644 0:0 12 bytes`.
fn summary(entry: &Entry) -> String {
    let mode = match &entry.mode {
        Number::Value(mode) if *mode >= 0 => format!("{mode:04o}"),
        other => other.to_string(),
    };
    let mut line = format!("{} {mode} {}:{}", entry.kind, entry.uid, entry.gid);
    if entry.kind.is_regular() || matches!(entry.kind, EntryKind::Other(_)) && entry.size > 0 {
        line.push_str(&format!(" {} bytes", entry.size));
    }
    if !entry.linkname.is_empty() {
        line.push_str(&format!(" -> {}", quote(&entry.linkname)));
    }
    line
}
