//! What the fields of divergent entries mean: contents by their format, capabilities, modes,
//! times.

use crate::compare::comparison::{Comparison, Divergence, FieldDivergence};
use crate::explain::content::explainer::Explainer;
use crate::explain::content::field_detail::{Epoch, field_detail};
use crate::report::sentences;
use crate::text::diff::is_text;

/// The detail of each field of one divergent entry, in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FieldDetails(pub(crate) Vec<Option<String>>);

/// The details of all divergent entries as the comparison has them.
pub(crate) fn as_compared(comparison: &Comparison) -> Vec<FieldDetails> {
    let entries = comparison.divergences.iter();
    let details = |divergence: &Divergence| {
        let fields = divergence.fields.iter();
        FieldDetails(
            fields
                .map(|field| field.detail.as_ref().map(ToString::to_string))
                .collect(),
        )
    };
    entries.map(details).collect()
}

/// The details of all divergent entries with what their formats say.
///
/// The difference of texts stays below; a window of bytes gives way. Contents that the
/// comparison was told not to show stay as they are.
pub(crate) fn by_format(comparison: &Comparison, epoch: Epoch) -> Vec<FieldDetails> {
    let mut explainer = Explainer::default();
    let mut details = Vec::with_capacity(comparison.divergences.len());
    for divergence in &comparison.divergences {
        let detail = |field: &FieldDivergence| match (field.name.as_str(), &field.detail) {
            ("content", Some(shown)) => content(&mut explainer, divergence, &shown.to_string()),
            ("content", None) => None,
            (_, Some(detail)) => Some(detail.to_string()),
            (_, None) => {
                let detail = field_detail(field, divergence, epoch);
                detail.as_ref().map(sentences::field_detail::line)
            }
        };
        details.push(FieldDetails(divergence.fields.iter().map(detail).collect()));
    }
    details
}

/// The detail of a content, given what the comparison shows of it.
fn content(explainer: &mut Explainer, divergence: &Divergence, shown: &str) -> Option<String> {
    let as_shown = || Some(shown.to_owned());
    let Some((left, right)) = divergence.contents() else {
        return as_shown();
    };
    let Some(explanation) = explainer.explain(divergence.name_inside(), left, right) else {
        return as_shown();
    };
    let mut detail = format!("read as {}\n", explanation.format);
    let facts = explanation.facts.iter().map(sentences::fact::line);
    detail.extend(facts.map(|line| format!("  {line}\n")));
    if is_text(left) && is_text(right) {
        detail.push_str(shown);
    }
    Some(detail)
}
