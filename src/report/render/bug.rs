//! A bug report on one package, ready for Debian's bug tracker.

use crate::explain::packages::Package;
use crate::report::{Escape, Field, Report, Script};
use crate::text::quote;
use crate::text::shell::shell_quote;

/// Most entries and paths that are listed; the bug's log is not the place for more.
const LISTED: usize = 20;

/// Most lines of one field's detail, or of one script, that are quoted.
const QUOTED: usize = 24;

/// The bug report on a package; `None` where the run found nothing against it.
#[must_use]
pub fn bug(report: &Report, package: &str) -> Option<String> {
    let escapes: Vec<&Escape> = report
        .outside
        .iter()
        .flat_map(|outside| &outside.escapes)
        .filter(|escape| escape.package.as_deref() == Some(package))
        .collect();
    let mut rows = report.divergences.iter();
    let diverges = rows.any(|row| report.owner(row) == Some(package));
    let mut causes = report.causes.iter();
    let causes = causes.any(|cause| cause.package.as_deref() == Some(package));
    if escapes.is_empty() && !diverges && !causes {
        return None;
    }
    let known = report.packages.iter().find(|known| known.name == package);
    let mut out = header(report, package, known, diverges);
    divergences(report, package, &mut out);
    outside(&escapes, &mut out);
    known_causes(report, package, &mut out);
    scripts(report, package, known, &mut out);
    out.push_str(&format!(
        "\nTo reproduce it:\n\n  {}\n\nMade with:\n\n{}",
        command(report),
        versions(report)
    ));
    Some(out)
}

/// What is said where there is nothing to report.
#[must_use]
pub fn no_bug(package: &str) -> String {
    format!("nothing to report for {}\n", quote(package.as_bytes()))
}

fn header(report: &Report, package: &str, known: Option<&Package>, diverges: bool) -> String {
    let version = known.map_or("unknown", |known| known.version.as_str());
    let what = if diverges {
        "the chroot differs when it is installed with DPKG_ROOT"
    } else {
        "modifies the system outside when it is installed with DPKG_ROOT"
    };
    let pin = report.pin.as_ref();
    let built = pin.map_or_else(
        || "A chroot".to_owned(),
        |pin| {
            format!(
                "A chroot of {} ({}, {})",
                pin.suite, pin.variant, pin.architecture
            )
        },
    );
    format!(
        "Subject: {name}: {what}\n\
         Package: {name}\n\
         Version: {version}\n\
         Severity: normal\n\
         {tags}User: debian-dpkg@lists.debian.org\n\
         Usertags: dpkg-root-support\n\
         \n\
         Dear maintainer,\n\
         \n\
         {built} was made twice\n\
         from the same packages: the normal way, and with\n\
         maintainer scripts run outside of it with DPKG_ROOT set (dpkg --root with\n\
         --force-script-chrootless). Both should give the same files, and nothing outside\n\
         should change. With {name} that is not so.\n",
        name = quote(package.as_bytes()),
        tags = tags(report),
    )
}

/// The release, where the suite is named for one.
fn tags(report: &Report) -> String {
    let suites = ["bullseye", "bookworm", "trixie", "forky", "duke", "sid"];
    let suite = report.pin.as_ref().map(|pin| pin.suite.as_str());
    let suite = suite.filter(|suite| suites.contains(suite));
    suite.map_or_else(String::new, |suite| format!("Tags: {suite}\n"))
}

fn divergences(report: &Report, package: &str, out: &mut String) {
    let rows: Vec<_> = report
        .divergences
        .iter()
        .filter(|row| report.owner(row) == Some(package))
        .collect();
    if rows.is_empty() {
        return;
    }
    out.push_str("\nWhat differs (normal | with DPKG_ROOT):\n");
    for row in rows.iter().take(LISTED) {
        let kind = match row.kind {
            crate::report::Kind::Changed => "",
            crate::report::Kind::LeftOnly => "  only in the normal one",
            crate::report::Kind::RightOnly => "  only in the one with DPKG_ROOT",
            crate::report::Kind::Moved => "  under another name",
            crate::report::Kind::Reordered => "  elsewhere in the order",
        };
        out.push_str(&format!("\n  {}{kind}\n", quote(row.path.as_bytes())));
        fields(&row.fields, out);
    }
    more(rows.len(), out);
}

