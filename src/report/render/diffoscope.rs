//! The report as the JSON of diffoscope, version 1, for programs that read that.
//!
//! The keys are those of diffoscope's `presenters/json.py`: every node has `source1`, `source2`
//! and `unified_diff`; `comments` and `details` are there if they are not empty.

use serde::Serialize;

use crate::report::render::detail::Detail;
use crate::report::render::entry_words::{from, kind, number, path};
use crate::report::render::json::compact;
use crate::report::render::subject::{subject, verdict};
use crate::report::render::text;
use crate::report::render::text::escapes::of_group;
use crate::report::render::text::groups::Actor;
use crate::report::render::text::paint::Paint;
use crate::report::wire::divergence::{DivergentAspect, DivergentEntry, DivergentField};
use crate::report::wire::outside::Escape;
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;

/// The report as diffoscope's JSON, one line.
///
/// # Errors
/// None that these types can have.
pub fn diffoscope_json(report: &Report) -> Result<String, serde_json::Error> {
    let root = Root {
        version: 1,
        node: root(report),
    };
    compact(&root)
}

#[derive(Serialize)]
struct Root {
    #[serde(rename = "diffoscope-json-version")]
    version: u8,
    #[serde(flatten)]
    node: Node,
}

#[derive(Serialize)]
struct Node {
    source1: String,
    source2: String,
    unified_diff: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    comments: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Node>,
}

fn root(report: &Report) -> Node {
    // Of what is equal, diffoscope's readers expect no word.
    let title = format!("{}: {}", verdict(report), subject(report));
    let title = (report.verdict != Verdict::Identical).then_some(title);
    let mut comments: Vec<String> = title.into_iter().collect();
    comments.extend(report.trouble.iter().map(|trouble| trouble.what.clone()));
    comments.extend(lines(&text::summary::summary(report)));
    comments.extend(lines(&text::failures::failures(report)));
    comments.extend(
        report
            .causes
            .iter()
            .flat_map(|cause| lines(&text::causes::cause(cause, Paint::Plain))),
    );
    comments.extend(lines(&text::footer::set_aside(report)));
    comments.extend(report.notes.iter().cloned());
    let mut details: Vec<Node> = report.archive.iter().map(aspect).collect();
    details.extend(
        report
            .divergences
            .all()
            .iter()
            .map(|row| entry(report, row)),
    );
    let escapes = report.outside.iter().flat_map(|outside| &outside.escapes);
    details.extend(escapes.map(|escape| self::escape(report, escape)));
    Node {
        source1: report.left.source.clone(),
        source2: report.right.source.clone(),
        unified_diff: None,
        comments,
        details,
    }
}

/// The lines that have a text.
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn aspect(aspect: &DivergentAspect) -> Node {
    Node {
        source1: aspect.name.clone(),
        source2: aspect.name.clone(),
        unified_diff: values(&[(None, aspect.left.as_deref(), aspect.right.as_deref())]),
        comments: lines(&aspect.detail),
        details: Vec::new(),
    }
}

/// An entry, its fields as one difference, and below it what the fields mean.
fn entry(report: &Report, entry: &DivergentEntry) -> Node {
    let causes = report.causes.iter();
    let of_entry = |id: &str| entry.cause.as_deref() == Some(id);
    let causes = causes.filter(|cause| of_entry(&cause.id));
    let cause = causes.map(|cause| format!("cause {}: {}", cause.id, cause.title));
    let fields = entry.fields.iter();
    let rows: Vec<_> = fields
        .map(|field| {
            let name = Some(field.name.as_str());
            (name, field.left.as_deref(), field.right.as_deref())
        })
        .collect();
    Node {
        source1: from(entry).unwrap_or_else(|| path(entry)),
        source2: path(entry),
        unified_diff: values(&rows),
        comments: number(entry)
            .into_iter()
            .chain(kind(entry))
            .chain(cause)
            .collect(),
        details: entry.fields.iter().filter_map(field).collect(),
    }
}

/// What the values of a field mean; `None` if nothing is known beside them.
fn field(field: &DivergentField) -> Option<Node> {
    let detail = Detail::new(field.detail.as_deref()?);
    let difference = Some(detail.difference).filter(|text| !text.is_empty());
    Some(Node {
        source1: field.name.clone(),
        source2: field.name.clone(),
        unified_diff: difference.map(with_hunk),
        comments: lines(detail.remarks),
        details: Vec::new(),
    })
}

/// Lines of a window of bytes as one hunk; a difference of texts as it is.
fn with_hunk(difference: &str) -> String {
    if difference.starts_with("@@ ") {
        return difference.to_owned();
    }
    let count = |sign: char| {
        let others = difference.lines().filter(|line| !line.starts_with(sign));
        others.count()
    };
    let (left, right) = (count('+'), count('-'));
    format!("@@ -1,{left} +1,{right} @@\n{difference}")
}

/// Values as a difference of two lists.
fn values(rows: &[(Option<&str>, Option<&str>, Option<&str>)]) -> Option<String> {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (name, before, after) in rows {
        let line = |value: &str| match name {
            Some(name) => format!("{name}: {value}\n"),
            None => format!("{value}\n"),
        };
        left.extend(before.map(|value| "-".to_owned() + &line(value)));
        right.extend(after.map(|value| "+".to_owned() + &line(value)));
    }
    if left.is_empty() && right.is_empty() {
        return None;
    }
    // A list without lines begins before the first one.
    let range = |lines: &[String]| format!("{},{}", usize::from(!lines.is_empty()), lines.len());
    let hunk = format!("@@ -{} +{} @@\n", range(&left), range(&right));
    Some(hunk + &left.concat() + &right.concat())
}

/// A change of the outside, before and after the build.
fn escape(report: &Report, escape: &Escape) -> Node {
    let actor = Actor {
        package: escape.package.as_deref(),
        script: escape.script,
        line: escape.line,
        command: escape.command.as_ref(),
    };
    let source = format!("outside: {}", escape.path);
    Node {
        source1: source.clone(),
        source2: source,
        unified_diff: None,
        comments: std::iter::once(actor.heading(report))
            .chain(lines(&of_group(escape)))
            .collect(),
        details: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_a_difference_of_two_lists() {
        let rows = [
            (Some("mode"), Some("0755"), Some("0700")),
            (Some("linkname"), None, Some("a")),
        ];
        let expected = "@@ -1,1 +1,2 @@\n-mode: 0755\n+mode: 0700\n+linkname: a\n";
        assert_eq!(values(&rows).as_deref(), Some(expected));
        assert_eq!(values(&[(None, None, None)]), None);
        let added = "@@ -0,0 +1,1 @@\n+a\n";
        assert_eq!(values(&[(None, None, Some("a"))]).as_deref(), Some(added));
    }

    #[test]
    fn a_window_of_bytes_gets_a_hunk() {
        assert_eq!(
            with_hunk("-00 01\n+00 02\n 10 03\n"),
            "@@ -1,2 +1,2 @@\n-00 01\n+00 02\n 10 03\n"
        );
        assert_eq!(with_hunk("@@ -1 +1 @@\n-a\n"), "@@ -1 +1 @@\n-a\n");
    }
}
