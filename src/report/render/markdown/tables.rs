//! Tables in Markdown: the two archives, the extra builds, the packages that are not complete.

use crate::report::render::markdown::escape::{cell, words};
use crate::report::render::markdown::page::{Page, Part};
use crate::report::render::text::side::is_compared;
use crate::report::wire::matrix::MatrixRow;
use crate::report::wire::package::{Package, PackageVerdictName};
use crate::report::wire::report::Report;
use crate::report::wire::side::ArchiveSide;
use crate::text::number::{bytes, grouped};

/// The two archives.
pub(crate) fn sides(page: &mut Page, report: &Report) {
    if !is_compared(report) {
        page.text("\nThe archives were not compared.\n");
        return;
    }
    page.text("\n| archive | size | entries | compression |\n|---|--:|--:|---|\n");
    for side in [&report.left, &report.right] {
        page.text(&self::side(side));
    }
}

fn side(side: &ArchiveSide) -> String {
    format!(
        "| {} | {} | {} | {} |\n",
        words(&side.label),
        bytes(side.bytes),
        grouped(side.entries),
        side.compression.as_str()
    )
}

/// The extra builds.
pub(crate) fn matrix(page: &mut Page, report: &Report) {
    if report.matrix.is_empty() {
        return;
    }
    page.text(
        "\n### Extra builds\n\n\
         | build | mode | technique | outside | verdict | divergent entries | paths modified outside |\n\
         |---|---|---|---|---|--:|--:|\n",
    );
    for row in &report.matrix {
        page.add(Part::Build, &build(row));
    }
}

fn build(row: &MatrixRow) -> String {
    let verdict = match &row.trouble {
        Some(trouble) => format!("failed: {}", words(&trouble.what)),
        None => row.verdict.as_str().to_owned(),
    };
    format!(
        "| {} | {} | {} | {} | {verdict} | {} | {} |\n",
        words(&row.label),
        row.mode.as_str(),
        words(&row.technique),
        words(row.outside.as_str()),
        row.divergences.len(),
        row.escapes.len()
    )
}

/// The packages that are not complete.
pub(crate) fn packages(page: &mut Page, report: &Report) {
    let packages = report.packages.iter();
    let packages: Vec<&Package> = packages
        .filter(|package| package.verdict != PackageVerdictName::Complete)
        .collect();
    if packages.is_empty() {
        return;
    }
    page.text(
        "\n### Packages that are not complete\n\n\
         | package | version | verdict | divergent | outside | reason |\n|---|---|---|--:|--:|---|\n",
    );
    for package in packages {
        let text = format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            cell(&package.name),
            cell(&package.version),
            package.verdict.as_str(),
            package.divergences,
            package.escapes,
            words(package.reason.as_deref().unwrap_or_default())
        );
        page.add(Part::Package, &text);
    }
}