fn outside(escapes: &[&Escape], out: &mut String) {
    if escapes.is_empty() {
        return;
    }
    out.push_str("\nWhat changed outside (before | after):\n");
    for escape in escapes.iter().take(LISTED) {
        let word = match escape.change {
            crate::report::Change::Created => "created",
            crate::report::Change::Modified => "modified",
            crate::report::Change::Removed => "removed",
            crate::report::Change::Metadata => "metadata changed",
        };
        out.push_str(&format!("\n  {}  {word}\n", escape.path));
        fields(&escape.fields, out);
    }
    more(escapes.len(), out);
}

fn more(count: usize, out: &mut String) {
    if count > LISTED {
        out.push_str(&format!("\n  and {} more\n", count - LISTED));
    }
}

fn fields(fields: &[Field], out: &mut String) {
    for field in fields {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        if field.left.is_some() || field.right.is_some() {
            out.push_str(&format!(
                "    {}  {} | {}\n",
                field.name,
                value(&field.left),
                value(&field.right)
            ));
        } else {
            out.push_str(&format!("    {}\n", field.name));
        }
        let lines: Vec<&str> = field.detail.iter().flat_map(|text| text.lines()).collect();
        for line in lines.iter().take(QUOTED) {
            out.push_str(&format!("      {line}\n"));
        }
        if lines.len() > QUOTED {
            out.push_str(&format!("      and {} more lines\n", lines.len() - QUOTED));
        }
    }
}

fn known_causes(report: &Report, package: &str, out: &mut String) {
    for cause in &report.causes {
        if cause.package.as_deref() != Some(package) {
            continue;
        }
        out.push_str(&format!("\nCause: {}\n", quote(cause.title.as_bytes())));
        for line in &cause.evidence {
            out.push_str(&format!("  {}\n", quote(line.as_bytes())));
        }
        if let Some(hint) = &cause.hint {
            out.push_str(&format!("  {}\n", quote(hint.as_bytes())));
        }
        if let Some(bug) = &cause.bug {
            out.push_str(&format!("  See {bug}.\n"));
        }
    }
}

fn scripts(report: &Report, package: &str, known: Option<&Package>, out: &mut String) {
    // A guard makes a difference too, so a script that is aware is named as well.
    let rows = report.divergences.iter();
    let named: Vec<Script> = rows
        .filter(|row| report.owner(row) == Some(package))
        .filter_map(|row| row.script)
        .collect();
    let scripts = known.into_iter().flat_map(|known| &known.scripts);
    let quoted: Vec<_> = scripts
        .filter(|script| !script.lines.is_empty() || named.contains(&script.name))
        .collect();
    if quoted.is_empty() {
        return;
    }
    out.push_str("\nLines of its scripts that act without DPKG_ROOT:\n");
    for script in quoted {
        let name = script.name.as_str();
        if script.lines.is_empty() {
            out.push_str(&format!("\n  {name}: none was found by reading it\n"));
        } else {
            out.push('\n');
        }
        for line in script.lines.iter().take(QUOTED) {
            let text = quote(line.text.as_bytes());
            out.push_str(&format!("  {name} line {}: {text}\n", line.number));
        }
        if script.lines.len() > QUOTED {
            let rest = script.lines.len() - QUOTED;
            out.push_str(&format!("  {name}: and {rest} more lines\n"));
        }
    }
}

/// The command that makes the same report.
fn command(report: &Report) -> String {
    let Some(pin) = &report.pin else {
        return "twinroot verify".to_owned();
    };
    let mut words = vec!["twinroot verify".to_owned(), shell_quote(&pin.suite)];
    words.extend(pin.mirror.as_deref().map(shell_quote));
    words.push(format!("--variant={}", pin.variant));
    if !pin.include.is_empty() {
        words.push(format!("--include={}", shell_quote(&pin.include.join(","))));
    }
    words.push(format!("--source-date-epoch={}", pin.source_date_epoch));
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

#[cfg(test)]
#[path = "bug_tests.rs"]
mod tests;
