//! What the fields of divergent entries mean: contents by their format, capabilities, modes,
//! times.

use crate::compare::comparison::{Divergence, FieldDivergence};
use crate::explain::content::explainer::Explainer;
use crate::explain::content::field_detail::{Epoch, field_detail};
use crate::report::sentences;
use crate::text::diff::is_text;

/// The detail of each field of one divergent entry, in the order of the fields.
pub(crate) type FieldDetails = Vec<Option<String>>;

/// Gives the details of the divergent entries of one report, in their order.
#[derive(Debug)]
pub(crate) enum Details {
    /// As the comparison has them.
    AsCompared,
    /// With what the formats of contents say.
    ByFormat {
        /// Bounds what contents are unpacked to.
        explainer: Explainer,
        /// `SOURCE_DATE_EPOCH`, if it is known.
        epoch: Epoch,
    },
}

impl Details {
    /// With what the formats of contents say.
    ///
    /// The difference of texts stays below; a window of bytes gives way. Contents that the
    /// comparison was told not to show stay as they are.
    pub(crate) fn by_format(epoch: Epoch) -> Self {
        Self::ByFormat {
            explainer: Explainer::default(),
            epoch,
        }
    }

    /// The details of one divergent entry.
    pub(crate) fn of(&mut self, divergence: &Divergence) -> FieldDetails {
        let fields = divergence.fields.iter();
        fields
            .map(|field| self.of_field(field, divergence))
            .collect()
    }

    fn of_field(&mut self, field: &FieldDivergence, divergence: &Divergence) -> Option<String> {
        let Self::ByFormat { explainer, epoch } = self else {
            return field.detail.as_ref().map(ToString::to_string);
        };
        match (field.name.as_str(), &field.detail) {
            ("content", Some(shown)) => content(explainer, divergence, &shown.to_string()),
            ("content", None) => None,
            (_, Some(detail)) => Some(detail.to_string()),
            (_, None) => {
                let detail = field_detail(field, divergence, *epoch);
                detail.as_ref().map(sentences::field_detail::line)
            }
        }
    }
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
