//! The scripts of a package that fail, in a bug report.

use crate::report::wire::failure::Failure;
use crate::report::wire::report::Report;
use crate::text::quote;

/// The scripts of the package that fail with `DPKG_ROOT`; nothing if none does.
pub(crate) fn failures(report: &Report, package: &str) -> String {
    let failures = report.failures.iter();
    let own = failures.filter(|failure| failure.package == package);
    own.map(failure).collect()
}

fn failure(failure: &Failure) -> String {
    let mut out = format!(
        "\nWith DPKG_ROOT its {} fails with status {}, and otherwise it does not:\n\n",
        failure.script.as_str(),
        failure.status
    );
    let words = failure.words.iter();
    out.extend(words.map(|line| format!("  {}\n", quote(line.as_bytes()))));
    out.push_str(&format!("\nCause: {}\n", failure.reason));
    if let (Some(line), Some(command)) = (failure.line, &failure.command) {
        out.push_str(&format!("  line {line}: {}\n", quote(command.as_bytes())));
    }
    if !failure.after.is_empty() {
        let names = failure.after.join(", ");
        out.push_str(&format!(
            "  It may follow from what failed before: {}\n",
            quote(names.as_bytes())
        ));
    }
    out
}
