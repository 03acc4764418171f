//! Which package a path belongs to, by dpkg's own database inside the tarballs.
//!
//! Two witnesses: the `.list` files know what packages ship; for what scripts make, a
//! maintainer script that names the path, if it is the only one that does. Which script
//! really wrote a path is not known here.

use std::collections::BTreeMap;

use bstr::ByteSlice;

/// Directory of dpkg's per-package files, in a normalized path.
const INFO: &[u8] = b"var/lib/dpkg/info/";

/// Maintainer scripts that run when a chroot is made.
const SCRIPTS: [&str; 2] = ["postinst", "preinst"];

/// Directories that merged-/usr has an alias for in the root.
const ALIASED: [&[u8]; 3] = [b"usr/bin/", b"usr/sbin/", b"usr/lib"];

/// Who a path belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Binary package.
    pub package: String,
    /// `postinst` or `preinst`, where a script names the path.
    pub script: Option<&'static str>,
}

/// The database of one chroot.
#[derive(Debug, Default)]
pub struct Owners {
    /// Packages by shipped path, without the leading slash.
    shipped: BTreeMap<Vec<u8>, Vec<String>>,
    /// Text of each maintainer script.
    scripts: Vec<(String, &'static str, Vec<u8>)>,
}

/// Whether a normalized path inside a tarball is wanted for [`Owners`] or the package list.
#[must_use]
pub fn is_evidence(path: &[u8]) -> bool {
    let name = path.strip_prefix(INFO);
    path == b"var/lib/dpkg/status"
        || name.is_some_and(|name| {
            name.ends_with(b".list")
                || SCRIPTS
                    .iter()
                    .any(|script| name.ends_with(script.as_bytes()))
        })
}

impl Owners {
    /// Reads the collected files of one or more chroots of the same packages.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Self {
        let mut owners = Self::default();
        for (path, content) in files {
            let Some((name, kind)) = path
                .strip_prefix(INFO)
                .and_then(|name| name.rsplit_once_str(b"."))
            else {
                continue;
            };
            // `libc6:amd64.list`: packages of Multi-Arch: same carry their architecture.
            let package = name
                .split_str(b":")
                .next()
                .unwrap_or(name)
                .to_str_lossy()
                .into_owned();
            if kind == b"list" {
                for line in content.lines() {
                    let packages = owners.shipped.entry(bare(line).to_vec()).or_default();
                    if !packages.contains(&package) {
                        packages.push(package.clone());
                    }
                }
            } else if let Some(script) = SCRIPTS.iter().find(|script| script.as_bytes() == kind) {
                let is_known = owners
                    .scripts
                    .iter()
                    .any(|(known, name, _)| *known == package && name == script);
                if !is_known {
                    owners.scripts.push((package, script, content.to_vec()));
                }
            }
        }
        owners
    }

    /// The one package that a path belongs to; `None` where there is none or several.
    #[must_use]
    pub fn of(&self, path: &[u8]) -> Option<Owner> {
        let path = bare(path);
        let by_list = self.shipped.get(path).or_else(|| {
            let is_aliased = ALIASED.iter().any(|directory| path.starts_with(directory));
            self.shipped
                .get(path.strip_prefix(b"usr/").filter(|_| is_aliased)?)
        });
        match by_list.map(Vec::as_slice) {
            Some([package]) => {
                return Some(Owner {
                    package: package.clone(),
                    script: None,
                });
            }
            Some(_) => return None,
            None => {}
        }
        let mut naming = self.scripts.iter().filter(|(_, _, text)| names(text, path));
        let (package, script, _) = naming.next()?;
        let is_only = naming.all(|(other, _, _)| other == package);
        is_only.then(|| Owner {
            package: package.clone(),
            script: Some(script),
        })
    }
}

/// A path without what comes before its first component, and without a slash at its end.
fn bare(path: &[u8]) -> &[u8] {
    let path = path.strip_prefix(b".").unwrap_or(path);
    path.trim_with(|c| c == '/')
}

/// Whether a script's text has the path as a whole word: `/etc/motd`, but neither
/// `/etc/motd.d` nor `/srv/etc/motd`.
fn names(text: &[u8], path: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    let begins_a_word = |before: &[u8]| {
        let before = before.strip_suffix(b"/").unwrap_or(before);
        before.ends_with(b"$DPKG_ROOT") || !before.last().is_some_and(is_part)
    };
    // A word of one component would be found everywhere.
    path.contains(&b'/')
        && text.find_iter(path).any(|start| {
            let (before, rest) = text.split_at(start);
            begins_a_word(before) && !rest.get(path.len()).is_some_and(is_part)
        })
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

    #[test]
    fn a_path_belongs_to_the_one_package_that_knows_it() {
        let owner = |package: &str, script| {
            Some(Owner {
                package: package.to_owned(),
                script,
            })
        };
        let cases: [(&[u8], Option<Owner>); 8] = [
            (b"./etc/a", owner("a", None)),
            (b"/usr/lib/b", owner("libb", None)),
            (b"./usr/bin/cat", owner("a", None)),
            (b"./etc/", None),
            (b"./etc/motd", owner("a", Some("postinst"))),
            (b"/etc/both", None),
            (b"./etc/nobody", None),
            (b"./etc", None),
        ];
        for (path, expected) in cases {
            assert_eq!(owners().of(path), expected, "{}", path.as_bstr());
        }
    }

    #[test]
    fn only_dpkgs_own_files_are_collected() {
        assert!(is_evidence(b"var/lib/dpkg/status"));
        assert!(is_evidence(b"var/lib/dpkg/info/a.list"));
        assert!(is_evidence(b"var/lib/dpkg/info/a.postinst"));
        assert!(!is_evidence(b"var/lib/dpkg/info/a.md5sums"));
        assert!(!is_evidence(b"etc/a.list"));
    }
}
