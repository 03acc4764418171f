//! The table of packages: what each one's scripts say, and whether the run proves it complete.
//!
//! The verdict comes from what the run found, never from how a script reads: a script that
//! lacks `DPKG_ROOT` and did nothing different is complete, and the word beside it says why
//! that may change.

use super::{DpkgRoot, Package, PackageScript, Report, Script, ScriptLine};
use crate::build::stanza::{field, stanzas};
use crate::compare::Collected;
use crate::explain::scripts::{self, Kind, Scripts, Support};
use crate::text::quote;

/// Most paths that a reason names; the report has all of them.
const NAMED: usize = 2;

/// The packages of the chroot, by dpkg's status file inside the reference.
pub(super) fn packages(collected: &Collected, report: &Report) -> Vec<Package> {
    let status = collected
        .left
        .get(&b"var/lib/dpkg/status"[..])
        .or_else(|| collected.right.get(&b"var/lib/dpkg/status"[..]));
    let text = status
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default();
    let files = collected.left.iter().chain(&collected.right);
    let scripts = Scripts::read(files.map(|(path, content)| (path.as_slice(), content.as_slice())));
    let orphans = orphans(report);
    stanzas(&text)
        .filter_map(|stanza| {
            let name = field(stanza, "Package")?;
            let scripts = script_words(&scripts, name);
            let found = Found::of(report, name);
            let (verdict, reason) = verdict(&found, &orphans, &scripts);
            Some(Package {
                name: name.to_owned(),
                version: field(stanza, "Version")?.to_owned(),
                architecture: field(stanza, "Architecture")?.to_owned(),
                essential: field(stanza, "Essential") == Some("yes"),
                scripts,
                divergences: found.divergences.len() as u64,
                escapes: found.escapes.len() as u64,
                verdict: verdict.to_owned(),
                reason,
            })
        })
        .collect()
}

/// What is one package's, by path.
struct Found<'a> {
    divergences: Vec<&'a str>,
    escapes: Vec<&'a str>,
}

impl<'a> Found<'a> {
    fn of(report: &'a Report, name: &str) -> Self {
        let divergences = report.divergences.iter();
        let escapes = report.outside.iter().flat_map(|outside| &outside.escapes);
        Self {
            divergences: divergences
                .filter(|row| row.package.as_deref() == Some(name))
                .map(|row| row.path.as_str())
                .collect(),
            escapes: escapes
                .filter(|escape| escape.package.as_deref() == Some(name))
                .map(|escape| escape.path.as_str())
                .collect(),
        }
    }
}

/// What belongs to no package known, and so may belong to any: one phrase each.
fn orphans(report: &Report) -> Vec<String> {
    let mut orphans = Vec::new();
    let divergences = report.divergences.iter();
    let divergences: Vec<&str> = divergences
        .filter(|row| row.package.is_none())
        .map(|row| row.path.as_str())
        .collect();
    if !divergences.is_empty() {
        orphans.push(format!(
            "{} no known package: {}",
            counted(
                divergences.len(),
                "divergent entry has",
                "divergent entries have"
            ),
            named(&divergences)
        ));
    }
    let escapes = report.outside.iter().flat_map(|outside| &outside.escapes);
    let escapes: Vec<&str> = escapes
        .filter(|escape| escape.package.is_none())
        .map(|escape| escape.path.as_str())
        .collect();
    if !escapes.is_empty() {
        orphans.push(format!(
            "{} modified by an unknown package: {}",
            counted(escapes.len(), "path outside was", "paths outside were"),
            named(&escapes)
        ));
    }
    // What follows from entries is not held against anyone a second time.
    if report.divergences.is_empty() {
        let aspects = report.archive.iter();
        orphans.extend(aspects.map(|one| format!("the archives differ in {}", one.name)));
    }
    orphans.extend(
        report
            .trouble
            .iter()
            .map(|_| "the comparison is not complete".to_owned()),
    );
    orphans
}

fn verdict(
    found: &Found<'_>,
    orphans: &[String],
    scripts: &[PackageScript],
) -> (&'static str, Option<String>) {
    let mut own = Vec::new();
    if !found.divergences.is_empty() {
        own.push(format!(
            "{}: {}",
            counted(found.divergences.len(), "entry differs", "entries differ"),
            named(&found.divergences)
        ));
    }
    if !found.escapes.is_empty() {
        own.push(format!(
            "{} modified: {}",
            counted(found.escapes.len(), "path outside", "paths outside"),
            named(&found.escapes)
        ));
    }
    if !own.is_empty() {
        return ("incomplete", Some(own.join("; ")));
    }
    if orphans.is_empty() {
        return ("complete", None);
    }
    let runs = scripts
        .iter()
        .any(|script| script.dpkg_root != DpkgRoot::NoneNeeded);
    let aside = if runs {
        ""
    } else {
        "; none of its scripts acts on installation"
    };
    ("unproven", Some(format!("{}{aside}", orphans.join("; "))))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn named(paths: &[&str]) -> String {
    let first: Vec<&str> = paths.iter().take(NAMED).copied().collect();
    let more = if paths.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

fn script_words(scripts: &Scripts, package: &str) -> Vec<PackageScript> {
    let scripts = scripts.of(package).into_iter().flatten();
    scripts
        .map(|(kind, script)| PackageScript {
            name: match kind {
                Kind::Config => Script::Config,
                Kind::Preinst => Script::Preinst,
                Kind::Postinst => Script::Postinst,
                Kind::Prerm => Script::Prerm,
                Kind::Postrm => Script::Postrm,
            },
            dpkg_root: match script.support {
                Support::Aware => DpkgRoot::Aware,
                Support::Helper => DpkgRoot::Helper,
                Support::NoneNeeded => DpkgRoot::NoneNeeded,
                Support::Silent => DpkgRoot::Silent,
                Support::Unread => DpkgRoot::Unread,
            },
            interpreter: (script.support == Support::Unread)
                .then(|| quote(script.interpreter.as_bytes())),
            lines: script.silent_lines().map(script_line).collect(),
        })
        .collect()
}

fn script_line(line: &scripts::Line) -> ScriptLine {
    ScriptLine {
        number: line.number as u64,
        text: line.text.clone(),
    }
}

/// The table as text: one line a package.
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
            package.verdict.clone(),
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
    out
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
        script.name.word(),
        script.dpkg_root.word(),
        interpreter.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict_of(own: &[&str], orphans: &[&str], root: DpkgRoot) -> (&'static str, String) {
        let found = Found {
            divergences: own.to_vec(),
            escapes: Vec::new(),
        };
        let orphans: Vec<String> = orphans.iter().map(|&text| text.to_owned()).collect();
        let script = PackageScript {
            name: Script::Postinst,
            dpkg_root: root,
            interpreter: None,
            lines: Vec::new(),
        };
        let (word, reason) = verdict(&found, &orphans, &[script]);
        (word, reason.unwrap_or_default())
    }

    #[test]
    fn the_run_decides_and_not_the_scripts() {
        let silent = DpkgRoot::Silent;
        assert_eq!(verdict_of(&[], &[], silent), ("complete", String::new()));
        assert_eq!(
            verdict_of(&["./a", "./b", "./c"], &["x"], silent),
            ("incomplete", "3 entries differ: ./a, ./b, …".to_owned())
        );
        assert_eq!(
            verdict_of(&[], &["x", "y"], silent),
            ("unproven", "x; y".to_owned())
        );
        assert_eq!(
            verdict_of(&[], &["x"], DpkgRoot::NoneNeeded),
            (
                "unproven",
                "x; none of its scripts acts on installation".to_owned()
            )
        );
    }
}
