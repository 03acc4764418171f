//! The plan of a sandbox on this machine's own tree, in which something is fetched or made.

use std::fs;
use std::path::Path;

use crate::bootstrap::command::mmdebstrap;
use crate::bootstrap::command::mmdebstrap::OUT;
use crate::bootstrap::error::Error;
use crate::bootstrap::outside::host::{HostView, host_view};
use crate::sandbox::idmap::IdMap;
use crate::sandbox::plan::{
    Access, AfterRun, Bind, Cover, Emulation, Network, Plan, Rights, Tracing,
};

/// A plan on the machine's own tree with the machine's programs, every change of which is
/// forgotten. What the command makes it leaves in `out`, which the sandbox sees at [`OUT`].
///
/// # Errors
/// The machine's tree cannot be read.
pub fn host_plan(name: &str, command: Vec<String>, out: &Path, ids: &IdMap) -> Result<Plan, Error> {
    let HostView {
        nodes,
        layers,
        mut binds,
    } = host_view()?;
    binds.push(output(out));
    Ok(Plan {
        name: name.to_owned(),
        ids: ids.clone(),
        nodes,
        layers,
        cover: machine_cover(),
        binds,
        network: Network::None,
        command,
        environment: mmdebstrap::environment(None),
        directory: "/".into(),
        hostname: None,
        emulation: Emulation::Machine,
        after: AfterRun::Forget,
        tracing: Tracing::Off,
        rights: Rights::Mounting,
    })
}

/// Where a sandbox leaves what it makes.
pub(crate) fn output(out: &Path) -> Bind {
    Bind {
        source: out.to_owned(),
        target: OUT.into(),
        access: Access::Writable,
    }
}

/// What keeps the machine from being written to while something is fetched or made: nothing of
/// it is written to on purpose, so that a read-only view is enough if there is no overlayfs.
fn machine_cover() -> Cover {
    let table = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    cover_by(&table)
}

/// Chooses by the kernel's list of file systems (proc_filesystems(5)).
fn cover_by(filesystems: &str) -> Cover {
    let mut names = filesystems
        .lines()
        .filter_map(|line| line.split('\t').nth(1));
    if names.any(|name| name == "overlay") {
        Cover::Overlay
    } else {
        Cover::ReadOnly
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_overlayfs_is_shown_read_only() {
        assert_eq!(
            cover_by("nodev\tsysfs\nnodev\toverlay\n\text4\n"),
            Cover::Overlay
        );
        assert_eq!(cover_by("nodev\tsysfs\n\text4\n"), Cover::ReadOnly);
    }
}
