//! The matrix as text: one table, and what diverges in its rows besides what diverges above.

use crate::report::convert::escapes;
use crate::report::render::text::{causes, entry};
use crate::report::wire::matrix::{MatrixRow, SAME};
use crate::report::{EntryDivergence, Report, Verdict};
use crate::text::number::{bytes, entries};

/// Most escapes that are listed of one row; the JSON report has all of them.
const LISTED: usize = 50;

/// The table, where there are builds beside the pair.
pub(crate) fn table(report: &Report, out: &mut String) {
    let [reference, pair, ..] = report.builds.as_slice() else {
        return;
    };
    if report.matrix.is_empty() {
        return;
    }
    let count = report.matrix.len() + 2;
    out.push_str(&format!("\nMATRIX  {count} builds\n"));
    let size = |count_of_bytes, count_of_entries| {
        format!("{}  {}", bytes(count_of_bytes), entries(count_of_entries))
    };
    let first = size(report.left.bytes, report.left.entries);
    line(
        out,
        &reference.mode,
        &reference.technique,
        "reference",
        &first,
    );
    let escaped = report
        .outside
        .as_ref()
        .map_or(0, |outside| outside.escapes.len());
    let words = Words {
        divergences: report.divergences.len(),
        archive: report.archive.len(),
        escapes: Some(escaped).filter(|_| is_watched(report)),
    };
    line(
        out,
        &pair.mode,
        &pair.technique,
        words.verdict(),
        &words.rest(),
    );
    for row in &report.matrix {
        let technique = match row.outside.as_str() {
            SAME => row.technique.clone(),
            other => format!("{other} outside"),
        };
        let (verdict, rest) = match &row.trouble {
            Some(trouble) => ("FAILED", trouble.what.clone()),
            None => {
                let words = Words {
                    divergences: row.divergences.len(),
                    archive: row.archive.len(),
                    escapes: Some(row.escapes.len())
                        .filter(|_| row.mode == "chrootless" && is_watched(report)),
                };
                (words.verdict(), words.rest())
            }
        };
        line(out, &row.mode, &technique, verdict, &rest);
    }
}

fn is_watched(report: &Report) -> bool {
    report
        .outside
        .as_ref()
        .is_some_and(|outside| outside.audit != "off")
}

fn line(out: &mut String, mode: &str, technique: &str, verdict: &str, rest: &str) {
    let line = format!("  {mode:10} {technique:17} {verdict:10} {rest}");
    out.push_str(line.trim_end());
    out.push('\n');
}

/// How one build compares.
struct Words {
    divergences: usize,
    archive: usize,
    /// Where its outside was watched.
    escapes: Option<usize>,
}

impl Words {
    fn verdict(&self) -> &'static str {
        match (self.divergences + self.archive, self.escapes) {
            (0, Some(1..)) => "ESCAPED",
            (0, _) => "identical",
            (_, _) => "DIVERGENT",
        }
    }

    fn rest(&self) -> String {
        let divergent = match (self.divergences, self.archive) {
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

/// What each row has that the report itself has not.
pub(crate) fn rows(report: &Report, out: &mut String) {
    for row in &report.matrix {
        let own: Vec<_> = row
            .divergences
            .iter()
            .filter(|one| !report.divergences.iter().any(|other| is_same(one, other)))
            .collect();
        let shared = row.divergences.len() - own.len();
        if own.is_empty() && row.escapes.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}", row.label.to_uppercase()));
        if !own.is_empty() {
            out.push_str(&format!("  {}", entries(own.len() as u64)));
        }
        if shared > 0 {
            out.push_str(&format!(", and {shared} as above"));
        }
        out.push('\n');
        out.push_str(&escapes::listing(&row.escapes, LISTED));
        explained(row, &own, out);
    }
}

fn explained(row: &MatrixRow, own: &[&EntryDivergence], out: &mut String) {
    let of = |id: Option<&str>| {
        let own = own.iter().copied();
        let wanted = id.map(str::to_owned);
        own.filter(move |one| one.cause == wanted)
            .collect::<Vec<_>>()
    };
    let unexplained = of(None);
    if !unexplained.is_empty() && row.verdict != Verdict::Identical {
        out.push_str("\nunexplained\n");
    }
    unexplained.iter().for_each(|one| entry(one, out));
    for cause in &row.causes {
        let claimed = of(Some(&cause.id));
        if !claimed.is_empty() || cause.entries == 0 {
            causes::cause(cause, out);
        }
        claimed.iter().for_each(|one| entry(one, out));
    }
}

/// Whether two rows say the same of an entry.
fn is_same(one: &EntryDivergence, other: &EntryDivergence) -> bool {
    (&one.path, one.occurrence, one.kind, &one.fields, &one.from)
        == (
            &other.path,
            other.occurrence,
            other.kind,
            &other.fields,
            &other.from,
        )
}
