//! The lines of a script that a finding is about.

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::case::Case;
use crate::explain::evidence::Evidence;
use crate::explain::finding::Finding;
use crate::explain::script_runs::{ScriptRun, kind, runs};
use crate::explain::scripts::{Line, ParsedScript, Reach};
use crate::trace::process::Script;

/// Most lines of a script that are quoted.
const LINES: usize = 4;
/// Most paths of a finding that lines are looked for by.
const PATHS: usize = 50;

/// The lines of the finding's script that are likeliest to be what it is about: those that run
/// the programs that wrote, else those that name the paths.
pub(crate) fn quoted_lines(case: &Case<'_>, finding: &Finding) -> Vec<Evidence> {
    let (Some(package), Some(script)) = (&finding.package, finding.script) else {
        return vec![];
    };
    let kind = script.file();
    let scripts = &case.chroots.scripts;
    let Some(text) = scripts.script(package, kind) else {
        return vec![];
    };
    let programs = programs(case, finding);
    let runs_one = |line: &&Line| {
        let mut words = line
            .text
            .split(|c: char| !(c.is_ascii_alphanumeric() || "._+-".contains(c)));
        words.any(|word| programs.iter().any(|program| program == word))
    };
    let mut found: Vec<Line> = text.lines().iter().filter(runs_one).cloned().collect();
    if found.is_empty() {
        for path in paths(case, finding) {
            for line in scripts.lines_about(package, kind, &path) {
                if found.iter().all(|other| other.number != line.number) {
                    found.push(line);
                }
            }
        }
    }
    found.retain(|line| matches!(line.reach, Reach::Installs | Reach::NotChrootless));
    found.sort_by_key(|line| line.number);
    found.truncate(LINES);
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

/// Names of the programs that the script itself ran to write what the finding claims.
fn programs(case: &Case<'_>, finding: &Finding) -> Vec<String> {
    let is_its = |script: &Script| {
        Some(&script.package) == finding.package.as_ref() && finding.script == kind(script)
    };
    let runs = inside_runs(case, finding)
        .into_iter()
        .chain(outside_runs(case, finding));
    let mut names: Vec<String> = runs
        .filter(|run| is_its(run.script))
        .filter_map(|run| run.process.command.first())
        .filter_map(|program| program.rsplit('/').next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The runs that wrote what the finding claims.
fn inside_runs<'a>(case: &Case<'a>, finding: &Finding) -> Vec<ScriptRun<'a>> {
    let claims = finding.claims.iter();
    let divergences = claims.filter_map(|at| case.divergences.get(*at));
    let both = |path| {
        let normal = runs(&case.normal_writers(path));
        normal
            .into_iter()
            .chain(runs(&case.chrootless_writers(path)))
    };
    divergences
        .take(PATHS)
        .flat_map(|divergence| both(divergence.entry_path()))
        .collect()
}

/// The runs that wrote what the finding says of the outside.
fn outside_runs<'a>(case: &Case<'a>, finding: &Finding) -> Vec<ScriptRun<'a>> {
    let Some(trace) = case.observations.chrootless else {
        return vec![];
    };
    let escapes = finding.escapes.iter();
    escapes
        .filter_map(|at| case.observations.escapes().get(*at))
        .flat_map(|change| runs(&trace.wrote_outside(&change.path).iter().collect::<Vec<_>>()))
        .collect()
}
