//! What only `verify` tells: from what and with what it built, and what happened outside.

use crate::report::render::text::executed::executed;
use crate::report::wire::frozen::FrozenState;
use crate::report::wire::outside::{AuditMethod, Outside};
use crate::report::wire::package::PackageVerdictName;
use crate::report::wire::report::Report;

/// What was frozen and used, whether the outside changed, what weakens the normal build, and how
/// many packages are complete.
pub(crate) fn outside(report: &Report) -> String {
    let mut out = String::new();
    out.extend(report.frozen.as_ref().map(frozen));
    out.extend(tools(report));
    let Some(outside) = &report.outside else {
        return out;
    };
    out.push_str(&changes(outside));
    out.extend(executed(report));
    for build in &report.builds {
        let label = &build.label;
        let warnings = build.degraded.iter();
        out.extend(warnings.map(|text| format!("the {label} build is degraded: {text}\n")));
    }
    out.push_str(&packages(report));
    out
}

fn frozen(frozen: &FrozenState) -> String {
    let date = frozen.release_date.as_deref().unwrap_or("no date");
    let files = match frozen.packages.len() {
        1 => "1 package file".to_owned(),
        count => format!("{count} package files"),
    };
    let size = frozen.bytes.div_ceil(1 << 20);
    let digest = frozen.sha256.get(..12).unwrap_or(&frozen.sha256);
    format!("  frozen     {date}  {files}, {size} MiB, sha256 {digest}…\n")
}

/// Versions of the tools, which all builds share.
fn tools(report: &Report) -> Option<String> {
    let versions = report.builds.first()?.versions.iter();
    let versions = versions.map(|(name, version)| format!("{name} {version}"));
    let versions: Vec<_> = versions.collect();
    Some(format!("  made with  {}\n", versions.join(", ")))
}

/// How many paths outside were modified, in a line.
pub(crate) fn changes(outside: &Outside) -> String {
    match (outside.escapes.len(), outside.audit) {
        (0, AuditMethod::Off) => "the outside was not watched\n".to_owned(),
        (0, _) => "nothing outside was modified\n".to_owned(),
        (1, _) => "1 path outside was modified\n".to_owned(),
        (count, _) => format!("{count} paths outside were modified\n"),
    }
}

/// How many packages are complete, in a line; nothing without packages.
pub(crate) fn packages(report: &Report) -> String {
    let count = |verdict: PackageVerdictName| {
        let packages = report.packages.iter();
        packages
            .filter(|package| package.verdict == verdict)
            .count()
    };
    let packages = match report.packages.len() {
        0 => return String::new(),
        1 => "1 package".to_owned(),
        count => format!("{count} packages"),
    };
    let fail = match count(PackageVerdictName::Fails) {
        0 => String::new(),
        1 => "1 fails, ".to_owned(),
        count => format!("{count} fail, "),
    };
    format!(
        "{packages}: {} complete, {} latent, {} incomplete, {fail}{} unproven\n",
        count(PackageVerdictName::Complete),
        count(PackageVerdictName::Latent),
        count(PackageVerdictName::Incomplete),
        count(PackageVerdictName::Unproven)
    )
}
