//! A tool of the outside made the file, and it is of another version than the chroot's.

use crate::explain::case::{Case, same_script};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::trace::process::{Process, Script};

pub(crate) const RULE: Rule = Rule {
    id: "outside-tool",
    about: "the same script made the file with a tool of which the outside has another version",
    needs: Needs::Both,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.free()
        .filter_map(|(at, divergence)| {
            let (script, process) = same_script(case, &divergence.path)?;
            tool(case, at, script, process)
        })
        .collect()
}

/// A tool of the outside whose package has another version than in the chroot.
fn tool(case: &Case<'_>, at: usize, script: &Script, process: &Process) -> Option<Finding> {
    let program = process.command.first().or(process.argv.first())?;
    let name = program.rsplit('/').next()?;
    let places = ["usr/bin/", "usr/sbin/", "bin/", "sbin/"];
    let package = places
        .iter()
        .find_map(|place| {
            case.evidence
                .owners
                .shipping(format!("{place}{name}").as_bytes())
        })
        .map_or_else(|| script.package.clone(), |owner| owner.package);
    let inside = case.evidence.packages.0.get(&package)?;
    let outside = case.evidence.outside_packages.get(&package)?;
    if inside == outside {
        return None;
    }
    let mut finding = Finding::new(
        RULE.id,
        format!(
            "{name} of the outside is of another version: {package} {outside}, in the chroot {inside}"
        ),
        vec![at],
    );
    finding.evidence.push(format!(
        "{} ran {}",
        evidence_text::script(script),
        evidence_text::command(process)
    ));
    finding.hint =
        Some("no bug of the package: use an outside of the same suite (--outside matching)");
    Some(finding)
}
