//! A MIRROR that is a directory of this machine: a repository with `dists/`, or nothing but
//! package files, of which a repository is made in the cache.
//!
//! Either is seen by the sandboxes that pin at [`MIRROR`], wherever it lies, so that the line of
//! sources.list that gets into a tarball tells nothing of the machine. No build needs it: they
//! run from the frozen state.

pub mod package_files;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use crate::bootstrap::cache::{Cache, CacheEntry, CacheSlot, Freshness};
use crate::bootstrap::freeze::{indices, local_debs};
use crate::bootstrap::mirror::package_files::{PackageFiles, Work};
use crate::bootstrap::recipe::Recipe;
use crate::bootstrap::{BuildError, at, refused};
use crate::debian::deb822::field;
use crate::text::shell::shell_quote;

/// Where a sandbox that pins finds the repository.
pub const MIRROR: &str = "/tmp/twinroot/mirror";

/// A mirror that is a directory of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalMirror {
    /// The directory as the user wrote it.
    pub given: String,
    /// The repository, with `dists/`: the same directory, or one of the cache.
    pub repository: PathBuf,
    /// Digest of what decides its content: its Release file, or all package files.
    pub sha256: String,
}

/// A mirror that is ready to be pinned from.
#[derive(Debug)]
pub struct Found {
    /// The line of sources.list.
    pub line: String,
    /// Where the line's repository is.
    pub mirror: LocalMirror,
    /// What it is, for people: `dists/trixie`, or how many package files.
    pub what: String,
    /// The cache's entry that must be held while pinning, where the repository was made.
    pub entry: Option<CacheEntry>,
}

/// Who vouches for a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// The user, by naming a directory of the machine.
    User,
    /// The keys of `--keyring`.
    Keyrings,
}

