//! Two ar archives, which Debian packages are: their members, and the archives in them.
//!
//! Members that are tar archives on both sides are compared entry by entry, each as a stream of
//! its own. The others are contents. What no member claims is `unexplained-bytes`.

pub(crate) mod headers;
pub(crate) mod member;
pub(crate) mod pairing;

use std::io;
use std::io::{Cursor, Read};
use std::sync::Arc;

use crate::any::files::{claim_what_is_left, either, equal_or_first, regular_pair, share};
use crate::any::merge::Whole;
use crate::any::named::Named;
use crate::any::package::headers::unclaimed;
use crate::any::package::member::{Contained, Listing, list};
use crate::any::package::pairing::{Pair, pairs};
use crate::any::peek::Peeked;
use crate::any::section::Section;
use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::compare as compare_archives;
use crate::compare::comparison::{Comparison, DivergenceKind};
use crate::compare::error::Error;
use crate::compare::options::Options;
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::input::read_at::{ReadAt as _, RegularFile};
use crate::input::source::{Source, SourceKind};
use crate::tar::block::padding_len;

/// Compares two ar archives. `comparison` is begun already.
pub(crate) fn compare(
    mut comparison: Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let files = match regular_pair(names, peeked, options) {
        Ok(files) => files,
        Err(error) => {
            comparison.trouble = Some(error);
            return comparison;
        }
    };
    comparison.left.bytes = files.left.length();
    comparison.right.bytes = files.right.length();
    let first = match equal_or_first(&files, progress) {
        Ok(first) => first,
        Err(error) => {
            comparison.trouble = Some(either(names, error));
            return comparison;
        }
    };
    match compare_members(comparison, names, &files, options) {
        Ok(whole) => claim_what_is_left(whole.finish(), first, &files, options),
        Err(failed) => {
            let (mut comparison, error) = *failed;
            comparison.trouble = Some(either(names, error));
            comparison
        }
    }
}

type Failed = Box<(Comparison, io::Error)>;

fn compare_members(
    comparison: Comparison,
    names: &Sides<Named>,
    files: &Sides<RegularFile>,
    options: &Options,
) -> Result<Whole, Failed> {
    let shared = match share(files) {
        Ok(shared) => shared,
        Err(error) => return Err(Box::new((comparison, error))),
    };
    let (left, right) = match (list(&shared.left), list(&shared.right)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(error), _) | (_, Err(error)) => return Err(Box::new((comparison, error))),
    };
    let listings = Sides { left, right };
    let found = pairs(&listings.left.members, &listings.right.members);
    let mut whole = Whole::new(comparison, options);
    whole.add(b"", outer(&whole, names, &shared, &listings, &found));
    for pair in &found {
        let Some((left, right)) = pair.nested() else {
            continue;
        };
        let source = |named: &Named, file: &Arc<std::fs::File>, member: &Contained| Source {
            label: named.label.clone(),
            name: format!("{}: {}", named.name, crate::text::quote(&member.name)),
            kind: SourceKind::Stream(Box::new(Section::new(file, member.span.clone()))),
        };
        let left = source(&names.left, &shared.left, left);
        let right = source(&names.right, &shared.right, right);
        let options = whole.options_of(&pair.key);
        whole.add(&pair.key, compare_archives(left, right, &options, &|_| {}));
    }
    let aspects: Vec<ArchiveDivergence> = unclaimed(&found)
        .into_iter()
        .map(ArchiveDivergence::UnexplainedBytes)
        .collect();
    whole.add_aspects(aspects, options);
    for (side, listing) in [(Side::Left, listings.left), (Side::Right, listings.right)] {
        if let (Some(error), None) = (listing.error, &whole.comparison.trouble) {
            let input = names.of(side).name.clone();
            whole.comparison.trouble = Some(Error::Ar { input, error });
        }
    }
    Ok(whole)
}

/// Compares the members as such: names, times, owners, modes, order, and the contents of those
/// that are no archives.
fn outer(
    whole: &Whole,
    names: &Sides<Named>,
    files: &Sides<Arc<std::fs::File>>,
    listings: &Sides<Listing>,
    pairs: &[Pair],
) -> Comparison {
    let source = |named: &Named, file: &Arc<std::fs::File>, side: Side, listing: &Listing| Source {
        label: named.label.clone(),
        name: named.name.clone(),
        kind: SourceKind::Stream(members_as_tar(file, side, listing, pairs)),
    };
    let left = source(&names.left, &files.left, Side::Left, &listings.left);
    let right = source(&names.right, &files.right, Side::Right, &listings.right);
    let mut found = compare_archives(left, right, &whole.options_of(b""), &|_| {});
    // Nothing is known about what an archive lacks that could not be read to its end.
    found.divergences.retain(|one| match one.kind {
        DivergenceKind::LeftOnly => listings.right.error.is_none(),
        DivergenceKind::RightOnly => listings.left.error.is_none(),
        DivergenceKind::Changed | DivergenceKind::Moved | DivergenceKind::Reordered => true,
    });
    found
}

/// The members of one side as a tar archive. One that is compared by itself has no content here.
fn members_as_tar(
    file: &Arc<std::fs::File>,
    side: Side,
    listing: &Listing,
    pairs: &[Pair],
) -> Box<dyn Read + Send> {
    let mut stream: Box<dyn Read + Send> = Box::new(io::empty());
    for member in &listing.members {
        let pair = pairs.iter().find(|pair| pair.holds(side, member));
        let nested = pair.filter(|pair| pair.nested().is_some());
        let size = member.span.end - member.span.start;
        stream = match nested {
            Some(pair) => Box::new(stream.chain(Cursor::new(member.headers(&pair.key, 0)))),
            None => {
                let headers = Cursor::new(member.headers(&member.name, size));
                let padding = vec![0; usize::try_from(padding_len(size)).unwrap_or(0)];
                let content = Section::new(file, member.span.clone());
                Box::new(
                    stream
                        .chain(headers)
                        .chain(content)
                        .chain(Cursor::new(padding)),
                )
            }
        };
    }
    Box::new(stream.chain(Cursor::new(vec![0; 1024])))
}
