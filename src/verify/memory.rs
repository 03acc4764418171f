//! Where the builds of a run keep what they write, and whether that is enough: said before anything
//! is fetched.

use std::path::PathBuf;

use crate::audit::method::Method;
use crate::sandbox::free_memory::{FreeMemory, LimitedBy};
use crate::sandbox::room::Room;

/// Where builds are to keep what they write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// In memory, in a share of what is free.
    Share,
    /// In so many bytes of memory.
    Tmpfs(u64),
    /// In this directory.
    Disk(PathBuf),
}

/// What a run takes at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// mmdebstrap's variant.
    pub variant: String,
    /// How many builds.
    pub builds: u64,
    /// Bytes of files of one build.
    files: u64,
    /// Bytes of the processes of one build.
    processes: u64,
}

/// Bytes of memory that the processes of one build take, its share of twinroot's included.
const PROCESSES: u64 = 224 << 20;

/// The files of one build of Debian 13 (amd64) at their most, in MiB, as `Fullness` saw them on
/// 2026-11-29: packages, and the chroot that they are unpacked to. Other suites take other amounts,
/// and further packages more.
const FILES: [(&str, u64); 8] = [
    ("essential", 303),
    ("apt", 303),
    ("required", 313),
    ("minbase", 313),
    ("buildd", 705),
    ("important", 408),
    ("debootstrap", 408),
    ("standard", 622),
];

/// What an audit by a copy takes besides, in MiB: a matching outside system of `essential`, which is
/// the smallest.
const COPY: u64 = 214;

impl Demand {
    /// What builds of a variant take.
    #[must_use]
    pub fn new(variant: &str, builds: usize, audit: Method) -> Self {
        let mut known = FILES.iter();
        let known = known.find(|(name, _)| *name == variant);
        let copy = match audit {
            Method::Snapshot => COPY,
            Method::Overlay | Method::ReadOnly | Method::Off => 0,
        };
        let files = known.map_or(0, |(_, files)| files + copy);
        Self {
            variant: variant.to_owned(),
            builds: u64::try_from(builds).unwrap_or(u64::MAX),
            files: files << 20,
            processes: PROCESSES,
        }
    }

    /// What one command takes that may do anything: nothing is known of it.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            variant: String::new(),
            builds: 1,
            files: 0,
            processes: 0,
        }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.builds.saturating_mul(self.files)
    }

    /// Bytes of memory that must be free, so that the share for files and the rest are large enough.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let processes = self.builds.saturating_mul(self.processes);
        let all = self.files().saturating_add(processes);
        all.max(Room::free_for(self.files()))
    }

    /// The same with so many builds.
    #[must_use]
    pub fn of_builds(&self, builds: u64) -> Self {
        Self {
            builds,
            ..self.clone()
        }
    }

    /// The same with files on disk.
    #[must_use]
    pub fn on_disk(&self) -> Self {
        Self {
            files: 0,
            ..self.clone()
        }
    }
}

/// There is too little memory for a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("memory: {}", words(.demand, *.limit))]
pub struct TooLittleMemory {
    /// What it takes.
    pub demand: Demand,
    /// What there is.
    pub limit: MemoryLimit,
}

/// What there is of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryLimit {
    /// What is free.
    Free(FreeMemory),
    /// What files may take, in bytes.
    Given(u64),
}

fn words(demand: &Demand, limit: MemoryLimit) -> String {
    let builds = match (demand.builds, demand.variant.as_str()) {
        (1, variant) => format!("a build of {variant} needs"),
        (builds, variant) => format!("{builds} builds of {variant} at the same time need"),
    };
    match limit {
        MemoryLimit::Given(bytes) => format!(
            "{builds} {} MiB for files, and may take {}",
            demand.files() >> 20,
            bytes >> 20
        ),
        MemoryLimit::Free(FreeMemory { bytes, by }) => {
            let whose = match by {
                LimitedBy::Machine => "",
                LimitedBy::ControlGroup => " in this control group",
            };
            let needed = demand.memory() >> 20;
            format!("{builds} {needed} MiB, and {} are free{whose}", bytes >> 20)
        }
    }
}

