//! What the builds of a verification gave, before anything is explained.

use crate::audit::change::Change;
use crate::audit::method::Method;
use crate::bootstrap::build::Built;
use crate::bootstrap::cache::CacheEntry;
use crate::bootstrap::freeze::state::FrozenArchive;
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::{OutsideSystem, Versions};
use crate::bootstrap::recipe::Recipe;
use crate::compare::comparison::Comparison;
use crate::explain::observed_outside::Audited;
use crate::trace::record::Trace;
use crate::verify::compared::Builds;
use crate::verify::error::Error;
use crate::verify::escapes;
use crate::verify::leak_check::AlteredSystem;
use crate::verify::matrix::ExtraBuild;
use crate::verify::note::Note;
use crate::verify::observation::{Observation, Observed};
use crate::verify::pair::Pair;
use crate::verify::prepared::Prepared;
use crate::verify::requests::PairModes;
use crate::verify::verdict::Verdict;

/// What the builds of one verification gave.
#[derive(Debug)]
pub struct Facts {
    /// What was built.
    pub recipe: Recipe,
    /// From what.
    pub archive: FrozenArchive,
    /// `SOURCE_DATE_EPOCH`, in seconds since 1970.
    pub epoch: i64,
    /// Versions of the programs that decide the builds' bytes.
    pub versions: Versions,
    /// The outside system of the pair.
    pub outside: OutsideSystem,
    /// How the outside was watched.
    pub audit: Method,
    /// Architecture of the outside system, if the chroot's is another one.
    pub foreign_to: Option<String>,
    /// How the pair was built.
    pub modes: PairModes,
    /// The normal build.
    pub normal: Built,
    /// The chrootless build.
    pub chrootless: Judged,
    /// Extra builds.
    pub extra: Vec<Extra>,
    /// Altered outside systems of the leak check.
    pub altered: Vec<Altered>,
    /// A normal build under observation.
    pub observed_normal: Option<Observed>,
    /// A chrootless build under observation.
    pub observed_chrootless: Option<Observed>,
    /// Two normal builds compared with each other.
    pub control: Option<Comparison>,
    /// What could not be looked at.
    pub notes: Vec<Note>,
    /// Keeps others from replacing what is still read.
    _locks: Vec<CacheEntry>,
}

/// A build that was compared with the reference, and what it changed outside.
#[derive(Debug)]
pub struct Judged {
    /// The build.
    pub built: Built,
    /// How its tarball, the right one, compares with the reference.
    pub comparison: Comparison,
    /// What it changed outside, by path.
    pub escapes: Vec<Change>,
}

/// How chrootless builds were watched, and what is known of one by observing it.
struct Watch<'a> {
    audit: Method,
    trace: Option<&'a Trace>,
}

impl Watch<'_> {
    fn judged(&self, built: Built, comparison: Comparison) -> Judged {
        let escapes = escapes::escapes(self.audit, &built.changes, self.trace);
        Judged {
            built,
            comparison,
            escapes,
        }
    }

    fn extra(&self, build: ExtraBuild) -> Extra {
        let outcome = build.outcome;
        Extra {
            mode: build.mode,
            label: build.label,
            altered: build.altered,
            outcome: outcome.map(|compared| self.judged(compared.built, compared.comparison)),
        }
    }

    /// Writes that a read-only outside system refused; other audits let them happen.
    fn refused(&self, outside: &OutsideSystem) -> Vec<Change> {
        match self.audit {
            Method::ReadOnly => escapes::refused(self.trace, outside),
            Method::Overlay | Method::Snapshot | Method::Off => Vec::new(),
        }
    }
}

/// An extra build.
#[derive(Debug)]
pub struct Extra {
    /// How it was built.
    pub mode: BuildMode,
    /// Its name; no two extra builds share one.
    pub label: &'static str,
    /// Which altered outside system it ran on, by its position; `None` for that of the pair.
    pub altered: Option<usize>,
    /// The build, or why there is none.
    pub outcome: Result<Judged, Error>,
}

/// An altered outside system, and what was observed on it.
#[derive(Debug)]
pub struct Altered {
    /// The system.
    pub system: AlteredSystem,
    /// A chrootless build on it under observation.
    pub observed: Option<Observed>,
}

impl Judged {
    /// How it compares, and whether it left the outside alone.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of_build(&self.comparison, &self.escapes)
    }
}

impl Extra {
    /// The verdict on this build alone.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.outcome
            .as_ref()
            .map_or(Verdict::Failed, Judged::verdict)
    }

    /// What it adds to the verdict on the whole run: one that fails because its outside system
    /// is altered has shown that it reads it.
    fn share(&self) -> Verdict {
        match (&self.outcome, self.altered) {
            (Err(_), Some(_)) => Verdict::Divergent,
            (Err(_), None) | (Ok(_), _) => self.verdict(),
        }
    }
}

impl Facts {
    /// Puts together what the steps of a run gave.
    pub(crate) fn new(prepared: Prepared, builds: Builds, observation: Observation) -> Self {
        let watch = Watch {
            audit: prepared.audit,
            trace: observation.chrootless.as_ref().map(|one| &one.trace),
        };
        let Pair {
            modes,
            normal,
            chrootless,
            comparison,
        } = builds.pair;
        let mut chrootless = watch.judged(chrootless, comparison);
        let refused = watch.refused(&prepared.outside);
        chrootless.escapes.extend(refused);
        let extra = builds.extra.into_iter().map(|build| watch.extra(build));
        let extra = extra.collect();
        let observed = observation.altered.into_iter();
        let observed = observed.chain(std::iter::repeat_with(|| None));
        let altered = builds.altered.into_iter().zip(observed);
        Self {
            versions: prepared.outside.versions(),
            altered: altered
                .map(|(system, observed)| Altered { system, observed })
                .collect(),
            extra,
            recipe: prepared.recipe,
            archive: prepared.archive,
            epoch: prepared.epoch,
            outside: prepared.outside,
            audit: prepared.audit,
            foreign_to: prepared.foreign_to,
            modes,
            normal,
            chrootless,
            observed_normal: observation.normal,
            observed_chrootless: observation.chrootless,
            control: observation.control,
            notes: observation.notes,
            _locks: prepared.locks,
        }
    }

    /// The outcome in one word: the gravest of all builds.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let extra = self.extra.iter().map(Extra::share);
        extra.fold(self.chrootless.verdict(), Verdict::max)
    }

    /// What was observed of a chrootless build on the outside system of the pair.
    #[must_use]
    pub fn chrootless_trace(&self) -> Option<&Trace> {
        let observed = self.observed_chrootless.as_ref();
        observed.map(|observed| &observed.trace)
    }

    /// What is known of the changes that the chrootless build of the pair made outside.
    #[must_use]
    pub fn audited(&self) -> Audited<'_> {
        match self.audit {
            Method::Off => Audited::Unwatched,
            Method::Overlay | Method::Snapshot | Method::ReadOnly => {
                Audited::Changes(&self.chrootless.escapes)
            }
        }
    }

    /// The altered outside system that an extra build ran on; `None` for that of the pair.
    #[must_use]
    pub fn altered_of(&self, extra: &Extra) -> Option<&Altered> {
        self.altered.get(extra.altered?)
    }

    /// The first extra build that could not be made, unless its failure is a finding.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        let failed = self.extra.iter().filter(|extra| extra.altered.is_none());
        failed
            .filter_map(|extra| extra.outcome.as_ref().err())
            .next()
    }
}
