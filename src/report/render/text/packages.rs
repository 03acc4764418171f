//! The table of packages as text.

use crate::report::wire::package::{DpkgRoot, PackageScript};
use crate::report::wire::report::Report;
use crate::text::quote;
use crate::text::quote::for_terminal;

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
    for_terminal(&out)
}

/// `postinst aware, 1 line without`.
fn script_text(script: &PackageScript) -> String {
    let interpreter = script.interpreter.iter().map(|name| format!(" ({name})"));
    let lines = match (script.dpkg_root, script.lines.len()) {
        (DpkgRoot::Aware, 1) => " (1 line without)".to_owned(),
        (DpkgRoot::Aware, count @ 2..) => format!(" ({count} lines without)"),
        _ => String::new(),
    };
    format!(
        "{} {}{}{lines}",
        script.name.as_str(),
        script.dpkg_root.as_str(),
        interpreter.collect::<String>()
    )
}
