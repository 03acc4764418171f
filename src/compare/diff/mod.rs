//! From two seekable archives and their first difference to divergences.

pub(crate) mod bytes;
pub(crate) mod compression;
pub(crate) mod content;
pub(crate) mod differences;
pub(crate) mod encoding;
pub(crate) mod fields;
pub(crate) mod global_headers;
pub(crate) mod occurrences;
pub(crate) mod roles;
pub(crate) mod tail;
pub(crate) mod view;

use std::collections::BTreeSet;
use std::io;

use crate::compare::archive_divergence::{ArchiveDivergence, UnexplainedBytes};
use crate::compare::collect::Collector;
use crate::compare::comparison::{Divergence, DivergenceKind, SideEntry};
use crate::compare::diff::bytes::differing_pairs;
use crate::compare::diff::differences::Differences;
use crate::compare::diff::fields::PairDifference;
use crate::compare::diff::occurrences::Occurrences;
use crate::compare::diff::roles::{Roles, may_be_roles, say_content, say_shared};
use crate::compare::diff::view::{Names, View};
use crate::compare::names::name_key;
use crate::compare::options::{Digests, Options, Selection};
use crate::compare::pairing::before::Before;
use crate::compare::pairing::index::{Index, Indexed, WalkStart, read_raw_entry};
use crate::compare::pairing::pair::Pair;
use crate::compare::pairing::pairs::{Matching, matching, reordered};
use crate::compare::pairing::passed::passed;
use crate::compare::pairing::{look_alikes, moves, renames};
use crate::compare::progress::Progress;
use crate::compare::report_order::InOrder;
use crate::compare::side::{OfSide, Side, Sides};
use crate::compare::spill::sorted_records::RecordSorter;
use crate::compare::stop::WalkError;
use crate::input::read_at::ReadAt;
use crate::tar::raw_entry::Globals;

/// The first difference of two archives, and what is known of the bytes before it.
pub(crate) struct FirstDifference<'input> {
    pub(crate) left: &'input dyn ReadAt,
    pub(crate) right: &'input dyn ReadAt,
    /// Start of the group that holds the first difference.
    pub(crate) start: u64,
    /// Offset of the first difference.
    pub(crate) first: u64,
    /// Global values in force at the start.
    pub(crate) globals: Globals,
    /// The entries before.
    pub(crate) before: &'input Before,
    /// Content before this offset may read as zeros.
    pub(crate) whole_from: u64,
    pub(crate) collectors: Sides<Collector>,
}

struct Search<'input, 'options> {
    difference: &'options FirstDifference<'input>,
    options: &'options Options,
    left: &'options Index,
    right: &'options Index,
    room: u64,
    retain: u64,
    /// Of the entries that may differ.
    occurrences: Sides<Occurrences>,
    /// The names that files share, once they are asked for.
    roles: Option<Roles>,
    divergences: RecordSorter<InOrder>,
    out: Differences,
}

/// The longer of two spellings of a path; the left one if they are of one length.
fn longer<'a>(left: &'a [u8], right: &'a [u8]) -> &'a [u8] {
    if right.len() > left.len() {
        right
    } else {
        left
    }
}

/// Indexes both archives from the first difference on, at the same time.
fn index_both(
    difference: &FirstDifference<'_>,
    options: &Options,
    collectors: &mut Sides<Collector>,
) -> Result<Sides<Index>, WalkError> {
    let before = difference.before.len();
    let begin = || WalkStart {
        offset: difference.start,
        globals: difference.globals.clone(),
        entries_before: before,
        first: difference.first,
    };
    let pair = std::thread::scope(|scope| {
        let helper = scope.spawn(|| {
            Index::build(
                difference.right,
                begin(),
                &options.limits,
                &mut collectors.right,
            )
        });
        let left = Index::build(
            difference.left,
            begin(),
            &options.limits,
            &mut collectors.left,
        );
        helper
            .join()
            .map(|right| Sides { left, right })
            .map_err(|_| io::Error::other("a worker panicked"))
    })?;
    Ok(pair)
}

