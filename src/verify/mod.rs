//! The whole job: one chroot built the normal way and chrootless, compared and explained.
//!
//! [`verify`] is its table of contents. What is decided is decided in [`requests`] and
//! [`verdict`]; what is run is run by an executor, which tests replace.

mod against;
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
pub mod failing;
pub mod findings;
mod freeze;
pub mod leak_check;
mod matrix;
pub mod memory;
mod mirror;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod mock_tests;
pub mod note;
pub mod observer;
pub mod options;
pub mod outside_system;
mod pair;
mod prepare;
mod prepared;
pub mod requests;
pub mod result;
pub mod second_pair;
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

use crate::verify::compared::Wanted;
use crate::verify::executor::Sandboxed;
use crate::verify::facts::Facts;
use crate::verify::findings::Findings;
use crate::verify::prepare::prepare;
use crate::verify::requests::SecondPair;
use crate::verify::session::Session;
use crate::verify::timings::{Clock, Timings};

/// Builds a chroot both ways from one frozen archive, compares the tarballs, watches the outside
/// and what maintainer scripts do, and makes a second pair if something differs.
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
    let wanted = Wanted {
        requests: &options.requests,
        max_failing: options.max_failing,
        trace: options.trace,
        control: options.control,
        tarballs: options.tarballs,
    };
    let mut builds = compared::build(wanted, altered, prepared, session)?;
    let build_and_compare = clock.lap();
    let request = builds.shown().map_or(SecondPair::None, |shown| {
        SecondPair::new(shown, options.trace, options.control)
    });
    let second = second_pair::build(request, &builds.first(), &builds.prepared, session)?;
    let observe = clock.lap();
    let tarballs = builds.take_tarballs(options.tarballs);
    let facts = Facts::new(builds, second);
    let findings = Findings::new(&facts);
    let timings = Timings {
        prepare,
        build_and_compare,
        observe,
        audit: facts.audit_took(),
        explain: clock.lap(),
    };
    Ok(Verification {
        facts,
        findings,
        tarballs,
        timings,
    })
}