/// The directory that a MIRROR names, if it is one and neither a URI, nor a line of
/// sources.list, nor a file of such lines.
///
/// # Errors
/// It is written as a path, and leads nowhere.
pub fn directory(mirror: &str) -> Result<Option<PathBuf>, BuildError> {
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

/// Looks at the directory `given`, which [`directory`] found at `path`; makes a repository
/// below `cache` where it is none.
///
/// # Errors
/// There is nothing to build the recipe from, or a package file is damaged.
pub fn find(
    recipe: &Recipe,
    (given, path): (&str, &Path),
    cache: &Path,
    work: Work<'_>,
) -> Result<Found, BuildError> {
    let suite = &recipe.suite;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._+~/".contains(c);
    let mut parts = Path::new(suite).components();
    if !suite.chars().all(is_name) || !parts.all(|part| matches!(part, Component::Normal(_))) {
        return Err(refused(suite, "it is no name of a suite".to_owned()));
    }
    if path.join("dists").is_dir() {
        return repository(recipe, given, path);
    }
    let files = PackageFiles::find(given, path, work)?;
    let sha256 = files.sha256(recipe);
    let remove = |path: &Path| fs::remove_dir_all(path).map_err(at(path, "remove"));
    let cache = Cache::open(cache, &remove)?;
    let waiting = || (work.watch)("another twinroot is at it");
    let key = sha256.get(..32).unwrap_or(&sha256);
    let (entry, word) = match cache.slot(key, Freshness::Cached, &remove, &waiting)? {
        CacheSlot::Ready(entry) => (entry, "   cached"),
        CacheSlot::Vacant(making) => match files.make(recipe, &making.partial, work) {
            Ok(()) => (making.publish(&remove)?, ""),
            Err(error) => {
                making.abandon(&remove)?;
                return Err(error);
            }
        },
    };
    Ok(Found {
        line: line(suite, "main", Trust::User),
        mirror: LocalMirror {
            given: given.to_owned(),
            repository: entry.path.clone(),
            sha256,
        },
        what: format!("{} package files{word}", files.count()),
        entry: Some(entry),
    })
}

/// A repository that was there.
fn repository(recipe: &Recipe, given: &str, path: &Path) -> Result<Found, BuildError> {
    let suite = &recipe.suite;
    let what = format!("dists/{suite}");
    let place = path.join(&what);
    if !place.is_dir() {
        let suites = suites(&path.join("dists"))?.join(", ");
        let why = match suites.as_str() {
            "" => "its dists/ has no suite".to_owned(),
            suites => format!("its dists/ has no `{suite}`, but {suites}"),
        };
        return Err(refused(given, why));
    }
    let Some((file, release)) = release(&place)? else {
        return Err(BuildError::Recipe {
            what: given.to_owned(),
            why: format!("{what} has neither an InRelease nor a Release file"),
            hint: Some("apt-ftparchive(1) and reprepro(1) make one".to_owned()),
        });
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let named = format!("{what}/{name}");
    // mmdebstrap asks apt for the Essential packages of the archive of this name.
    let needs_essential = !["custom", "extract"].contains(&recipe.variant.as_str());
    if needs_essential && !indices::is_release_of(&release, suite) {
        let why = format!("{named} has neither `Suite: {suite}` nor `Codename: {suite}`");
        return Err(refused(given, why));
    }
    if let Some(all) = field(&release, "Architectures")
        && !all.split_whitespace().any(|one| one == recipe.architecture)
    {
        let why = format!("{named} is not for {}, but {all}", recipe.architecture);
        return Err(refused(given, why));
    }
    for inside in [path, &path.join("dists"), &place, &file] {
        readable_for_all(inside, given)?;
    }
    let is_signed = file.ends_with("InRelease") || place.join("Release.gpg").exists();
    let trust = if is_signed && !recipe.keyrings.is_empty() {
        Trust::Keyrings
    } else {
        Trust::User
    };
    Ok(Found {
        line: line(suite, &components(&release), trust),
        mirror: LocalMirror {
            given: given.to_owned(),
            repository: path.to_owned(),
            sha256: local_debs::digest(&file)?.1,
        },
        what,
        entry: None,
    })
}

/// Refuses what sandboxes cannot read: they run as other users. apt would go on without the
/// Release file and stumble later.
fn readable_for_all(path: &Path, given: &str) -> Result<(), BuildError> {
    let metadata = fs::metadata(path).map_err(at(path, "look at"))?;
    let mode = metadata.permissions().mode();
    let wanted = if metadata.is_dir() { 0o005 } else { 0o004 };
    if mode & wanted == wanted {
        return Ok(());
    }
    Err(BuildError::Recipe {
        what: path.to_string_lossy().into_owned(),
        why: format!(
            "its mode is {:04o}, and pinning runs as another user",
            mode & 0o7777
        ),
        hint: Some(format!("chmod -R o+rX {}", shell_quote(given))),
    })
}

/// The line of sources.list.
fn line(suite: &str, components: &str, trust: Trust) -> String {
    let option = match trust {
        Trust::User => "[trusted=yes] ",
        Trust::Keyrings => "",
    };
    format!("deb {option}copy:{MIRROR} {suite} {components}")
}

/// The components that a Release file names; `main` where it names none.
fn components(release: &str) -> String {
    let words = field(release, "Components").unwrap_or_default();
    let words: Vec<_> = words.split_whitespace().collect();
    if words.is_empty() {
        "main".to_owned()
    } else {
        words.join(" ")
    }
}

/// The Release file of a suite's directory that apt would take, and its text.
fn release(place: &Path) -> Result<Option<(PathBuf, String)>, BuildError> {
    let mut paths = ["InRelease", "Release"]
        .map(|name| place.join(name))
        .into_iter();
    let Some(path) = paths.find(|path| path.exists()) else {
        return Ok(None);
    };
    let bytes = fs::read(&path).map_err(at(&path, "read"))?;
    Ok(Some((path, String::from_utf8_lossy(&bytes).into_owned())))
}

/// The suites of a `dists/`, each with the other names that its Release file has for it.
fn suites(dists: &Path) -> Result<Vec<String>, BuildError> {
    let mut suites = Vec::new();
    for entry in fs::read_dir(dists).map_err(at(dists, "read"))? {
        let entry = entry.map_err(at(dists, "read"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some((_, text)) = release(&entry.path())? {
            suites.push(names(&name, &text));
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
        check("./src/cli/..", Some(&here.join("src")));
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
        let found = repository(&recipe(keyrings), "repo", &path);
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
