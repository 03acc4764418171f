//! Files that are random by their nature.

use crate::compare::comparison::Content;
use crate::explain::case::{Case, bare};
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "random",
    about: "a machine id or a random seed",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let path = bare(&divergence.path);
        let contents = [divergence.left_content(), divergence.right_content()];
        let is_id = |content: &Option<&Content>| matches!(content, Some(Content::Whole(bytes)) if bytes.trim_ascii_end().len() == 32);
        let is_machine_id = matches!(path, b"etc/machine-id" | b"var/lib/dbus/machine-id");
        let is_made = is_machine_id && contents.iter().any(is_id);
        if !is_made && !path.ends_with(b"/random-seed") {
            continue;
        }
        let script = case
            .last_chrootless(&divergence.path)
            .map(|(script, _)| script);
        let what = "random by nature: a machine id or seed was made";
        let mut finding = Finding::of(case, &RULE, script, what, vec![at]);
        finding.evidence.push(quote(path));
        finding.hint =
            Some("an image has an empty machine id and no seed; systemd makes both on first boot");
        findings.push(finding);
    }
    findings
}
