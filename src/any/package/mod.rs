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

use crate::any::files::{FilePair, claim_what_is_left, either, pair, share};
use crate::any::merge::{Whole, add_aspects};
use crate::any::named::Named;
use crate::any::package::headers::unclaimed;
use crate::any::package::member::{Contained, Listing, list};
use crate::any::package::pairing::{Pair, pairs};
use crate::any::peek::Peeked;
use crate::any::sequence::{Part, archive, entry};
use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::compare as compare_archives;
use crate::compare::comparison::{Comparison, DivergenceKind};
use crate::compare::error::Error;
use crate::compare::options::Options;
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::input::read_at::RegularFile;
use crate::input::section::Section;

/// Compares two ar archives. `comparison` is begun already.
pub(crate) fn compare(
    mut comparison: Comparison,
    names: &Sides<Named>,
    peeked: Sides<Peeked>,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let Some(FilePair { files, first }) = pair(&mut comparison, names, peeked, options, progress)
    else {
        return comparison;
    };
    match compare_members(comparison, names, &files, options) {
        Ok(whole) => claim_what_is_left(whole.finish(), first, options),
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
        let source = |named: &Named, file: &Arc<std::fs::File>, member: &Contained| {
            named.section(&member.name, Section::new(file, member.span.clone()))
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
    add_aspects(&mut whole.comparison, aspects, options);
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
    let source = |named: &Named, file: &Arc<std::fs::File>, side: Side, listing: &Listing| {
        named.streamed(b"", members_as_tar(file, side, listing, pairs))
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
    let entry_of = |member: &Contained| -> Part {
        let pair = pairs.iter().find(|pair| pair.holds(side, member));
        let size = member.span.end - member.span.start;
        match pair.filter(|pair| pair.nested().is_some()) {
            Some(pair) => Box::new(Cursor::new(member.headers(&pair.key, 0))),
            None => {
                let content = Section::new(file, member.span.clone());
                entry(member.headers(&member.name, size), size, content)
            }
        }
    };
    let entries: Vec<Part> = listing.members.iter().map(entry_of).collect();
    Box::new(archive(entries.into_iter().map(Ok)))
}
