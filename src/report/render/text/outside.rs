//! The lines of a text report that only `verify` has.

use crate::report::Report;

/// Most escapes that are listed in full; the JSON report has all of them.
const LISTED: usize = 200;

/// What was verified, for the first line.
pub(crate) fn title(report: &Report) -> Option<String> {
    let pin = report.pin.as_ref()?;
    let include = pin.include.iter().map(|package| format!(" +{package}"));
    let include: String = include.collect();
    Some(format!(
        "{} {}{include} {}, SOURCE_DATE_EPOCH={}",
        pin.suite, pin.variant, pin.architecture, pin.source_date_epoch
    ))
}

/// What the outside has to say: escapes first, then what weakens the reference.
pub(crate) fn outside(report: &Report, out: &mut String) {
    let Some(outside) = &report.outside else {
        return;
    };
    if let Some(pin) = &report.pin {
        let date = pin.release_date.as_deref().unwrap_or("no date");
        let count = pin.packages.len();
        let size = pin.bytes.div_ceil(1 << 20);
        let digest = pin.sha256.get(..12).unwrap_or(&pin.sha256);
        out.push_str(&format!(
            "  pin        {date}  {count} package files, {size} MiB, sha256 {digest}…\n"
        ));
    }
    if let Some(build) = report.builds.first() {
        let versions = build
            .versions
            .iter()
            .map(|(name, version)| format!("{name} {version}"));
        out.push_str(&format!(
            "  made with  {}\n",
            versions.collect::<Vec<_>>().join(", ")
        ));
    }
    match outside.escapes.len() {
        0 if outside.audit == "off" => out.push_str("the outside was not watched\n"),
        0 => out.push_str("nothing outside was modified\n"),
        1 => out.push_str("1 path outside was modified\n"),
        count => out.push_str(&format!("{count} paths outside were modified\n")),
    }
    out.extend(crate::report::wire::executed::line(report).map(|line| format!("{line}\n")));
    for build in &report.builds {
        for warning in &build.degraded {
            out.push_str(&format!(
                "the {} build is degraded: {warning}\n",
                build.label
            ));
        }
    }
    packages(report, out);
    if !outside.escapes.is_empty() {
        out.push_str("\noutside\n");
    }
    out.push_str(&crate::report::convert::escapes::listing(
        &outside.escapes,
        LISTED,
    ));
}

fn packages(report: &Report, out: &mut String) {
    let count = |verdict: &str| {
        report
            .packages
            .iter()
            .filter(|package| package.verdict == verdict)
            .count()
    };
    out.push_str(&format!(
        "{} packages: {} complete, {} incomplete, {} unproven\n",
        report.packages.len(),
        count("complete"),
        count("incomplete"),
        count("unproven")
    ));
}
