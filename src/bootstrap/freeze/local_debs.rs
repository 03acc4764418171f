//! Reads a package file of the user's: given by `--deb`, or found in a directory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::bootstrap::recipe::LocalDeb;
use crate::bootstrap::{BuildError, at, refused};
use crate::debian::deb822::field;
use crate::text::hex::hex;

/// What an ar archive begins with.
const MAGIC: &[u8; 8] = b"!<arch>\n";

impl LocalDeb {
    /// Reads the control data with dpkg-deb(1) and the digest of the file.
    ///
    /// # Errors
    /// The file is not there, or is no Debian package.
    pub fn read(path: &Path) -> Result<Self, BuildError> {
        let path = path.canonicalize().map_err(at(path, "open"))?;
        let digest = digest(&path)?;
        let name = format!("--deb {}", path.to_string_lossy());
        Self::of(&path, &name, digest)
    }

    /// The same of a file whose size and SHA-256 are known, and which errors call `name`.
    ///
    /// # Errors
    /// It is no Debian package.
    pub(crate) fn of(
        path: &Path,
        name: &str,
        (size, sha256): (u64, String),
    ) -> Result<Self, BuildError> {
        let output = Command::new("dpkg-deb")
            .arg("--field")
            .arg(path)
            .output()
            .map_err(at("dpkg-deb", "run"))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            let line = words
                .lines()
                .find(|line| !line.trim().is_empty())
                .unwrap_or("not a package");
            let why = line.trim_start_matches("dpkg-deb: error: ");
            return Err(refused(name, why.to_owned()));
        }
        let control = String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned();
        let wanted = |field_name: &str| {
            field(&control, field_name)
                .map(str::to_owned)
                .ok_or_else(|| refused(name, format!("its control file has no {field_name}")))
        };
        let (package, version, architecture) = (
            wanted("Package")?,
            wanted("Version")?,
            wanted("Architecture")?,
        );
        Ok(Self {
            path: path.to_owned(),
            control,
            package,
            version,
            architecture,
            size,
            sha256,
        })
    }
}

/// When a package file was packed, in seconds since the epoch: the time that dpkg-deb(1) gives
/// to its members, `SOURCE_DATE_EPOCH` where that was set. `name` is what errors call the file.
///
/// A package is an ar archive (deb(5)): eight bytes of magic, then members, each at an even
/// offset and with a header of 60 bytes: name 16, time 12, owner 6, group 6, mode 8, size 10,
/// and two bytes that end it. All headers are looked at, and that the last member is whole.
///
/// # Errors
/// It is no such archive, or ends early.
pub(crate) fn packed(path: &Path, name: &str) -> Result<u64, BuildError> {
    let mut file = File::open(path).map_err(at(path, "open"))?;
    let length = file.metadata().map_err(at(path, "look at"))?.len();
    let mut magic = [0; MAGIC.len()];
    if length < 8 || file.read_exact(&mut magic).is_err() || &magic != MAGIC {
        return Err(refused(
            name,
            "it is no package: it does not begin as an ar archive does".to_owned(),
        ));
    }
    let mut first = None;
    let mut offset = 8;
    while offset < length {
        let mut header = [0; 60];
        file.seek(SeekFrom::Start(offset))
            .map_err(at(path, "read"))?;
        let number = |header: &[u8], range: Range<usize>| -> Option<u64> {
            std::str::from_utf8(header.get(range)?)
                .ok()?
                .trim()
                .parse()
                .ok()
        };
        let size = file
            .read_exact(&mut header)
            .ok()
            .and_then(|()| header.ends_with(b"`\n").then(|| number(&header, 48..58))?);
        let Some(size) = size else {
            let why = format!("it is damaged: it has no header of a member at offset {offset}");
            return Err(refused(name, why));
        };
        let end = offset + 60 + size;
        if end > length {
            let why = format!("it is damaged: it ends at {length}, its last member at {end}");
            return Err(refused(name, why));
        }
        // dpkg takes a member without a time.
        first = first.or(Some(number(&header, 16..28).unwrap_or(0)));
        offset = end + end % 2;
    }
    first.ok_or_else(|| refused(name, "it is damaged: it has no member".to_owned()))
}

/// Size and SHA-256 of a file.
///
/// # Errors
/// It cannot be read.
pub fn digest(path: &Path) -> Result<(u64, String), BuildError> {
    let mut file = File::open(path).map_err(at(path, "open"))?;
    let mut digest = Sha256::new();
    let mut size = 0;
    let mut chunk = vec![0; 128 * 1024];
    loop {
        let length = file.read(&mut chunk).map_err(at(path, "read"))?;
        let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else {
            return Ok((size, hex(&digest.finalize())));
        };
        digest.update(read);
        size += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed_of(bytes: &[u8]) -> Result<u64, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.deb");
        std::fs::write(&path, bytes).unwrap();
        packed(&path, "x.deb").map_err(|error| error.to_string())
    }

    fn archive(members: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for (time, content) in members {
            let size = content.len();
            bytes.extend(
                format!("name            {time:<12}0     0     100644  {size:<10}`\n").into_bytes(),
            );
            bytes.extend(content.as_bytes());
            bytes.extend(std::iter::repeat_n(b'\n', size % 2));
        }
        bytes
    }

    #[test]
    fn a_package_is_as_old_as_its_first_member() {
        let bytes = archive(&[("1760000000", "2.0\n"), ("7", "odd"), ("8", "")]);
        assert_eq!(packed_of(&bytes), Ok(1_760_000_000));
        assert_eq!(packed_of(&archive(&[("", "2.0\n")])), Ok(0));
    }

    #[test]
    fn a_package_that_ends_early_is_damaged_wherever_that_is() {
        let bytes = archive(&[("1", "2.0\n"), ("1", "content")]);
        let check = |bytes: &[u8], why: &str| {
            assert_eq!(packed_of(bytes), Err(format!("x.deb: {why}")));
        };
        let foreign = "it is no package: it does not begin as an ar archive does";
        check(b"", foreign);
        check(b"!<arch>", foreign);
        check(b"PK\x03\x04 and more", foreign);
        check(
            &bytes[..bytes.len() - 2],
            "it is damaged: it ends at 138, its last member at 139",
        );
        check(
            &bytes[..100],
            "it is damaged: it has no header of a member at offset 72",
        );
        check(
            &[&bytes[..], b"more"].concat(),
            "it is damaged: it has no header of a member at offset 140",
        );
    }
}
