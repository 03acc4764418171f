//! The scripts of every package of a chroot, out of dpkg's own directory.

use std::collections::{BTreeMap, BTreeSet};

use bstr::ByteSlice;

use crate::explain::scripts::line::{Line, Reach};
use crate::explain::scripts::script::Script;

/// Directory of dpkg's per-package files, in a normalized path.
const INFO: &[u8] = b"var/lib/dpkg/info/";

/// Which script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// debconf's questions.
    Config,
    /// Before unpacking.
    Preinst,
    /// Configuration, and triggers.
    Postinst,
    /// Before removal.
    Prerm,
    /// After removal.
    Postrm,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Config,
        Self::Preinst,
        Self::Postinst,
        Self::Prerm,
        Self::Postrm,
    ];

    /// dpkg's word.
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

    /// Whether it does not run on initial installation at all.
    pub(crate) fn runs_later(self) -> bool {
        match self {
            Self::Prerm | Self::Postrm => true,
            Self::Config | Self::Preinst | Self::Postinst => false,
        }
    }

    /// Its first argument, and when that is given.
    pub(crate) fn action(self) -> (&'static str, Reach) {
        match self {
            Self::Config | Self::Postinst => ("configure", Reach::Installs),
            Self::Preinst => ("install", Reach::Installs),
            Self::Prerm | Self::Postrm => ("remove", Reach::OtherAction),
        }
    }
}

/// The scripts of one package.
pub type PackageScripts = BTreeMap<Kind, Script>;

/// The scripts of all packages.
#[derive(Debug, Default)]
pub struct Scripts {
    packages: BTreeMap<String, PackageScripts>,
}

impl Scripts {
    /// Reads the collected files of one or more chroots of the same packages: normalized paths
    /// and contents. Of several copies of a script, the first counts.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Self {
        let mut contents = BTreeMap::new();
        let mut interested = BTreeSet::new();
        for (path, content) in files {
            let Some((name, extension)) = path
                .strip_prefix(INFO)
                .and_then(|name| name.rsplit_once_str(b"."))
            else {
                continue;
            };
            // `libc6:amd64.postinst`: packages of Multi-Arch: same carry their architecture.
            let package = name.split_str(b":").next().unwrap_or(name);
            let package = package.to_str_lossy().into_owned();
            if extension == b"triggers" {
                let is_interest = |line: &[u8]| line.trim_ascii_start().starts_with(b"interest");
                if content.lines().any(is_interest) {
                    interested.insert(package);
                }
            } else if let Some(kind) = Kind::ALL
                .into_iter()
                .find(|kind| kind.as_str().as_bytes() == extension)
            {
                contents.entry((package, kind)).or_insert(content);
            }
        }
        let mut scripts = Self::default();
        for ((package, kind), content) in contents {
            let script = Script::read(kind, content, interested.contains(&package));
            scripts
                .packages
                .entry(package)
                .or_default()
                .insert(kind, script);
        }
        scripts
    }

    /// The scripts of one package, by its name without architecture.
    #[must_use]
    pub fn of(&self, package: &str) -> Option<&PackageScripts> {
        self.packages.get(package)
    }

    /// One script.
    #[must_use]
    pub fn script(&self, package: &str, kind: Kind) -> Option<&Script> {
        self.packages.get(package)?.get(&kind)
    }

    /// All packages that have scripts, by name.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &PackageScripts)> {
        self.packages
            .iter()
            .map(|(name, scripts)| (name.as_str(), scripts))
    }

    /// The lines of one script that name a path, or run a tool that is known to make it.
    #[must_use]
    pub fn lines_about(&self, package: &str, kind: Kind, path: &str) -> Vec<Line> {
        self.script(package, kind)
            .map(|script| script.lines_about(path))
            .unwrap_or_default()
    }

    /// Every line of any package that names a path or runs a tool that makes it.
    #[must_use]
    pub fn anywhere(&self, path: &str) -> Vec<(&str, Kind, Line)> {
        let scripts = self.packages.iter().flat_map(|(package, scripts)| {
            scripts
                .iter()
                .map(move |(kind, script)| (package.as_str(), *kind, script))
        });
        scripts
            .flat_map(|(package, kind, script)| {
                script
                    .lines_about(path)
                    .into_iter()
                    .map(move |line| (package, kind, line))
            })
            .collect()
    }
}

/// What tools are known to make: the tool, and the start of the paths.
const MAKES: [(&str, &str); 24] = [
    ("add-shell", "etc/shells"),
    ("addgroup", "etc/group"),
    ("addgroup", "etc/gshadow"),
    ("adduser", "etc/group"),
    ("adduser", "etc/gshadow"),
    ("adduser", "etc/passwd"),
    ("adduser", "etc/shadow"),
    ("adduser", "run/adduser"),
    ("groupadd", "etc/group"),
    ("groupadd", "etc/gshadow"),
    ("ldconfig", "etc/ld.so.cache"),
    ("ldconfig", "var/cache/ldconfig"),
    ("pam-auth-update", "etc/pam.d"),
    ("systemd-hwdb", "usr/lib/udev/hwdb.bin"),
    ("systemd-machine-id-setup", "etc/machine-id"),
    ("update-alternatives", "etc/alternatives"),
    ("update-ca-certificates", "etc/ssl/certs"),
    ("update-passwd", "etc/passwd"),
    ("update-rc.d", "etc/rc"),
    ("update-shells", "etc/shells"),
    ("update-shells", "var/lib/shells.state"),
    ("useradd", "etc/passwd"),
    ("useradd", "etc/shadow"),
    ("systemd-sysusers", "etc/passwd"),
];

/// Whether a tool is known to make a path.
pub(crate) fn makes(tool: &str, path: &str) -> bool {
    let name = tool.rsplit('/').next().unwrap_or(tool);
    MAKES
        .iter()
        .any(|(known, start)| *known == name && path.starts_with(start))
}
