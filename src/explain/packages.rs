//! The table of packages: what each one's scripts say, and whether the run proves it complete.
//!
//! The verdict comes from what the run found, never from how a script reads: a script that
//! lacks `DPKG_ROOT` and did nothing different is complete, and the word beside it says why
//! that may change.

use serde::{Deserialize, Serialize};

use crate::compare::comparison::Collected;
use crate::debian::deb822::{field, stanzas};
use crate::debian::maintainer_script::ScriptKind;
use crate::explain::rules::OF_NO_PACKAGE;
use crate::explain::scripts;
use crate::explain::scripts::Support;
use crate::explain::scripts::package::Scripts;
use crate::report::render::owner::owner;
use crate::report::wire::divergence::{DivergentEntry, DivergentField};
use crate::report::wire::outside::{Escape, EscapeChange};
use crate::report::wire::report::Report;
use crate::report::wire::script::ScriptName;
use crate::text::quote;

/// Most paths that a reason names; the report has all of them.
const NAMED: usize = 2;

/// One package of the chroot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Binary package name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Architecture.
    pub architecture: String,
    /// Whether it is essential.
    pub essential: bool,
    /// Its maintainer scripts.
    pub scripts: Vec<PackageScript>,
    /// Divergent entries that are its.
    pub divergences: u64,
    /// Escapes that are its.
    pub escapes: u64,
    /// What the run says, not how the scripts read.
    pub verdict: PackageVerdict,
    /// Why it is not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a run says of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageVerdict {
    /// Nothing differs or escapes that is its own.
    Complete,
    /// An entry or an escape of its own differs, or its script reads the outside.
    Incomplete,
    /// Something that differs or escapes may be its own.
    Unproven,
}

/// One maintainer script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageScript {
    /// Which.
    pub name: ScriptName,
    /// How it supports `DPKG_ROOT`, by reading it.
    pub dpkg_root: DpkgRoot,
    /// What runs it, where it is `unread`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// The lines that act on the system they run on, without `DPKG_ROOT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<ScriptLine>,
}

/// How a script supports `DPKG_ROOT`, by reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DpkgRoot {
    /// It names `DPKG_ROOT`; single lines may lack it.
    Aware,
    /// It acts only through helpers that read `DPKG_ROOT` themselves.
    Helper,
    /// It names files or runs tools of the system it runs on.
    Silent,
    /// It does nothing on initial installation.
    NoneNeeded,
    /// It is no shell script.
    Unread,
}

/// A line of a maintainer script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptLine {
    /// From 1.
    pub number: u64,
    /// Its text with its continuations.
    pub text: String,
}

