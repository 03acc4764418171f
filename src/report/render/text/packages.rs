//! The table of packages as text.

use crate::report::wire::package::{DpkgRoot, PackageScript};
use crate::report::wire::report::Report;
use crate::text::quote;
use crate::text::quote::visible;

/// The table as text: one line for each package.
#[must_use]
pub fn packages_table(report: &Report) -> String {
    let mut rows = vec![
        [
            "package", "version", "diverge", "escape", "verdict", "scripts",
        ]
        .map(str::to_owned),
    ];
    rows.extend(report.packages.iter().map(|package| {
        let scripts: Vec<String> = package.scripts.iter().map(script_text).collect();
        let reason = package.reason.as_ref();
        let reason = reason.map(|reason| format!("   {}", quote(reason.as_bytes())));
        [
            quote(package.name.as_bytes()),
            quote(package.version.as_bytes()),
            package.divergences.to_string(),
            package.escapes.to_string(),
            package.verdict.as_str().to_owned(),
            format!("{}{}", scripts.join(", "), reason.unwrap_or_default()),
        ]
    }));
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3, 4, 5].map(width);
    let mut out = "\n".to_owned();
    for row in &rows {
        let cells = row.iter().zip(widths);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        out.push_str(&format!("  {}\n", line.join("  ").trim_end()).replace("  \n", "\n"));
    }
    visible(out)
}

/// `postinst aware (2 lines without, 1 unexercised)`.
fn script_text(script: &PackageScript) -> String {
    let interpreter = script.interpreter.iter().map(|name| format!(" ({name})"));
    let without = match (script.dpkg_root, script.lines.len()) {
        (DpkgRoot::Aware, 1) => Some("1 line without".to_owned()),
        (DpkgRoot::Aware, count @ 2..) => Some(format!("{count} lines without")),
        _ => None,
    };
    let unexercised = script.lines.iter();
    let unexercised = unexercised.filter(|line| line.exercised == Some(false));
    let unexercised = match (unexercised.count(), &without) {
        (0, _) => None,
        (count, Some(_)) => Some(format!("{count} unexercised")),
        (1, None) => Some("1 line unexercised".to_owned()),
        (count, None) => Some(format!("{count} lines unexercised")),
    };
    let lines: Vec<String> = without.into_iter().chain(unexercised).collect();
    let lines = match lines.join(", ") {
        lines if lines.is_empty() => lines,
        lines => format!(" ({lines})"),
    };
    format!(
        "{} {}{}{lines}",
        script.name.as_str(),
        script.dpkg_root.as_str(),
        interpreter.collect::<String>()
    )
}
