//! A MIRROR that is a directory of this machine: a repository with `dists/`, or nothing but
//! package files, of which a repository is made in the cache.
//!
//! Sandboxes that fetch see either at [`MIRROR`], wherever it lies, so that the line of
//! sources.list that gets into a tarball says nothing about the machine. No build needs it: builds
//! run from the frozen archive.

pub mod directory;
pub mod error;
pub mod package_files;
pub mod work;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use crate::bootstrap::cache::{Cache, CacheEntry, CacheSlot, Freshness, Handling, remove_entry};
use crate::bootstrap::error::{Error, at, in_cache};
use crate::bootstrap::file_digest::digest;
use crate::bootstrap::local_mirror::{LocalMirror, MIRROR};
use crate::bootstrap::mirror::directory::MirrorDirectory;
use crate::bootstrap::mirror::error::MirrorError;
use crate::bootstrap::mirror::package_files::PackageFiles;
use crate::bootstrap::mirror::work::{Work, WorkEvent};
use crate::bootstrap::recipe::Recipe;
use crate::bootstrap::seal::{self, Depth};
use crate::debian::deb822::field;
use crate::debian::release;

/// A mirror that is ready to be frozen.
#[derive(Debug)]
pub struct FoundMirror {
    /// The line of sources.list.
    pub line: String,
    /// Where the line's repository is.
    pub mirror: LocalMirror,
    /// What the directory has.
    pub content: MirrorContent,
    /// The cache's entry that must be held while fetching, if the repository was made.
    pub entry: Option<CacheEntry>,
}

/// What a directory that is a mirror has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorContent {
    /// A repository, with this directory of the suite: `dists/trixie`.
    Repository(String),
    /// Package files, of which a repository was made.
    PackageFiles {
        /// How many there are.
        count: usize,
        /// Whether the cache had the repository already.
        is_cached: bool,
    },
}

/// Who vouches for a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// The user, by naming a directory of the machine.
    User,
    /// The keys of `--keyring`.
    Keyrings,
}

/// Looks at a directory that [`directory`](crate::bootstrap::mirror::directory::directory) found; makes a repository below `cache` if it is
/// none.
///
/// # Errors
/// There is nothing to build the recipe from, or a package file is damaged.
pub fn find(
    recipe: &Recipe,
    from: MirrorDirectory<'_>,
    cache: &Path,
    work: Work<'_>,
) -> Result<FoundMirror, Error> {
    if !is_suite_name(&recipe.suite) {
        let suite = recipe.suite.clone();
        return Err(MirrorError::InvalidSuite { suite }.into());
    }
    if from.path.join("dists").is_dir() {
        return repository(recipe, from);
    }
    let files = PackageFiles::find(from, work)?;
    let sha256 = files.sha256(recipe);
    let remove = |path: &Path| remove_entry(path).map_err(in_cache(path, "remove"));
    let cache = Cache::open(cache, &remove)?;
    let key = sha256.get(..32).unwrap_or(&sha256);
    let handling = Handling {
        remove: &remove,
        damage: &|entry| seal::check(entry, Depth::Times).err(),
        damaged: &|_, damage| work.damaged(key, damage.clone()),
        waiting: &|| (work.watch)(WorkEvent::Waiting),
        interrupts: work.interrupts,
    };
    let (entry, is_cached) = match cache.slot(key, Freshness::Cached, handling)? {
        CacheSlot::Ready(entry) => (entry, true),
        CacheSlot::Vacant(writer) => match files
            .make(recipe, &writer.partial, work)
            .and_then(|()| seal::seal(&writer.partial, work.interrupts))
        {
            Ok(()) => (writer.publish(&remove)?, false),
            Err(error) => {
                writer.abandon(&remove)?;
                return Err(error);
            }
        },
    };
    Ok(FoundMirror {
        line: line(&recipe.suite, "main", Trust::User),
        mirror: LocalMirror {
            given: from.given.to_owned(),
            repository: entry.path.clone(),
            sha256,
        },
        content: MirrorContent::PackageFiles {
            count: files.count(),
            is_cached,
        },
        entry: Some(entry),
    })
}

