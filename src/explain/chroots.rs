//! What dpkg's databases inside the two tarballs say.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compare::comparison::Collected;
use crate::debian::dpkg_database::{STATUS, versions};
use crate::explain::ownership::Owners;
use crate::explain::scripts::package::Scripts;

/// Packages and their versions.
pub type Versions = BTreeMap<String, String>;

/// dpkg's databases of both chroots, read.
#[derive(Debug, Default)]
pub struct Chroots {
    /// Which package ships what, of both chroots.
    pub owners: Owners,
    /// The maintainer scripts of both chroots.
    pub scripts: Scripts,
    /// The packages of the left chroot.
    pub left: Versions,
    /// The packages of the right chroot.
    pub right: Versions,
}

impl Chroots {
    /// Reads the files that a comparison collected.
    #[must_use]
    pub fn read(collected: &Collected) -> Self {
        let files = || {
            let files = collected.left.iter().chain(&collected.right);
            files.map(|(path, content)| (path.as_slice(), content.as_slice()))
        };
        Self {
            owners: Owners::read(files()),
            scripts: Scripts::read(files()),
            left: installed(&collected.left),
            right: installed(&collected.right),
        }
    }

    /// The version of a package, that of the left chroot if they differ.
    #[must_use]
    pub fn version(&self, package: &str) -> Option<&str> {
        let version = self.left.get(package).or_else(|| self.right.get(package));
        version.map(String::as_str)
    }
}

/// Packages and versions by the status file of one chroot.
fn installed(files: &BTreeMap<Vec<u8>, Arc<Vec<u8>>>) -> Versions {
    let status = files.get(STATUS.as_bytes());
    status.map_or_else(BTreeMap::new, |bytes| versions(bytes))
}
