//! A comparison as a report, and its parts for reports with more.

use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::comparison::{Comparison, Divergence, DivergenceKind, SideSummary};
use crate::compare::side::Side;
use crate::explain::attribution::Attribution;
use crate::explain::content::field_detail::Epoch;
use crate::explain::explanation::Explanation;
use crate::input::compression::Compression;
use crate::input::kind::Kind;
use crate::report::convert::advice::{Advice, NoAdvice};
use crate::report::convert::causes::{cause_id, causes};
use crate::report::convert::details::{FieldDetails, as_compared, by_format};
use crate::report::convert::entry_name::{base64, name};
use crate::report::sentences;
use crate::report::sentences::archive;
use crate::report::wire::divergence::{
    DivergenceName, DivergentAspect, DivergentEntry, DivergentField,
};
use crate::report::wire::known::IgnoredRule;
use crate::report::wire::report::Report;
use crate::report::wire::script::ScriptName;
use crate::report::wire::side::{ArchiveSide, CompressionName, KindName};
use crate::report::wire::trouble::Trouble;
use crate::tar::entry::Entry;
use crate::tar::number::Number;
use crate::text::quote;
use crate::verify::verdict::Verdict;

/// A comparison, and what explaining made of it.
#[derive(Debug, Clone, Copy)]
pub struct ExplainedComparison<'a> {
    /// The comparison.
    pub comparison: &'a Comparison,
    /// Owners and findings.
    pub explanation: &'a Explanation,
    /// `SOURCE_DATE_EPOCH`, if it is known.
    pub epoch: Epoch,
}

impl From<&Comparison> for Report {
    /// The report of a comparison alone: nothing is attributed or explained.
    fn from(comparison: &Comparison) -> Self {
        let labels = [&comparison.left, &comparison.right].map(|side| side.label.as_str());
        let verdict = Verdict::of_comparison(comparison).into();
        Self {
            left: side(&comparison.left),
            right: side(&comparison.right),
            divergences: divergences(comparison, &as_compared(comparison), &[]),
            archive: aspects(comparison),
            ignored: ignored(comparison),
            notes: notes(comparison),
            trouble: trouble(comparison, &NoAdvice),
            ..Self::uncompared(verdict, labels)
        }
    }
}

impl From<ExplainedComparison<'_>> for Report {
    /// The report of `compare`, without advice.
    fn from(explained: ExplainedComparison<'_>) -> Self {
        Self::of_comparison(explained, &NoAdvice)
    }
}

impl Report {
    /// The report of `compare`.
    #[must_use]
    pub fn of_comparison(explained: ExplainedComparison<'_>, advice: &dyn Advice) -> Self {
        let ExplainedComparison {
            comparison,
            explanation,
            epoch,
        } = explained;
        Self {
            divergences: divergences(
                comparison,
                &by_format(comparison, epoch),
                &explanation.attributions,
            ),
            causes: causes(&explanation.findings),
            trouble: trouble(comparison, advice),
            ..Self::from(comparison)
        }
    }
}

/// One of the two archives.
pub(crate) fn side(side: &SideSummary) -> ArchiveSide {
    ArchiveSide {
        label: side.label.clone(),
        source: quote(side.source.as_bytes()),
        kind: side.kind.into(),
        compression: side.compression.into(),
        bytes: side.bytes,
        entries: side.entries,
        sha256: side.sha256.clone(),
    }
}

impl From<Kind> for KindName {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Tar => Self::Tar,
            Kind::Ar => Self::Ar,
            Kind::Directory => Self::Directory,
            Kind::Image | Kind::Layout => Self::Image,
            Kind::Empty | Kind::Foreign(_) | Kind::Control | Kind::Text | Kind::Data => Self::File,
        }
    }
}

impl From<Compression> for CompressionName {
    fn from(compression: Compression) -> Self {
        match compression {
            Compression::Plain => Self::None,
            Compression::Gzip => Self::Gzip,
            Compression::Zstd => Self::Zstd,
            Compression::Xz => Self::Xz,
            Compression::Bzip2 => Self::Bzip2,
            Compression::Lz4 => Self::Lz4,
            Compression::Lzip => Self::Lzip,
            Compression::Lzma => Self::Lzma,
        }
    }
}