/// Whether a suite can be a directory below `dists/` and a word of a Release file.
fn is_suite_name(suite: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._+~/".contains(c);
    let mut parts = Path::new(suite).components();
    suite.chars().all(is_name) && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// A repository that was there.
fn repository(recipe: &Recipe, from: MirrorDirectory<'_>) -> Result<FoundMirror, Error> {
    let MirrorDirectory { given, path } = from;
    let given = given.to_owned();
    let suite = &recipe.suite;
    let below = format!("dists/{suite}");
    let place = path.join(&below);
    if !place.is_dir() {
        return Err(Error::LocalMirror(MirrorError::NoSuite {
            given,
            suite: suite.clone(),
            suites: suites(&path.join("dists"))?,
        }));
    }
    let Some(release) = read_release(&place)? else {
        let suite = suite.clone();
        return Err(MirrorError::NoRelease { given, suite }.into());
    };
    check_release(recipe, &release, &given)?;
    for inside in [path, &path.join("dists"), &place, &release.path] {
        readable_for_all(inside, &given)?;
    }
    let is_signed = release.path.ends_with("InRelease") || place.join("Release.gpg").exists();
    let trust = if is_signed && !recipe.keyrings.is_empty() {
        Trust::Keyrings
    } else {
        Trust::User
    };
    Ok(FoundMirror {
        line: line(suite, &components(&release.text), trust),
        mirror: LocalMirror {
            given,
            repository: path.to_owned(),
            sha256: digest(&release.path)?.sha256,
        },
        content: MirrorContent::Repository(below),
        entry: None,
    })
}

/// Refuses a Release file that mmdebstrap could make nothing of.
fn check_release(recipe: &Recipe, release: &ReleaseFile, given: &str) -> Result<(), MirrorError> {
    let given = given.to_owned();
    let suite = recipe.suite.clone();
    let name = release.path.file_name().unwrap_or_default();
    let named = format!("dists/{suite}/{}", name.to_string_lossy());
    // mmdebstrap asks apt for the Essential packages of the archive of this name.
    let needs_essential = !["custom", "extract"].contains(&recipe.variant.as_str());
    if needs_essential && !release::is_release_of(&release.text, &suite) {
        return Err(MirrorError::ReleaseOfAnotherSuite {
            given,
            release: named,
            suite,
        });
    }
    match release::architectures(&release.text) {
        Some(all) if !all.contains(&recipe.architecture.as_str()) => {
            Err(MirrorError::NotForArchitecture {
                given,
                release: named,
                architecture: recipe.architecture.clone(),
                offered: all.into_iter().map(str::to_owned).collect(),
            })
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses what sandboxes cannot read: they run as other users. apt would go on without the
/// Release file and fail later.
fn readable_for_all(path: &Path, given: &str) -> Result<(), Error> {
    let metadata = fs::metadata(path).map_err(at(path, "look at"))?;
    let mode = metadata.permissions().mode();
    let needed = if metadata.is_dir() { 0o005 } else { 0o004 };
    if mode & needed == needed {
        return Ok(());
    }
    Err(Error::LocalMirror(MirrorError::Unreadable {
        given: given.to_owned(),
        path: path.to_owned(),
        mode: mode & 0o7777,
    }))
}

/// The line of sources.list.
fn line(suite: &str, components: &str, trust: Trust) -> String {
    let option = match trust {
        Trust::User => "[trusted=yes] ",
        Trust::Keyrings => "",
    };
    format!("deb {option}copy:{MIRROR} {suite} {components}")
}

/// The components that a Release file names, as a line of sources.list has them.
fn components(release: &str) -> String {
    release::components(release).join(" ")
}

/// A Release file, and its text.
struct ReleaseFile {
    path: PathBuf,
    text: String,
}

/// The Release file of a suite's directory that apt would take.
fn read_release(place: &Path) -> Result<Option<ReleaseFile>, Error> {
    let mut paths = ["InRelease", "Release"]
        .map(|name| place.join(name))
        .into_iter();
    let Some(path) = paths.find(|path| path.exists()) else {
        return Ok(None);
    };
    let bytes = fs::read(&path).map_err(at(&path, "read"))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Some(ReleaseFile { path, text }))
}

/// The suites of a `dists/`, each with the other names that its Release file has for it.
fn suites(dists: &Path) -> Result<Vec<String>, Error> {
    let mut suites = Vec::new();
    for entry in fs::read_dir(dists).map_err(at(dists, "read"))? {
        let entry = entry.map_err(at(dists, "read"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(release) = read_release(&entry.path())? {
            suites.push(names(&name, &release.text));
        }
    }
    suites.sort();
    Ok(suites)
}

/// `stable (trixie)`.
fn names(directory: &str, release: &str) -> String {
    let mut others: Vec<_> = ["Suite", "Codename"]
        .iter()
        .filter_map(|name| field(release, name))
        .filter(|name| *name != directory)
        .collect();
    others.dedup();
    if others.is_empty() {
        directory.to_owned()
    } else {
        format!("{directory} ({})", others.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_what_the_release_file_says() {
        let check = |release: &str, trust, expected: &str| {
            assert_eq!(line("tiny", &components(release), trust), expected);
        };
        let release = "Suite: tiny\nComponents: main  contrib\n";
        check(
            release,
            Trust::User,
            "deb [trusted=yes] copy:/tmp/twinroot/mirror tiny main contrib",
        );
        check(
            release,
            Trust::Keyrings,
            "deb copy:/tmp/twinroot/mirror tiny main contrib",
        );
        check(
            "Suite: tiny\n",
            Trust::Keyrings,
            "deb copy:/tmp/twinroot/mirror tiny main",
        );
    }

    #[test]
    fn suites_are_listed_with_their_other_names() {
        let lab = tempfile::tempdir().unwrap();
        let suite = |name: &str, file: &str, text: &str| {
            fs::create_dir(lab.path().join(name)).unwrap();
            fs::write(lab.path().join(name).join(file), text).unwrap();
        };
        suite("trixie", "Release", "Suite: stable\nCodename: trixie\n");
        suite(
            "mine",
            "InRelease",
            "Hash: SHA512\n\nSuite: x\nCodename: y\n",
        );
        suite("bare", "Release", "Origin: somebody\n");
        suite("none", "README", "");
        assert_eq!(
            suites(lab.path()).unwrap(),
            ["bare", "mine (x, y)", "trixie (stable)"]
        );
    }

    fn recipe(keyrings: Vec<PathBuf>) -> Recipe {
        Recipe {
            keyrings,
            ..Recipe::of("tiny")
        }
    }

    /// The line of a repository with these files in its `dists/tiny`, or the error, which
    /// calls the repository `repo`.
    fn found(files: &[(&str, &str)], keyrings: Vec<PathBuf>) -> Result<String, String> {
        let lab = tempfile::tempdir().unwrap();
        let path = lab.path().join("repo");
        let suite = path.join("dists/tiny");
        fs::create_dir_all(&suite).unwrap();
        for (name, text) in files {
            fs::write(suite.join(name), text).unwrap();
        }
        let found = repository(
            &recipe(keyrings),
            MirrorDirectory {
                given: "repo",
                path: &path,
            },
        );
        found
            .map(|found| found.line)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_signature_counts_where_there_are_keys_to_check_it_with() {
        let release = "Suite: tiny\nComponents: main\n";
        let keys = || vec!["/k.gpg".into()];
        let trusted = Ok("deb [trusted=yes] copy:/tmp/twinroot/mirror tiny main".to_owned());
        let checked = Ok("deb copy:/tmp/twinroot/mirror tiny main".to_owned());
        let unsigned = [("Release", release)];
        assert_eq!(found(&unsigned, keys()), trusted);
        let inline = [("InRelease", release)];
        assert_eq!(found(&inline, vec![]), trusted);
        assert_eq!(found(&inline, keys()), checked);
        let detached = [("Release", release), ("Release.gpg", "")];
        assert_eq!(found(&detached, vec![]), trusted);
        assert_eq!(found(&detached, keys()), checked);
    }

    #[test]
    fn a_suite_that_mmdebstrap_could_make_nothing_of_is_refused() {
        let check = |files: &[(&str, &str)], expected: &str| {
            assert_eq!(found(files, vec![]), Err(expected.to_owned()));
        };
        check(
            &[],
            "repo: dists/tiny has neither an InRelease nor a Release file",
        );
        check(
            &[("Release", "Suite: other\n")],
            "repo: dists/tiny/Release has neither `Suite: tiny` nor `Codename: tiny`",
        );
        check(
            &[("InRelease", "Suite: tiny\nArchitectures: arm64 riscv64\n")],
            "repo: dists/tiny/InRelease is not for amd64, but arm64 riscv64",
        );
    }
}
