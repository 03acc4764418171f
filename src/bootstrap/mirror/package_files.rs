//! A directory of package files, and the repository that is made of it.
//!
//! The repository depends on the contents of the files alone, not on their names, places or
//! times: two machines make the same of the same packages, and its date is what the packages say.

use std::collections::BTreeMap;
use std::fs;
use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::bootstrap::freeze::{indices, local_debs};
use crate::bootstrap::recipe::{LocalDeb, Recipe};
use crate::bootstrap::{BuildError, at, refused};
use crate::sandbox::launch::{Interrupts, SandboxError};
use crate::text::date::CivilTime;
use crate::text::hex::hex;

/// What long work in this process is done under.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct Work<'a> {
    /// Signals.
    pub interrupts: &'a Interrupts,
    /// Told what is being done.
    pub watch: &'a dyn Fn(&str),
}

impl Work<'_> {
    /// Says how far the work is, and ends it where a signal asks for that.
    fn step(self, done: usize, verb: &str) -> Result<(), BuildError> {
        if self.interrupts.is_raised() {
            return Err(SandboxError::Interrupted.into());
        }
        (self.watch)(&format!("{done} package files {verb}"));
        Ok(())
    }
}

/// Package files of any architecture.
#[derive(Debug)]
pub(crate) struct PackageFiles {
    given: String,
    files: Vec<PackageFile>,
}

#[derive(Debug)]
struct PackageFile {
    /// Below the directory as the user wrote it.
    shown: String,
    path: PathBuf,
    /// Bytes, and SHA-256.
    digest: (u64, String),
}

impl PackageFiles {
    /// Every `*.deb` below `directory`, at any depth; links to files are followed, links to
    /// directories are not.
    pub(crate) fn find(given: &str, directory: &Path, work: Work<'_>) -> Result<Self, BuildError> {
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
        if paths.is_empty() {
            let why = "it has neither a dists/ nor a package file (*.deb)".to_owned();
            return Err(refused(given, why));
        }
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            work.step(files.len(), "read")?;
            let inside = path.strip_prefix(directory).unwrap_or(&path);
            let shown = Path::new(given).join(inside).to_string_lossy().into_owned();
            let digest = local_debs::digest(&path)?;
            files.push(PackageFile {
                shown,
                path,
                digest,
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
        let mut digests: Vec<_> = self.files.iter().map(|file| &file.digest.1).collect();
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
    pub(crate) fn make(
        &self,
        recipe: &Recipe,
        into: &Path,
        work: Work<'_>,
    ) -> Result<(), BuildError> {
        let packages = self.packages(&recipe.architecture, work)?;
        let pool = into.join("pool");
        directory(&pool)?;
        let mut date = 0;
        let mut debs = Vec::new();
        for (name, (file, deb)) in packages {
            work.step(debs.len(), "copied")?;
            let copy = pool.join(name);
            fs::copy(&file.path, &copy).map_err(at(&copy, "copy"))?;
            readable(&copy)?;
            if local_debs::digest(&copy)? != file.digest {
                let why = "it changed while it was read".to_owned();
                return Err(refused(&file.shown, why));
            }
            date = date.max(file.packed()?);
            debs.push(deb);
        }
        let suite = into.join("dists").join(&recipe.suite);
        let packages = format!("main/binary-{}/Packages", recipe.architecture);
        write(&suite.join(&packages), &indices::stanzas_of(&debs))?;
        let (size, sha256) = local_debs::digest(&suite.join(&packages))?;
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
    ) -> Result<BTreeMap<String, (&PackageFile, LocalDeb)>, BuildError> {
        let mut architectures = Vec::new();
        let mut packages: BTreeMap<String, (&PackageFile, LocalDeb)> = BTreeMap::new();
        for (number, file) in self.files.iter().enumerate() {
            work.step(number, "looked at")?;
            // dpkg-deb reads no further than the control member.
            file.packed()?;
            let deb = LocalDeb::of(&file.path, &file.shown, file.digest.clone())?;
            architectures.push(deb.architecture.clone());
            if deb.architecture != architecture && deb.architecture != "all" {
                continue;
            }
            let name = deb.archive_name();
            if let Some((other, _)) = packages.get(&name)
                && other.digest != file.digest
            {
                let why = format!(
                    "it is {} {} {}, and so is {}, but they differ",
                    deb.package, deb.version, deb.architecture, other.shown
                );
                return Err(refused(&file.shown, why));
            }
            packages.insert(name, (file, deb));
        }
        if !architectures.iter().any(|one| one == architecture) {
            architectures.sort();
            architectures.dedup();
            let why = format!(
                "it has no package of {architecture}, but of {}",
                architectures.join(", ")
            );
            return Err(refused(&self.given, why));
        }
        Ok(packages)
    }
}

impl PackageFile {
    /// When it was packed, in seconds since the epoch.
    fn packed(&self) -> Result<u64, BuildError> {
        local_debs::packed(&self.path, &self.shown)
    }
}

/// A directory that the sandbox can read whatever the umask is.
fn directory(path: &Path) -> Result<(), BuildError> {
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

fn readable(path: &Path) -> Result<(), BuildError> {
    fs::set_permissions(path, Permissions::from_mode(0o644))
        .map_err(at(path, "open to the sandbox"))
}

fn write(path: &Path, text: &str) -> Result<(), BuildError> {
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

    /// Packs a package of one file, as of `epoch`.
    fn pack(path: &Path, (package, version, architecture): (&str, &str, &str), epoch: u32) {
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
        let files = PackageFiles::find("debs", debs, work).map_err(|error| error.to_string())?;
        files
            .make(&recipe(), out, work)
            .map(|()| files.sha256(&recipe()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_repository_has_every_version_for_its_architecture_and_the_newest_date() {
        let lab = tempfile::tempdir().unwrap();
        let (debs, out) = (lab.path().join("debs"), lab.path().join("out"));
        pack(&debs.join("a.deb"), ("aa", "1:1", "amd64"), 1_760_000_000);
        pack(&debs.join("deep/er/b.deb"), ("aa", "2", "amd64"), 3);
        pack(&debs.join("c.deb"), ("cc", "1", "all"), 2);
        pack(&debs.join("d.deb"), ("aa", "1", "arm64"), 1_770_000_000);
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
        pack(&one.join("a.deb"), ("aa", "1", "amd64"), 1);
        pack(&one.join("b.deb"), ("bb", "1", "amd64"), 1);
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
                pack(&debs.join("a.deb"), ("aa", "1", "arm64"), 1);
                pack(&debs.join("b.deb"), ("bb", "1", "all"), 1);
            },
            "debs: it has no package of amd64, but of all, arm64",
        );
        check(
            "twice",
            &|debs| {
                pack(&debs.join("a.deb"), ("aa", "1", "amd64"), 1);
                pack(&debs.join("b.deb"), ("aa", "1", "amd64"), 2);
            },
            "debs/b.deb: it is aa 1 amd64, and so is debs/a.deb, but they differ",
        );
        check(
            "cut",
            &|debs| {
                let path = debs.join("sub/a.deb");
                pack(&path, ("aa", "1", "amd64"), 1);
                fs::write(&path, &fs::read(&path).unwrap()[..200]).unwrap();
            },
            "debs/sub/a.deb: it is damaged: it ends at 200, its last member at 10372",
        );
    }
}
