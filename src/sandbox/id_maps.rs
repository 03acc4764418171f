//! Gives ids to a process that has made a user namespace: `/proc/PID/{uid,gid}_map`, which root
//! writes itself, and others with newuidmap(1) and newgidmap(1).

use std::process::Command;
use std::{fs, io};

use nix::unistd::{Pid, geteuid};

use crate::sandbox::idmap::IdMap;

/// Why a process got no ids.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MapFailure {
    /// The kernel refused.
    #[error("write the id maps: {0}")]
    Write(io::Error),
    /// newuidmap(1) or newgidmap(1) refused.
    #[error("{program}: {why}")]
    Program {
        /// `newuidmap` or `newgidmap`.
        program: &'static str,
        /// Its message.
        why: String,
    },
}

/// Writes both maps of a process.
pub(crate) fn write_maps(ids: &IdMap, process: Pid) -> Result<(), MapFailure> {
    let kinds = [
        ("newuidmap", "uid_map", ids.uid_base),
        ("newgidmap", "gid_map", ids.gid_base),
    ];
    for (program, file, base) in kinds {
        if geteuid().is_root() {
            let map = format!("0 {base} {}\n", ids.count);
            fs::write(format!("/proc/{process}/{file}"), map).map_err(MapFailure::Write)?;
            continue;
        }
        let refused = |why: String| MapFailure::Program { program, why };
        let output = Command::new(program)
            .args([
                process.to_string(),
                "0".to_owned(),
                base.to_string(),
                ids.count.to_string(),
            ])
            .output()
            .map_err(|error| refused(error.to_string()))?;
        if !output.status.success() {
            return Err(refused(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
    }
    Ok(())
}
