//! More on what differs, by what it is: contents by their format, capabilities, modes, times.

use crate::compare::comparison::Comparison;
use crate::explain::content::explainer::Explainer;
use crate::explain::content::field_detail::{Epoch, field_detail};
use crate::report::Report;
use crate::report::sentences;
use crate::text::diff::is_text;

impl Report {
    /// Adds to the fields of the comparison's divergences what their formats say.
    ///
    /// The difference of texts stays below; a window of bytes gives way. Contents that the
    /// comparison was told not to show stay as they are.
    pub fn detail(&mut self, comparison: &Comparison, epoch: Epoch) {
        let mut explainer = Explainer::default();
        for (row, divergence) in self.divergences.iter_mut().zip(&comparison.divergences) {
            for (field, found) in row.fields.iter_mut().zip(&divergence.fields) {
                if found.name != "content" {
                    if field.detail.is_none() {
                        let detail = field_detail(found, divergence, epoch);
                        field.detail = detail.as_ref().map(sentences::field_detail::line);
                    }
                    continue;
                }
                let (Some(shown), Some((left, right))) = (&found.detail, divergence.contents())
                else {
                    continue;
                };
                let Some(explanation) = explainer.explain(&divergence.path, left, right) else {
                    continue;
                };
                let mut detail = format!("read as {}\n", explanation.format);
                for fact in &explanation.facts {
                    detail.push_str(&format!("  {}\n", sentences::fact::line(fact)));
                }
                if is_text(left) && is_text(right) {
                    detail.push_str(&shown.to_string());
                }
                field.detail = Some(detail);
            }
        }
    }
}
