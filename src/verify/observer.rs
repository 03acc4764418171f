//! What a run tells whoever watches it, while it goes on.

use std::path::Path;

use crate::bootstrap::damage::Damage;
use crate::bootstrap::freeze::state::FrozenArchive;
use crate::bootstrap::mirror::MirrorContent;
use crate::bootstrap::mirror::work::WorkStep;
use crate::bootstrap::recipe::Recipe;
use crate::sandbox::protocol::Progress;

/// Watches a run. Its methods are called from any thread.
pub trait Observer: Sync {
    /// A stage begins; what happens in it is told to the value that is returned, and the stage
    /// ends when that is dropped.
    fn started(&self, stage: Stage) -> Box<dyn StageObserver + '_>;
}

/// Watches one stage.
pub trait StageObserver: Send + Sync {
    /// The last line that mmdebstrap, or what it runs, has written.
    fn line(&self, text: &str);
    /// How far the copying or auditing of the outside system is.
    fn progress(&self, progress: Progress);
    /// So many package files of a MIRROR that is a directory are done.
    fn files(&self, done: usize, step: WorkStep);
    /// Another twinroot holds the lock of this cache entry, and the stage waits for it.
    fn waiting(&self, path: &Path);
    /// This entry of the cache is not what it was, and is made again.
    fn damaged(&self, path: &Path, damage: &Damage);
    /// The stage has succeeded.
    fn finished(&self, result: StageResult<'_>);
}

/// Part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A MIRROR that is a directory of this machine is read.
    Mirror,
    /// The archive is frozen for the chroot.
    Freeze,
    /// The archive is frozen for an outside system of another architecture than the chroot's.
    FreezeOutside,
    /// The outside system is made or found.
    Outside,
    /// An altered outside system is made.
    Alter,
    /// A build, by its label.
    Build(&'static str),
    /// The normal build of a second pair.
    SecondNormal,
    /// The chrootless build of a second pair.
    SecondChrootless,
}

/// How a stage ended.
#[derive(Debug, Clone, Copy)]
pub enum StageResult<'a> {
    /// The mirror is this directory.
    Mirror {
        /// MIRROR as it was given.
        given: &'a str,
        /// What was found in it.
        content: &'a MirrorContent,
    },
    /// The archive is frozen.
    Frozen {
        /// For what.
        recipe: &'a Recipe,
        /// What was frozen.
        archive: &'a FrozenArchive,
        /// Whether it was there already.
        cached: IsCached,
    },
    /// The outside system is this machine.
    OutsideIsMachine,
    /// The outside system is a directory.
    OutsideIsDirectory(&'a Path),
    /// The outside system is an unpacked tarball.
    OutsideIsTarball(&'a Path, IsCached),
    /// The outside system is a chroot of the same packages and mmdebstrap.
    OutsideMatches {
        /// Of what it is made.
        recipe: &'a Recipe,
        /// Version of its mmdebstrap.
        mmdebstrap: Option<&'a str>,
        /// Whether it was there already.
        cached: IsCached,
    },
    /// So many files of the outside system were altered.
    Altered(usize, IsCached),
    /// The build has succeeded.
    Built,
    /// The build has succeeded, and its tarball is that of the reference or not.
    Compared {
        /// Whether it is.
        is_identical: bool,
    },
    /// The build has succeeded, and this many system calls were seen.
    Observed(u64),
}

/// Whether something was in the cache already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsCached {
    /// It was.
    Cached,
    /// It was made now.
    Made,
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn started(&self, _: Stage) -> Box<dyn StageObserver + '_> {
        Box::new(Self)
    }
}

impl StageObserver for Silent {
    fn line(&self, _: &str) {}
    fn progress(&self, _: Progress) {}
    fn files(&self, _: usize, _: WorkStep) {}
    fn waiting(&self, _: &Path) {}
    fn damaged(&self, _: &Path, _: &Damage) {}
    fn finished(&self, _: StageResult<'_>) {}
}
