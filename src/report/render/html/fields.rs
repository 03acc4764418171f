//! Fields that differ: a table of values, then what they mean.

use maud::{Markup, html};

use crate::report::render::detail::Detail;
use crate::report::render::html::difference::difference;
use crate::report::render::html::sides::Labels;
use crate::report::sentences::value::shown;
use crate::report::wire::divergence::DivergentField;
use crate::text::number::grouped;

/// Most lines of remarks of one field.
const REMARKS: usize = 200;

/// The values of these fields as a table.
pub(crate) fn values(fields: &[DivergentField], labels: Labels<'_>) -> Markup {
    html! {
        table.fields {
            thead { tr {
                th scope="col" { "field" }
                th scope="col" { (labels.left) }
                th scope="col" { (labels.right) }
            } }
            tbody { @for field in fields {
                tr {
                    th scope="row" { (field.name) }
                    td { (shown(field.left.as_deref())) }
                    td { (shown(field.right.as_deref())) }
                }
            } }
        }
    }
}

/// Values and details.
pub(crate) fn fields(fields: &[DivergentField], labels: Labels<'_>) -> Markup {
    let details = fields.iter().filter_map(|field| {
        let detail = field.detail.as_deref()?;
        Some((field.name.as_str(), detail))
    });
    html! {
        (values(fields, labels))
        @for (name, text) in details {
            p.of { (name) }
            (detail(text, labels))
        }
    }
}

/// Remarks, then a difference.
pub(crate) fn detail(text: &str, labels: Labels<'_>) -> Markup {
    let detail = Detail::new(text);
    let rest = detail.remarks.lines().count().saturating_sub(REMARKS);
    let lines: Vec<&str> = detail.remarks.lines().take(REMARKS).collect();
    html! {
        @if !lines.is_empty() { pre { (lines.join("\n")) } }
        @if rest > 0 { p.cut { "and " (grouped(rest as u64)) " more lines, in the JSON report" } }
        @if !detail.difference.is_empty() { (difference(detail.difference, labels)) }
    }
}
