//! Options on where builds keep what they write, which `verify`, `build` and `audit` share.

use std::path::PathBuf;

use crate::cli::args::values::bytes;

/// In memory, and in how much of it, or on disk.
#[derive(Debug, Clone, clap::Args)]
pub struct RoomArgs {
    /// Limit on the memory for what sandboxes write, such as 2GiB [default: 3/4 of what is free]
    ///
    /// What is written in a sandbox, chroots included, is in memory, in one tmpfs. Builds that run
    /// at the same time share the limit. A run that needs more is refused at once. If a control
    /// group limits memory, less is free than the machine has.
    #[arg(
        long,
        value_name = "SIZE",
        value_parser = bytes,
        conflicts_with = "work_dir",
        help_heading = "Limits"
    )]
    pub max_tmpfs: Option<u64>,
    /// Keep what sandboxes write in this directory, and not in memory
    ///
    /// It must be on a local file system, such as ext4 or xfs. Each sandbox has a directory there
    /// while it runs. If a run is killed, the next one with this option removes what it left.
    #[arg(long, value_name = "DIR", help_heading = "Limits")]
    pub work_dir: Option<PathBuf>,
}
