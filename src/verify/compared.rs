//! All builds that are compared with one normal tarball: the pair, and extra builds.

use crate::bootstrap::at;
use crate::verify::error::Error;
use crate::verify::leak_check::AlteredSystem;
use crate::verify::matrix::{self, ExtraBuild};
use crate::verify::pair::{self, Pair};
use crate::verify::prepared::Prepared;
use crate::verify::requests::{Requests, Shown};
use crate::verify::session::Session;
use crate::verify::side_by_side::UNLINKED;

/// The builds, and what some of them ran on.
#[derive(Debug)]
pub(crate) struct Builds {
    /// The pair.
    pub(crate) pair: Pair,
    /// Extra builds.
    pub(crate) extra: Vec<ExtraBuild>,
    /// Altered outside systems of the leak check.
    pub(crate) altered: Vec<AlteredSystem>,
}

/// Builds the pair, then the extra builds. The normal tarball is buffered in an unlinked temporary
/// file if there may be any.
///
/// # Errors
/// A build of the pair failed, or a signal ended the run.
pub(crate) fn build(
    requests: &Requests,
    altered: Vec<AlteredSystem>,
    prepared: &Prepared,
    session: Session<'_>,
) -> Result<Builds, Error> {
    let is_needed = requests.may_have_extra_builds() || !altered.is_empty();
    let reference = is_needed.then(tempfile::tempfile).transpose();
    let reference = reference.map_err(at(UNLINKED, "make"))?;
    let pair = pair::build(requests.pair, reference.as_ref(), prepared, session)?;
    let extra = match &reference {
        Some(tarball) => matrix::build(requests, &altered, &pair, tarball, prepared, session)?,
        None => Vec::new(),
    };
    Ok(Builds {
        pair,
        extra,
        altered,
    })
}

impl Builds {
    /// What decides which further builds are made.
    pub(crate) fn shown(&self, prepared: &Prepared) -> Shown {
        let mut extra = self.extra.iter();
        let is_divergent =
            !self.pair.comparison.is_identical() || extra.clone().any(ExtraBuild::is_divergent);
        let is_escaped =
            !self.pair.chrootless.changes.is_empty() || extra.any(ExtraBuild::has_changes);
        Shown {
            is_divergent,
            is_escaped,
            is_foreign: prepared.foreign_to.is_some(),
            audit: prepared.audit,
        }
    }
}
