//! A directory of package files, and the repository that is made of it.
//!
//! The repository depends on the contents of the files alone, not on their names, places or
//! times: two machines make the same of the same packages, and its date is what the packages say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::bootstrap::error::{Error, at};
use crate::bootstrap::file_digest::{FileDigest, digest};
use crate::bootstrap::freeze::{indices, local_debs};
use crate::bootstrap::local_deb::LocalDeb;
use crate::bootstrap::mirror::directory::MirrorDirectory;
use crate::bootstrap::mirror::error::MirrorError;
use crate::bootstrap::mirror::work::{Work, WorkStep};
use crate::bootstrap::recipe::Recipe;
use crate::debian::deb_file::DebError;
use crate::text::date::CivilTime;
use crate::text::hex::hex;

/// Package files of any architecture.
#[derive(Debug)]
pub(crate) struct PackageFiles {
    given: String,
    files: Vec<PackageFile>,
}

#[derive(Debug)]
struct PackageFile {
    /// Its path as errors have it: below the directory as the user wrote it.
    shown: String,
    path: PathBuf,
    digest: FileDigest,
}

impl PackageFiles {
    /// Every `*.deb` below a directory, at any depth; links to files are followed, links to
    /// directories are not.
    pub(crate) fn find(from: MirrorDirectory<'_>, work: Work<'_>) -> Result<Self, Error> {
        let MirrorDirectory { given, path } = from;
        let paths = package_paths(path)?;
        if paths.is_empty() {
            let given = given.to_owned();
            return Err(MirrorError::NoPackages { given }.into());
        }
        let mut files = Vec::new();
        for file in paths {
            work.step(files.len(), WorkStep::Read)?;
            let inside = file.strip_prefix(path).unwrap_or(&file);
            files.push(PackageFile {
                shown: Path::new(given).join(inside).to_string_lossy().into_owned(),
                digest: digest(&file)?,
                path: file,
            });
        }
        Ok(Self {
            given: given.to_owned(),
            files,
        })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.files.len()
    }

    /// Digest of all that decides the repository of a recipe.
    pub(crate) fn sha256(&self, recipe: &Recipe) -> String {
        let mut digests: Vec<_> = self.files.iter().map(|file| &file.digest.sha256).collect();
        digests.sort();
        digests.dedup();
        let mut digest = Sha256::new();
        digest.update(format!("{}\n{}\n", recipe.suite, recipe.architecture));
        for one in digests {
            digest.update(one);
        }
        hex(&digest.finalize())
    }

    /// Makes the repository, for one architecture, in an empty directory.
    ///
    /// The files are copied: a link would change the user's own (its times, and the number of
    /// its names), and could not be made readable for the sandbox without changing it too. On
    /// file systems that can, a copy shares its blocks with the original.
    pub(crate) fn make(&self, recipe: &Recipe, into: &Path, work: Work<'_>) -> Result<(), Error> {
        let packages = self.packages(&recipe.architecture, work)?;
        let pool = into.join("pool");
        directory(&pool)?;
        let mut date = 0;
        let mut debs = Vec::new();
        for (name, Package { file, deb }) in packages {
            work.step(debs.len(), WorkStep::Copy)?;
            let copy = pool.join(name);
            fs::copy(&file.path, &copy).map_err(at(&copy, "copy"))?;
            readable(&copy)?;
            if digest(&copy)? != file.digest {
                return Err(file.unusable(DebError::Changed));
            }
            date = date.max(file.packing_time()?);
            debs.push(deb);
        }
        let suite = into.join("dists").join(&recipe.suite);
        let packages = format!("main/binary-{}/Packages", recipe.architecture);
        write(&suite.join(&packages), &indices::stanzas_of(&debs))?;
        let FileDigest { size, sha256 } = digest(&suite.join(&packages))?;
        let release = format!(
            "Suite: {suite}\nCodename: {suite}\nDate: {}\nArchitectures: {}\nComponents: main\n\
             SHA256:\n {sha256} {size} {packages}\n",
            CivilTime::from_seconds(i64::try_from(date).unwrap_or(i64::MAX)).to_rfc5322(),
            recipe.architecture,
            suite = recipe.suite,
        );
        write(&suite.join("Release"), &release)
    }

