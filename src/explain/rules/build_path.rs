//! The name of the temporary directory in which the chroot was made got into a file or a link.

use bstr::ByteSlice as _;

use crate::compare::comparison::Divergence;
use crate::debian::temporary_root::TEMPORARY_ROOT;
use crate::explain::case::Case;
use crate::explain::divergent_fields::has;
use crate::explain::evidence::{CommandRole, EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::BuildPath,
    needs: Needs::Nothing,
    explains: Explains::Fields(&["content", "linkname", "mtime", "size"]),
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        if !differs_by_root(divergence) {
            return None;
        }
        let by = case.last_chrootless(divergence);
        let finding = case.finding(RULE.id, What::NamesTemporaryRoot, by.map(|run| run.script));
        let writer = by.map(|run| Evidence::of_command(run, CommandRole::Wrote));
        let names = Evidence::on(divergence, EntryFact::NamesTemporaryRoot);
        Some(finding.with(writer).with([names]))
    })
}

/// Whether the right entry's content or link target names the directory, and is that of the left
/// entry once the directory is called the same in both, or not named at all.
fn differs_by_root(divergence: &Divergence) -> bool {
    let names = |bytes: &[u8]| bytes.contains_str(TEMPORARY_ROOT);
    let is_alike = |left: &[u8], right: &[u8]| {
        left == right
            || names(right)
                && [&b"ROOT"[..], b""]
                    .iter()
                    .any(|name| renamed(left, name) == renamed(right, name))
    };
    let (Some(left), Some(right)) = (&divergence.left, &divergence.right) else {
        return false;
    };
    let (old, new) = (&left.entry.linkname, &right.entry.linkname);
    let is_content = match divergence.contents() {
        Some((old, new)) => is_alike(old, new) && old != new,
        None => !has(divergence, "content") && old != new,
    };
    is_content && is_alike(old, new)
}

/// A content in which the directory has another name; what comes before the next slash or other
/// end of a word is random.
fn renamed(content: &[u8], name: &[u8]) -> Vec<u8> {
    let mut parts = content.split_str(TEMPORARY_ROOT);
    let mut out = parts.next().unwrap_or_default().to_vec();
    for after in parts {
        out.extend_from_slice(name);
        let is_end = |byte: &u8| !(byte.is_ascii_alphanumeric() || *byte == b'_');
        let end = after.iter().position(is_end).unwrap_or(after.len());
        out.extend_from_slice(after.get(end..).unwrap_or_default());
    }
    out
}
