//! The whole job: one chroot built the normal way and chrootless, compared and explained.
//!
//! [`verify`] is its table of contents. What is decided is decided in [`requests`] and
//! [`verdict`]; what is run is run by an executor, which tests replace.

pub mod artifacts;
pub mod build_facts;
pub mod command_audit;
mod compared;
pub mod environment;
pub mod epoch;
pub mod error;
mod escapes;
mod executor;
pub mod facts;
pub mod findings;
mod freeze;
pub mod leak_check;
mod matrix;
mod mirror;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod mock_tests;
pub mod note;
pub mod observation;
pub mod observer;
pub mod options;
pub mod outside_system;
mod pair;
mod prepare;
mod prepared;
pub mod requests;
pub mod result;
mod session;
mod side_by_side;
pub mod single;
pub mod timings;
pub mod verdict;

pub use crate::verify::environment::Environment;
pub use crate::verify::error::Error;
pub use crate::verify::observer::Observer;
pub use crate::verify::options::{Options, Subject};
pub use crate::verify::result::Verification;
pub use crate::verify::verdict::{Strictness, Verdict};

use crate::verify::executor::Sandboxed;
use crate::verify::facts::Facts;
use crate::verify::findings::Findings;
use crate::verify::prepare::prepare;
use crate::verify::requests::ObservationRequests;
use crate::verify::session::Session;
use crate::verify::timings::{Clock, Timings};

/// Builds a chroot both ways from one frozen archive, compares the tarballs, watches the outside,
/// and makes further builds under observation if something differs.
///
/// # Errors
/// The job could not be done. A chrootless build that diverges or changes the outside is a result.
pub fn verify(options: &Options, observer: &dyn Observer) -> Result<Verification, Error> {
    let session = Session::new(options, &Sandboxed, observer);
    steps(options, session).inspect_err(|error| session.keep_transcript(error))
}

fn steps(options: &Options, session: Session<'_>) -> Result<Verification, Error> {
    let mut clock = Clock::start();
    let prepared = prepare(&options.subject, &options.requests.modes(), session)?;
    let altered = leak_check::altered_systems(options, &prepared, session)?;
    let prepare = clock.lap();
    let builds = compared::build(&options.requests, altered, &prepared, session)?;
    let build_and_compare = clock.lap();
    let requests =
        ObservationRequests::new(builds.shown(&prepared), options.trace, options.control);
    let observation = observation::observe(requests, &builds.altered, &prepared, session)?;
    let observe = clock.lap();
    let facts = Facts::new(prepared, builds, observation);
    let findings = Findings::new(&facts);
    let timings = Timings {
        prepare,
        build_and_compare,
        observe,
        audit: facts.chrootless.built.audit_took,
        explain: clock.lap(),
    };
    Ok(Verification {
        facts,
        findings,
        timings,
    })
}
