//! The table of the matrix: one line for each build.

use crate::report::wire::build::ModeName;
use crate::report::wire::matrix::{MatrixRow, RowOutside};
use crate::report::wire::outside::AuditMethod;
use crate::report::wire::report::Report;
use crate::text::number::{bytes, entries};

/// The table; none without extra builds.
pub(crate) fn table(report: &Report) -> String {
    let [reference, pair, ..] = report.builds.as_slice() else {
        return String::new();
    };
    if report.matrix.is_empty() {
        return String::new();
    }
    let escapes = |count: usize| is_watched(report).then_some(count);
    let outside = report.outside.as_ref();
    let compared = Compared {
        divergences: report.divergences.len(),
        aspects: report.archive.len(),
        escapes: escapes(outside.map_or(0, |outside| outside.escapes.len())),
    };
    let first = format!(
        "{}  {}",
        bytes(report.left.bytes),
        entries(report.left.entries)
    );
    let mut out = format!("\nMATRIX  {} builds\n", report.matrix.len() + 2);
    out.push_str(&line([
        reference.mode.as_str(),
        &reference.technique,
        "reference",
        &first,
    ]));
    out.push_str(&line([
        pair.mode.as_str(),
        &pair.technique,
        compared.verdict(),
        &compared.counts(),
    ]));
    out.extend(report.matrix.iter().map(|one| row(report, one)));
    out
}

fn row(report: &Report, row: &MatrixRow) -> String {
    let technique = match &row.outside {
        RowOutside::Same => row.technique.clone(),
        other => format!("{} outside", other.as_str()),
    };
    let mode = row.mode.as_str();
    if let Some(trouble) = &row.trouble {
        return line([mode, &technique, "FAILED", &trouble.what]);
    }
    let is_watched = row.mode == ModeName::Chrootless && is_watched(report);
    let compared = Compared {
        divergences: row.divergences.len(),
        aspects: row.archive.len(),
        escapes: is_watched.then_some(row.escapes.len()),
    };
    line([mode, &technique, compared.verdict(), &compared.counts()])
}

fn is_watched(report: &Report) -> bool {
    let outside = report.outside.as_ref();
    outside.is_some_and(|outside| outside.audit != AuditMethod::Off)
}

/// Mode, technique, verdict and counts in columns.
fn line([mode, technique, verdict, counts]: [&str; 4]) -> String {
    let line = format!("  {mode:10} {technique:17} {verdict:10} {counts}");
    format!("{}\n", line.trim_end())
}

/// How one build compares.
struct Compared {
    /// Divergent entries.
    divergences: usize,
    /// Aspects of the archives that differ.
    aspects: usize,
    /// Changes of the outside, if that was watched.
    escapes: Option<usize>,
}

impl Compared {
    fn verdict(&self) -> &'static str {
        match (self.divergences + self.aspects, self.escapes) {
            (0, Some(1..)) => "ESCAPED",
            (0, _) => "identical",
            (_, _) => "DIVERGENT",
        }
    }

    fn counts(&self) -> String {
        let divergent = match (self.divergences, self.aspects) {
            (0, 0) => None,
            (0, _) => Some("the archive as such".to_owned()),
            (count, _) => Some(entries(count as u64)),
        };
        let escaped = self.escapes.map(|count| match count {
            0 => "nothing outside modified".to_owned(),
            1 => "1 path outside modified".to_owned(),
            count => format!("{count} paths outside modified"),
        });
        let parts: Vec<_> = divergent.into_iter().chain(escaped).collect();
        parts.join(", ")
    }
}
