//! `/bin`, `/sbin`, `/lib` are links into `/usr` in one archive and directories in the other.

use std::collections::BTreeMap;

use crate::compare::comparison::{Divergence, DivergenceKind, SideEntry};
use crate::debian::merged_usr::{LINKS, other_spelling};
use crate::explain::case::Case;
use crate::explain::divergent_fields::{has, has_only};
use crate::explain::evidence::{CommandRole, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{ScriptRun, runs};
use crate::explain::usr_links::{is_below_link, unaliased};
use crate::tar::entry::{Entry, EntryKind};
use crate::tar::entry_path::EntryPath;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Aliasing,
    needs: Needs::Nothing,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let turned: Vec<&'static [u8]> = case
        .free()
        .filter_map(|one| turned_link(one.divergence))
        .collect();
    if turned.is_empty() {
        return vec![];
    }
    let below = Below::new(case, &turned);
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

/// The link that an entry is, if it is a symlink in one archive and a directory in the other.
fn turned_link(divergence: &Divergence) -> Option<&'static [u8]> {
    let kind = |side: &Option<Box<SideEntry>>| side.as_ref().map(|side| side.entry.kind);
    let kinds = [kind(&divergence.left), kind(&divergence.right)];
    let is_turned = has(divergence, "type")
        && kinds.contains(&Some(EntryKind::Symlink))
        && kinds.contains(&Some(EntryKind::Directory));
    let path = divergence.entry_path().as_bytes();
    LINKS.into_iter().find(|link| is_turned && *link == path)
}

/// What is below the links, by its path in each archive.
struct Below<'a> {
    turned: &'a [&'static [u8]],
    left: BTreeMap<&'a [u8], &'a SideEntry>,
    right: BTreeMap<&'a [u8], &'a SideEntry>,
}

impl<'a> Below<'a> {
    fn new(case: &Case<'a>, turned: &'a [&'static [u8]]) -> Self {
        let side = |of: fn(&Divergence) -> Option<&SideEntry>| {
            let all = case.divergences.iter();
            all.filter(|one| is_below_link(one.entry_path()))
                .filter_map(|one| Some((one.entry_path().as_bytes(), of(one)?)))
                .collect()
        };
        Self {
            turned,
            left: side(|one| one.left.as_deref()),
            right: side(|one| one.right.as_deref()),
        }
    }

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
            DivergenceKind::LeftOnly => self.is_elsewhere(path, &divergence.left, &self.right),
            DivergenceKind::RightOnly => self.is_elsewhere(path, &divergence.right, &self.left),
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
        others: &BTreeMap<&[u8], &SideEntry>,
    ) -> bool {
        let Some((side, other)) = side.as_deref().zip(other_spelling(path.as_bytes())) else {
            return false;
        };
        let other = others.get(other.as_slice());
        side.entry.kind == EntryKind::Directory || other.is_some_and(|other| is_same(side, other))
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

/// Whether two entries are one file, as far as it is told by a hard link, which has no content.
fn is_same(one: &SideEntry, other: &SideEntry) -> bool {
    let (left, right) = (&one.entry, &other.entry);
    let owner = |entry: &Entry| (entry.mode.clone(), entry.uid.clone(), entry.gid.clone());
    let is_hard_link = [left, right].map(|entry| entry.kind == EntryKind::HardLink);
    let is_content = one.content == other.content && left.size == right.size;
    owner(left) == owner(right)
        && (is_hard_link.contains(&true)
            || left.kind == right.kind && left.linkname == right.linkname && is_content)
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
