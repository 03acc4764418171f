//! One aspect of the archives that differs.

use crate::report::render::text::entry::value;
use crate::report::wire::divergence::DivergentAspect;

/// Its name, its values if there are any, and what differs.
pub(crate) fn aspect(aspect: &DivergentAspect) -> String {
    let (left, right) = (aspect.left.as_ref(), aspect.right.as_ref());
    let values = if left.is_some() || right.is_some() {
        format!("  {} | {}\n", value(left), value(right))
    } else {
        String::new()
    };
    let within = aspect.within.as_ref();
    let within = within.map(|part| format!(" of {part}")).unwrap_or_default();
    format!("\n{}{within}\n{values}  {}\n", aspect.name, aspect.detail)
}
