//! Maintainer scripts whose failure chrootless builds pass over.
//!
//! apt is given package files in which each such script succeeds wherever it ends, and indices that
//! name them. When everything is installed, the script itself is put in its place again, with its
//! time: the chroot lacks what the script would have done after it failed, and differs in nothing
//! else.

pub(crate) mod index;
pub(crate) mod repack;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::bootstrap::error::{Error, at};
use crate::bootstrap::file_digest::digest;
use crate::bootstrap::freeze::lists::{files, package_indices};
use crate::bootstrap::passed_over::index::{ReplacedDeb, with_replaced};
use crate::bootstrap::passed_over::repack::{PackagedScript, with_scripts_passed_over};
use crate::debian::maintainer_script::ScriptName;
use crate::sandbox::plan::{Access, Bind};
use crate::sandbox::unfinished::{Unfinished, UnfinishedDirectory};
use crate::text::shell::shell_quote;

/// Where a sandbox finds what takes the place of files of the frozen archive.
const PLACE: &str = "/tmp/twinroot/passed-over";

/// Puts the changed indices and package files over the frozen ones.
const REPLACE: &str = concat!(
    r#"cp /tmp/twinroot/passed-over/lists/* "$1/var/lib/apt/lists/" && "#,
    r#"cp /tmp/twinroot/passed-over/debs/* "$1/var/cache/apt/archives/""#
);

/// Where the frozen archive is.
#[derive(Debug, Clone, Copy)]
pub struct FrozenFiles<'a> {
    /// Directory of the indices.
    pub lists: &'a Path,
    /// Directory of the package files.
    pub pool: &'a Path,
}

/// Scripts whose failure builds pass over, and the files that make them do so.
#[derive(Debug)]
pub struct PassedOver {
    scripts: BTreeMap<ScriptName, PackagedScript>,
    directory: UnfinishedDirectory,
}

impl PassedOver {
    /// Makes the files for builds from a frozen archive that pass over the failure of these scripts.
    ///
    /// # Errors
    /// No package of the archive has such a script, or a file cannot be read or written.
    pub fn new(
        frozen: FrozenFiles<'_>,
        names: &[ScriptName],
        unfinished: &Unfinished,
    ) -> Result<Self, Error> {
        let directory = unfinished.directory();
        let directory = directory.map_err(at("a temporary directory", "make"))?;
        let place = directory.path();
        // Out here, the sandbox's root is another user.
        open_to_all(place)?;
        for name in ["lists", "debs", "scripts"] {
            let path = place.join(name);
            fs::create_dir(&path).map_err(at(&path, "make"))?;
            open_to_all(&path)?;
        }
        let mut scripts = BTreeMap::new();
        let mut replaced = Vec::new();
        for deb in debs_of(frozen.pool, names)? {
            let own = names.iter().filter(|name| name.package == deb.package);
            let kinds: Vec<_> = own.map(|name| name.script).collect();
            let out = place.join("debs").join(&deb.file);
            let found = with_scripts_passed_over(&deb.path, &out, &kinds)?;
            for (script, packaged) in found {
                let name = ScriptName {
                    package: deb.package.clone(),
                    script,
                };
                let path = place.join("scripts").join(name.to_string());
                fs::write(&path, &packaged.content).map_err(at(&path, "write"))?;
                let _ = scripts.insert(name, packaged);
            }
            replaced.push(ReplacedDeb {
                file: deb.file,
                digest: digest(&out)?,
            });
        }
        if let Some(missing) = names.iter().find(|name| !scripts.contains_key(*name)) {
            return Err(Error::NoSuchScript(missing.clone()));
        }
        write_indices(frozen.lists, &place.join("lists"), &replaced)?;
        Ok(Self { scripts, directory })
    }

    /// The text of a script whose failure is passed over.
    #[must_use]
    pub fn text(&self, name: &ScriptName) -> Option<&[u8]> {
        let script = self.scripts.get(name)?;
        Some(&script.content)
    }

    /// The options of mmdebstrap that make a build pass over the failures.
    #[must_use]
    pub fn hooks(&self) -> Vec<String> {
        let scripts = self.scripts.iter();
        let restore = scripts.map(|(name, script)| restoring(name, script));
        let restore: Vec<_> = restore.collect();
        vec![
            format!("--setup-hook={REPLACE}"),
            format!("--customize-hook={}", restore.join("\n")),
        ]
    }

    /// What a sandbox must see of the machine for [`PassedOver::hooks`].
    #[must_use]
    pub fn bind(&self) -> Bind {
        Bind {
            source: self.directory.path().to_owned(),
            target: PLACE.into(),
            access: Access::ReadOnly,
        }
    }
}

/// Puts a script in its place again. The file is the same one, so that owner and mode stay.
fn restoring(name: &ScriptName, script: &PackagedScript) -> String {
    let (package, kind) = (shell_quote(&name.package), name.script.as_str());
    let source = shell_quote(&format!("{PLACE}/scripts/{name}"));
    let time = script.time;
    format!(
        "for file in \"$1\"/var/lib/dpkg/info/{package}.{kind} \
         \"$1\"/var/lib/dpkg/info/{package}:*.{kind}; do \
         [ ! -e \"$file\" ] || {{ cat {source} >\"$file\" && touch --date=@{time} \"$file\"; }} || \
         exit 1; done"
    )
}

