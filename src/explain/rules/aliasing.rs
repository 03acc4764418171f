//! `/bin`, `/sbin`, `/lib` are links into `/usr` in one archive and directories in the other.

use crate::compare::comparison::{Divergence, SideEntry};
use crate::debian::merged_usr::LINKS;
use crate::explain::case::Case;
use crate::explain::divergent_fields::has;
use crate::explain::evidence::{CommandRole, Evidence};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{ScriptRun, runs};
use crate::explain::usr_links::{is_below_link, unaliased};
use crate::tar::entry::EntryKind;
use crate::tar::entry_path::EntryPath;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Aliasing,
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let turned: Vec<&[u8]> = case
        .free()
        .filter_map(|one| turned_link(one.divergence))
        .collect();
    if turned.is_empty() {
        return vec![];
    }
    let claims = case
        .free()
        .filter(|one| is_about_links(one.divergence, &turned))
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

/// Whether an entry is a link, or below one, or a file that differs only in how it spells the
/// paths below `turned` links.
fn is_about_links(divergence: &Divergence, turned: &[&[u8]]) -> bool {
    let is_below = |name: &[u8]| is_below_link(EntryPath::new(name));
    let is_spelling = |left: &[u8], right: &[u8]| {
        let is_same = |links: &[&[u8]]| unaliased(left, links) == unaliased(right, links);
        !is_same(&[]) && is_same(turned)
    };
    is_below(&divergence.path)
        || divergence.from.as_deref().is_some_and(is_below)
        || divergence
            .contents()
            .is_some_and(|(left, right)| is_spelling(left, right))
}

/// The script that makes the links where they are links.
fn maker<'a>(case: &Case<'a>, turned: &[&[u8]]) -> Option<ScriptRun<'a>> {
    let links = turned.iter().copied();
    let writers = links.flat_map(|link| case.normal_writers(EntryPath::new(link)));
    runs(&writers.collect::<Vec<_>>()).pop()
}
