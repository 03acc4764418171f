//! The lines of a script that a finding is about.

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::case::{Case, bare, scripts};
use crate::explain::rules::Finding;
use crate::explain::scripts::{Line, Reach};
use crate::text::quote;
use crate::trace::process::{Process, Script};

/// Most lines of a script that are quoted.
const LINES: usize = 4;
/// Most paths of a finding that lines are looked for by.
const PATHS: usize = 50;

/// Lines of evidence that quote the script, the likeliest lines only.
pub(crate) fn lines(case: &Case<'_>, finding: &Finding) -> Vec<String> {
    let (Some(package), Some(word)) = (&finding.package, &finding.script) else {
        return vec![];
    };
    // A trigger is a postinst run for it.
    let name = if word == "trigger" { "postinst" } else { word };
    let Some(kind) = ScriptKind::from_name(name) else {
        return vec![];
    };
    let Some(script) = case.evidence.scripts.script(package, kind) else {
        return vec![];
    };
    let tools = tools(case, finding);
    let runs = |line: &&Line| {
        let mut words = line
            .text
            .split(|c: char| !(c.is_ascii_alphanumeric() || "._+-".contains(c)));
        words.any(|word| tools.iter().any(|tool| tool == word))
    };
    let mut found: Vec<Line> = script.lines().iter().filter(runs).cloned().collect();
    if found.is_empty() {
        for path in paths(case, finding) {
            for line in case.evidence.scripts.lines_about(package, kind, &path) {
                if found.iter().all(|other| other.number != line.number) {
                    found.push(line);
                }
            }
        }
    }
    found.retain(|line| matches!(line.reach, Reach::Installs | Reach::NotChrootless));
    found.sort_by_key(|line| line.number);
    let quoted = found.iter().take(LINES).map(|line| {
        let guard = match line.reach {
            Reach::NotChrootless => ", which DPKG_ROOT keeps from running",
            Reach::Installs | Reach::BootedOnly | Reach::OtherAction => "",
        };
        format!(
            "{name} line {}{guard}: {}",
            line.number,
            quote(line.text.as_bytes())
        )
    });
    quoted.collect()
}

/// Paths of the chroot and the outside that a finding is about, as text.
fn paths(case: &Case<'_>, finding: &Finding) -> Vec<String> {
    let inside = finding
        .claims
        .iter()
        .filter_map(|at| Some(bare(&case.evidence.divergences.get(*at)?.path)));
    let outside = finding
        .escapes
        .iter()
        .filter_map(|at| Some(case.evidence.escapes.get(*at)?.path.as_slice()));
    outside
        .chain(inside)
        .take(PATHS)
        .map(|path| String::from_utf8_lossy(path).into_owned())
        .collect()
}

/// Names of the programs that the script itself ran to write what the finding claims.
fn tools(case: &Case<'_>, finding: &Finding) -> Vec<String> {
    let mut processes: Vec<(&Script, &Process)> = Vec::new();
    for divergence in finding
        .claims
        .iter()
        .filter_map(|at| case.evidence.divergences.get(*at))
        .take(PATHS)
    {
        processes.extend(scripts(&case.normal_writers(&divergence.path)));
        processes.extend(scripts(&case.chrootless_writers(&divergence.path)));
    }
    if let Some(trace) = case.evidence.chrootless {
        for change in finding
            .escapes
            .iter()
            .filter_map(|at| case.evidence.escapes.get(*at))
        {
            let writers: Vec<_> = trace.wrote_outside(&change.path).iter().collect();
            processes.extend(scripts(&writers));
        }
    }
    let is_its = |script: &Script| {
        Some(&script.package) == finding.package.as_ref()
            && finding.script.as_deref() == Some(crate::explain::case::word(script))
    };
    let mut names: Vec<String> = processes
        .into_iter()
        .filter(|(script, _)| is_its(script))
        .filter_map(|(_, process)| process.command.first())
        .filter_map(|program| program.rsplit('/').next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}
