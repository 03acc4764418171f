//! A package file (deb(5)): when it was packed, and what its control data say.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::debian::ar::{ArError, Members};
use crate::debian::deb822::field;

/// Why a file cannot be used as a package.
#[derive(Debug, thiserror::Error)]
pub enum DebError {
    /// It is not an ar archive.
    #[error("it is no package: {0}")]
    NotAnArchive(ArError),
    /// It is an ar archive that ends early, or that has something else between its members.
    #[error("it is damaged: {0}")]
    Damaged(ArError),
    /// It is an empty ar archive.
    #[error("it is damaged: it has no member")]
    NoMember,
    /// dpkg-deb(1) cannot read its control data.
    #[error("{message}")]
    Control {
        /// dpkg-deb's first line.
        message: String,
    },
    /// Its control data have no such field.
    #[error("its control file has no {name}")]
    NoField {
        /// The field's name.
        name: &'static str,
    },
    /// It changed between two times that it was read.
    #[error("it changed while it was read")]
    Changed,
}

/// A package's control data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The stanza, verbatim, without an empty line at the end.
    pub text: String,
    /// Package name.
    pub package: String,
    /// Version.
    pub version: String,
    /// Architecture, or `all`.
    pub architecture: String,
}

impl Control {
    /// Reads the control data of a package file with dpkg-deb(1).
    ///
    /// # Errors
    /// dpkg-deb cannot be started; the inner error says that the file is not a package.
    pub fn read(path: &Path) -> io::Result<Result<Self, DebError>> {
        let output = Command::new("dpkg-deb").arg("--field").arg(path).output()?;
        if !output.status.success() {
            let message = first_line(&String::from_utf8_lossy(&output.stderr));
            return Ok(Err(DebError::Control { message }));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(Self::parse(text.trim_end()))
    }

    /// Reads a stanza of control data.
    ///
    /// # Errors
    /// A field that every package has is missing.
    pub fn parse(text: &str) -> Result<Self, DebError> {
        let value = |name: &'static str| {
            let value = field(text, name).map(str::to_owned);
            value.ok_or(DebError::NoField { name })
        };
        Ok(Self {
            package: value("Package")?,
            version: value("Version")?,
            architecture: value("Architecture")?,
            text: text.to_owned(),
        })
    }
}

/// dpkg-deb's complaint, without the program's name.
fn first_line(stderr: &str) -> String {
    let line = stderr.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or("not a package");
    line.trim_start_matches("dpkg-deb: error: ").to_owned()
}

/// When a package file was packed, in seconds since 1970: the time of its first member, which
/// dpkg-deb(1) sets to `SOURCE_DATE_EPOCH` if there is one. All headers are read, so that a file
/// that ends early is found.
///
/// # Errors
/// Reading fails; the inner error says that the file is not a package, or ends early.
pub fn packing_time(file: File) -> io::Result<Result<u64, DebError>> {
    let mut first = None;
    let members = match Members::new(file) {
        Ok(members) => members,
        Err(ArError::Io(error)) => return Err(error),
        Err(error) => return Ok(Err(DebError::NotAnArchive(error))),
    };
    for member in members {
        match member {
            // dpkg takes a member without a time.
            Ok(member) => first = first.or(Some(seconds(&member.time).unwrap_or(0))),
            Err(ArError::Io(error)) => return Err(error),
            Err(error) => return Ok(Err(DebError::Damaged(error))),
        }
    }
    Ok(first.ok_or(DebError::NoMember))
}

fn seconds(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, Write as _};

    use super::*;
    use crate::debian::ar::MAGIC;

    fn packed(bytes: &[u8]) -> Result<u64, String> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        packing_time(file)
            .unwrap()
            .map_err(|error| error.to_string())
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
        assert_eq!(packed(&bytes), Ok(1_760_000_000));
        assert_eq!(packed(&archive(&[("", "2.0\n")])), Ok(0));
    }

    #[test]
    fn a_package_that_ends_early_is_damaged_wherever_that_is() {
        let bytes = archive(&[("1", "2.0\n"), ("1", "content")]);
        let check = |bytes: &[u8], why: &str| {
            assert_eq!(packed(bytes), Err(why.to_owned()));
        };
        let foreign = "it is no package: it does not begin as an ar archive does";
        check(b"", foreign);
        check(b"!<arch>", foreign);
        check(b"PK\x03\x04 and more", foreign);
        check(MAGIC, "it is damaged: it has no member");
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

    #[test]
    fn control_data_without_a_version_are_refused() {
        let control = Control::parse("Package: a\nArchitecture: all");
        assert_eq!(
            control.unwrap_err().to_string(),
            "its control file has no Version"
        );
        assert_eq!(first_line("\ndpkg-deb: error: no\nmore\n"), "no");
    }
}
