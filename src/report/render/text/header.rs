//! The first lines of a report: the verdict, what it is about, the sides, trouble.

use crate::report::render::subject::{subject, verdict};
use crate::report::render::text::paint::{Paint, Tone};
use crate::report::render::text::side::sides;
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;

/// The first lines.
pub(crate) fn header(report: &Report, paint: Paint) -> String {
    let tone = match report.verdict {
        Verdict::Identical => Tone::Good,
        Verdict::Divergent | Verdict::Escaped | Verdict::Unbuildable | Verdict::Failed => Tone::Bad,
    };
    let verdict = paint.tone(tone, verdict(report));
    let mut out = format!("{verdict}  {}\n", subject(report));
    out.push_str(&sides(report));
    if let Some(trouble) = &report.trouble {
        out.push_str(&format!("  trouble    {}\n", trouble.what));
    }
    out
}
