//! All builds that are compared with one normal tarball: the pair, and extra builds.

use std::fs::File;

use crate::bootstrap::at;
use crate::bootstrap::build::Built;
use crate::verify::against::{Compared, Reference};
use crate::verify::error::Error;
use crate::verify::failing::{self, Failure, Retry};
use crate::verify::leak_check::AlteredSystem;
use crate::verify::matrix::{self, ExtraBuild};
use crate::verify::pair::{self, Chrootless, FirstBuilds};
use crate::verify::prepared::Prepared;
use crate::verify::requests::{PairModes, Requests, Shown};
use crate::verify::session::Session;
use crate::verify::side_by_side::UNLINKED;

/// The builds, and what they were made of.
#[derive(Debug)]
pub(crate) struct Builds {
    /// What all of them share.
    pub(crate) prepared: Prepared,
    /// How the pair was built.
    pub(crate) modes: PairModes,
    /// The reference.
    pub(crate) normal: Built,
    /// The chrootless build; `None` if more scripts fail than may.
    pub(crate) chrootless: Option<Compared>,
    /// The scripts that failed in chrootless builds, which then passed them over.
    pub(crate) failures: Vec<Failure>,
    /// Extra builds.
    pub(crate) extra: Vec<ExtraBuild>,
    /// Altered outside systems of the leak check.
    pub(crate) altered: Vec<AlteredSystem>,
}

/// What is built, and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The builds.
    pub(crate) requests: &'a Requests,
    /// Most scripts that may fail in chrootless builds.
    pub(crate) max_failing: usize,
}

/// The pair, what it was made of, and the normal tarball if it was kept.
struct PairBuilt {
    prepared: Prepared,
    normal: Built,
    chrootless: Option<Compared>,
    failures: Vec<Failure>,
    tarball: Option<File>,
}

/// Builds the pair, then the extra builds. The normal tarball is buffered in an unlinked temporary
/// file if there may be any, or if a script fails chrootless.
///
/// # Errors
/// A build of the pair failed, but for a maintainer script that fails chrootless only; or a signal
/// ended the run.
pub(crate) fn build(
    wanted: Wanted<'_>,
    altered: Vec<AlteredSystem>,
    prepared: Prepared,
    session: Session<'_>,
) -> Result<Builds, Error> {
    let requests = wanted.requests;
    let is_needed = requests.may_have_extra_builds() || !altered.is_empty();
    let tarball = is_needed.then(tempfile::tempfile).transpose();
    let tarball = tarball.map_err(at(UNLINKED, "make"))?;
    let pair = pair(wanted, tarball, prepared, session)?;
    let extra = match (&pair.chrootless, &pair.tarball) {
        (Some(chrootless), Some(tarball)) if is_needed => {
            let reference = reference(requests, tarball);
            let prepared = &pair.prepared;
            matrix::build(requests, &altered, chrootless, reference, prepared, session)?
        }
        _ => Vec::new(),
    };
    Ok(Builds {
        prepared: pair.prepared,
        modes: requests.pair,
        normal: pair.normal,
        chrootless: pair.chrootless,
        failures: pair.failures,
        extra,
        altered,
    })
}

fn reference<'a>(requests: &Requests, tarball: &'a File) -> Reference<'a> {
    Reference {
        label: requests.pair.normal.mode().label(),
        tarball,
    }
}

/// Builds the pair. `tarball`, if there is one, takes a copy of the normal tarball.
fn pair(
    wanted: Wanted<'_>,
    tarball: Option<File>,
    prepared: Prepared,
    session: Session<'_>,
) -> Result<PairBuilt, Error> {
    let modes = wanted.requests.pair;
    let FirstBuilds { normal, chrootless } =
        pair::build(modes, tarball.as_ref(), &prepared, session)?;
    let (error, tarball) = match chrootless {
        Chrootless::Compared(compared) => {
            return Ok(PairBuilt {
                prepared,
                normal,
                chrootless: Some(*compared),
                failures: Vec::new(),
                tarball,
            });
        }
        Chrootless::Failed { error, reference } => (error, reference),
    };
    let retry = Retry {
        mode: modes.chrootless,
        most: wanted.max_failing,
        reference: reference(wanted.requests, &tarball),
    };
    let retried = failing::build(error, &retry, prepared, session)?;
    Ok(PairBuilt {
        prepared: retried.prepared,
        normal,
        chrootless: retried.compared,
        failures: retried.failures,
        tarball: Some(tarball),
    })
}

impl Builds {
    /// What decides which further builds are made; `None` if there is nothing to explain, because
    /// nothing was compared.
    pub(crate) fn shown(&self) -> Option<Shown> {
        let chrootless = self.chrootless.as_ref()?;
        let mut extra = self.extra.iter();
        let is_divergent = chrootless.is_divergent() || extra.clone().any(ExtraBuild::is_divergent);
        let is_escaped = chrootless.has_changes() || extra.any(ExtraBuild::has_changes);
        Some(Shown {
            is_divergent,
            is_escaped,
            is_foreign: self.prepared.foreign_to.is_some(),
            audit: self.prepared.audit,
        })
    }
}
