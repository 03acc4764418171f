//! Extra builds, each compared with the reference. One that fails keeps none of the others from
//! being reported.

use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::bootstrap::mode::BuildMode;
use crate::sandbox::launch::SandboxError;
use crate::sandbox::plan::{Plan, Tracing};
use crate::verify::against::{self, Compared, Reference};
use crate::verify::error::Error;
use crate::verify::leak_check::AlteredSystem;
use crate::verify::prepared::Prepared;
use crate::verify::requests::Requests;
use crate::verify::session::Session;
use crate::verify::side_by_side::joined;

/// One extra build that is asked for.
#[derive(Debug, Clone)]
struct Request {
    mode: BuildMode,
    label: &'static str,
    plan: Plan,
    altered: Option<usize>,
}

/// An extra build, or why there is none.
#[derive(Debug)]
pub(crate) struct ExtraBuild {
    /// How it was built.
    pub(crate) mode: BuildMode,
    /// Its name in stages, files and reports; no two extra builds share one.
    pub(crate) label: &'static str,
    /// Which altered outside system it ran on, by its position; `None` for that of the pair.
    pub(crate) altered: Option<usize>,
    /// The build, and how it compares with the reference.
    pub(crate) outcome: Result<Compared, Error>,
}

impl ExtraBuild {
    /// Whether it was made and differs from the reference.
    pub(crate) fn is_divergent(&self) -> bool {
        let compared = self.outcome.as_ref();
        compared.is_ok_and(Compared::is_divergent)
    }

    /// Whether it was made and changed something outside.
    pub(crate) fn has_changes(&self) -> bool {
        let compared = self.outcome.as_ref();
        compared.is_ok_and(Compared::has_changes)
    }
}

/// Which extra builds are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExtraRequests<'a> {
    /// Those that were asked for.
    pub(crate) requests: &'a Requests,
    /// Outside systems with a build on each.
    pub(crate) altered: &'a [AlteredSystem],
    /// What is seen of the builds on these.
    pub(crate) tracing: Tracing,
}

/// Makes all extra builds, in their order; the plain chrootless one, if nobody asked for it, only
/// if something diverges.
///
/// # Errors
/// A signal. A build that fails is an outcome.
pub(crate) fn build(
    wanted: &ExtraRequests<'_>,
    pair: &Compared,
    reference: Reference<'_>,
    prepared: &Prepared,
    session: Session<'_>,
) -> Result<Vec<ExtraBuild>, Error> {
    let plain = |mode: &BuildMode| Request {
        mode: *mode,
        label: mode.technique(),
        plan: prepared.plan(*mode),
        altered: None,
    };
    let ExtraRequests {
        requests,
        altered,
        tracing,
    } = *wanted;
    let on_altered = |(number, system): (usize, &AlteredSystem)| Request {
        mode: system.mode(),
        label: system.label,
        plan: Plan {
            tracing,
            ..system.plan(prepared)
        },
        altered: Some(number),
    };
    let mut first: Vec<_> = requests.extra.iter().map(plain).collect();
    first.extend(altered.iter().enumerate().map(on_altered));
    let mut builds = build_all(first, reference, session)?;
    if pair.is_divergent() || builds.iter().any(ExtraBuild::is_divergent) {
        let missing = requests.plain_if_missing().iter().map(plain).collect();
        builds.extend(build_all(missing, reference, session)?);
    }
    Ok(builds)
}

fn build_all(
    requests: Vec<Request>,
    reference: Reference<'_>,
    session: Session<'_>,
) -> Result<Vec<ExtraBuild>, Error> {
    let queue = Mutex::new(requests.into_iter().enumerate());
    let mut finished: Vec<(usize, ExtraBuild)> = thread::scope(|scope| {
        let work = || {
            let mut own = Vec::new();
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((number, request)) = next else {
                    return own;
                };
                own.push((number, build_one(request, reference, session)));
            }
        };
        let workers = session.concurrency.workers();
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(joined).collect()
    });
    finished.sort_by_key(|(number, _)| *number);
    if session.interrupts.is_raised() {
        return Err(SandboxError::Interrupted.into());
    }
    Ok(finished.into_iter().map(|(_, build)| build).collect())
}

fn build_one(request: Request, reference: Reference<'_>, session: Session<'_>) -> ExtraBuild {
    let Request {
        mode,
        label,
        plan,
        altered,
    } = request;
    ExtraBuild {
        mode,
        label,
        altered,
        outcome: against::build(label, plan, reference, None, session),
    }
}
