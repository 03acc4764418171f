//! Which package a path belongs to, by dpkg's own database inside the tarballs.
//!
//! There are two witnesses: the `.list` files know what packages ship, and a maintainer script
//! may name a path, which counts if no other package's script does. Which script really wrote a
//! path is not known here, so the second is asked only about entries that one archive does not
//! have, and about changes of the outside: there, for a name without `DPKG_ROOT`.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use crate::debian::dpkg_database::STATUS;
use crate::debian::maintainer_script::{InfoFile, ScriptKind};
use crate::debian::merged_usr::through_link;
use crate::explain::maintainer_script::MaintainerScript;
use crate::tar::entry_path::EntryPath;

/// Maintainer scripts that run when a chroot is made.
const SCRIPTS: [MaintainerScript; 2] = [MaintainerScript::Postinst, MaintainerScript::Preinst];

/// Who a path belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Binary package.
    pub package: String,
    /// The postinst or preinst, if a script names the path.
    pub script: Option<MaintainerScript>,
}

/// The database of one chroot.
#[derive(Debug, Default)]
pub struct Owners {
    /// Packages by shipped path, without the leading slash.
    shipped: BTreeMap<Vec<u8>, Vec<String>>,
    scripts: Vec<ScriptText>,
}

/// A maintainer script.
#[derive(Debug)]
struct ScriptText {
    package: String,
    script: MaintainerScript,
    text: Vec<u8>,
}

/// What is read of a package apart from its scripts: its list of files, and what decides when and
/// with which files scripts run.
const RECORDS: [&[u8]; 3] = [b"list", b"triggers", b"conffiles"];

/// Which accounts a chroot has.
const ACCOUNTS: [&[u8]; 2] = [b"etc/passwd", b"etc/group"];

/// Whether a normalized path inside a tarball is wanted for [`Owners`], the package list, accounts or
/// [`Scripts`](crate::explain::scripts::package::Scripts).
#[must_use]
pub fn is_evidence(path: &[u8]) -> bool {
    path == STATUS.as_bytes()
        || ACCOUNTS.contains(&path)
        || InfoFile::from_path(path).is_some_and(|file| {
            ScriptKind::from_name(file.kind).is_some() || RECORDS.contains(&file.kind)
        })
}

impl Owners {
    /// Reads the collected files of one or more chroots of the same packages.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Self {
        let mut owners = Self::default();
        for (path, content) in files {
            let Some(file) = InfoFile::from_path(path) else {
                continue;
            };
            let package = file.package.to_str_lossy().into_owned();
            if file.kind == b"list" {
                for line in content.lines() {
                    let packages = owners.shipped.entry(bare(line).to_vec()).or_default();
                    if !packages.contains(&package) {
                        packages.push(package.clone());
                    }
                }
            } else if let Some(script) = SCRIPTS
                .into_iter()
                .find(|script| script.as_str().as_bytes() == file.kind)
            {
                let is_known = owners
                    .scripts
                    .iter()
                    .any(|known| known.package == package && known.script == script);
                if !is_known {
                    owners.scripts.push(ScriptText {
                        package,
                        script,
                        text: content.to_vec(),
                    });
                }
            }
        }
        owners
    }

    /// The one package that ships a path; `None` if none or several do.
    #[must_use]
    pub fn shipping(&self, path: &[u8]) -> Option<Owner> {
        let path = bare(path);
        let shipped = self.shipped.get(path);
        let packages = shipped.or_else(|| self.shipped.get(through_link(path)?))?;
        match packages.as_slice() {
            [package] => Some(Owner {
                package: package.clone(),
                script: None,
            }),
            _ => None,
        }
    }

    /// The one package whose script names a path, with `DPKG_ROOT` before it or without.
    #[must_use]
    pub fn naming(&self, path: &[u8]) -> Option<Owner> {
        self.only(|text| mentions(text, bare(path)).next().is_some())
    }

    /// The one package whose script names a path of the outside: absolute, without `DPKG_ROOT`.
    #[must_use]
    pub fn suspect(&self, path: &[u8]) -> Option<Owner> {
        self.only(|text| {
            mentions(text, bare(path)).any(|before| {
                before
                    .strip_suffix(b"/")
                    .is_some_and(|before| !has_root(before))
            })
        })
    }

    fn only(&self, is_naming: impl Fn(&[u8]) -> bool) -> Option<Owner> {
        let mut naming = self.scripts.iter().filter(|one| is_naming(&one.text));
        let first = naming.next()?;
        let is_only = naming.all(|other| other.package == first.package);
        is_only.then(|| Owner {
            package: first.package.clone(),
            script: Some(first.script),
        })
    }
}

