//! Whose each divergent entry and each escape is: the finding, the package and the script.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::audit::change::Change;
use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::debian::maintainer_script::ScriptKind;
use crate::explain::case::{escape_writer, writers as writers_of};
use crate::explain::chroots::Chroots;
use crate::explain::command_line::CommandLine;
use crate::explain::finding::Finding;
use crate::explain::observations::Observations;
use crate::explain::ownership::Owner;
use crate::explain::script_line::{Access, script_line};
use crate::explain::script_runs::kind;
use crate::trace::attempt::Effect;
use crate::trace::record::Trace;

/// Whose a divergent entry is, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribution {
    /// Position of the first finding that claims the entry.
    pub finding: Option<usize>,
    /// Positions of the others, ascending but for the first: each is on a script that has lines of its
    /// own in the entry, or left something out of it.
    pub others: Vec<usize>,
    /// The binary package.
    pub package: Option<String>,
    /// The maintainer script of that package.
    pub script: Option<ScriptKind>,
    /// The packages whose scripts were seen to write the entry in either build, by name.
    pub writers: Vec<String>,
}

/// Whose an escape is, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EscapeAttribution {
    /// The binary package.
    pub package: Option<String>,
    /// The maintainer script of that package.
    pub script: Option<ScriptKind>,
    /// The command of a maintainer script that wrote the path last, if it was observed.
    pub command: Option<CommandLine>,
    /// Number of the script's line, if one is likelier than all others to have done it.
    pub line: Option<usize>,
    /// Other packages' scripts, and other lines, that were seen to change the path as well.
    pub also: Vec<AlsoBy>,
}

/// A script that changed a path of the outside beside the one that its change is attributed to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlsoBy {
    /// The binary package.
    pub package: String,
    /// The maintainer script.
    pub script: ScriptKind,
    /// Number of the script's line, if one is likelier than all others to have done it.
    pub line: Option<usize>,
}

/// Some of the divergences of a comparison, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub(crate) divergences: &'a [Divergence],
    /// Position of the first of them among all.
    pub(crate) offset: usize,
}

impl<'a> Batch<'a> {
    /// Those that begin with the first.
    pub(crate) fn first(divergences: &'a [Divergence]) -> Self {
        Self {
            divergences,
            offset: 0,
        }
    }
}

/// Attributes divergent entries. A finding that names a package knows better than dpkg's database.
pub(crate) fn of_divergences(
    batch: Batch<'_>,
    chroots: &Chroots,
    findings: &[Finding],
    observations: &Observations<'_>,
) -> Vec<Attribution> {
    let Batch {
        divergences,
        offset,
    } = batch;
    let mut claiming: Vec<Vec<usize>> = vec![Vec::new(); divergences.len()];
    for (number, finding) in findings.iter().enumerate() {
        // Claims ascend.
        let start = finding.claims.partition_point(|at| *at < offset);
        for at in finding.claims.iter().skip(start) {
            let Some(claiming) = claiming.get_mut(*at - offset) else {
                break;
            };
            claiming.push(number);
        }
    }
    let attribution = |(at, (divergence, mut all)): (usize, (&Divergence, Vec<usize>))| {
        put_last_writer_first(&mut all, divergence, findings, observations);
        let others = all.split_off(all.len().min(1));
        let finding = all.first().copied();
        let of_script = finding.and_then(|number| findings.get(number));
        match of_script.and_then(|finding| finding.owner_of_claim(offset + at)) {
            Some(owner) => Attribution {
                finding,
                others,
                package: Some(owner.package),
                script: owner.script,
                writers: Vec::new(),
            },
            None => {
                let owner = owner(divergence, chroots);
                Attribution {
                    finding,
                    others,
                    script: owner.as_ref().and_then(|owner| owner.script),
                    package: owner.map(|owner| owner.package),
                    writers: writers(divergence, observations),
                }
            }
        }
    };
    let numbered = divergences.iter().zip(claiming).enumerate();
    numbered.map(attribution).collect()
}

/// The packages whose scripts were seen to write an entry.
fn writers(divergence: &Divergence, observations: &Observations<'_>) -> Vec<String> {
    let path = divergence.entry_path();
    let traces = [observations.normal, observations.chrootless];
    let processes = traces.into_iter().flat_map(|trace| writers_of(trace, path));
    let packages: BTreeSet<&String> = processes
        .filter_map(|process| Some(&process.script.as_ref()?.package))
        .collect();
    packages.into_iter().cloned().collect()
}

/// The owner of an entry by dpkg's databases. A script that names an entry owns it only if one of
/// the archives does not have it: who changed it is not known from the text.
fn owner(divergence: &Divergence, chroots: &Chroots) -> Option<Owner> {
    let is_one_sided = divergence.left.is_none() || divergence.right.is_none();
    let owners = &chroots.owners;
    let naming = || owners.naming(&divergence.path).filter(|_| is_one_sided);
    owners.shipping(&divergence.path).or_else(naming)
}

/// Puts the finding on the script that wrote an entry last in the normal build before the others, if
/// the chrootless build lacks the entry.
fn put_last_writer_first(
    numbers: &mut [usize],
    divergence: &Divergence,
    findings: &[Finding],
    observations: &Observations<'_>,
) {
    if numbers.len() < 2 || divergence.kind != DivergenceKind::LeftOnly {
        return;
    }
    let writers = writers_of(observations.normal, divergence.entry_path()).into_iter();
    let Some(last) = writers.rev().find_map(|process| process.script.as_ref()) else {
        return;
    };
    let is_its = |number: &usize| {
        findings.get(*number).is_some_and(|one| {
            one.package.as_ref() == Some(&last.package) && one.script == kind(last)
        })
    };
    if let Some(at) = numbers.iter().position(is_its) {
        numbers.get_mut(..=at).unwrap_or_default().rotate_right(1);
    }
}

