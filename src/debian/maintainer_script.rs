//! Maintainer scripts and where dpkg keeps them (deb-postinst(5) and its neighbours, dpkg(1)).

use std::fmt;

use bstr::ByteSlice as _;

use crate::debian::package_name::without_architecture;

/// Directory of dpkg's files for each package, without the leading slash.
pub const INFO: &str = "var/lib/dpkg/info/";

/// Directory in which dpkg runs the scripts of a package that it unpacks, without the leading
/// slash.
const UNPACKED: &str = "var/lib/dpkg/tmp.ci/";

/// A script that a package may have, or a run of one that has a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScriptKind {
    /// Asks debconf's questions.
    Config,
    /// Runs before the package is unpacked.
    Preinst,
    /// Configures the package.
    Postinst,
    /// Runs before the package is removed.
    Prerm,
    /// Runs after the package was removed.
    Postrm,
    /// A run of the postinst for a trigger.
    Trigger,
}

impl ScriptKind {
    const ALL: [Self; 6] = [
        Self::Config,
        Self::Preinst,
        Self::Postinst,
        Self::Prerm,
        Self::Postrm,
        Self::Trigger,
    ];

    /// dpkg's name of the script, or `trigger`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Preinst => "preinst",
            Self::Postinst => "postinst",
            Self::Prerm => "prerm",
            Self::Postrm => "postrm",
            Self::Trigger => "trigger",
        }
    }

    /// The script that has this word as its [`as_str`](Self::as_str).
    #[must_use]
    pub fn from_word(word: impl AsRef<[u8]>) -> Option<Self> {
        let word = word.as_ref();
        let mut all = Self::ALL.into_iter();
        all.find(|script| script.as_str().as_bytes() == word)
    }

    /// The script in a file of this name; `None` if dpkg has no such script.
    #[must_use]
    pub fn from_name(name: impl AsRef<[u8]>) -> Option<Self> {
        Self::from_word(name).filter(|script| script.file() == *script)
    }

    /// What a run of the script of this name with these arguments is; `None` if dpkg has no such
    /// script.
    #[must_use]
    pub fn of_run(name: &str, arguments: &[String]) -> Option<Self> {
        match arguments.first().map(String::as_str) {
            Some("triggered") => Some(Self::Trigger),
            _ => Self::from_name(name),
        }
    }

    /// The script whose file runs: dpkg runs the postinst for a trigger.
    #[must_use]
    pub fn file(self) -> Self {
        match self {
            Self::Trigger => Self::Postinst,
            Self::Config | Self::Preinst | Self::Postinst | Self::Prerm | Self::Postrm => self,
        }
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

    #[test]
    fn a_trigger_is_a_run_of_the_postinst_and_no_file() {
        let of = |name, argument: &str| ScriptKind::of_run(name, &[argument.to_owned()]);
        assert_eq!(of("postinst", "triggered"), Some(ScriptKind::Trigger));
        assert_eq!(of("postinst", "configure"), Some(ScriptKind::Postinst));
        assert_eq!(of("trigger", "configure"), None);
        assert_eq!(ScriptKind::Trigger.file(), ScriptKind::Postinst);
        assert_eq!(ScriptKind::from_word("trigger"), Some(ScriptKind::Trigger));
    }
}
