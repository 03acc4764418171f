//! The files of a comparison that many scripts write, and whose each of their differing lines is.

use std::collections::BTreeMap;

use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::debian::shared_file::{is_shared, lines, original};
use crate::explain::divergent_fields::{has, has_only};
use crate::explain::explains::CONTENT;
use crate::explain::line_shares::{BothFiles, BothHistories, Original, Share, shares};
use crate::explain::observations::Observations;
use crate::tar::entry_path::EntryPath;
use crate::trace::record::Trace;

/// Whose the lines of each shared file are that differs in its content alone; no file is known if
/// not both builds were observed.
#[derive(Debug, Default)]
pub(crate) struct SharedFiles<'a> {
    /// By name of the entry; `None` if the maker of a line is not known.
    files: BTreeMap<&'a [u8], Option<Vec<Share<'a>>>>,
}

impl<'a> SharedFiles<'a> {
    pub(crate) fn new(divergences: &'a [Divergence], observations: &Observations<'a>) -> Self {
        let mut shared = Self::default();
        let (Some(normal), Some(chrootless)) = (observations.normal, observations.chrootless)
        else {
            return shared;
        };
        let is_one = |one: &&Divergence| {
            is_shared(path(one))
                && one.kind == DivergenceKind::Changed
                && one.occurrence == 1
                && has(one, "content")
                && has_only(one, CONTENT)
        };
        let (copies, files): (Vec<_>, Vec<_>) = divergences
            .iter()
            .filter(is_one)
            .partition(|one| original(path(one)).is_some());
        for one in files.into_iter().chain(copies) {
            let original = original(path(one)).and_then(|path| {
                Some(Original {
                    path,
                    shares: shared.of_path(path)?,
                    histories: histories(path, normal, chrootless)?,
                })
            });
            let of_one = of_divergence(one, histories(path(one), normal, chrootless), original);
            let _ = shared.files.insert(&one.path, of_one);
        }
        shared
    }

    fn of_path(&self, wanted: &[u8]) -> Option<&[Share<'a>]> {
        let mut files = self.files.iter();
        let found = files.find(|(name, _)| EntryPath::new(name).as_bytes() == wanted);
        found?.1.as_deref()
    }

    /// Whether the lines of an entry decide whose it is, known or not.
    pub(crate) fn has(&self, divergence: &Divergence) -> bool {
        self.files.contains_key(divergence.path.as_slice())
    }

    /// Whose the lines of an entry are, of all of which it is known; none otherwise.
    pub(crate) fn shares(&self, divergence: &Divergence) -> &[Share<'a>] {
        let file = self.files.get(divergence.path.as_slice());
        file.and_then(Option::as_deref).unwrap_or_default()
    }
}

fn path(divergence: &Divergence) -> &[u8] {
    divergence.entry_path().as_bytes()
}

fn histories<'a>(
    path: &[u8],
    normal: &'a Trace,
    chrootless: &'a Trace,
) -> Option<BothHistories<'a>> {
    Some(BothHistories {
        normal: normal.lines.inside(path)?,
        chrootless: chrootless.lines.inside(path)?,
    })
}

fn of_divergence<'a>(
    divergence: &Divergence,
    histories: Option<BothHistories<'a>>,
    original: Option<Original<'a, '_>>,
) -> Option<Vec<Share<'a>>> {
    let path = path(divergence);
    let (left, right) = divergence.contents()?;
    let file = BothFiles {
        path,
        left: &lines(path, left),
        right: &lines(path, right),
    };
    shares(file, histories?, original)
}
