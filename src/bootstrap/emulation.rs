//! Programs of another processor: what runs them on this machine, and what is missing.
//!
//! The kernel hands such a program to an emulator that the machine's administrator has registered
//! with it (binfmt_misc, Documentation/admin-guide/binfmt-misc.rst). twinroot reads the
//! registrations and never changes them: they count for the whole machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where the kernel shows what is registered.
pub(crate) const REGISTERED: &str = "/proc/sys/fs/binfmt_misc";

/// Debian's architectures that QEMU calls by another name.
const QEMU_NAMES: [(&str, &str); 14] = [
    ("amd64", "x86_64"),
    ("arm64", "aarch64"),
    ("armel", "arm"),
    ("armhf", "arm"),
    ("loong64", "loongarch64"),
    ("mips64el", "mips64el"),
    ("mipsel", "mipsel"),
    ("powerpc", "ppc"),
    ("ppc64", "ppc64"),
    ("ppc64el", "ppc64le"),
    ("riscv64", "riscv64"),
    ("s390x", "s390x"),
    ("sparc64", "sparc64"),
    ("x32", "x86_64"),
];

/// Machine, and architectures that its processor runs besides its own.
const RUNS_ALSO: [(&str, &[&str]); 5] = [
    ("amd64", &["i386", "x32"]),
    ("arm64", &["armhf", "armel"]),
    ("mips64el", &["mipsel"]),
    ("ppc64", &["powerpc"]),
    ("armhf", &["armel"]),
];

/// The kernel's list: name and text of each entry.
pub type Registered = BTreeMap<String, String>;

/// Why a machine cannot run programs of an architecture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// There is no list at all.
    #[error("nothing is registered with binfmt_misc, so nothing here runs {architecture} programs")]
    NotMounted {
        /// Debian architecture.
        architecture: String,
    },
    /// The list has no entry for it.
    #[error("no emulator for {architecture} is registered: binfmt_misc has no qemu-{name}")]
    NotRegistered {
        /// Debian architecture.
        architecture: String,
        /// QEMU's name of it.
        name: String,
    },
    /// It is switched off.
    #[error("qemu-{name} is registered with binfmt_misc, but disabled")]
    Disabled {
        /// QEMU's name of the architecture.
        name: String,
    },
    /// It would be looked for inside the chroot.
    #[error("qemu-{name} is registered without the flag F, so no chroot finds it")]
    NotFixed {
        /// QEMU's name of the architecture.
        name: String,
    },
}

/// What is registered on this machine; nothing if the list cannot be read.
#[must_use]
pub fn registered() -> Registered {
    let entries = fs::read_dir(REGISTERED).into_iter().flatten();
    entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let text = fs::read_to_string(Path::new(REGISTERED).join(&name)).ok()?;
            Some((name, text))
        })
        .collect()
}

/// QEMU's name of a Debian architecture.
#[must_use]
pub fn qemu_name(architecture: &str) -> &str {
    QEMU_NAMES
        .iter()
        .find(|(debian, _)| *debian == architecture)
        .map_or(architecture, |(_, qemu)| qemu)
}

/// Whether programs of an architecture can run in a chroot on a machine, by its own processor
/// or by an emulator.
///
/// # Errors
/// The first thing that is missing.
pub fn needed(native: &str, architecture: &str, registered: &Registered) -> Result<(), Missing> {
    let own = RUNS_ALSO.iter().find(|(machine, _)| *machine == native);
    if native == architecture || own.is_some_and(|(_, also)| also.contains(&architecture)) {
        return Ok(());
    }
    if registered.is_empty() {
        return Err(Missing::NotMounted {
            architecture: architecture.to_owned(),
        });
    }
    let name = qemu_name(architecture).to_owned();
    let Some(text) = registered.get(&format!("qemu-{name}")) else {
        return Err(Missing::NotRegistered {
            architecture: architecture.to_owned(),
            name,
        });
    };
    if !text.lines().any(|line| line == "enabled") {
        return Err(Missing::Disabled { name });
    }
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
    if !flags.is_some_and(|flags| flags.contains('F')) {
        return Err(Missing::NotFixed { name });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Registered {
        Registered::from([
            ("status".to_owned(), "enabled\n".to_owned()),
            ("qemu-aarch64".to_owned(), text.to_owned()),
        ])
    }

    const SOUND: &str = "enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: OCF\noffset 0\n";

    #[test]
    fn an_emulator_that_is_registered_enabled_and_fixed_will_do() {
        assert_eq!(needed("amd64", "arm64", &with(SOUND)), Ok(()));
    }

    #[test]
    fn what_the_processor_runs_itself_needs_none() {
        assert_eq!(needed("amd64", "i386", &Registered::new()), Ok(()));
        assert_eq!(needed("amd64", "amd64", &Registered::new()), Ok(()));
    }

    #[test]
    fn whatever_is_missing_is_named() {
        let missing = |architecture, registered: &Registered| {
            needed("amd64", architecture, registered)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            missing("arm64", &Registered::new()),
            "nothing is registered with binfmt_misc, so nothing here runs arm64 programs"
        );
        assert_eq!(
            missing("ppc64el", &with(SOUND)),
            "no emulator for ppc64el is registered: binfmt_misc has no qemu-ppc64le"
        );
        assert_eq!(
            missing("arm64", &with(&SOUND.replace("enabled", "disabled"))),
            "qemu-aarch64 is registered with binfmt_misc, but disabled"
        );
        assert_eq!(
            missing("arm64", &with(&SOUND.replace("OCF", "OC"))),
            "qemu-aarch64 is registered without the flag F, so no chroot finds it"
        );
    }
}
