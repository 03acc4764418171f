//! Tells a MIRROR that is a directory of this machine from all else that it can be.

use std::path::{Path, PathBuf};

use crate::bootstrap::error::{Error, at};

/// A directory of this machine that a MIRROR names.
#[derive(Debug, Clone, Copy)]
pub struct MirrorDirectory<'a> {
    /// MIRROR as the user wrote it.
    pub given: &'a str,
    /// The directory's canonical path.
    pub path: &'a Path,
}

/// The directory that a MIRROR names, if it is one and neither a URI, nor a line of
/// sources.list, nor a file of such lines.
///
/// # Errors
/// It is written as a path, and leads nowhere.
pub fn directory(mirror: &str) -> Result<Option<PathBuf>, Error> {
    let path = Path::new(mirror);
    match path.canonicalize() {
        Ok(found) => Ok(found.is_dir().then_some(found)),
        Err(error)
            if ["/", "./", "../"]
                .iter()
                .any(|start| mirror.starts_with(start)) =>
        {
            Err(at(path, "open")(error))
        }
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_directory_is_known_from_everything_else_that_a_mirror_can_be() {
        let lab = tempfile::tempdir().unwrap();
        let path = lab.path().canonicalize().unwrap();
        let file = path.join("sources.list");
        fs::write(&file, "").unwrap();
        let check = |mirror: &str, expected: Option<&Path>| {
            assert_eq!(directory(mirror).unwrap().as_deref(), expected, "{mirror}");
        };
        check(path.to_str().unwrap(), Some(&path));
        check(file.to_str().unwrap(), None);
        let here = Path::new(".").canonicalize().unwrap();
        check(".", Some(&here));
        check("src", Some(&here.join("src")));
        check("./src/bootstrap/..", Some(&here.join("src")));
        check("https://deb.example/debian", None);
        check("copy:/srv", None);
        check("deb [trusted=yes] copy:/srv trixie main", None);
        check("-", None);
        check("", None);
        assert_eq!(
            directory("./nowhere").unwrap_err().to_string(),
            "./nowhere: open: No such file or directory (os error 2)"
        );
    }
}
