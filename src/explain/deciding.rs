//! Which questions of a script may be why its two runs went different ways: those that had another
//! answer on the outside than in the chroot of the normal build.

use std::collections::BTreeSet;

use crate::debian::standard_links::through_standard_link;
use crate::explain::case::Case;
use crate::explain::script_runs::is_same;
use crate::explain::scripts::interpret::pattern::glob;
use crate::explain::scripts::{Act, Line, ParsedScript};
use crate::tar::entry::EntryKind;
use crate::tar::entry_path::EntryPath;
use crate::trace::process::Script;
use crate::trace::record::Read;

/// Whether a line of a script that asks for paths may be what decided: of one path at least the
/// answers are not known to be the same in both builds.
pub(crate) fn may_decide(
    case: &Case<'_>,
    script: &Script,
    text: &ParsedScript,
    line: &Line,
) -> bool {
    let mut paths = line.acts.iter().filter_map(|act| match act {
        Act::Reads(path) => Some(path.as_str()),
        _ => None,
    });
    paths.any(|path| {
        let differs = !is_known_to_agree(case, script, path);
        differs && !(asks_for_link(text, line, path) && is_no_link(case, path))
    })
}

/// The questions of a script in the chrootless build that are known to have had another answer in
/// the normal one, each path once.
pub(crate) fn disagreements<'a>(case: &Case<'a>, script: &Script) -> Vec<&'a Read> {
    let chrootless = case.observations.chrootless;
    let reads = chrootless.into_iter().flat_map(|trace| &trace.decided_by);
    let mut found: Vec<&Read> = Vec::new();
    for read in reads.filter(|read| is_its(read, script)) {
        let answers = answers(case, script, |path| path == read.path);
        let is_known = answers.inside.len() == 1 && answers.outside.len() == 1;
        let is_new = found.iter().all(|other| other.path != read.path);
        if is_known && is_new && answers.inside != answers.outside {
            found.push(read);
        }
    }
    found
}

/// What a script was told of paths.
struct Answers {
    /// On the outside, in the chrootless build.
    outside: BTreeSet<bool>,
    /// In the chroot of the normal build.
    inside: BTreeSet<bool>,
}

fn answers(case: &Case<'_>, script: &Script, is_wanted: impl Fn(&[u8]) -> bool) -> Answers {
    let chrootless = case.observations.chrootless;
    let normal = case.observations.normal;
    let outside = chrootless.into_iter().flat_map(|trace| &trace.decided_by);
    let inside = normal.into_iter().flat_map(|trace| &trace.asked_inside);
    let wanted = |read: &&Read| is_its(read, script) && is_wanted(&read.path);
    Answers {
        outside: outside.filter(wanted).map(|read| read.is_there).collect(),
        inside: inside.filter(wanted).map(|read| read.is_there).collect(),
    }
}

/// Whether a script was told the same of a path, which may have `*` in it, in both builds.
fn is_known_to_agree(case: &Case<'_>, script: &Script, path: &str) -> bool {
    let spellings = [Some(path.to_owned()), through_standard_link(path)];
    let is_asked = |asked: &[u8]| {
        let mut all = spellings.iter().flatten();
        all.any(|path| glob(path.as_bytes(), asked))
    };
    let Answers { outside, inside } = answers(case, script, is_asked);
    !outside.is_empty() && outside == inside
}

fn is_its(read: &Read, script: &Script) -> bool {
    let of = read.process.script.as_ref();
    read.process.command.is_empty() && of.is_some_and(|other| is_same(other, script))
}

/// Whether a line asks whether a path is a symbolic link.
fn asks_for_link(text: &ParsedScript, line: &Line, path: &str) -> bool {
    text.commands(line.number).any(|words| {
        words.windows(2).any(|pair| match pair {
            [operator, operand] => matches!(operator.as_str(), "-L" | "-h") && operand == path,
            _ => false,
        })
    })
}

/// Whether an entry that differs is a symbolic link on no side: whether it is one has the same
/// answer in both builds.
fn is_no_link(case: &Case<'_>, path: &str) -> bool {
    let path = EntryPath::new(path.as_bytes());
    let mut all = case.divergences.iter();
    all.find(|one| one.entry_path() == path).is_some_and(|one| {
        let sides = [&one.left, &one.right].into_iter().flatten();
        sides
            .into_iter()
            .all(|side| side.entry.kind != EntryKind::Symlink)
    })
}
