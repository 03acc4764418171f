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
pub(crate) mod reads;
pub(crate) mod side;
pub(crate) mod summary;

use crate::report::render::text::listing::Listing;
use crate::report::wire::report::Report;
use crate::text::quote::for_terminal;

/// The report of `compare` or `verify` as text.
#[must_use]
pub fn text(report: &Report, listing: Listing) -> String {
    let mut out = header::header(report);
    out.push_str(&failures::failures(report));
    out.push_str(&summary::summary(report));
    out.push_str(&outside::outside(report));
    out.push_str(&matrix::table(report));
    out.extend(report.archive.iter().map(aspect::aspect));
    out.push_str(&causes::explained(&report.divergences, &report.causes));
    out.push_str(&acts::acts(report, listing));
    out.push_str(&latent::latent(report, listing));
    out.push_str(&reads::reads(report, listing));
    out.extend(
        report
            .matrix
            .iter()
            .map(|row| matrix_rows::row(report, row, listing)),
    );
    out.push_str(&footer::footer(report));
    for_terminal(&out)
}
