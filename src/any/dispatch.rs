//! Two inputs of known kinds to one comparison. What a control file lists is left alone.

use crate::any::named::Named;
use crate::any::peek::Peeked;
use crate::any::way::Way;
use crate::any::{directory, files, image, nested, package, rpm, zip};
use crate::compare::comparison::Comparison;
use crate::compare::options::Options;
use crate::compare::progress::Progress;
use crate::compare::side::Sides;

/// Compares two inputs in a way that fits both. `comparison` is begun already.
pub(crate) fn compare(
    way: Way,
    comparison: Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let kinds = Sides {
        left: peeked.left.kind,
        right: peeked.right.kind,
    };
    let mut found = match way {
        Way::Archives => nested::compare(names, peeked, options, progress),
        Way::Directories => directory::compare(comparison, names, peeked, options, progress),
        Way::Images => return image::compare(comparison, names, peeked, options, progress),
        Way::Files | Way::Controls => files::compare(comparison, names, peeked, options, progress),
        Way::Packages => package::compare(comparison, names, peeked, options, progress),
        Way::Zips => zip::compare(comparison, names, peeked, options, progress),
        Way::Rpms => rpm::compare(comparison, names, peeked, options, progress),
    };
    found.left.kind = kinds.left;
    found.right.kind = kinds.right;
    found
}
