//! A comparison as a report, and its parts for reports with more.

use crate::compare::archive_divergence::ArchiveDivergence;
use std::io;

use crate::compare::comparison::{Comparison, SideSummary};
use crate::compare::side::Side;
use crate::explain::content::field_detail::Epoch;
use crate::explain::explanation::Explanation;
use crate::input::compression::Compression;
use crate::input::kind::Kind;
use crate::report::convert::advice::{Advice, NoAdvice};
use crate::report::convert::causes::causes;
use crate::report::convert::details::Details;
use crate::report::convert::rows::all_rows;
use crate::report::sentences;
use crate::report::sentences::archive;
use crate::report::wire::divergence::DivergentAspect;
use crate::report::wire::divergent_entries::DivergentEntries;
use crate::report::wire::known::IgnoredRule;
use crate::report::wire::report::Report;
use crate::report::wire::side::{ArchiveSide, CompressionName, KindName};
use crate::report::wire::trouble::Trouble;
use crate::report::wire::verdict;
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
        let rows = all_rows(comparison, &mut Details::AsCompared, |_, _| Vec::new());
        frame(comparison).with_rows(rows)
    }
}

/// The report of a comparison without its divergent entries.
pub(crate) fn frame(comparison: &Comparison) -> Report {
    let labels = [&comparison.left, &comparison.right].map(|side| side.label.as_str());
    let verdict = Verdict::of_comparison(comparison).into();
    Report {
        left: side(&comparison.left),
        right: side(&comparison.right),
        archive: aspects(comparison),
        ignored: ignored(comparison),
        notes: notes(comparison),
        trouble: trouble(comparison, &NoAdvice),
        ..Report::uncompared(verdict, labels)
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
        let rows = all_rows(
            comparison,
            &mut Details::by_format(epoch),
            |batch, offset| match offset {
                0 => explanation.attributions.clone(),
                _ => explanation.of_further(batch, offset),
            },
        );
        let report = Self {
            causes: causes(&explanation.findings),
            trouble: trouble(comparison, advice),
            ..frame(comparison)
        };
        report.with_rows(rows)
    }

    /// The report with its divergent entries. Without all of them it would be wrong.
    fn with_rows(mut self, rows: io::Result<DivergentEntries>) -> Self {
        match rows {
            Ok(rows) => self.divergences = rows,
            Err(error) => {
                self.verdict = verdict::Verdict::Failed;
                let what = error.to_string();
                let _ = self.trouble.get_or_insert(Trouble { what, hint: None });
            }
        }
        self
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
            Kind::Zip => Self::Zip,
            Kind::Rpm => Self::Rpm,
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
