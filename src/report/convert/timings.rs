//! How long the steps took, in seconds.

use crate::report::wire::report::Times;
use crate::verify::timings::Timings;

/// Seconds by step.
pub(crate) fn timings(timings: Timings) -> Times {
    let Timings {
        prepare,
        build_and_compare,
        observe,
        audit,
        explain,
    } = timings;
    let all = [
        ("prepare", prepare),
        ("build-and-compare", build_and_compare),
        ("observe", observe),
        ("audit", audit),
        ("explain", explain),
    ];
    all.map(|(name, time)| (name.to_owned(), time.as_secs_f64()))
        .into()
}
