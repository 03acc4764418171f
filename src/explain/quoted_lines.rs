//! The lines of a script that a finding is about.

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::case::Case;
use crate::explain::evidence::Evidence;
use crate::explain::finding::Finding;
use crate::explain::reached::fails_before;
use crate::explain::rule_id::RuleId;
use crate::explain::script_line::{Access, likeliest_lines};
use crate::explain::script_runs::kind;
use crate::explain::scripts::{Act, Line, ParsedScript, Reach, Snippet};
use crate::tar::entry_path::EntryPath;
use crate::trace::process::Process;

/// Most lines of a script that are quoted: of each command one at least, as far as they go.
const LINES: usize = 8;
/// Most paths of a finding that lines are looked for by.
const PATHS: usize = 50;

/// The lines of the finding's script that are likeliest to be what it is about: those that ran
/// the processes that wrote, else those that name the paths.
pub(crate) fn quoted_lines(case: &Case<'_>, finding: &Finding) -> Vec<Evidence> {
    let (Some(package), Some(script)) = (&finding.package, finding.script) else {
        return vec![];
    };
    let kind = script.file();
    let scripts = &case.chroots.scripts;
    let Some(text) = scripts.script(package, kind) else {
        return vec![];
    };
    let mut groups = lines_that_wrote(case, finding, text);
    if groups.iter().all(Vec::is_empty) {
        let paths = paths(case, finding);
        groups = paths
            .iter()
            .map(|path| scripts.lines_about(package, kind, path))
            .collect();
    }
    let mut found = of_each(groups);
    let asks = |line: &Line| !line.acts.iter().any(|act| !matches!(act, Act::Reads(_)));
    let is_test = |line: &Line| {
        let mut others = found.iter().filter(|other| other.number != line.number);
        others.any(|other| text.tests_before(other.number).any(|test| test == line))
    };
    let tested: Vec<usize> = found
        .iter()
        .filter(|line| asks(line) && is_test(line))
        .map(|line| line.number)
        .collect();
    found.retain(|line| !tested.contains(&line.number));
    found.truncate(LINES);
    found.sort_by_key(|line| line.number);
    let tests = found.iter().flat_map(|line| tests(text, kind, line));
    let tests: Vec<Evidence> = tests.take(LINES).collect();
    let quoted = found.into_iter().map(|line| Evidence::ScriptLine {
        script: kind,
        number: line.number,
        is_guarded: line.reach == Reach::NotChrootless,
        text: line.text,
    });
    quoted.chain(tests).collect()
}

/// The lines of all groups, each once: first one of each group, those of the smallest first,
/// because a line that stands alone is surely the one.
fn of_each(mut groups: Vec<Vec<Line>>) -> Vec<Line> {
    for group in &mut groups {
        group.retain(|line| matches!(line.reach, Reach::Installs | Reach::NotChrootless));
        group.sort_by_key(|line| line.number);
    }
    groups.sort_by_key(Vec::len);
    let longest = groups.last().map_or(0, Vec::len);
    let mut found: Vec<Line> = Vec::new();
    for line in (0..longest).flat_map(|at| groups.iter().filter_map(move |group| group.get(at))) {
        if found.iter().all(|other| other.number != line.number) {
            found.push(line.clone());
        }
    }
    found
}

/// The part of a script that debhelper added, if the lines that are likeliest to have run a process
/// that wrote an entry stand in one.
pub(crate) fn part(case: &Case<'_>, process: &Process, path: EntryPath<'_>) -> Option<Snippet> {
    let script = process.script.as_ref()?;
    let text = case
        .chroots
        .scripts
        .script(&script.package, kind(script)?.file())?;
    let path = path.as_bytes();
    let builds = case.observations.builds();
    let lines = likeliest_lines(text, process, path, Access::WritesInside, &builds);
    let mut parts = lines.iter().map(|line| text.snippet(line.number));
    let first = parts.next()??;
    parts
        .all(|other| other.as_ref() == Some(&first))
        .then_some(first)
}

/// The tests of paths of the outside that decide whether a line runs.
fn tests(text: &ParsedScript, script: ScriptKind, line: &Line) -> Vec<Evidence> {
    let tests = text.tests_before(line.number);
    tests
        .filter(|test| test.is_silent())
        .map(|test| Evidence::ScriptTest {
            script,
            number: test.number,
            text: test.text.clone(),
            decides: line.number,
        })
        .collect()
}

/// Paths of the outside and of the chroot that a finding is about, as text.
fn paths(case: &Case<'_>, finding: &Finding) -> Vec<String> {
    let claims = finding.claims.iter();
    let inside = claims.filter_map(|at| Some(case.divergences.get(*at)?.entry_path().as_bytes()));
    let escapes = finding.escapes.iter();
    let outside = escapes.filter_map(|at| {
        let escape = case.observations.escapes().get(*at)?;
        Some(escape.path.as_slice())
    });
    outside
        .chain(inside)
        .take(PATHS)
        .map(|path| String::from_utf8_lossy(path).into_owned())
        .collect()
}

/// The lines that ran the processes of the finding's script that wrote what it is about: those of
/// each process and path.
fn lines_that_wrote(case: &Case<'_>, finding: &Finding, text: &ParsedScript) -> Vec<Vec<Line>> {
    let is_its = |process: &Process| {
        process.script.as_ref().is_some_and(|script| {
            Some(&script.package) == finding.package.as_ref() && finding.script == kind(script)
        })
    };
    let mut found = Vec::new();
    let builds = case.observations.builds();
    let chrootless = case.observations.chrootless;
    let mut take = |process: &Process, path: &[u8], access: Access| {
        let builds = match access {
            Access::WritesInside => &builds,
            Access::Reads | Access::Writes => chrootless.as_slice(),
        };
        if is_its(process) {
            found.push(likeliest_lines(text, process, path, access, builds));
        }
    };
    let escapes = finding.escapes.iter().take(PATHS);
    let escapes = escapes.filter_map(|at| case.observations.escapes().get(*at));
    for change in escapes {
        for process in case.outside_writers(&change.path) {
            take(process, &change.path, Access::Writes);
        }
    }
    let claims = finding.claims.iter().take(PATHS);
    for divergence in claims.filter_map(|at| case.divergences.get(*at)) {
        let path = divergence.entry_path().as_bytes();
        // What a script that fails did before is none of what is missing.
        let is_meant = |process: &Process| {
            finding.rule != RuleId::ScriptFailed || fails_before(case, process, path)
        };
        for process in case.entry_writers(divergence) {
            if is_meant(process) {
                take(process, path, Access::WritesInside);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: usize) -> Line {
        Line {
            number,
            text: String::new(),
            reach: if number == 7 {
                Reach::OtherAction
            } else {
                Reach::Installs
            },
            acts: Vec::new(),
        }
    }

    #[test]
    fn each_group_of_lines_is_quoted_once_at_least() {
        let groups = [&[3, 2, 1][..], &[9], &[7], &[2, 5], &[9]];
        let groups = groups
            .iter()
            .map(|numbers| numbers.iter().copied().map(line).collect());
        let numbers: Vec<usize> = of_each(groups.collect())
            .iter()
            .map(|one| one.number)
            .collect();
        assert_eq!(numbers, [9, 2, 1, 5, 3]);
    }
}
