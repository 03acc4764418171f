//! Two tar archives, and the large archives in them: `.ipk` in gzip, and any entry that is a tar
//! archive on both sides and too large for the readers of contents.
//!
//! What is found inside takes the place of "the content differs". An archive inside that cannot be
//! read to its end stays a content.

pub(crate) mod archive;
pub(crate) mod candidates;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use crate::any::merge::Whole;
use crate::any::named::Named;
use crate::any::nested::archive::{Located, Place};
use crate::any::nested::candidates::{Candidate, candidates};
use crate::any::peek::{Held, Peeked};
use crate::compare::compare as compare_archives;
use crate::compare::comparison::{Comparison, DivergenceKind, SideSummary};
use crate::compare::further::Further;
use crate::compare::note::Note;
use crate::compare::options::{Depth, Options};
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::input::source::Opened;

/// How deep archives in archives are compared as such.
const DEPTH: u8 = 3;
/// Most archives that are looked into, in all: each may have to be decoded twice.
const ARCHIVES: u64 = 256;

/// Compares two archives.
pub(crate) fn compare(
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let again = (again(&peeked.left), again(&peeked.right));
    let left = names.left.clone().source(peeked.left);
    let right = names.right.clone().source(peeked.right);
    let found = compare_archives(left, right, options, progress);
    let (Some(left), Some(right)) = again else {
        return found;
    };
    if options.depth == Depth::Verdict || found.trouble.is_some() {
        return found;
    }
    if !found.further.is_empty() {
        return not_looked_into(found);
    }
    let options = &options.in_memory();
    let mut search = Search {
        names,
        left: ARCHIVES,
        passed_over: 0,
    };
    let mut found = search.look_into(found, &Sides { left, right }, options, DEPTH);
    if search.passed_over > 0 {
        found.notes.push(Note::NotLookedInto {
            archives: search.passed_over,
        });
    }
    found
}

/// A comparison of which divergences are on disk: nothing can take their place.
fn not_looked_into(mut found: Comparison) -> Comparison {
    let archives = candidates(&found).len() as u64;
    if archives > 0 {
        found.notes.push(Note::NotLookedInto { archives });
    }
    found
}

/// A file that can be read again; a stream cannot.
fn again(peeked: &Peeked) -> Option<Place> {
    match &peeked.held {
        Held::Bytes(Opened::Plain(file) | Opened::Compressed(file, _)) => Some(Place {
            file: Arc::new(file.file.try_clone().ok()?),
            span: 0..file.length,
        }),
        Held::Bytes(Opened::Stream(..)) | Held::Directory(_) => None,
    }
}

struct Search<'names> {
    names: &'names Sides<Named>,
    /// Archives that may still be looked into.
    left: u64,
    /// Archives for which there was no room.
    passed_over: u64,
}

impl Search<'_> {
    /// Puts what differs inside archives in the place of their contents.
    fn look_into(
        &mut self,
        found: Comparison,
        places: &Sides<Place>,
        options: &Options,
        depth: u8,
    ) -> Comparison {
        let mut candidates = candidates(&found);
        // To decode an input again is dear, and so is not done on mere suspicion.
        if !(places.left.is_plain() && places.right.is_plain()) {
            candidates.retain(|candidate| candidate.is_likely);
        }
        if depth == 0 || candidates.is_empty() || options.limits.is_over() {
            return found;
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let over = candidates.split_off(most.min(candidates.len()));
        self.passed_over += over.len() as u64;
        // What cannot be read again, or not be kept, stays as it was found.
        let Ok(inside) = located(&candidates, places, options) else {
            return found;
        };
        let mut whole = begun(found, options);
        for (candidate, left, right) in inside {
            self.left = self.left.saturating_sub(1);
            let inner = whole.options_of(&candidate.key);
            let places = Sides {
                left: left.place.clone(),
                right: right.place.clone(),
            };
            let inside = self.compare_inside(&candidate, &places, &inner);
            let says_nothing = inside.is_identical() && inside.ignored.is_empty();
            if inside.trouble.is_some() || says_nothing {
                continue;
            }
            let inside = self.look_into(inside, &places, &inner, depth - 1);
            claim(
                &mut whole.comparison,
                &candidate,
                left.header == right.header,
            );
            whole.add(&candidate.key, inside);
        }
        whole.finish()
    }

    fn compare_inside(
        &self,
        candidate: &Candidate,
        places: &Sides<Place>,
        options: &Options,
    ) -> Comparison {
        let source = |side: Side| {
            let named = self.names.of(side);
            let section = Box::new(places.of(side).section());
            named.streamed(candidate.paths.of(side), section)
        };
        compare_archives(source(Side::Left), source(Side::Right), options, &|_| {})
    }
}

/// Those candidates that are archives on both sides.
fn located(
    candidates: &[Candidate],
    places: &Sides<Place>,
    options: &Options,
) -> io::Result<Vec<(Candidate, Located, Located)>> {
    let find = |side: Side| {
        let paths: BTreeSet<Vec<u8>> = candidates
            .iter()
            .map(|candidate| candidate.paths.of(side).clone())
            .collect();
        places.of(side).plain(options)?.find(&paths, options)
    };
    let (left, right) = (find(Side::Left)?, find(Side::Right)?);
    let mut found = Vec::new();
    for candidate in candidates {
        let both = left.get(&candidate.paths.left);
        let both = both.zip(right.get(&candidate.paths.right));
        if let Some((left, right)) = both
            && left.place.is_tar()?
            && right.place.is_tar()?
        {
            found.push((candidate.clone(), left.clone(), right.clone()));
        }
    }
    Ok(found)
}

/// A whole that has what was found so far as its first part.
fn begun(mut found: Comparison, options: &Options) -> Whole {
    let side = |side: &SideSummary| SideSummary {
        entries: 0,
        ..side.clone()
    };
    let begun = Comparison {
        left: side(&found.left),
        right: side(&found.right),
        divergences: Vec::new(),
        further: Further::default(),
        archive: Vec::new(),
        ignored: crate::compare::options::Ignored::new(),
        notes: Vec::new(),
        collected: std::mem::take(&mut found.collected),
        names: std::mem::take(&mut found.names),
        trouble: None,
    };
    let mut whole = Whole::new(begun, options);
    whole.add(b"", found);
    whole
}

/// Takes out what the inside of an archive claims: its content and size. Two entries that are on
/// one side each become one archive, if their headers say the same besides the name.
fn claim(found: &mut Comparison, candidate: &Candidate, has_one_header: bool) {
    let has_one_path = candidate.has_one_path();
    found.divergences.retain_mut(|one| {
        if one.occurrence != 1 {
            return true;
        }
        let path = one.entry_path().as_bytes();
        match one.kind {
            DivergenceKind::Changed if has_one_path && path == candidate.paths.left => {
                one.fields
                    .retain(|field| !matches!(field.name.as_str(), "content" | "size"));
                !one.fields.is_empty()
            }
            DivergenceKind::LeftOnly => {
                has_one_path || !has_one_header || path != candidate.paths.left
            }
            DivergenceKind::RightOnly => {
                has_one_path || !has_one_header || path != candidate.paths.right
            }
            _ => true,
        }
    });
}
