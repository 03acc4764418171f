//! From what explaining found to the wire types.

use crate::explain::rules::Finding;
use crate::report::{Cause, Report, Script};

impl Report {
    /// Writes findings into the report: causes, and for each divergence and escape which one
    /// it belongs to and whose script it was.
    pub(crate) fn explain(&mut self, findings: &[Finding]) {
        for (number, finding) in findings.iter().enumerate() {
            let id = (number + 1).to_string();
            let script = finding.script.as_deref().and_then(Script::from_name);
            for at in &finding.claims {
                let Some(row) = self.divergences.get_mut(*at) else {
                    continue;
                };
                row.cause = Some(id.clone());
                if finding.package.is_some() {
                    row.package.clone_from(&finding.package);
                    row.script = script;
                }
            }
            if let Some(outside) = &mut self.outside {
                for at in &finding.escapes {
                    if let Some(escape) = outside.escapes.get_mut(*at) {
                        escape.package.clone_from(&finding.package);
                        escape.script = script;
                    }
                }
            }
            self.causes.push(Cause {
                id,
                rule: finding.rule.to_owned(),
                title: finding.title.clone(),
                entries: finding.claims.len() as u64,
                package: finding.package.clone(),
                script,
                evidence: finding.evidence.clone(),
                hint: finding.hint.map(str::to_owned),
                bug: finding.bug.map(str::to_owned),
            });
        }
    }
}
