//! An owner was looked up by name on the outside.

use crate::explain::case::{Case, bare, has_only};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};

pub(crate) const RULE: Rule = Rule {
    id: "owner-by-name",
    about: "only the owner differs: a name was resolved by the outside's account database",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        if !has_only(divergence, &["uid", "gid", "uname", "gname"]) {
            continue;
        }
        let value = |name: &str| {
            divergence
                .fields
                .iter()
                .find(|field| field.name == name)
                .and_then(|field| field.right.as_ref())
                .map(ToString::to_string)
        };
        let name_of = |database: &[u8], id: Option<String>| -> Option<String> {
            let id = id?;
            let text = (case.evidence.outside)(database)?;
            String::from_utf8_lossy(&text).lines().find_map(|line| {
                let mut fields = line.split(':');
                let name = fields.next()?;
                (fields.nth(1)? == id).then(|| name.to_owned())
            })
        };
        let user = name_of(b"/etc/passwd", value("uid"));
        let group = name_of(b"/etc/group", value("gid"));
        let by = case.last_chrootless(&divergence.path);
        let what = "an owner was resolved on the outside";
        let script = by.map(|(script, _)| script);
        let mut finding = Finding::of(case, &RULE, script, what, vec![at]);
        let set = by.map(|(_, process)| format!("set by {}", evidence_text::command(process)));
        finding.evidence.extend(set);
        let path = crate::text::quote(bare(&divergence.path));
        if let Some(user) = user {
            finding
                .evidence
                .push(format!("{path}: that id is `{user}` on the outside"));
        }
        if let Some(group) = group {
            finding
                .evidence
                .push(format!("{path}: that id is group `{group}` on the outside"));
        }
        finding.hint = Some(
            "names are safe for static ids only; chown by number, or let sysusers and tmpfiles do it with --root",
        );
        finding.bug = Some("https://bugs.debian.org/969631");
        findings.push(finding);
    }
    findings
}