/// Attributes escapes, given the trace of a chrootless build.
pub(crate) fn of_escapes(
    escapes: &[Change],
    chroots: &Chroots,
    findings: &[Finding],
    trace: Option<&Trace>,
) -> Vec<EscapeAttribution> {
    let builds = trace.as_slice();
    let attribution = |(at, change): (usize, &Change)| {
        let writer = trace.and_then(|trace| escape_writer(trace, &change.path));
        let writer = writer.map(Arc::as_ref);
        let command = writer.map(CommandLine::of_process);
        let line = writer.and_then(|one| {
            let path = &change.path;
            script_line(&chroots.scripts, one, path, Access::Writes, builds)
        });
        let mut findings = findings.iter();
        if let Some(finding) = findings.find(|finding| finding.escapes.contains(&at)) {
            let owner = finding.owner_of_escape(at);
            let package = owner.as_ref().map(|owner| owner.package.clone());
            return EscapeAttribution {
                also: also_by(change, (package.as_deref(), line), chroots, trace),
                script: owner.and_then(|owner| owner.script),
                package,
                command,
                line,
            };
        }
        let suspect = chroots.owners.suspect(&change.path);
        EscapeAttribution {
            script: suspect.as_ref().and_then(|owner| owner.script),
            package: suspect.map(|owner| owner.package),
            command,
            line,
            also: Vec::new(),
        }
    };
    escapes.iter().enumerate().map(attribution).collect()
}

/// The scripts and lines of which a call is known to have changed the path, but for the package and
/// line that the change is attributed to.
fn also_by(
    change: &Change,
    attributed: (Option<&str>, Option<usize>),
    chroots: &Chroots,
    trace: Option<&Trace>,
) -> Vec<AlsoBy> {
    let attempts = trace.into_iter().flat_map(|trace| &trace.attempts);
    let changing = attempts.filter(|one| one.path == change.path && one.effect == Effect::Changed);
    let mut found: Vec<AlsoBy> = Vec::new();
    for attempt in changing {
        let Some(run) = &attempt.process.script else {
            continue;
        };
        let Some(script) = kind(run) else {
            continue;
        };
        let (process, path) = (&attempt.process, &change.path);
        let builds = trace.as_slice();
        let by = AlsoBy {
            package: run.package.clone(),
            script,
            line: script_line(&chroots.scripts, process, path, Access::Writes, builds),
        };
        let is_same_package = Some(run.package.as_str()) == attributed.0;
        // A line that is not known may be the same one.
        let is_it = is_same_package && (by.line.is_none() || by.line == attributed.1);
        if !is_it && !found.contains(&by) {
            found.push(by);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::change::ChangeKind;
    use crate::compare::comparison::DivergenceKind;
    use crate::explain::finding::What;
    use crate::explain::ownership::Owners;
    use crate::explain::rule_id::RuleId;

    /// A database in which package `listed` ships `etc/a` and `etc/b`, and the preinst of
    /// `naming` names `/etc/c`.
    fn chroots() -> Chroots {
        let files: [(&[u8], &[u8]); 2] = [
            (b"var/lib/dpkg/info/listed.list", b"/etc/a\n/etc/b\n"),
            (b"var/lib/dpkg/info/naming.preinst", b"touch /etc/c\n"),
        ];
        Chroots {
            owners: Owners::read(files),
            ..Chroots::default()
        }
    }

    fn divergence(path: &[u8]) -> Divergence {
        Divergence {
            path: path.to_vec(),
            occurrence: 1,
            kind: DivergenceKind::LeftOnly,
            from: None,
            looks_like: None,
            fields: Vec::new(),
            left: None,
            right: None,
        }
    }

    fn finding(package: Option<&str>, claims: &[usize], escapes: &[usize]) -> Finding {
        Finding {
            package: package.map(str::to_owned),
            script: package.map(|_| ScriptKind::Postinst),
            claims: claims.to_vec(),
            escapes: escapes.to_vec(),
            ..Finding::new(RuleId::EscapedWrite, What::WroteOutside)
        }
    }

    #[test]
    fn a_finding_that_names_a_package_knows_better_than_the_database() {
        let paths: [&[u8]; 4] = [b"./etc/a", b"./etc/b", b"./etc/c", b"./etc/d"];
        let divergences = paths.map(divergence);
        let findings = [finding(None, &[1], &[]), finding(Some("ran"), &[0], &[])];
        let attribution = |finding, package: Option<&str>, script| Attribution {
            finding,
            others: Vec::new(),
            package: package.map(str::to_owned),
            script,
            writers: Vec::new(),
        };
        assert_eq!(
            of_divergences(
                Batch::first(&divergences),
                &chroots(),
                &findings,
                &Observations::none(None)
            ),
            [
                attribution(Some(1), Some("ran"), Some(ScriptKind::Postinst)),
                attribution(Some(0), Some("listed"), None),
                attribution(None, Some("naming"), Some(ScriptKind::Preinst)),
                attribution(None, None, None),
            ]
        );
    }

    #[test]
    fn an_escape_belongs_to_its_finding_even_if_that_names_no_package() {
        let change = || Change {
            path: b"/etc/c".to_vec(),
            kind: ChangeKind::Created,
            fields: Vec::new(),
        };
        assert_eq!(
            of_escapes(
                &[change(), change()],
                &chroots(),
                &[finding(None, &[], &[1])],
                None
            ),
            [
                EscapeAttribution {
                    package: Some("naming".to_owned()),
                    script: Some(ScriptKind::Preinst),
                    command: None,
                    line: None,
                    also: Vec::new(),
                },
                EscapeAttribution::default(),
            ]
        );
    }
}
