//! Why a directory of this machine cannot be a mirror.

use std::path::PathBuf;

use crate::debian::deb_file::DebError;

/// Why a directory of this machine cannot be a mirror.
///
/// `given` is the directory as the user wrote it, and so are paths of files in it.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The suite is not one directory below `dists/`, or not a word of a Release file.
    #[error("{suite}: it is no name of a suite")]
    InvalidSuite {
        /// The suite.
        suite: String,
    },
    /// Its `dists/` has other suites, or none.
    #[error("{given}: its dists/ has no {}", missing_suite(suite, suites))]
    NoSuite {
        /// The directory.
        given: String,
        /// The suite that was asked for.
        suite: String,
        /// Those that are there, `stable (trixie)`.
        suites: Vec<String>,
    },
    /// The suite has no index of its indices.
    #[error("{given}: dists/{suite} has neither an InRelease nor a Release file")]
    NoRelease {
        /// The directory.
        given: String,
        /// The suite.
        suite: String,
    },
    /// The Release file is that of a suite of another name. mmdebstrap would not find the
    /// Essential packages.
    #[error("{given}: {release} has neither `Suite: {suite}` nor `Codename: {suite}`")]
    ReleaseOfAnotherSuite {
        /// The directory.
        given: String,
        /// Path of the Release file below it.
        release: String,
        /// The suite.
        suite: String,
    },
    /// The Release file names other architectures.
    #[error("{given}: {release} is not for {architecture}, but {}", offered.join(" "))]
    NotForArchitecture {
        /// The directory.
        given: String,
        /// Path of the Release file below it.
        release: String,
        /// The architecture that was asked for.
        architecture: String,
        /// Those that it names.
        offered: Vec<String>,
    },
    /// Sandboxes run as other users, and these cannot read it.
    #[error("{}: its mode is {mode:04o}, and fetching runs as another user", path.to_string_lossy())]
    Unreadable {
        /// The directory.
        given: String,
        /// The file or directory that cannot be read.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// There is nothing in it to make a repository of.
    #[error("{given}: it has neither a dists/ nor a package file (*.deb)")]
    NoPackages {
        /// The directory.
        given: String,
    },
    /// It has package files, and none of the chroot's architecture.
    #[error("{given}: it has no package of {architecture}, but of {}", offered.join(", "))]
    NoPackageOf {
        /// The directory.
        given: String,
        /// The chroot's architecture.
        architecture: String,
        /// Those of the package files, sorted.
        offered: Vec<String>,
    },
    /// Two package files are the same version of the same package and differ.
    #[error("{file}: it is {package} {version} {architecture}, and so is {other}, but they differ")]
    Ambiguous {
        /// One package file.
        file: String,
        /// The other.
        other: String,
        /// Package name of both.
        package: String,
        /// Version of both.
        version: String,
        /// Architecture of both.
        architecture: String,
    },
    /// A package file cannot be used.
    #[error("{file}: {error}")]
    PackageFile {
        /// The package file.
        file: String,
        /// What is wrong with it.
        error: DebError,
    },
}

fn missing_suite(suite: &str, suites: &[String]) -> String {
    if suites.is_empty() {
        "suite".to_owned()
    } else {
        format!("`{suite}`, but {}", suites.join(", "))
    }
}