/// The room of each build.
///
/// # Errors
/// There is too little memory. What is not known is not refused.
pub fn room(
    given: Given,
    demand: &Demand,
    free: Option<FreeMemory>,
) -> Result<Room, TooLittleMemory> {
    let refused = |demand: Demand, limit| Err(TooLittleMemory { demand, limit });
    let shared = |bytes: u64| Room::Memory {
        bytes: bytes / demand.builds.max(1),
    };
    match (given, free) {
        (Given::Tmpfs(bytes), _) if bytes < demand.files() => {
            refused(demand.clone(), MemoryLimit::Given(bytes))
        }
        (Given::Tmpfs(bytes), _) => Ok(shared(bytes)),
        (Given::Disk(_), Some(free)) if free.bytes < demand.on_disk().memory() => {
            refused(demand.on_disk(), MemoryLimit::Free(free))
        }
        (Given::Disk(directory), _) => Ok(Room::Disk { directory }),
        (Given::Share, Some(free)) if free.bytes < demand.memory() => {
            refused(demand.clone(), MemoryLimit::Free(free))
        }
        (Given::Share, Some(free)) => Ok(shared(Room::share(free.bytes))),
        (Given::Share, None) => Ok(Room::of_machine()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(builds: usize) -> Demand {
        Demand::new("essential", builds, Method::Overlay)
    }

    fn free(mib: u64, by: LimitedBy) -> Option<FreeMemory> {
        let bytes = mib << 20;
        Some(FreeMemory { bytes, by })
    }

    fn said(given: Given, builds: usize, free: Option<FreeMemory>) -> Result<Room, String> {
        room(given, &demand(builds), free).map_err(|short| short.to_string())
    }

    #[test]
    fn three_quarters_of_what_is_free_are_divided_among_the_builds() {
        let machine = free(8192, LimitedBy::Machine);
        let of = |mib: u64| Ok(Room::Memory { bytes: mib << 20 });
        assert_eq!(said(Given::Share, 2, machine), of(3072));
        assert_eq!(said(Given::Share, 1, machine), of(6144));
        assert_eq!(said(Given::Tmpfs(2 << 30), 2, machine), of(1024));
        // Who gives a size knows of memory that does not seem to be free.
        let little = free(64, LimitedBy::Machine);
        assert_eq!(said(Given::Tmpfs(2 << 30), 2, little), of(1024));
    }
    #[test]
    fn too_little_is_said_with_what_there_is_and_what_is_needed() {
        let words = |given, builds, free| said(given, builds, free).unwrap_err();
        assert_eq!(
            words(Given::Share, 2, free(512, LimitedBy::ControlGroup)),
            "memory: 2 builds of essential at the same time need 1054 MiB, and 512 are free in this \
             control group"
        );
        assert_eq!(
            words(Given::Tmpfs(300 << 20), 1, None),
            "memory: a build of essential needs 303 MiB for files, and may take 300"
        );
        let disk = || Given::Disk("/srv".into());
        assert_eq!(
            words(disk(), 1, free(200, LimitedBy::Machine)),
            "memory: a build of essential needs 224 MiB, and 200 are free"
        );
        let directory = "/srv".into();
        assert_eq!(
            said(disk(), 1, free(300, LimitedBy::Machine)),
            Ok(Room::Disk { directory })
        );
    }

    #[test]
    fn the_share_of_what_must_be_free_is_enough() {
        for (variant, _) in FILES {
            for audit in [Method::Overlay, Method::Snapshot] {
                let demand = Demand::new(variant, 2, audit);
                assert!(Room::share(demand.memory()) >= demand.files(), "{variant}");
            }
        }
    }

    #[test]
    fn nothing_is_refused_of_which_nothing_is_known() {
        let little = free(16, LimitedBy::Machine);
        let of = |mib: u64| Ok(Room::Memory { bytes: mib << 20 });
        assert_eq!(room(Given::Share, &Demand::unknown(), little), of(12));
        let given = Given::Tmpfs(606 << 20);
        assert_eq!(room(given, &demand(2), None), of(303));
    }
}
