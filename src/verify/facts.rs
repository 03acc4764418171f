//! What the builds of a verification gave, before anything is explained.

use std::collections::BTreeSet;
use std::time::Duration;

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
use crate::verify::against::Compared;
use crate::verify::compared::Builds;
use crate::verify::error::Error;
use crate::verify::escapes;
use crate::verify::failing::Failure;
use crate::verify::leak_check::AlteredSystem;
use crate::verify::matrix::ExtraBuild;
use crate::verify::note::Note;
use crate::verify::requests::PairModes;
use crate::verify::second_pair::{SecondBuild, SecondBuilds};
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
    /// The chrootless build; `None` if more maintainer scripts fail than may.
    pub chrootless: Option<Judged>,
    /// The maintainer scripts that fail in it and not in the normal build; it and all
    /// other chrootless builds go on as if they had succeeded.
    pub failures: Vec<Failure>,
    /// Extra builds.
    pub extra: Vec<Extra>,
    /// Altered outside systems of the leak check.
    pub altered: Vec<AlteredSystem>,
    /// The normal build of a second pair.
    pub second_normal: Option<SecondBuild>,
    /// The chrootless build of a second pair.
    pub second_chrootless: Option<SecondBuild>,
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

/// That lines of some files were not kept of the builds that explain, if it is so.
fn lines_not_kept(second: &SecondBuilds) -> Option<Note> {
    let builds = [&second.normal, &second.chrootless].into_iter().flatten();
    let files = builds
        .filter_map(SecondBuild::trace)
        .flat_map(Trace::lines_not_kept);
    let files: BTreeSet<Vec<u8>> = files.map(<[u8]>::to_vec).collect();
    (!files.is_empty()).then(|| Note::LinesNotKept {
        files: files.into_iter().collect(),
    })
}

/// How chrootless builds were watched, and what is known of one by observing it.
struct Watch {
    audit: Method,
    trace: Option<Trace>,
}

impl Watch {
    fn judged(&self, compared: Compared) -> Judged {
        let Compared { built, comparison } = compared;
        let escapes = escapes::escapes(self.audit, &built.changes, self.trace.as_ref());
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
            outcome: outcome.map(|compared| self.judged(compared)),
        }
    }

    /// Writes that a read-only outside system refused; other audits let them happen.
    fn refused(&self, outside: &OutsideSystem) -> Vec<Change> {
        match self.audit {
            Method::ReadOnly => escapes::refused(self.trace.as_ref(), outside),
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
    pub(crate) fn new(builds: Builds, second: SecondBuilds) -> Self {
        let prepared = builds.prepared;
        let first = builds.chrootless.as_ref();
        let first = first.and_then(|compared| compared.built.trace.as_ref());
        let seen = second.chrootless.as_ref().and_then(SecondBuild::trace);
        let watch = Watch {
            audit: prepared.audit,
            trace: seen.or(first).cloned(),
        };
        let refused = watch.refused(&prepared.outside);
        let chrootless = builds.chrootless.map(|compared| {
            let mut judged = watch.judged(compared);
            judged.escapes.extend(refused);
            judged
        });
        let failing = builds.failures.len();
        let not_compared = chrootless
            .is_none()
            .then_some(Note::NotCompared { failing });
        let notes = not_compared.into_iter().chain(builds.notes);
        let notes = notes.chain(lines_not_kept(&second));
        let notes = notes.chain(second.notes).collect();
        let extra = builds.extra.into_iter().map(|build| watch.extra(build));
        let extra = extra.collect();
        Self {
            versions: prepared.outside.versions(),
            altered: builds.altered,
            extra,
            recipe: prepared.recipe,
            archive: prepared.archive,
            epoch: prepared.epoch,
            outside: prepared.outside,
            audit: prepared.audit,
            foreign_to: prepared.foreign_to,
            modes: builds.modes,
            normal: builds.normal,
            chrootless,
            failures: builds.failures,
            second_normal: second.normal,
            second_chrootless: second.chrootless,
            notes,
            _locks: prepared.locks,
        }
    }

    /// The outcome in one word: the gravest of all builds.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let extra = self.extra.iter().map(Extra::share);
        let chrootless = self.chrootless.as_ref();
        let pair = chrootless.map_or(Verdict::Unbuildable, Judged::verdict);
        let failures = self.failures.iter().map(|_| Verdict::Unbuildable);
        extra.chain(failures).fold(pair, Verdict::max)
    }

    /// What the processes of a chrootless build by the ordinary technique did, if one was
    /// observed; of the second pair if there is one, where everything is seen.
    #[must_use]
    pub fn chrootless_trace(&self) -> Option<&Trace> {
        let second = self.second_chrootless.as_ref().and_then(SecondBuild::trace);
        second.or_else(|| self.chrootless.as_ref()?.built.trace.as_ref())
    }

    /// What the processes of a normal build did, if one was observed.
    #[must_use]
    pub fn normal_trace(&self) -> Option<&Trace> {
        self.second_normal.as_ref().and_then(SecondBuild::trace)
    }

    /// How long the audit of the pair's chrootless build took.
    pub(crate) fn audit_took(&self) -> Duration {
        let chrootless = self.chrootless.as_ref();
        chrootless.map_or(Duration::ZERO, |judged| judged.built.audit_took)
    }

    /// What is known of the changes that the chrootless build of the pair made outside.
    #[must_use]
    pub fn audited(&self) -> Audited<'_> {
        self.audited_by(
            self.chrootless
                .as_ref()
                .map_or(&[], |judged| &judged.escapes),
        )
    }

    /// What is known of the changes that a build made outside.
    pub(crate) fn audited_of<'a>(&self, judged: &'a Judged) -> Audited<'a> {
        self.audited_by(&judged.escapes)
    }

    fn audited_by<'a>(&self, changes: &'a [Change]) -> Audited<'a> {
        match self.audit {
            Method::Off => Audited::Unwatched,
            Method::Overlay | Method::Snapshot | Method::ReadOnly => Audited::Changes(changes),
        }
    }

    /// The altered outside system that an extra build ran on; `None` for that of the pair.
    #[must_use]
    pub fn altered_of(&self, extra: &Extra) -> Option<&AlteredSystem> {
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
