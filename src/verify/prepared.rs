//! What all builds of one run share, and the plan of each.

use std::path::PathBuf;

use crate::audit::method::Method;
use crate::bootstrap::cache::CacheEntry;
use crate::bootstrap::command::mmdebstrap::{self, Mode};
use crate::bootstrap::command::technique;
use crate::bootstrap::freeze::state::FrozenArchive;
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::OutsideSystem;
use crate::bootstrap::passed_over::{FrozenFiles, PassedOver};
use crate::bootstrap::recipe::Recipe;
use crate::debian::maintainer_script::ScriptName;
use crate::sandbox::plan::{Access, AfterRun, Bind, Emulation, Plan, Tracing};
use crate::sandbox::unfinished::Unfinished;
use crate::verify::error::Error;

/// What all builds of one run share.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What is built.
    pub(crate) recipe: Recipe,
    /// The frozen archive's description.
    pub(crate) archive: FrozenArchive,
    /// Where the frozen archive is.
    pub(crate) snapshot: Snapshot,
    /// `SOURCE_DATE_EPOCH`.
    pub(crate) epoch: i64,
    /// What the builds run on.
    pub(crate) outside: OutsideSystem,
    /// Where the cache has the outside system: `root` in it is the tree. `None` if it is the
    /// machine or a directory of the user's.
    pub(crate) outside_tree: Option<PathBuf>,
    /// How the outside is watched.
    pub(crate) audit: Method,
    /// The machine's architecture, if the chroot's is another one.
    pub(crate) foreign_to: Option<String>,
    /// Scripts whose failure chrootless builds pass over.
    pub(crate) passed_over: Option<PassedOver>,
    /// Keeps others from replacing what is used.
    pub(crate) locks: Vec<CacheEntry>,
}

/// Files of the cache that builds are given.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// Directory of the frozen indices.
    pub(crate) lists: PathBuf,
    /// Directory of the frozen packages.
    pub(crate) pool: PathBuf,
    /// A file with the subordinate ids of a user without privileges.
    pub(crate) subordinate_ids: PathBuf,
}

impl Prepared {
    /// The same, but chrootless builds pass over the failure of these scripts.
    ///
    /// # Errors
    /// No package of the frozen archive has such a script, or its files cannot be made.
    pub(crate) fn passing_over(
        self,
        scripts: &[ScriptName],
        unfinished: &Unfinished,
    ) -> Result<Self, Error> {
        let frozen = FrozenFiles {
            lists: &self.snapshot.lists,
            pool: &self.snapshot.pool,
        };
        let passed_over = Some(PassedOver::new(frozen, scripts, unfinished)?);
        Ok(Self {
            passed_over,
            ..self
        })
    }

    /// The text of a script whose failure is passed over.
    pub(crate) fn text_of_passed_over(&self, script: &ScriptName) -> Option<&[u8]> {
        self.passed_over.as_ref()?.text(script)
    }

    /// The plan of one build. A chrootless one is watched.
    pub(crate) fn plan(&self, mode: BuildMode) -> Plan {
        self.plan_on(&self.outside, mode)
    }

    /// The plan of one build whose processes are observed; of one that needs a set-user-id program,
    /// which cannot be had then, the plan of a build that is not.
    pub(crate) fn observed_plan(&self, mode: BuildMode, tracing: Tracing) -> Plan {
        let tracing = match (mode.needs_subordinate_ids(), self.audit) {
            (true, _) => Tracing::Off,
            // This audit sees by observing alone, whatever process it is.
            (false, Method::ReadOnly) => Tracing::Everything,
            (false, Method::Overlay | Method::Snapshot | Method::Off) => tracing,
        };
        Plan {
            tracing,
            ..self.plan(mode)
        }
    }

    /// The same on another outside system.
    pub(crate) fn plan_on(&self, outside: &OutsideSystem, mode: BuildMode) -> Plan {
        let after = match mode.mode() {
            Mode::Normal => AfterRun::Forget,
            Mode::Chrootless => self.audit.after(),
        };
        let Snapshot {
            lists,
            pool,
            subordinate_ids,
        } = &self.snapshot;
        let mut binds = mmdebstrap::binds(&self.recipe, Some(lists), Some(pool));
        if mode.needs_subordinate_ids() {
            binds.extend(["/etc/subuid", "/etc/subgid"].map(|target| Bind {
                source: subordinate_ids.clone(),
                target: target.into(),
                access: Access::ReadOnly,
            }));
        }
        let passed_over = match mode.mode() {
            Mode::Normal => None,
            Mode::Chrootless => self.passed_over.as_ref(),
        };
        let hooks = passed_over.map(PassedOver::hooks).unwrap_or_default();
        binds.extend(passed_over.map(PassedOver::bind));
        let command = technique::command(&self.recipe, mode, &hooks);
        let mut plan = outside.plan(mode.label(), command);
        plan.environment = mmdebstrap::environment(Some(self.epoch));
        plan.binds.extend(binds);
        plan.cover = self.audit.cover();
        plan.after = after;
        plan.rights = mode.rights();
        if self.foreign_to.is_some() && mode.mode() == Mode::Chrootless {
            plan.emulation = Emulation::None;
        }
        plan
    }
}