/// The packages of the chroot, by dpkg's status file inside the reference.
pub(crate) fn packages(collected: &Collected, scripts: &Scripts, report: &Report) -> Vec<Package> {
    let status = collected
        .left
        .get(&b"var/lib/dpkg/status"[..])
        .or_else(|| collected.right.get(&b"var/lib/dpkg/status"[..]));
    let text = status
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default();
    let orphans = Orphans::of(report);
    stanzas(&text)
        .filter_map(|stanza| {
            let name = field(stanza, "Package")?;
            let suspicion = orphans.suspicion(scripts, name);
            let scripts = script_words(scripts, name);
            let found = Found::of(report, name);
            let (verdict, reason) = verdict(&found, &orphans.phrases, suspicion, &scripts);
            Some(Package {
                name: name.to_owned(),
                version: field(stanza, "Version")?.to_owned(),
                architecture: field(stanza, "Architecture")?.to_owned(),
                essential: field(stanza, "Essential") == Some("yes"),
                scripts,
                divergences: found.divergences.len() as u64,
                escapes: found.escapes.len() as u64,
                verdict,
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
        let owned = |path: &(&'a str, Option<&str>)| path.1 == Some(name);
        let paths = |all: Vec<(&'a str, Option<&str>)>| {
            let owned = all.into_iter().filter(owned);
            owned.map(|(path, _)| path).collect()
        };
        Self {
            divergences: paths(divergent(report)),
            escapes: paths(escaped(report)),
        }
    }
}

/// Divergent entries with their packages, without directories that only show that something in
/// them differs.
fn divergent(report: &Report) -> Vec<(&str, Option<&str>)> {
    let rows = &report.divergences;
    let follows = |row: &DivergentEntry| {
        is_mtime(&row.fields) && rows.iter().any(|other| is_in(&other.path, &row.path))
    };
    rows.iter()
        .filter(|row| !follows(row) && !is_of_no_package(report, row))
        .map(|row| (row.path.as_str(), owner(report, row)))
        .collect()
}

/// Whether the way of building explains an entry.
fn is_of_no_package(report: &Report, row: &DivergentEntry) -> bool {
    let mut causes = report.causes.iter();
    let cause = causes.find(|cause| row.cause.as_ref() == Some(&cause.id));
    cause.is_some_and(|cause| OF_NO_PACKAGE.contains(&cause.rule.as_str()))
}

/// Escapes, likewise.
fn escaped(report: &Report) -> Vec<(&str, Option<&str>)> {
    let escapes = report.outside.iter().flat_map(|outside| &outside.escapes);
    let escapes: Vec<&Escape> = escapes.collect();
    let follows = |escape: &Escape| {
        escape.change == EscapeChange::Metadata
            && is_mtime(&escape.fields)
            && escapes.iter().any(|other| is_in(&other.path, &escape.path))
    };
    escapes
        .iter()
        .filter(|escape| !follows(escape))
        .map(|escape| (escape.path.as_str(), escape.package.as_deref()))
        .collect()
}

/// Whether nothing but the time differs.
fn is_mtime(fields: &[DivergentField]) -> bool {
    !fields.is_empty() && fields.iter().all(|field| field.name == "mtime")
}

/// Whether a path is directly in a directory.
fn is_in(path: &str, directory: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.rsplit_once('/')
        .is_some_and(|(parent, _)| parent == directory.trim_end_matches('/'))
}

/// What belongs to no package known, and so may belong to any.
struct Orphans<'a> {
    paths: Vec<&'a str>,
    phrases: Vec<String>,
}

impl<'a> Orphans<'a> {
    fn of(report: &'a Report) -> Self {
        let orphaned = |all: Vec<(&'a str, Option<&str>)>| -> Vec<&'a str> {
            let orphans = all.into_iter().filter(|(_, package)| package.is_none());
            orphans.map(|(path, _)| path).collect()
        };
        let (divergences, escapes) = (orphaned(divergent(report)), orphaned(escaped(report)));
        let mut phrases = Vec::new();
        let counts = [
            (divergences.len(), "divergent entry", "divergent entries"),
            (escapes.len(), "change outside", "changes outside"),
        ];
        for (count, one, many) in counts {
            if count > 0 {
                phrases.push(format!("{} of no known package", counted(count, one, many)));
            }
        }
        // What follows from entries is not held against anyone a second time.
        if report.divergences.is_empty() {
            let aspects = report.archive.iter();
            phrases.extend(aspects.map(|one| format!("the archives differ in {}", one.name)));
        }
        let trouble = report.trouble.iter();
        phrases.extend(trouble.map(|_| "the comparison is not complete".to_owned()));
        Self {
            paths: [divergences, escapes].concat(),
            phrases,
        }
    }

    /// The first line of a package's scripts that may be the reason.
    fn suspicion(&self, scripts: &Scripts, package: &str) -> Option<String> {
        self.paths.iter().find_map(|path| {
            let scripts = scripts.of(package)?;
            scripts.iter().find_map(|(kind, script)| {
                let about = script.lines_about(path);
                let line = about.into_iter().find(scripts::Line::is_silent)?;
                Some(format!(
                    "{path} may be its: {} line {}: {}",
                    kind.as_str(),
                    line.number,
                    line.text
                ))
            })
        })
    }
}

fn verdict(
    found: &Found<'_>,
    orphans: &[String],
    suspicion: Option<String>,
    scripts: &[PackageScript],
) -> (PackageVerdict, Option<String>) {
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
        return (PackageVerdict::Incomplete, Some(own.join("; ")));
    }
    if orphans.is_empty() {
        return (PackageVerdict::Complete, None);
    }
    if suspicion.is_some() {
        return (PackageVerdict::Unproven, suspicion);
    }
    let runs = scripts
        .iter()
        .any(|script| script.dpkg_root != DpkgRoot::NoneNeeded);
    let aside = if runs {
        ""
    } else {
        "; none of its scripts acts on installation"
    };
    (
        PackageVerdict::Unproven,
        Some(format!("{}{aside}", orphans.join("; "))),
    )
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
                ScriptKind::Config => ScriptName::Config,
                ScriptKind::Preinst => ScriptName::Preinst,
                ScriptKind::Postinst => ScriptName::Postinst,
                ScriptKind::Prerm => ScriptName::Prerm,
                ScriptKind::Postrm => ScriptName::Postrm,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict_of(own: &[&str], orphans: &[&str], root: DpkgRoot) -> (PackageVerdict, String) {
        let found = Found {
            divergences: own.to_vec(),
            escapes: Vec::new(),
        };
        let orphans: Vec<String> = orphans.iter().map(|&text| text.to_owned()).collect();
        let script = PackageScript {
            name: ScriptName::Postinst,
            dpkg_root: root,
            interpreter: None,
            lines: Vec::new(),
        };
        let (word, reason) = verdict(&found, &orphans, None, &[script]);
        (word, reason.unwrap_or_default())
    }

    #[test]
    fn the_run_decides_and_not_the_scripts() {
        let silent = DpkgRoot::Silent;
        assert_eq!(
            verdict_of(&[], &[], silent),
            (PackageVerdict::Complete, String::new())
        );
        assert_eq!(
            verdict_of(&["./a", "./b", "./c"], &["x"], silent),
            (
                PackageVerdict::Incomplete,
                "3 entries differ: ./a, ./b, …".to_owned()
            )
        );
        assert_eq!(
            verdict_of(&[], &["x", "y"], silent),
            (PackageVerdict::Unproven, "x; y".to_owned())
        );
        assert_eq!(
            verdict_of(&[], &["x"], DpkgRoot::NoneNeeded),
            (
                PackageVerdict::Unproven,
                "x; none of its scripts acts on installation".to_owned()
            )
        );
    }

    #[test]
    fn a_directory_is_nobodys_where_something_in_it_differs() {
        assert!(is_in("./etc/a", "./etc/") && is_in("/etc/a/", "/etc"));
        assert!(!is_in("./etc/a/b", "./etc/") && !is_in("./etc/", "./etc/"));
    }
}
