//! Two zip archives, which wheels, jars and office documents are: their members, entry by entry.
//!
//! Each archive is read as the tar archive that has its members, decoded, so that they are compared as
//! entries are. What the headers say besides is fields of their own, [`facts`]; what no member claims
//! is `unexplained-bytes`.

pub(crate) mod content;
pub(crate) mod facts;
pub(crate) mod member;
pub(crate) mod rest;
pub(crate) mod stream;

use std::fs::File;
use std::io;
use std::sync::Arc;

use crate::any::directory::faults::Faults;
use crate::any::directory::take_faults;
use crate::any::files::{FilePair, claim_what_is_left, either, pair, share};
use crate::any::merge::{Whole, add_aspects};
use crate::any::named::Named;
use crate::any::peek::Peeked;
use crate::any::zip::content::is_overstated;
use crate::any::zip::facts::{DATA, METHOD};
use crate::any::zip::member::{Member, list};
use crate::any::zip::rest::Rest;
use crate::any::zip::stream::stream;
use crate::compare::archive_divergence::{ArchiveDivergence, UnexplainedBytes};
use crate::compare::compare as compare_archives;
use crate::compare::comparison::{Comparison, Divergence};
use crate::compare::error::Error;
use crate::compare::options::{Depth, Options};
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};

/// Compares two zip archives. `comparison` is begun already.
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
    let shared = match share(&files) {
        Ok(shared) => shared,
        Err(error) => {
            comparison.trouble = Some(either(names, error));
            return comparison;
        }
    };
    let listed = |side| {
        let input = names.of(side).name.clone();
        let file = shared.of(side);
        let mut members = list(file).map_err(|error| Error::Zip { side, input, error })?;
        for member in &mut members {
            member.is_overstated = is_overstated(member, file);
        }
        Ok(members)
    };
    let members = match (listed(Side::Left), listed(Side::Right)) {
        (Ok(left), Ok(right)) => Sides { left, right },
        // Equal bytes are identical, whatever they are.
        _ if first.is_none() => return comparison,
        (Err(error), _) | (_, Err(error)) => {
            comparison.trouble = Some(error);
            return comparison;
        }
    };
    let mut whole = Whole::new(comparison, options);
    let aspects = match left_over(&members, &shared) {
        Ok(aspect) => aspect.into_iter().collect(),
        Err(error) => {
            whole.comparison.trouble = Some(either(names, error));
            return whole.comparison;
        }
    };
    let (found, faults) = members_compared(&whole, names, &shared, members);
    whole.add(b"", found);
    add_aspects(&mut whole.comparison, aspects, options);
    let mut found = whole.finish();
    if options.depth != Depth::Verdict {
        found
            .divergences
            .iter_mut()
            .for_each(leave_out_what_follows);
    }
    found = claim_what_is_left(found, first, options);
    take_faults(&mut found, names, &faults);
    found
}

/// The first byte that no member claims, if such bytes differ.
fn left_over(
    members: &Sides<Vec<Member>>,
    files: &Sides<Arc<File>>,
) -> Result<Option<ArchiveDivergence>, io::Error> {
    let left = Rest::new(&members.left, &files.left)?;
    let right = Rest::new(&members.right, &files.right)?;
    let first = left.first_difference(&files.left, &right, &files.right)?;
    let lengths = Sides {
        left: files.left.metadata()?.len(),
        right: files.right.metadata()?.len(),
    };
    Ok(first.map(|first| {
        let bytes = UnexplainedBytes::InArchive { lengths, first };
        ArchiveDivergence::UnexplainedBytes(bytes)
    }))
}

fn members_compared(
    whole: &Whole,
    names: &Sides<Named>,
    files: &Sides<Arc<File>>,
    members: Sides<Vec<Member>>,
) -> (Comparison, Sides<Arc<Faults>>) {
    let faults = Sides {
        left: Arc::new(Faults::default()),
        right: Arc::new(Faults::default()),
    };
    let source = |side: Side, members| {
        let stream = stream(files.of(side), members, faults.of(side));
        names.of(side).streamed(b"", Box::new(stream))
    };
    let left = source(Side::Left, members.left);
    let right = source(Side::Right, members.right);
    let found = compare_archives(left, right, &whole.options_of(b""), &|_| {});
    (found, faults)
}

/// Other data follow from another content, and from another method.
fn leave_out_what_follows(divergence: &mut Divergence) {
    let has = |name: &str| divergence.fields.iter().any(|field| field.name == name);
    if has("content") || has("linkname") || has(METHOD) {
        divergence.fields.retain(|field| field.name != DATA);
    }
}