/// A path without what comes before its first component, and without a slash at its end.
fn bare(path: &[u8]) -> &[u8] {
    EntryPath::new(path).from_root()
}

/// What stands before each mention of a path as a whole word: `/etc/motd` and `etc/motd`, but
/// neither `/etc/motd.d` nor `/srv/etc/motd`.
fn mentions<'a>(text: &'a [u8], path: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    // A word of one component would be found everywhere.
    let starts = path
        .contains(&b'/')
        .then(|| text.find_iter(path))
        .into_iter()
        .flatten();
    starts.filter_map(move |start| {
        let (before, rest) = text.split_at(start);
        let word = before.strip_suffix(b"/").unwrap_or(before);
        let begins_a_word = has_root(word) || !word.last().is_some_and(is_part);
        (begins_a_word && !rest.get(path.len()).is_some_and(is_part)).then_some(before)
    })
}

/// Whether a word that goes on with a slash starts with `DPKG_ROOT`.
fn has_root(before: &[u8]) -> bool {
    [
        &b"$DPKG_ROOT"[..],
        b"${DPKG_ROOT}",
        b"${DPKG_ROOT:-}",
        b"$DPKG_ROOT\"",
        b"${DPKG_ROOT}\"",
    ]
    .iter()
    .any(|word| before.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners() -> Owners {
        let files: [(&[u8], &[u8]); 5] = [
            (b"var/lib/dpkg/info/a.list", b"/.\n/etc\n/etc/a\n/bin/cat\n"),
            (
                b"var/lib/dpkg/info/libb:amd64.list",
                b"/.\n/etc\n/usr/lib/b\n",
            ),
            (
                b"var/lib/dpkg/info/a.postinst",
                b"#!/bin/sh\necho >\"$DPKG_ROOT/etc/motd\"\ntouch /etc/both\n",
            ),
            (
                b"var/lib/dpkg/info/libb:amd64.preinst",
                b"touch $DPKG_ROOT/etc/both /etc/motd.d /x/etc/motd\n",
            ),
            (b"var/lib/dpkg/status", b"Package: a\n"),
        ];
        Owners::read(files)
    }

    fn by(package: &str, script: Option<MaintainerScript>) -> Option<Owner> {
        Some(Owner {
            package: package.to_owned(),
            script,
        })
    }

    #[test]
    fn a_path_belongs_to_the_one_package_that_ships_it() {
        let cases: [(&[u8], Option<Owner>); 6] = [
            (b"./etc/a", by("a", None)),
            (b"/usr/lib/b", by("libb", None)),
            (b"./usr/bin/cat", by("a", None)),
            (b"./etc/", None),
            (b"./etc/motd", None),
            (b"./etc", None),
        ];
        for (path, expected) in cases {
            assert_eq!(owners().shipping(path), expected, "{}", path.as_bstr());
        }
    }

    #[test]
    fn a_script_is_suspect_if_it_names_the_path_without_dpkg_root() {
        let cases: [(&[u8], Option<Owner>, Option<Owner>); 4] = [
            (
                b"./etc/motd",
                by("a", Some(MaintainerScript::Postinst)),
                None,
            ),
            (
                b"/etc/both",
                None,
                by("a", Some(MaintainerScript::Postinst)),
            ),
            (b"./etc/nobody", None, None),
            (b"./etc", None, None),
        ];
        for (path, naming, suspect) in cases {
            assert_eq!(owners().naming(path), naming, "{}", path.as_bstr());
            assert_eq!(owners().suspect(path), suspect, "{}", path.as_bstr());
        }
    }

    #[test]
    fn only_dpkgs_own_files_are_collected() {
        assert!(is_evidence(b"var/lib/dpkg/status"));
        assert!(is_evidence(b"var/lib/dpkg/info/a.list"));
        assert!(is_evidence(b"var/lib/dpkg/info/a.postinst"));
        assert!(is_evidence(b"var/lib/dpkg/info/libb:amd64.prerm"));
        assert!(is_evidence(b"var/lib/dpkg/info/a.triggers"));
        assert!(!is_evidence(b"var/lib/dpkg/info/a.md5sums"));
        assert!(!is_evidence(b"etc/a.list"));
    }
}