/// The divergent entries, each with its details and its attribution; an entry beyond the end of
/// either list has none.
pub(crate) fn divergences(
    comparison: &Comparison,
    details: &[FieldDetails],
    attributions: &[Attribution],
) -> Vec<DivergentEntry> {
    let (no_details, nobodys) = (FieldDetails::default(), Attribution::default());
    let numbered = comparison.divergences.iter().enumerate();
    numbered
        .map(|(at, divergence)| {
            let details = details.get(at).unwrap_or(&no_details);
            let attribution = attributions.get(at).unwrap_or(&nobodys);
            divergent_entry(divergence, details, attribution)
        })
        .collect()
}

/// The aspects of the archives that differ.
pub(crate) fn aspects(comparison: &Comparison) -> Vec<DivergentAspect> {
    let aspect = |one: &ArchiveDivergence| DivergentAspect {
        name: one.name().to_owned(),
        within: Some(one.part()).filter(|part| !part.is_empty()).map(quote),
        left: archive::value(one, Side::Left),
        right: archive::value(one, Side::Right),
        detail: archive::detail(one),
    };
    comparison.archive.iter().map(aspect).collect()
}

/// What options took out of the comparison.
pub(crate) fn ignored(comparison: &Comparison) -> Vec<IgnoredRule> {
    let ignored = comparison.ignored.iter();
    ignored
        .map(|(rule, count)| IgnoredRule {
            rule: rule.clone(),
            count: *count,
        })
        .collect()
}

/// What the comparison did not look at.
pub(crate) fn notes(comparison: &Comparison) -> Vec<String> {
    let notes = comparison.notes.iter();
    notes.map(sentences::note::of_comparison).collect()
}

/// Why the comparison is not complete, if it is not.
pub(crate) fn trouble(comparison: &Comparison, advice: &dyn Advice) -> Option<Trouble> {
    let trouble = comparison.trouble.as_ref();
    trouble.map(|error| Trouble {
        what: error.to_string(),
        hint: advice.of_comparison(error),
    })
}

fn divergent_entry(
    divergence: &Divergence,
    details: &FieldDetails,
    attribution: &Attribution,
) -> DivergentEntry {
    let (kind, alone) = match divergence.kind {
        DivergenceKind::Changed => (DivergenceName::Changed, None),
        DivergenceKind::LeftOnly => (DivergenceName::LeftOnly, divergence.left.as_ref()),
        DivergenceKind::RightOnly => (DivergenceName::RightOnly, divergence.right.as_ref()),
        DivergenceKind::Moved => (DivergenceName::Moved, None),
        DivergenceKind::Reordered => (DivergenceName::Reordered, None),
    };
    DivergentEntry {
        path: name(&divergence.path),
        path_base64: base64(&divergence.path),
        occurrence: divergence.occurrence,
        kind,
        fields: fields(divergence, details),
        from: divergence.from.as_deref().map(name),
        from_base64: divergence.from.as_deref().and_then(base64),
        entry: alone.map(|side| summary(&side.entry)),
        cause: attribution.finding.map(cause_id),
        causes: ids_of_several(attribution),
        package: attribution.package.clone(),
        script: attribution.script.map(ScriptName),
    }
}

/// The ids of all causes, if there are several.
fn ids_of_several(attribution: &Attribution) -> Vec<String> {
    let first = attribution
        .finding
        .filter(|_| !attribution.others.is_empty());
    let all = first.into_iter().chain(attribution.others.iter().copied());
    all.map(cause_id).collect()
}

fn fields(divergence: &Divergence, details: &FieldDetails) -> Vec<DivergentField> {
    let numbered = divergence.fields.iter().enumerate();
    numbered
        .map(|(at, field)| DivergentField {
            name: field.name.clone(),
            left: field.left.as_ref().map(ToString::to_string),
            right: field.right.as_ref().map(ToString::to_string),
            detail: details.0.get(at).cloned().flatten(),
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
    if entry.kind.is_regular() {
        line.push_str(&format!(" {} bytes", entry.size));
    }
    if !entry.linkname.is_empty() {
        line.push_str(&format!(" -> {}", quote(&entry.linkname)));
    }
    line
}
