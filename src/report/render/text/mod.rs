//! The report as text for people. Readable without colour; every name is quoted already.

pub(crate) mod acts;
pub(crate) mod aspect;
pub(crate) mod audit;
pub(crate) mod causes;
pub(crate) mod entry;
pub(crate) mod escapes;
pub(crate) mod executed;
pub(crate) mod failures;
pub(crate) mod footer;
pub(crate) mod groups;
pub(crate) mod header;
pub(crate) mod known;
pub(crate) mod latent;
pub(crate) mod listing;
pub(crate) mod matrix;
pub(crate) mod matrix_rows;
pub(crate) mod outside;
pub(crate) mod packages;
pub(crate) mod paint;
pub(crate) mod reads;
pub(crate) mod side;
pub(crate) mod summary;

use std::convert::Infallible;

use crate::report::render::text::listing::Listing;
use crate::report::render::text::paint::Paint;
use crate::report::wire::report::Report;

/// The report of `compare` or `verify` as text.
#[must_use]
pub fn text(report: &Report, listing: Listing) -> String {
    text_in_colour(report, listing, Paint::Plain)
}

/// The same, with colours or without.
#[must_use]
pub fn text_in_colour(report: &Report, listing: Listing, paint: Paint) -> String {
    let mut out = String::new();
    let Ok(()) = text_in_parts(report, listing, paint, &mut |part| {
        out.push_str(&part);
        Ok::<(), Infallible>(())
    });
    out
}

/// The same, a part after the other, so that not all of it has to be in memory.
///
/// # Errors
/// Those of `put`, which takes the parts.
pub fn text_in_parts<E>(
    report: &Report,
    listing: Listing,
    paint: Paint,
    put: &mut dyn FnMut(String) -> Result<(), E>,
) -> Result<(), E> {
    let mut put = |part: String| put(paint.finished(part));
    put(header::header(report, paint))?;
    put(failures::failures(report))?;
    put(summary::summary(report))?;
    put(outside::outside(report))?;
    put(matrix::table(report))?;
    let mut aspects = report.archive.iter();
    aspects.try_for_each(|one| put(aspect::aspect(one, paint)))?;
    causes::explained(
        &report.divergences,
        &report.causes,
        listing,
        paint,
        &mut put,
    )?;
    put(acts::acts(report, listing))?;
    put(latent::latent(report, listing))?;
    put(reads::reads(report, listing))?;
    let mut rows = report.matrix.iter();
    rows.try_for_each(|row| put(matrix_rows::row(report, row, listing, paint)))?;
    put(footer::footer(report))
}