/// A package file of the pool.
struct PoolDeb {
    package: String,
    file: String,
    path: PathBuf,
}

/// The package files in a pool whose packages have one of the scripts.
fn debs_of(pool: &Path, names: &[ScriptName]) -> Result<Vec<PoolDeb>, Error> {
    let debs = files(pool)?.into_iter().filter_map(|path| {
        let file = path.file_name()?.to_str()?.to_owned();
        let package = file.split_once('_')?.0.to_owned();
        let is_wanted = names.iter().any(|name| name.package == package);
        is_wanted.then_some(PoolDeb {
            package,
            file,
            path,
        })
    });
    Ok(debs.collect())
}

/// Writes the indices that name a package file that is replaced.
fn write_indices(lists: &Path, out: &Path, replaced: &[ReplacedDeb]) -> Result<(), Error> {
    for path in package_indices(lists)? {
        let text = fs::read_to_string(&path).map_err(at(&path, "read"))?;
        if let Some(text) = with_replaced(&text, replaced) {
            let target = out.join(path.file_name().unwrap_or_default());
            fs::write(&target, text).map_err(at(&target, "write"))?;
        }
    }
    Ok(())
}

fn open_to_all(directory: &Path) -> Result<(), Error> {
    let mode = Permissions::from_mode(0o755);
    fs::set_permissions(directory, mode).map_err(at(directory, "open"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::bootstrap::passed_over::repack::tests::deb;
    use crate::debian::maintainer_script::ScriptKind;

    fn name(package: &str, script: ScriptKind) -> ScriptName {
        ScriptName {
            package: package.to_owned(),
            script,
        }
    }

    /// A frozen archive in a directory, with packages that have a postinst each.
    pub(crate) fn frozen(directory: &Path, packages: &[&str]) {
        let (lists, pool) = (directory.join("lists"), directory.join("pool"));
        fs::create_dir(&lists).unwrap();
        fs::create_dir(&pool).unwrap();
        let mut index = String::new();
        for package in packages {
            let file = format!("{package}_1_all.deb");
            fs::write(pool.join(file), deb("#!/bin/sh\nchown root:own /x\n")).unwrap();
            index.push_str(&format!(
                "Package: {package}\nVersion: 1\nArchitecture: all\nSize: 1\nSHA256: 0\n\n"
            ));
        }
        fs::write(lists.join("x_Packages"), index).unwrap();
    }

    fn passed_over(directory: &Path, names: &[ScriptName]) -> Result<PassedOver, Error> {
        let (lists, pool) = (directory.join("lists"), directory.join("pool"));
        let frozen = FrozenFiles {
            lists: &lists,
            pool: &pool,
        };
        PassedOver::new(frozen, names, &Unfinished::default())
    }

    #[test]
    fn the_packages_of_the_scripts_are_replaced_and_the_indices_name_the_new_ones() {
        let lab = tempfile::tempdir().unwrap();
        frozen(lab.path(), &["a", "ab"]);
        let made = passed_over(lab.path(), &[name("a", ScriptKind::Postinst)]).unwrap();
        let place = &made.bind().source;
        let script = fs::read_to_string(place.join("scripts/a.postinst")).unwrap();
        assert_eq!(script, "#!/bin/sh\nchown root:own /x\n");
        let new = digest(&place.join("debs/a_1_all.deb")).unwrap();
        assert!(!place.join("debs/ab_1_all.deb").exists());
        assert_eq!(
            fs::read_to_string(place.join("lists/x_Packages")).unwrap(),
            format!(
                "Package: a\nVersion: 1\nArchitecture: all\nSize: {}\nSHA256: {}\n\n\
                 Package: ab\nVersion: 1\nArchitecture: all\nSize: 1\nSHA256: 0\n\n",
                new.size, new.sha256
            )
        );
    }

    #[test]
    fn when_all_is_installed_each_script_is_put_back_with_its_time() {
        let lab = tempfile::tempdir().unwrap();
        frozen(lab.path(), &["a"]);
        let made = passed_over(lab.path(), &[name("a", ScriptKind::Postinst)]).unwrap();
        let root = lab.path().join("root");
        let info = root.join("var/lib/dpkg/info");
        fs::create_dir_all(&info).unwrap();
        fs::write(info.join("a:amd64.postinst"), "#!/bin/sh\n").unwrap();
        let hooks = made.hooks();
        let [_, restore] = hooks.as_slice() else {
            panic!("{hooks:?}");
        };
        let script = restore.strip_prefix("--customize-hook=").unwrap();
        let place = made.bind().source;
        let script = script.replace(PLACE, place.to_str().unwrap());
        let ran = std::process::Command::new("sh")
            .args(["-c", &script, "exec"])
            .arg(&root)
            .status();
        assert!(ran.unwrap().success());
        let file = info.join("a:amd64.postinst");
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text, "#!/bin/sh\nchown root:own /x\n");
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        let time = modified.duration_since(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(time, std::time::Duration::from_secs(1_500_000_000));
    }

    #[test]
    fn a_script_that_no_package_has_is_an_error() {
        let lab = tempfile::tempdir().unwrap();
        frozen(lab.path(), &["a"]);
        for missing in [
            name("a", ScriptKind::Preinst),
            name("b", ScriptKind::Postinst),
        ] {
            let error = passed_over(lab.path(), &[missing]).unwrap_err();
            assert!(matches!(error, Error::NoSuchScript(_)), "{error}");
        }
    }
}