    /// The packages of an architecture and of `all`, by apt's name for the file.
    fn packages(
        &self,
        architecture: &str,
        work: Work<'_>,
    ) -> Result<BTreeMap<String, Package<'_>>, Error> {
        let mut architectures = BTreeSet::new();
        let mut packages: BTreeMap<String, Package<'_>> = BTreeMap::new();
        for (number, file) in self.files.iter().enumerate() {
            work.step(number, WorkStep::Inspect)?;
            // dpkg-deb reads no further than the control member.
            file.packing_time()?;
            let deb = local_debs::read_with_digest(&file.path, file.digest.clone())?
                .map_err(|error| file.unusable(error))?;
            architectures.insert(deb.architecture.clone());
            if deb.architecture != architecture && deb.architecture != "all" {
                continue;
            }
            let name = deb.archive_name();
            if let Some(other) = packages.get(&name)
                && other.file.digest != file.digest
            {
                return Err(Error::LocalMirror(MirrorError::Ambiguous {
                    file: file.shown.clone(),
                    other: other.file.shown.clone(),
                    package: deb.package,
                    version: deb.version,
                    architecture: deb.architecture,
                }));
            }
            packages.insert(name, Package { file, deb });
        }
        if !architectures.contains(architecture) {
            return Err(Error::LocalMirror(MirrorError::NoPackageOf {
                given: self.given.clone(),
                architecture: architecture.to_owned(),
                offered: architectures.into_iter().collect(),
            }));
        }
        Ok(packages)
    }
}

/// A package file, and what it says.
struct Package<'a> {
    file: &'a PackageFile,
    deb: LocalDeb,
}

impl PackageFile {
    /// When it was packed, in seconds since 1970.
    fn packing_time(&self) -> Result<u64, Error> {
        local_debs::packing_time(&self.path)?.map_err(|error| self.unusable(error))
    }

    fn unusable(&self, error: DebError) -> Error {
        Error::LocalMirror(MirrorError::PackageFile {
            file: self.shown.clone(),
            error,
        })
    }
}

