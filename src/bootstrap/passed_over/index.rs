//! Package indices that name other files than the archive's.

use crate::bootstrap::file_digest::FileDigest;
use crate::debian::deb822::{field, stanzas};

/// A package file that takes the place of the archive's.
#[derive(Debug)]
pub(crate) struct ReplacedDeb {
    /// apt's name of it, `PACKAGE_VERSION_ARCH.deb`.
    pub(crate) file: String,
    /// Its size and digest.
    pub(crate) digest: FileDigest,
}

/// Fields that are about the bytes of a package file.
const OF_FILE: [&str; 5] = ["Size:", "MD5sum:", "SHA1:", "SHA256:", "SHA512:"];

/// An index with sizes and digests of replaced package files; `None` if it names none of them.
pub(crate) fn with_replaced(packages: &str, replaced: &[ReplacedDeb]) -> Option<String> {
    let mut is_changed = false;
    let stanzas = stanzas(packages).map(|stanza| {
        let file = file_of(stanza);
        let new = replaced.iter().find(|deb| Some(&deb.file) == file.as_ref());
        is_changed |= new.is_some();
        match new {
            Some(new) => renewed(stanza, &new.digest),
            None => format!("{stanza}\n\n"),
        }
    });
    let text: String = stanzas.collect();
    is_changed.then_some(text)
}

/// apt's name of the file that a stanza is about.
fn file_of(stanza: &str) -> Option<String> {
    let part = |name| field(stanza, name);
    let version = part("Version")?.replace(':', "%3a");
    let (package, architecture) = (part("Package")?, part("Architecture")?);
    Some(format!("{package}_{version}_{architecture}.deb"))
}

fn renewed(stanza: &str, digest: &FileDigest) -> String {
    let is_of_file = |line: &&str| OF_FILE.iter().any(|name| line.starts_with(name));
    let kept = stanza.lines().filter(|line| !is_of_file(line));
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    format!("{kept}Size: {}\nSHA256: {}\n\n", digest.size, digest.sha256)
}
