//! Reads a package file that the user gave by `--deb`.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use super::recipe::{LocalDeb, hex};
use super::stanza::field;
use super::{BuildError, at};

impl LocalDeb {
    /// Reads the control data with dpkg-deb(1) and the digest of the file.
    ///
    /// # Errors
    /// The file is not there, or is no Debian package.
    pub fn read(path: &Path) -> Result<Self, BuildError> {
        let path = path.canonicalize().map_err(at(path, "open"))?;
        let refused = |why: String| BuildError::Recipe {
            what: format!("--deb {}", path.to_string_lossy()),
            why,
            hint: None,
        };
        let output = Command::new("dpkg-deb")
            .arg("--field")
            .arg(&path)
            .output()
            .map_err(at("dpkg-deb", "run"))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            let line = words
                .lines()
                .find(|line| !line.trim().is_empty())
                .unwrap_or("not a package");
            return Err(refused(
                line.trim_start_matches("dpkg-deb: error: ").to_owned(),
            ));
        }
        let control = String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned();
        let wanted = |name: &str| {
            field(&control, name)
                .map(str::to_owned)
                .ok_or_else(|| refused(format!("its control file has no {name}")))
        };
        let (package, version, architecture) = (
            wanted("Package")?,
            wanted("Version")?,
            wanted("Architecture")?,
        );
        let (size, sha256) = digest(&path)?;
        Ok(Self {
            control,
            package,
            version,
            architecture,
            size,
            sha256,
            path,
        })
    }
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
