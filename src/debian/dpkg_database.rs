//! dpkg's status file: which packages a system has (dpkg-query(1), deb-control(5)).

use std::collections::BTreeMap;

use crate::debian::deb822::{field, stanzas};

/// Where a system has its status file, without the leading slash.
pub const STATUS: &str = "var/lib/dpkg/status";

/// One package of a status file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusPackage {
    /// Name of the binary package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Name of its source package; the binary package's own if the stanza names none.
    pub source: String,
    /// Version of its source package; the binary package's own if the stanza names none.
    pub source_version: String,
    /// Architecture, or `all`; empty if the stanza names none.
    pub architecture: String,
    /// Whether it is marked as essential.
    pub is_essential: bool,
    /// Whether dpkg calls it installed, and not half-configured or removed.
    pub is_installed: bool,
}

/// The packages of a status file, in its order, those without a name or a version left out.
#[must_use]
pub fn packages(status: &[u8]) -> Vec<StatusPackage> {
    let text = String::from_utf8_lossy(status);
    stanzas(&text).filter_map(package).collect()
}

/// Packages and their versions, by the content of a status file.
#[must_use]
pub fn versions(status: &[u8]) -> BTreeMap<String, String> {
    let pairs = packages(status).into_iter();
    pairs.map(|one| (one.name, one.version)).collect()
}

fn package(stanza: &str) -> Option<StatusPackage> {
    let name = field(stanza, "Package")?;
    let version = field(stanza, "Version")?;
    // `Source: NAME` or `Source: NAME (VERSION)` (deb-control(5)).
    let given = field(stanza, "Source").unwrap_or(name);
    let (source, rest) = given.split_once(' ').unwrap_or((given, ""));
    let source_version = rest
        .trim()
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(version);
    Some(StatusPackage {
        name: name.to_owned(),
        version: version.to_owned(),
        source: source.to_owned(),
        source_version: source_version.to_owned(),
        architecture: field(stanza, "Architecture").unwrap_or_default().to_owned(),
        is_essential: field(stanza, "Essential") == Some("yes"),
        is_installed: field(stanza, "Status").is_some_and(|status| status.ends_with(" installed")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_its_own_source_unless_its_stanza_names_another() {
        let status = b"Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n\
            Package: libb1\nEssential: yes\nStatus: deinstall ok config-files\nVersion: 2+b1\n\
            Architecture: amd64\nSource: b (2)\n\nPackage: c\n\n\
            Package: d\nVersion: 3\nSource: e\n";
        let package = |name: &str, version: &str, source: [&str; 2]| StatusPackage {
            name: name.to_owned(),
            version: version.to_owned(),
            source: source[0].to_owned(),
            source_version: source[1].to_owned(),
            architecture: String::new(),
            is_essential: false,
            is_installed: false,
        };
        assert_eq!(
            packages(status),
            [
                StatusPackage {
                    architecture: "all".to_owned(),
                    is_installed: true,
                    ..package("a", "1", ["a", "1"])
                },
                StatusPackage {
                    architecture: "amd64".to_owned(),
                    is_essential: true,
                    ..package("libb1", "2+b1", ["b", "2"])
                },
                package("d", "3", ["e", "3"]),
            ]
        );
        assert_eq!(
            versions(status),
            BTreeMap::from(
                [("a", "1"), ("libb1", "2+b1"), ("d", "3")]
                    .map(|(name, version)| { (name.to_owned(), version.to_owned()) })
            )
        );
    }
}
