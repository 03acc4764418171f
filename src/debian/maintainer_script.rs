//! Maintainer scripts and where dpkg keeps them (deb-postinst(5) and its neighbours, dpkg(1)).

use std::fmt;

use bstr::ByteSlice as _;

use crate::debian::package_name::without_architecture;

/// Directory of dpkg's files for each package, without the leading slash.
pub const INFO: &str = "var/lib/dpkg/info/";

/// Directory in which dpkg runs the scripts of a package that it unpacks, without the leading
/// slash.
const UNPACKED: &str = "var/lib/dpkg/tmp.ci/";

/// A script that a package may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScriptKind {
    /// Asks debconf's questions.
    Config,
    /// Runs before the package is unpacked.
    Preinst,
    /// Configures the package, and runs for triggers.
    Postinst,
    /// Runs before the package is removed.
    Prerm,
    /// Runs after the package was removed.
    Postrm,
}

impl ScriptKind {
    /// All scripts.
    pub const ALL: [Self; 5] = [
        Self::Config,
        Self::Preinst,
        Self::Postinst,
        Self::Prerm,
        Self::Postrm,
    ];

    /// dpkg's name of the script.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Preinst => "preinst",
            Self::Postinst => "postinst",
            Self::Prerm => "prerm",
            Self::Postrm => "postrm",
        }
    }

    /// The script of this name; `None` if dpkg has no such script.
    #[must_use]
    pub fn from_name(name: impl AsRef<[u8]>) -> Option<Self> {
        let name = name.as_ref();
        let mut all = Self::ALL.into_iter();
        all.find(|script| script.as_str().as_bytes() == name)
    }

    /// The script that dpkg has at a path of the chroot, given without the leading slash: in its
    /// database, or where it unpacks a package's control files.
    #[must_use]
    pub fn from_path(path: &[u8]) -> Option<Self> {
        let unpacked = path.strip_prefix(UNPACKED.as_bytes());
        let name = unpacked.or_else(|| InfoFile::from_path(path).map(|file| file.kind));
        name.and_then(Self::from_name)
    }
}

/// A maintainer script of a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScriptName {
    /// Name of the binary package, without its architecture.
    pub package: String,
    /// Which of its scripts.
    pub script: ScriptKind,
}

impl fmt::Display for ScriptName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.package, self.script.as_str())
    }
}

/// A file of [`INFO`]: `PACKAGE.KIND`, or `PACKAGE:ARCHITECTURE.KIND` of a package that is
/// Multi-Arch: same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InfoFile<'a> {
    /// Name of the binary package, without its architecture.
    pub package: &'a [u8],
    /// What the file holds: `list`, `postinst`, `triggers`.
    pub kind: &'a [u8],
}

impl<'a> InfoFile<'a> {
    /// Reads a path without the leading slash; `None` if it is not a package's file in [`INFO`].
    #[must_use]
    pub fn from_path(path: &'a [u8]) -> Option<Self> {
        let name = path.strip_prefix(INFO.as_bytes())?;
        let (package, kind) = name.rsplit_once_str(b".")?;
        Some(Self {
            package: without_architecture(package),
            kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_database_names_its_package_without_the_architecture() {
        let file = |path: &'static [u8]| InfoFile::from_path(path);
        let named = |package, kind| Some(InfoFile { package, kind });
        assert_eq!(
            file(b"var/lib/dpkg/info/libc6:amd64.list"),
            named(b"libc6", b"list")
        );
        assert_eq!(
            file(b"var/lib/dpkg/info/python3.11.postinst"),
            named(b"python3.11", b"postinst")
        );
        assert_eq!(file(b"var/lib/dpkg/info/format"), None);
        assert_eq!(file(b"var/lib/dpkg/status"), None);
    }

    #[test]
    fn a_script_is_known_by_its_path_in_the_database_and_while_it_is_unpacked() {
        let cases: [(&[u8], Option<ScriptKind>); 5] = [
            (
                b"var/lib/dpkg/info/libc6:amd64.postinst",
                Some(ScriptKind::Postinst),
            ),
            (b"var/lib/dpkg/tmp.ci/preinst", Some(ScriptKind::Preinst)),
            (b"var/lib/dpkg/info/libc6:amd64.list", None),
            (b"var/lib/dpkg/tmp.ci/control", None),
            (b"usr/bin/config", None),
        ];
        for (path, expected) in cases {
            assert_eq!(ScriptKind::from_path(path), expected, "{}", path.as_bstr());
        }
    }
}
