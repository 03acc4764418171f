//! The same script made the file with a tool of which the outside has another version.

use crate::explain::case::Case;
use crate::explain::evidence::{CommandRole, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::ScriptRun;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::OutsideTool,
    needs: Needs::Both,
    explains: Explains::Fields(&["content", "linkname", "mtime", "size"]),
    find,
};

/// Where programs are.
const DIRECTORIES: [&str; 4] = ["usr/bin/", "usr/sbin/", "bin/", "sbin/"];

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let run = case.same_run(divergence)?;
        let finding = Finding::new(RULE.id, tool_version(case, run)?);
        let role = CommandRole::RanFor(run.script.clone());
        Some(finding.with([Evidence::of_command(run, role)]))
    })
}

/// The tool that a script ran, if its package has another version on the outside than in the
/// chroot. A tool that no package ships is taken for one of the script's own package. What the
/// script's own shell opened may be the output of any tool.
fn tool_version(case: &Case<'_>, run: ScriptRun<'_>) -> Option<What> {
    let program = run.process.command.first()?;
    let program = program.rsplit('/').next()?;
    let shipping = |directory: &str| {
        let path = format!("{directory}{program}");
        case.chroots.owners.shipping(path.as_bytes())
    };
    let owner = DIRECTORIES.iter().find_map(|one| shipping(one));
    let package = owner.map_or_else(|| run.script.package.clone(), |owner| owner.package);
    let chroot = case.chroots.left.get(&package)?;
    let outside = case.observations.outside_packages.get(&package)?;
    (chroot != outside).then(|| What::OutsideToolVersion {
        program: program.to_owned(),
        outside: outside.clone(),
        chroot: chroot.clone(),
        package,
    })
}