/// Names everything that differs from the first difference on.
///
/// # Errors
/// An input cannot be read.
pub(crate) fn explain(
    mut difference: FirstDifference<'_>,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<Differences, WalkError> {
    let before = difference.before.len();
    let mut collectors = std::mem::take(&mut difference.collectors);
    let Sides { left, right } = index_both(&difference, options, &mut collectors)?;
    let found = matching(&left, &right, options.limits.entries)?;
    let sides = Sides {
        left: Indexed {
            reader: difference.left,
            index: &left,
        },
        right: Indexed {
            reader: difference.right,
            index: &right,
        },
    };
    let differing = differing_pairs(sides, &found.pairs, progress)?;
    let moved = reordered(&found.pairs, |at| left.places().key(at as usize))?;
    let wanted = wanted(&found, &differing, &moved)?;
    let mut search = Search {
        difference: &difference,
        options,
        left: &left,
        right: &right,
        room: options.limits.details,
        retain: options.limits.retain,
        occurrences: occurrences(difference.before, &left, &right, wanted)?,
        roles: None,
        divergences: RecordSorter::new(options.limits.divergences),
        out: Differences {
            entries: Sides {
                left: before + left.records.len() as u64,
                right: before + right.records.len() as u64,
            },
            ..Differences::default()
        },
    };
    search.changed(&found, &differing)?;
    search.alone(&found)?;
    search.order(&found, &moved, &differing)?;
    if left.stop.is_none() && right.stop.is_none() {
        let globals = global_headers::compare(&left, &right, &found.pairs, &moved)?;
        search.out.archive.extend(globals);
        let tails = tail::compare(sides.left.tail(), sides.right.tail())?;
        search.out.archive.extend(tails);
    }
    search.claim_rest();
    let mut out = search.out;
    out.archive.sort_by(|a, b| a.name().cmp(b.name()));
    out.divergences = search.divergences.finish()?;
    out.stops.extend(left.stop.map(OfSide::left));
    out.stops.extend(right.stop.map(OfSide::right));
    out.collected = collectors;
    Ok(out)
}

/// The records that may be named in a divergence: what differs, what is alone and what moved.
fn wanted(found: &Matching, differing: &[usize], moved: &[usize]) -> io::Result<Sides<Vec<u32>>> {
    let mut left = found.left_only.clone();
    let mut pairs = found.pairs.cursor();
    for at in differing.iter().chain(moved) {
        left.extend(pairs.get(*at)?.map(|pair| pair.left));
    }
    Ok(Sides {
        left,
        right: found.right_only.clone(),
    })
}

fn occurrences(
    before: &Before,
    left: &Index,
    right: &Index,
    wanted: Sides<Vec<u32>>,
) -> io::Result<Sides<Occurrences>> {
    Ok(Sides {
        left: Occurrences::count(left, &before.keys, wanted.left)?,
        right: Occurrences::count(right, &before.keys, wanted.right)?,
    })
}

/// The records that are in none of these pairs.
fn without(records: &[u32], pairs: &[Pair], record: fn(&Pair) -> u32) -> Vec<u32> {
    let gone: BTreeSet<u32> = pairs.iter().map(record).collect();
    let left = records.iter().filter(|at| !gone.contains(at));
    left.copied().collect()
}