/// Every `*.deb` below a directory, sorted.
fn package_paths(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(place) = directories.pop() {
        for entry in fs::read_dir(&place).map_err(at(&place, "read"))? {
            let entry = entry.map_err(at(&place, "read"))?;
            let path = entry.path();
            if entry.file_type().map_err(at(&path, "look at"))?.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|ending| ending == "deb") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    Ok(paths)
}

/// A directory that the sandbox can read whatever the umask is.
fn directory(path: &Path) -> Result<(), Error> {
    let made = path.ancestors().take_while(|place| !place.exists());
    let made: Vec<_> = made.collect();
    for place in made.iter().rev() {
        DirBuilder::new()
            .mode(0o755)
            .create(place)
            .and_then(|()| fs::set_permissions(place, Permissions::from_mode(0o755)))
            .map_err(at(*place, "make"))?;
    }
    Ok(())
}

fn readable(path: &Path) -> Result<(), Error> {
    fs::set_permissions(path, Permissions::from_mode(0o644))
        .map_err(at(path, "open to the sandbox"))
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(parent) = path.parent() {
        directory(parent)?;
    }
    fs::write(path, text).map_err(at(path, "write"))?;
    readable(path)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::sandbox::launch::Interrupts;

    /// Packs a package of one file, as of `epoch`.
    fn pack(path: &Path, [package, version, architecture]: [&str; 3], epoch: u32) {
        let lab = tempfile::tempdir().unwrap();
        let control = format!(
            "Package: {package}\nVersion: {version}\nArchitecture: {architecture}\n\
             Maintainer: nobody <nobody@example.org>\nDescription: nothing\n"
        );
        let debian = lab.path().join("DEBIAN");
        directory(&debian).unwrap();
        fs::write(debian.join("control"), control).unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let output = Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Znone", "--build"])
            .args([lab.path(), path])
            .env("SOURCE_DATE_EPOCH", epoch.to_string())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    fn recipe() -> Recipe {
        Recipe::of("tiny")
    }

    /// Makes the repository of `debs` in `out`; errors call the directory `debs`.
    fn make(debs: &Path, out: &Path) -> Result<String, String> {
        let work = Work {
            interrupts: &Interrupts::default(),
            watch: &|_| (),
        };
        let files = PackageFiles::find(
            MirrorDirectory {
                given: "debs",
                path: debs,
            },
            work,
        )
        .map_err(|error| error.to_string())?;
        files
            .make(&recipe(), out, work)
            .map(|()| files.sha256(&recipe()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_repository_has_every_version_for_its_architecture_and_the_newest_date() {
        let lab = tempfile::tempdir().unwrap();
        let (debs, out) = (lab.path().join("debs"), lab.path().join("out"));
        pack(&debs.join("a.deb"), ["aa", "1:1", "amd64"], 1_760_000_000);
        pack(&debs.join("deep/er/b.deb"), ["aa", "2", "amd64"], 3);
        pack(&debs.join("c.deb"), ["cc", "1", "all"], 2);
        pack(&debs.join("d.deb"), ["aa", "1", "arm64"], 1_770_000_000);
        fs::write(debs.join("a.changes"), "no package").unwrap();
        make(&debs, &out).unwrap();
        let packages = fs::read_to_string(out.join("dists/tiny/main/binary-amd64/Packages"));
        let packages = packages.unwrap();
        let filenames: Vec<_> = crate::debian::deb822::stanzas(&packages)
            .filter_map(|stanza| crate::debian::deb822::field(stanza, "Filename"))
            .collect();
        let names = ["aa_1%3a1_amd64.deb", "aa_2_amd64.deb", "cc_1_all.deb"];
        assert_eq!(filenames, names.map(|name| format!("pool/{name}")));
        let mut pool: Vec<_> = fs::read_dir(out.join("pool"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        pool.sort();
        assert_eq!(pool, names);
        let digest = hex(&Sha256::digest(&packages));
        assert_eq!(
            fs::read_to_string(out.join("dists/tiny/Release")).unwrap(),
            format!(
                "Suite: tiny\nCodename: tiny\nDate: Thu, 09 Oct 2025 08:53:20 UTC\n\
                 Architectures: amd64\nComponents: main\nSHA256:\n \
                 {digest} {} main/binary-amd64/Packages\n",
                packages.len()
            )
        );
    }

    #[test]
    fn the_same_packages_under_other_names_make_the_same_repository() {
        let lab = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| lab.path().join(name));
        pack(&one.join("a.deb"), ["aa", "1", "amd64"], 1);
        pack(&one.join("b.deb"), ["bb", "1", "amd64"], 1);
        fs::create_dir_all(other.join("sub")).unwrap();
        fs::copy(one.join("a.deb"), other.join("z.deb")).unwrap();
        fs::copy(one.join("a.deb"), other.join("sub/again.deb")).unwrap();
        fs::copy(one.join("b.deb"), other.join("sub/a.deb")).unwrap();
        let [left, right] = ["left", "right"].map(|name| lab.path().join(name));
        assert_eq!(make(&one, &left).unwrap(), make(&other, &right).unwrap());
        let compared = Command::new("diff")
            .arg("-r")
            .args([left, right])
            .output()
            .unwrap();
        assert!(compared.status.success(), "{compared:?}");
    }

    #[test]
    fn what_no_repository_can_be_made_of_is_named() {
        let lab = tempfile::tempdir().unwrap();
        let check = |name: &str, fill: &dyn Fn(&Path), expected: &str| {
            let debs = lab.path().join(name);
            fs::create_dir(&debs).unwrap();
            fill(&debs);
            let made = make(&debs, &lab.path().join(format!("{name}.out")));
            assert_eq!(made, Err(expected.to_owned()));
        };
        check(
            "empty",
            &|_| (),
            "debs: it has neither a dists/ nor a package file (*.deb)",
        );
        check(
            "foreign",
            &|debs| {
                pack(&debs.join("a.deb"), ["aa", "1", "arm64"], 1);
                pack(&debs.join("b.deb"), ["bb", "1", "all"], 1);
            },
            "debs: it has no package of amd64, but of all, arm64",
        );
        check(
            "twice",
            &|debs| {
                pack(&debs.join("a.deb"), ["aa", "1", "amd64"], 1);
                pack(&debs.join("b.deb"), ["aa", "1", "amd64"], 2);
            },
            "debs/b.deb: it is aa 1 amd64, and so is debs/a.deb, but they differ",
        );
        check(
            "cut",
            &|debs| {
                let path = debs.join("sub/a.deb");
                pack(&path, ["aa", "1", "amd64"], 1);
                fs::write(&path, &fs::read(&path).unwrap()[..200]).unwrap();
            },
            "debs/sub/a.deb: it is damaged: it ends at 200, its last member at 10372",
        );
    }
}
