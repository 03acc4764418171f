//! The name of the temporary root got into a file.

use bstr::ByteSlice as _;

use crate::compare::comparison::Content;
use crate::explain::case::{Case, bare};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};

pub(crate) const RULE: Rule = Rule {
    id: "build-path",
    about: "a file or link names the temporary directory that the chroot was made in",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let names_root = |bytes: &[u8]| bytes.contains_str("/tmp/mmdebstrap.");
        let in_content = match divergence.right_content() {
            Some(Content::Whole(bytes) | Content::Window { bytes, .. }) => names_root(bytes),
            None => false,
        };
        let in_link = divergence
            .right
            .as_ref()
            .is_some_and(|side| names_root(&side.entry.linkname));
        if !in_content && !in_link {
            continue;
        }
        let by = case.last_chrootless(&divergence.path);
        let what = "the path of the temporary root got into a file";
        let script = by.map(|(script, _)| script);
        let mut finding = Finding::of(case, &RULE, script, what, vec![at]);
        let written =
            by.map(|(_, process)| format!("written by {}", evidence_text::command(process)));
        finding.evidence.extend(written);
        finding.evidence.push(format!(
            "{} names it",
            crate::text::quote(bare(&divergence.path))
        ));
        finding.hint = Some("strip $DPKG_ROOT from what is written");
        findings.push(finding);
    }
    findings
}