impl<'input> Search<'input, '_> {
    fn view(&self, side: Side, at: u32) -> Result<Option<View<'input>>, WalkError> {
        let (reader, index) = match side {
            Side::Left => (self.difference.left, self.left),
            Side::Right => (self.difference.right, self.right),
        };
        // The walk before the record's own global headers began with the previous record's values.
        let mut places = index.places();
        let before = match (at as usize).checked_sub(1) {
            Some(previous) => places.globals(previous)?,
            None => None,
        };
        let globals = before.unwrap_or(&self.difference.globals);
        let start = places.span(at as usize)?.start;
        match read_raw_entry(reader, start, globals, &self.options.limits)? {
            Some(group) => Ok(Some(View::new(reader, group, self.difference.whole_from)?)),
            None => Ok(None),
        }
    }

    fn views(&self, pair: Pair) -> Result<Option<Sides<View<'input>>>, WalkError> {
        let left = self.view(Side::Left, pair.left)?;
        let right = self.view(Side::Right, pair.right)?;
        Ok(left.zip(right).map(|(left, right)| Sides { left, right }))
    }

    fn changed(&mut self, found: &Matching, differing: &[usize]) -> Result<(), WalkError> {
        for at in differing {
            let Some(pair) = found.pairs.get(*at)? else {
                continue;
            };
            let Some(Sides {
                left: old,
                right: new,
            }) = self.views(pair)?
            else {
                continue;
            };
            if old.entry.key() != new.entry.key() {
                // Two names with one digest: nobody has made such a pair yet, and it is no pair.
                self.one_sided(Side::Left, &old, pair.left, None)?;
                self.one_sided(Side::Right, &new, pair.right, None)?;
                continue;
            }
            let mut outcome =
                fields::compare(&old, &new, Names::Equal, self.options, &mut self.room)?;
            if may_be_roles(&old, &new) {
                self.roles(&old, &new, &mut outcome)?;
            }
            if outcome.unexplained {
                self.unexplained(&old, &new);
            }
            if !outcome.fields.is_empty() {
                self.push_changed(old, new, outcome, pair)?;
            }
        }
        Ok(())
    }

    /// Says what is known of a pair if the same names share one file on both sides.
    fn roles(
        &mut self,
        old: &View<'input>,
        new: &View<'input>,
        outcome: &mut PairDifference,
    ) -> Result<(), WalkError> {
        let mut roles = match self.roles.take() {
            Some(roles) => roles,
            None => Roles::new(self.difference.before, self.left, self.right)?,
        };
        if let Some(names) = roles.shared(old, new) {
            say_shared(outcome, names);
            // What a link stands for is the content of the file that it leads to.
            let left = roles.file(Side::Left, old);
            let left = left.map_or(Ok(None), |at| self.view(Side::Left, at))?;
            let right = roles.file(Side::Right, new);
            let right = right.map_or(Ok(None), |at| self.view(Side::Right, at))?;
            if left.is_some() != right.is_some() {
                let (left, right) = (left.as_ref().unwrap_or(old), right.as_ref().unwrap_or(new));
                say_content(outcome, left, right, self.options, &mut self.room)?;
            }
        }
        self.roles = Some(roles);
        Ok(())
    }

    fn push_changed(
        &mut self,
        old: View<'_>,
        new: View<'_>,
        outcome: PairDifference,
        pair: Pair,
    ) -> io::Result<()> {
        // The longer spelling, which is the one with a slash, whichever side has it.
        let path = if new.entry.path.len() > old.entry.path.len() {
            &new.entry.path
        } else {
            &old.entry.path
        };
        let divergence = Divergence {
            path: path.clone(),
            occurrence: 1,
            kind: DivergenceKind::Changed,
            from: None,
            looks_like: None,
            fields: outcome.fields,
            left: Some(self.side(&old, outcome.content_first)?),
            right: Some(self.side(&new, outcome.content_first)?),
        };
        self.push(divergence, Side::Left, pair.left)
    }

    fn push(&mut self, mut divergence: Divergence, side: Side, at: u32) -> io::Result<()> {
        divergence.occurrence = self.occurrences.of(side).of(at);
        self.divergences.push(InOrder(divergence))
    }

    fn side(&mut self, view: &View<'_>, first: u64) -> io::Result<Box<SideEntry>> {
        let limits = &self.options.limits;
        let room = if limits.is_over() { 0 } else { self.retain };
        let content = content::keep(view, first, limits.retain_one, room)?;
        let kept = match &content {
            Some(
                crate::compare::comparison::Content::Whole(bytes)
                | crate::compare::comparison::Content::Window { bytes, .. },
            ) => bytes.len() as u64,
            None => 0,
        };
        self.retain = self.retain.saturating_sub(kept);
        Ok(Box::new(SideEntry {
            entry: view.entry.clone(),
            content,
        }))
    }

    fn unexplained(&mut self, old: &View<'_>, new: &View<'_>) {
        let span = |view: &View<'_>| view.group.start..view.group.end;
        let spans = Sides {
            left: span(old),
            right: span(new),
        };
        let path = old.entry.path.clone();
        let bytes = if old.group.gap == new.group.gap {
            UnexplainedBytes::InEntry { path, spans }
        } else {
            UnexplainedBytes::ZeroBlock { path, spans }
        };
        let unexplained = ArchiveDivergence::UnexplainedBytes(bytes);
        self.out.archive.push(unexplained);
    }

    fn one_sided(
        &mut self,
        side: Side,
        view: &View<'_>,
        at: u32,
        looks_like: Option<Vec<u8>>,
    ) -> io::Result<()> {
        let entry = self.side(view, 0).ok();
        let (left, right, kind) = match side {
            Side::Left => (entry, None, DivergenceKind::LeftOnly),
            Side::Right => (None, entry, DivergenceKind::RightOnly),
        };
        let path = view.entry.path.clone();
        self.push(
            Divergence {
                path,
                occurrence: 1,
                kind,
                from: None,
                looks_like,
                fields: Vec::new(),
                left,
                right,
            },
            side,
            at,
        )
    }

    /// Entries without a partner: moved ones first, then those that are called by a digest, then
    /// those on one side only.
    ///
    /// Where a side could not be walked to its end nothing is known about what it lacks.
    fn alone(&mut self, found: &Matching) -> Result<(), WalkError> {
        let left = if self.right.stop.is_none() {
            &found.left_only[..]
        } else {
            &[]
        };
        let right = if self.left.stop.is_none() {
            &found.right_only[..]
        } else {
            &[]
        };
        let moved = moves::find(left, right, &|side, at| self.view(side, at), self.options)?;
        for &pair in &moved {
            let Some(Sides {
                left: old,
                right: new,
            }) = self.views(pair)?
            else {
                continue;
            };
            let found = PairDifference::default();
            self.renamed_pair(DivergenceKind::Moved, pair, [&old, &new], found)?;
        }
        let (left, right) = (
            without(left, &moved, |pair| pair.left),
            without(right, &moved, |pair| pair.right),
        );
        let renamed = match self.options.digests {
            Digests::Paired => renames::find(&left, &right, &|side, at| self.view(side, at))?,
            Digests::Apart => Vec::new(),
        };
        let renamed = self.renamed(renamed)?;
        let left = without(&left, &renamed, |pair| pair.left);
        let right = without(&right, &renamed, |pair| pair.right);
        let alike = look_alikes::find(&left, &right, &|side, at| self.view(side, at))?;
        for (side, records) in [(Side::Left, left), (Side::Right, right)] {
            for at in records {
                if let Some(view) = self.view(side, at)? {
                    let alike = alike.of(side).get(&at).cloned();
                    self.one_sided(side, &view, at, alike)?;
                }
            }
        }
        Ok(())
    }

    /// Entries whose names contain digests of what they hold; gives those pairs that differ in
    /// anything besides.
    fn renamed(&mut self, pairs: Vec<Pair>) -> Result<Vec<Pair>, WalkError> {
        let mut found = Vec::new();
        for pair in pairs {
            let Some(Sides {
                left: old,
                right: new,
            }) = self.views(pair)?
            else {
                continue;
            };
            let outcome =
                fields::compare(&old, &new, Names::Digests, self.options, &mut self.room)?;
            if outcome.fields.is_empty() {
                continue;
            }
            self.renamed_pair(DivergenceKind::Changed, pair, [&old, &new], outcome)?;
            found.push(pair);
        }
        Ok(found)
    }

    /// A pair of entries, the left one first, that have another name on each side.
    fn renamed_pair(
        &mut self,
        kind: DivergenceKind,
        pair: Pair,
        [old, new]: [&View<'_>; 2],
        found: PairDifference,
    ) -> io::Result<()> {
        let divergence = Divergence {
            path: new.entry.path.clone(),
            occurrence: 1,
            kind,
            from: Some(old.entry.path.clone()),
            looks_like: None,
            fields: found.fields,
            left: Some(self.side(old, found.content_first)?),
            right: Some(self.side(new, found.content_first)?),
        };
        self.push(divergence, Side::Right, pair.right)
    }

    /// Entries that stand elsewhere, by their positions; `differing` are the positions of pairs whose bytes differ.
    fn order(
        &mut self,
        found: &Matching,
        moved: &[usize],
        differing: &[usize],
    ) -> Result<(), WalkError> {
        if moved.is_empty() {
            return Ok(());
        }
        for at in moved {
            let Some(pair) = found.pairs.get(*at)? else {
                continue;
            };
            let Some(old) = self.view(Side::Left, pair.left)? else {
                continue;
            };
            // What only stands elsewhere needs no content to be explained.
            let entry = |view: &View<'_>| {
                Box::new(SideEntry {
                    entry: view.entry.clone(),
                    content: None,
                })
            };
            let left = entry(&old);
            // Groups of equal bytes read the same: the right one is not read again.
            let right = if differing.binary_search(at).is_err() {
                left.clone()
            } else {
                match self.view(Side::Right, pair.right)? {
                    Some(new) => entry(&new),
                    None => continue,
                }
            };
            let divergence = Divergence {
                path: longer(&left.entry.path, &right.entry.path).to_vec(),
                occurrence: 1,
                kind: DivergenceKind::Reordered,
                from: None,
                looks_like: None,
                fields: Vec::new(),
                left: Some(left),
                right: Some(right),
            };
            self.push(divergence, Side::Left, pair.left)?;
        }
        let order = ArchiveDivergence::EntryOrder {
            moved: moved.len() as u64,
            sorting: Sides {
                left: self.left.order.sorting(),
                right: self.right.order.sorting(),
            },
        };
        self.out.archive.push(order);
        match self.options.selection {
            Selection::Wanted => self.passed(found, moved),
            Selection::Unwanted => Ok(()),
        }
    }

    /// Names of entries that those which stand elsewhere passed.
    fn passed(&mut self, found: &Matching, moved: &[usize]) -> Result<(), WalkError> {
        for at in passed(&found.pairs, moved)? {
            let Some(pair) = found.pairs.get(at)? else {
                continue;
            };
            let view = self.view(Side::Left, pair.left)?;
            let key = view.map(|view| name_key(&view.entry.path));
            self.out.passed.extend(key);
        }
        Ok(())
    }

    /// Claims what nothing claimed.
    fn claim_rest(&mut self) {
        let incomplete = self.left.stop.is_some() || self.right.stop.is_some();
        let first = self.difference.first;
        let stopped = [self.left, self.right]
            .iter()
            .any(|index| index.stop.is_some() && index.end <= first);
        let nothing = self.divergences.is_empty() && self.out.archive.is_empty();
        if nothing && (!incomplete || stopped) {
            let lengths = Sides {
                left: self.difference.left.length(),
                right: self.difference.right.length(),
            };
            let bytes = UnexplainedBytes::InArchive { lengths, first };
            let unexplained = ArchiveDivergence::UnexplainedBytes(bytes);
            self.out.archive.push(unexplained);
        }
    }
}
