//! One aspect of the archives that differs.

use crate::report::render::text::paint::{Paint, Tone};
use crate::report::sentences::value::shown;
use crate::report::wire::divergence::DivergentAspect;

/// Its name, its values if there are any, and what differs.
pub(crate) fn aspect(aspect: &DivergentAspect, paint: Paint) -> String {
    let (left, right) = (aspect.left.as_deref(), aspect.right.as_deref());
    let values = if left.is_some() || right.is_some() {
        format!("  {} | {}\n", shown(left), shown(right))
    } else {
        String::new()
    };
    let within = aspect.within.as_ref();
    let within = within.map(|part| format!(" of {part}")).unwrap_or_default();
    let name = paint.tone(Tone::Strong, &aspect.name);
    format!("\n{name}{within}\n{values}  {}\n", aspect.detail)
}
