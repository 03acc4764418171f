//! The scripts of every package of a chroot, out of dpkg's own directory.

use std::collections::{BTreeMap, BTreeSet};

use bstr::ByteSlice;

use crate::explain::scripts::kind::Kind;
use crate::explain::scripts::line::Line;
use crate::explain::scripts::script::Script;

/// Directory of dpkg's per-package files, in a normalized path.
const INFO: &[u8] = b"var/lib/dpkg/info/";

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
