//! All builds that are compared with one normal tarball: the pair, and extra builds.

use std::fs::File;

use crate::audit::method::Method;
use crate::bootstrap::at;
use crate::bootstrap::build::Built;
use crate::compare::side::Sides;
use crate::sandbox::plan::Tracing;
use crate::verify::against::{Compared, Reference};
use crate::verify::error::Error;
use crate::verify::failing::{self, Failure, Retry};
use crate::verify::leak_check::AlteredSystem;
use crate::verify::matrix::{self, ExtraBuild};
use crate::verify::note::{Note, Wanted as Which};
use crate::verify::options::Tarballs;
use crate::verify::pair::{self, Chrootless, Copies, FirstBuilds};
use crate::verify::prepared::Prepared;
use crate::verify::requests::{PairModes, Requests, Shown, When};
use crate::verify::second_pair::FirstPair;
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
    /// The tarballs of the pair, for a second one.
    pub(crate) copies: Copies,
    /// What could not be looked at.
    pub(crate) notes: Vec<Note>,
}

/// What is built, and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The builds.
    pub(crate) requests: &'a Requests,
    /// Most scripts that may fail in chrootless builds.
    pub(crate) max_failing: usize,
    /// Whether chrootless builds are observed.
    pub(crate) trace: When,
    /// When a second pair is built.
    pub(crate) control: When,
    /// Whether the tarballs are wanted afterwards.
    pub(crate) tarballs: Tarballs,
}

/// The pair, what it was made of, and the normal tarball if it was kept.
struct PairBuilt {
    prepared: Prepared,
    normal: Built,
    chrootless: Option<Compared>,
    failures: Vec<Failure>,
    copies: Copies,
    notes: Vec<Note>,
}

/// Builds the pair, then the extra builds. The tarballs are copied to unlinked temporary files if
/// further builds may be compared with them.
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
    let copies = wanted.copies(is_needed)?;
    let pair = pair(wanted, copies, prepared, session)?;
    let extra = match (&pair.chrootless, &pair.copies.normal) {
        (Some(chrootless), Some(tarball)) if is_needed => {
            let extra = matrix::ExtraRequests {
                requests,
                altered: &altered,
                tracing: wanted.tracing(Tracing::Everything),
            };
            let reference = reference(requests, tarball);
            matrix::build(&extra, chrootless, reference, &pair.prepared, session)?
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
        copies: pair.copies,
        notes: pair.notes,
    })
}

impl Wanted<'_> {
    /// How much is seen of a build that is observed if anything is.
    fn tracing(&self, tracing: Tracing) -> Tracing {
        match self.trace {
            When::Never => Tracing::Off,
            When::Needed | When::Always => tracing,
        }
    }

    fn copies(&self, has_extra_builds: bool) -> Result<Copies, Error> {
        let may_have_second_pair = self.trace != When::Never || self.control != When::Never;
        let is_wanted = may_have_second_pair || self.tarballs == Tarballs::Kept;
        let file = |is_needed: bool| is_needed.then(tempfile::tempfile).transpose();
        let made = || {
            Ok(Copies {
                normal: file(has_extra_builds || is_wanted)?,
                chrootless: file(is_wanted)?,
            })
        };
        made().map_err(|error| at(UNLINKED, "make")(error).into())
    }
}

fn reference<'a>(requests: &Requests, tarball: &'a File) -> Reference<'a> {
    Reference {
        label: requests.pair.normal.mode().label(),
        tarball,
    }
}

/// Builds the pair. If the chrootless build cannot be observed to its end, both are built again,
/// without an observer.
fn pair(
    wanted: Wanted<'_>,
    copies: Copies,
    prepared: Prepared,
    session: Session<'_>,
) -> Result<PairBuilt, Error> {
    let modes = wanted.requests.pair;
    let mut tracing = wanted.tracing(Tracing::Scripts);
    let first = pair::build(modes, tracing, &copies, &prepared, session);
    let (first, copies, notes) = match first {
        Err(error) if error.is_observer_lost() && prepared.audit != Method::ReadOnly => {
            tracing = Tracing::Off;
            let copies = wanted.copies(copies.normal.is_some())?;
            let again = pair::build(modes, tracing, &copies, &prepared, session)?;
            (again, copies, vec![Note::Failed(Which::Chrootless, error)])
        }
        first => (first?, copies, Vec::new()),
    };
    let FirstBuilds { normal, chrootless } = first;
    let (error, tarball) = match chrootless {
        Chrootless::Compared(compared) => {
            return Ok(PairBuilt {
                prepared,
                normal,
                chrootless: Some(*compared),
                failures: Vec::new(),
                copies,
                notes,
            });
        }
        Chrootless::Failed { error, reference } => (error, reference),
    };
    let retry = Retry {
        mode: modes.chrootless,
        most: wanted.max_failing,
        reference: reference(wanted.requests, &tarball),
        tracing,
        copy: copies.chrootless.as_ref(),
    };
    let retried = failing::build(error, &retry, prepared, session)?;
    Ok(PairBuilt {
        prepared: retried.prepared,
        normal,
        chrootless: retried.compared,
        failures: retried.failures,
        copies: Copies {
            normal: Some(tarball),
            ..copies
        },
        notes,
    })
}

impl Builds {
    /// The pair, for a second one.
    pub(crate) fn first(&self) -> FirstPair<'_> {
        FirstPair {
            modes: self.modes,
            copies: &self.copies,
        }
    }

    /// The tarballs of the pair, taken out, if they are wanted and both were made.
    pub(crate) fn take_tarballs(&mut self, tarballs: Tarballs) -> Option<Sides<File>> {
        let has_both = self.chrootless.is_some() && tarballs == Tarballs::Kept;
        let copies = has_both.then(|| std::mem::take(&mut self.copies))?;
        Some(Sides {
            left: copies.normal?,
            right: copies.chrootless?,
        })
    }

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
            is_observed: chrootless.built.trace.is_some(),
        })
    }
}
