//! The name of the temporary root got into a file.

use bstr::ByteSlice as _;

use super::case::{bare, scripts, word};
use super::{Case, Finding, Rule, wording};
use crate::compare::Content;

pub(super) const RULE: Rule = Rule {
    id: "build-path",
    about: "a file or link names the temporary directory that the chroot was made in",
    needs_trace: false,
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
        let writers = case.chrootless_writers(&divergence.path);
        let mut finding = match scripts(&writers).last() {
            Some((script, process)) => {
                let mut finding = Finding::new(
                    RULE.id,
                    format!(
                        "{}, {}: the path of the temporary root got into a file",
                        case.versioned(&script.package),
                        word(script)
                    ),
                    vec![at],
                )
                .by(script);
                finding
                    .evidence
                    .push(format!("written by {}", wording::command(process)));
                finding
            }
            None => Finding::new(
                RULE.id,
                "the path of the temporary root got into a file".to_owned(),
                vec![at],
            ),
        };
        finding.evidence.push(format!(
            "{} names it",
            crate::text::quote(bare(&divergence.path))
        ));
        finding.hint = Some("strip $DPKG_ROOT from what is written");
        findings.push(finding);
    }
    findings
}
