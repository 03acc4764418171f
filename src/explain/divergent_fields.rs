//! Questions about the fields in which an entry differs.

use crate::compare::comparison::Divergence;
use crate::explain::content::explainer::Explainer;
use crate::explain::observations::DifferingPaths;

/// Whether an entry differs in a field.
pub(crate) fn has(divergence: &Divergence, name: &str) -> bool {
    divergence.fields.iter().any(|field| field.name == name)
}

/// Whether an entry differs in some of these fields, and in no other.
pub(crate) fn has_only(divergence: &Divergence, names: &[&str]) -> bool {
    !divergence.fields.is_empty()
        && divergence
            .fields
            .iter()
            .all(|field| names.contains(&field.name.as_str()))
}

/// The names of the fields in which an entry differs.
pub(crate) fn names(divergence: &Divergence) -> Vec<String> {
    let fields = divergence.fields.iter();
    fields.map(|field| field.name.clone()).collect()
}

/// Whether an entry differs between two other tarballs too, in all of its fields; if it differs in
/// none because one archive lacks it, whether it does so there.
pub(crate) fn differs_there(there: &DifferingPaths, divergence: &Divergence) -> bool {
    let path = divergence.entry_path().as_bytes();
    there.get(path).is_some_and(|fields| {
        let mut own = divergence.fields.iter();
        let is_none = divergence.fields.is_empty();
        is_none == fields.is_empty() && own.all(|field| fields.contains(&field.name))
    })
}

/// Whether two contents differ in dates and times only, by what their format says.
pub(crate) fn is_about_time(divergence: &Divergence) -> bool {
    let explanation = divergence
        .contents()
        .and_then(|(left, right)| Explainer::default().explain(&divergence.path, left, right));
    explanation.is_some_and(|explanation| explanation.is_about_time())
}
