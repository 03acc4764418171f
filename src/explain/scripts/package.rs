//! The scripts of every package of a chroot, from dpkg's own directory.

use std::collections::{BTreeMap, BTreeSet};

use bstr::ByteSlice;

use crate::debian::maintainer_script::{InfoFile, ScriptKind};
use crate::explain::scripts::line::Line;
use crate::explain::scripts::parsed_script::{ParsedScript, TriggerInterest};

/// The scripts of one package.
pub type PackageScripts = BTreeMap<ScriptKind, ParsedScript>;

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
            let Some(file) = InfoFile::from_path(path) else {
                continue;
            };
            let package = file.package.to_str_lossy().into_owned();
            if file.kind == b"triggers" {
                let is_interest = |line: &[u8]| line.trim_ascii_start().starts_with(b"interest");
                if content.lines().any(is_interest) {
                    let _ = interested.insert(package);
                }
            } else if let Some(kind) = ScriptKind::from_name(file.kind) {
                let _ = contents.entry((package, kind)).or_insert(content);
            }
        }
        let mut scripts = Self::default();
        for ((package, kind), content) in contents {
            let interest = if interested.contains(&package) {
                TriggerInterest::Declared
            } else {
                TriggerInterest::Absent
            };
            let script = ParsedScript::read(kind, content, interest);
            let _ = scripts
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
    pub fn script(&self, package: &str, kind: ScriptKind) -> Option<&ParsedScript> {
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
    pub fn lines_about(&self, package: &str, kind: ScriptKind, path: &str) -> Vec<Line> {
        self.script(package, kind)
            .map(|script| script.lines_about(path))
            .unwrap_or_default()
    }
}
