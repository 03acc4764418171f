//! A file of the outside was the source of a file in the chroot.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::comparison::Divergence;
use crate::explain::case::{Case, bare, same_script};
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "outside-input",
    about: "the same script made the file from a file of the outside",
    needs: Needs::Both,
    find,
};

/// Largest file of the outside that is looked at as a source, bytes.
const MAX: usize = 1 << 20;
/// Lines in common from which a file that lacks what is missing counts as the source.
const LIKE: usize = 3;

/// Where data lies that a package's tools take as a source.
const DATA: [&[u8]; 3] = [b"/etc/", b"/usr/share/", b"/var/lib/"];

/// Lines of the outside's files by path; `None` of what is no source.
type Sources<'a> = BTreeMap<&'a [u8], Option<BTreeSet<Vec<u8>>>>;

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut sources = Sources::new();
    case.free()
        .filter_map(|(at, divergence)| source_file(case, &mut sources, at, divergence))
        .collect()
}

fn lines(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines
        .filter(|line| line.len() > 3)
        .map(<[u8]>::to_vec)
        .collect()
}

/// Content whose new lines stand in a file of the outside that the script read.
fn source_file<'a>(
    case: &Case<'a>,
    sources: &mut Sources<'a>,
    at: usize,
    divergence: &Divergence,
) -> Option<Finding> {
    let (script, _) = same_script(case, &divergence.path)?;
    let (left, right) = divergence.contents()?;
    let (old, new) = (lines(left), lines(right));
    let come: Vec<_> = new.difference(&old).collect();
    let gone: Vec<_> = old.difference(&new).collect();
    let both: Vec<_> = old.intersection(&new).collect();
    let trace = case.evidence.chrootless?;
    let mut best: Option<(usize, usize, &[u8])> = None;
    for path in trace.reads_of(script) {
        if !DATA.iter().any(|directory| path.starts_with(directory)) {
            continue;
        }
        let source = sources.entry(path).or_insert_with(|| {
            let source = (case.evidence.outside)(path)?;
            (source.len() < MAX).then(|| lines(&source))
        });
        let Some(source) = source else {
            continue;
        };
        let count =
            |wanted: &[&Vec<u8>]| wanted.iter().filter(|line| source.contains(**line)).count();
        // A source has what is new, lacks what is gone, and has much of what is the same.
        let (taken, kept) = (count(&come), count(&both));
        if count(&gone) > 0 || (taken == 0 && (!come.is_empty() || kept < LIKE)) {
            continue;
        }
        if best.is_none_or(|(other, same, _)| (taken, kept) > (other, same)) {
            best = Some((taken, kept, path));
        }
    }
    let (taken, kept, path) = best?;
    let what = "made from files of the outside";
    let mut finding = Finding::of(case, &RULE, Some(script), what, vec![at]);
    let name = quote(bare(&divergence.path));
    let source = quote(path);
    finding.evidence.push(if come.is_empty() {
        format!("{name}: {kept} lines are those of the outside's {source}, which lacks the {} that are missing", gone.len())
    } else {
        format!("{name}: {taken} of {} new lines are from the outside's {source}", come.len())
    });
    finding.hint = Some("read the source below \"$DPKG_ROOT\"");
    Some(finding)
}
