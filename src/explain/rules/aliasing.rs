//! `/bin`, `/sbin`, `/lib` are links into `/usr` in one archive and directories in the other.

use std::collections::BTreeMap;

use crate::compare::comparison::{Divergence, DivergenceKind, SideEntry};
use crate::debian::merged_usr::other_spelling;
use crate::explain::below_links::{BelowLinks, Standing, turned_link};
use crate::explain::case::Case;
use crate::explain::divergent_fields::{has, has_only};
use crate::explain::evidence::{CommandRole, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{ScriptRun, runs};
use crate::explain::usr_links::unaliased;
use crate::tar::entry::EntryKind;
use crate::tar::entry_path::EntryPath;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Aliasing,
    needs: Needs::Nothing,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let all = case.divergences.iter().enumerate();
    let taken = all.filter(|(at, _)| case.claimed(*at).is_some());
    let taken: Vec<_> = taken.filter_map(|(_, one)| turned_link(one)).collect();
    let mut turned = case.overview.turned.clone();
    turned.retain(|link| !taken.contains(link));
    if turned.is_empty() {
        return vec![];
    }
    let below = Below {
        turned: &turned,
        known: &case.overview.below,
    };
    let claims = case
        .free()
        .filter(|one| below.explains(one.divergence))
        .map(|one| one.at)
        .collect();
    let names = || {
        let names = turned.iter();
        names
            .map(|link| String::from_utf8_lossy(link).into_owned())
            .collect()
    };
    let maker = maker(case, &turned);
    let makes =
        |run: ScriptRun<'_>| Evidence::of_command(run, CommandRole::MadeLinks(run.script.clone()));
    let what = What::LinksNotMade { links: names() };
    let finding = case
        .finding(RULE.id, what, maker.map(|run| run.script))
        .with(maker.map(makes))
        .with([Evidence::LinksAreDirectories { links: names() }])
        .claiming(claims);
    vec![finding]
}

/// The links that are not links in one archive, and what is below them.
struct Below<'a> {
    turned: &'a [&'static [u8]],
    known: &'a BelowLinks,
}

impl Below<'_> {
    /// Whether an entry is one of the links, or is what it is because they are not links: in the
    /// other spelling's place, or spelling a path the other way.
    fn explains(&self, divergence: &Divergence) -> bool {
        let path = divergence.entry_path();
        match divergence.kind {
            DivergenceKind::Moved => {
                let from = divergence.from.as_deref().map(EntryPath::new);
                let other = other_spelling(path.as_bytes());
                other.is_some() && other.as_deref() == from.map(EntryPath::as_bytes)
            }
            DivergenceKind::LeftOnly => {
                self.is_elsewhere(path, &divergence.left, &self.known.right)
            }
            DivergenceKind::RightOnly => {
                self.is_elsewhere(path, &divergence.right, &self.known.left)
            }
            DivergenceKind::Changed => {
                turned_link(divergence).is_some()
                    || is_link_to_other_spelling(divergence)
                    || self.is_spelling(divergence)
            }
            DivergenceKind::Reordered => false,
        }
    }

    /// Whether an entry that one archive lacks stands there under its other spelling. The
    /// directories of both spellings are one where the link is one.
    fn is_elsewhere(
        &self,
        path: EntryPath<'_>,
        side: &Option<Box<SideEntry>>,
        others: &BTreeMap<Vec<u8>, Standing>,
    ) -> bool {
        let Some((side, other)) = side.as_deref().zip(other_spelling(path.as_bytes())) else {
            return false;
        };
        let other = others.get(other.as_slice());
        side.entry.kind == EntryKind::Directory
            || other.is_some_and(|other| Standing::of(side).is_same(other))
    }

    /// Whether a file differs only in how it spells the paths below the links.
    fn is_spelling(&self, divergence: &Divergence) -> bool {
        has_only(divergence, CONTENT)
            && divergence.contents().is_some_and(|(left, right)| {
                let is_same = |links: &[&[u8]]| unaliased(left, links) == unaliased(right, links);
                !is_same(&[]) && is_same(self.turned)
            })
    }
}

/// Whether an entry is a symlink to its own other spelling in one archive, as packages have it for
/// a program that moved.
fn is_link_to_other_spelling(divergence: &Divergence) -> bool {
    let other = other_spelling(divergence.entry_path().as_bytes());
    let sides = [&divergence.left, &divergence.right];
    let is_link = |side: &SideEntry| {
        side.entry.kind == EntryKind::Symlink
            && Some(EntryPath::new(&side.entry.linkname).as_bytes()) == other.as_deref()
    };
    has(divergence, "type") && sides.into_iter().flatten().any(|side| is_link(side))
}

/// The script that makes the links where they are links.
fn maker<'a>(case: &Case<'a>, turned: &[&[u8]]) -> Option<ScriptRun<'a>> {
    let links = turned.iter().copied();
    let writers = links.flat_map(|link| case.normal_writers(EntryPath::new(link)));
    runs(&writers.collect::<Vec<_>>()).pop()
}
