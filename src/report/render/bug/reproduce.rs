//! How to see it again: the command that makes the same report, and the tools used.

use crate::report::wire::report::Report;
use crate::text::shell::shell_quote;

/// The command, and the versions of the tools.
pub(crate) fn reproduce(report: &Report) -> String {
    format!(
        "\nTo reproduce it:\n\n  {}\n\nMade with:\n\n{}",
        command(report),
        versions(report)
    )
}

/// The command that makes the same report.
fn command(report: &Report) -> String {
    let mut words = vec!["twinroot verify".to_owned()];
    if let Some(frozen) = &report.frozen {
        words.push(shell_quote(&frozen.suite));
        words.extend(frozen.mirror.as_deref().map(shell_quote));
        words.push(format!("--variant={}", frozen.variant));
        if !frozen.include.is_empty() {
            let include = shell_quote(&frozen.include.join(","));
            words.push(format!("--include={include}"));
        }
        words.push(format!("--source-date-epoch={}", frozen.source_date_epoch));
    }
    words.join(" ")
}

fn versions(report: &Report) -> String {
    let mut out = format!("  twinroot {}\n", env!("CARGO_PKG_VERSION"));
    let builds = report.builds.first();
    for (name, version) in builds.iter().flat_map(|build| &build.versions) {
        out.push_str(&format!("  {name} {version}\n"));
    }
    out
}
