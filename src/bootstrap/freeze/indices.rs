//! apt's package indices (`Packages`): the digests of the packages, and putting local packages
//! in the place of the archive's.

use std::collections::BTreeMap;

use crate::bootstrap::local_deb::LocalDeb;
use crate::debian::deb822::{field, stanzas};

/// SHA-256 of a package file, hexadecimal, by apt's name for it, `PACKAGE_VERSION_ARCH.deb`.
pub type Digests = BTreeMap<String, String>;

/// The SHA-256 of each package in an index.
#[must_use]
pub fn digests(packages: &str) -> Digests {
    stanzas(packages)
        .filter_map(|stanza| {
            let part = |name| field(stanza, name);
            let version = part("Version")?.replace(':', "%3a");
            let name = format!(
                "{}_{version}_{}.deb",
                part("Package")?,
                part("Architecture")?
            );
            Some((name, part("SHA256")?.to_owned()))
        })
        .collect()
}

/// An index without the packages that local ones replace.
#[must_use]
pub fn without(packages: &str, debs: &[LocalDeb]) -> String {
    let is_replaced = |stanza: &str| {
        let name = field(stanza, "Package");
        let architecture = field(stanza, "Architecture");
        debs.iter().any(|deb| {
            name == Some(deb.package.as_str())
                && (architecture == Some(deb.architecture.as_str())
                    || architecture == Some("all")
                    || deb.architecture == "all")
        })
    };
    let kept: Vec<_> = stanzas(packages)
        .filter(|stanza| !is_replaced(stanza))
        .collect();
    kept.iter().map(|stanza| format!("{stanza}\n\n")).collect()
}

/// The stanzas of local packages, as an index has them.
#[must_use]
pub fn stanzas_of(debs: &[LocalDeb]) -> String {
    debs.iter()
        .map(|deb| {
            format!(
                "{}\nFilename: pool/{}\nSize: {}\nSHA256: {}\n\n",
                deb.control.trim_end(),
                deb.archive_name(),
                deb.size,
                deb.sha256
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deb() -> LocalDeb {
        LocalDeb {
            path: "/x.deb".into(),
            control: "Package: b\nVersion: 1:2\nArchitecture: amd64".into(),
            package: "b".into(),
            version: "1:2".into(),
            architecture: "amd64".into(),
            size: 7,
            sha256: "ff".into(),
        }
    }

    #[test]
    fn a_local_package_takes_the_place_of_the_archives() {
        let index =
            "Package: a\nArchitecture: amd64\n\nPackage: b\nArchitecture: amd64\nVersion: 9\n\n";
        assert_eq!(
            without(index, &[deb()]),
            "Package: a\nArchitecture: amd64\n\n"
        );
        assert_eq!(
            stanzas_of(&[deb()]),
            "Package: b\nVersion: 1:2\nArchitecture: amd64\nFilename: pool/b_1%3a2_amd64.deb\nSize: 7\nSHA256: ff\n\n"
        );
    }

    #[test]
    fn digests_are_found_by_the_name_apt_gives_to_the_file() {
        let found = digests(&stanzas_of(&[deb()]));
        assert_eq!(
            found,
            BTreeMap::from([("b_1%3a2_amd64.deb".to_owned(), "ff".to_owned())])
        );
    }
}
