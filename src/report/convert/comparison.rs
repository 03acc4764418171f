//! From what a comparison found to the wire types.

use base64::Engine as _;

use crate::compare;
use crate::compare::comparison::{Comparison, DivergenceKind};
use crate::report::sentences;
use crate::report::{
    ArchiveDivergence, ArchiveSide, EntryDivergence, Field, Ignored, Kind, Report, SCHEMA, Trouble,
    Verdict,
};
use crate::text::quote;

/// Seconds by step.
pub type Times = std::collections::BTreeMap<String, f64>;

impl Report {
    /// The report of `compare`; `verify` adds its parts to it.
    #[must_use]
    pub fn from_comparison(comparison: &Comparison, timings: Times) -> Self {
        let verdict = match (&comparison.trouble, comparison.is_identical()) {
            (Some(_), _) => Verdict::Failed,
            (None, true) => Verdict::Identical,
            (None, false) => Verdict::Divergent,
        };
        Self {
            schema: SCHEMA.to_owned(),
            verdict,
            left: side(&comparison.left),
            right: side(&comparison.right),
            divergences: comparison.divergences.iter().map(divergence).collect(),
            archive: comparison.archive.iter().map(archive).collect(),
            causes: Vec::new(),
            outside: None,
            packages: Vec::new(),
            builds: Vec::new(),
            matrix: Vec::new(),
            pin: None,
            ignored: comparison
                .ignored
                .iter()
                .map(|(rule, count)| Ignored {
                    rule: rule.clone(),
                    count: *count,
                })
                .collect(),
            known: Vec::new(),
            notes: comparison
                .notes
                .iter()
                .map(sentences::note::of_comparison)
                .collect(),
            trouble: comparison.trouble.as_ref().map(|trouble| Trouble {
                what: trouble.what.clone(),
                hint: trouble.hint.clone(),
            }),
            timings,
        }
    }
}

fn side(side: &compare::SideSummary) -> ArchiveSide {
    ArchiveSide {
        label: side.label.clone(),
        source: quote(side.source.as_bytes()),
        compression: side.compression.to_owned(),
        bytes: side.bytes,
        entries: side.entries,
        sha256: side.sha256.clone(),
    }
}

/// A name as text; in quoted form where it is not UTF-8.
fn name(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| quote(bytes), str::to_owned)
}

/// The bytes of a name in base64, where its text does not hold them.
fn base64(name: &[u8]) -> Option<String> {
    std::str::from_utf8(name)
        .err()
        .map(|_| base64::engine::general_purpose::STANDARD.encode(name))
}

fn divergence(divergence: &compare::Divergence) -> EntryDivergence {
    let kind = match divergence.kind {
        DivergenceKind::Changed => Kind::Changed,
        DivergenceKind::LeftOnly => Kind::LeftOnly,
        DivergenceKind::RightOnly => Kind::RightOnly,
        DivergenceKind::Moved => Kind::Moved,
        DivergenceKind::Reordered => Kind::Reordered,
    };
    let alone = match divergence.kind {
        DivergenceKind::LeftOnly => divergence.left.as_ref(),
        DivergenceKind::RightOnly => divergence.right.as_ref(),
        DivergenceKind::Changed | DivergenceKind::Moved | DivergenceKind::Reordered => None,
    };
    EntryDivergence {
        path: name(&divergence.path),
        path_base64: base64(&divergence.path),
        occurrence: divergence.occurrence,
        kind,
        fields: divergence.fields.iter().map(field).collect(),
        from: divergence.from.as_deref().map(name),
        from_base64: divergence.from.as_deref().and_then(base64),
        entry: alone.map(|side| summary(&side.entry)),
        cause: None,
        package: None,
        script: None,
    }
}

/// An entry in a line, for example `file 0644 0:0 12 bytes`.
fn summary(entry: &crate::tar::entry::Entry) -> String {
    let mode = match &entry.mode {
        crate::tar::number::Number::Value(mode) if *mode >= 0 => format!("{mode:04o}"),
        other => other.to_string(),
    };
    let mut line = format!("{} {mode} {}:{}", entry.kind, entry.uid, entry.gid);
    if entry.kind.is_regular() {
        line.push_str(&format!(" {} bytes", entry.size));
    }
    if !entry.linkname.is_empty() {
        line.push_str(&format!(" -> {}", quote(&entry.linkname)));
    }
    line
}

fn field(field: &compare::FieldDivergence) -> Field {
    Field {
        name: field.name.clone(),
        left: field.left.as_ref().map(ToString::to_string),
        right: field.right.as_ref().map(ToString::to_string),
        detail: field.detail.as_ref().map(ToString::to_string),
    }
}

fn archive(one: &compare::ArchiveDivergence) -> ArchiveDivergence {
    ArchiveDivergence {
        name: one.name.to_owned(),
        left: one.left.clone(),
        right: one.right.clone(),
        detail: one.detail.clone(),
    }
}
