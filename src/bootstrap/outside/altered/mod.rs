//! An outside system that is altered on purpose: what a script reads of it shows in the tarball.
//!
//! A script that makes a file of the chroot from data of the outside is not noticed if the outside
//! has the same data. Here, a matching outside is copied, and everything that scripts and tools
//! are likely to read is altered, but nothing that they need to work: see [`ALTERATIONS`]. It is
//! known which files of the copy differ, so that a divergence can be traced back to one of them.

pub(crate) mod alterations;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::bootstrap::build::{discard, run};
use crate::bootstrap::command::mmdebstrap::OUT;
use crate::bootstrap::context::Context;
use crate::bootstrap::error::{Error, at};
use crate::bootstrap::outside::view_plan::host_plan;
use crate::sandbox::plan::{Access, Bind};
use crate::text::hex::hex;

pub use crate::bootstrap::outside::altered::alterations::{ALTERATIONS, Alteration};

/// Where the sandbox sees the tree that is copied.
const MATCHING: &str = "/tmp/twinroot/matching";

/// The file beside `root` that has the absolute paths of what was altered, one per line.
const ALTERED: &str = "altered";

/// Copies the tree, makes each alteration, and writes down which files were changed.
///
/// Its arguments are the two trees, the prelude, and then a name and a script for each alteration. What was
/// altered is newer than the copying, and its content has changed.
const DRIVER: &str = r#"matching=$1 out=$2 prelude=$3
shift 3
mkdir "$out/root"
cp -a --reflink=auto "$matching/." "$out/root/"
cd "$out/root"
touch /tmp/copied
sleep 0.1
while [ $# -gt 1 ]; do
    sh -euc "$prelude
$2" "$1" || { echo "E: cannot alter the outside: $1" >&2; exit 1; }
    shift 2
done
find . -newer /tmp/copied ! -type d | while IFS= read -r path; do
    [ ! -L "$path" ] && cmp -s "$matching/$path" "$path" || printf '%s\n' "${path#.}"
done | LC_ALL=C sort >"$out/altered"
"#;

/// What the alterations' scripts are written with; each runs in the tree, and no symlink is
/// followed out of it.
const PRELUDE: &str = r##"is_file() { [ -f "$1" ] && [ ! -L "$1" ]; }
add() { # LINE FILE…: at the end of those that are there
    line=$1; shift
    for file in "$@"; do
        if is_file "$file"; then printf '%s\n' "$line" >>"$file"; fi
    done
}
mark() { # FILE…: a comment that says which file it is from
    for file in "$@"; do add "# different outside: /$file" "$file"; done
}
change() { # EXPRESSION FILE…: with sed, those that are there
    expression=$1; shift
    for file in "$@"; do
        if is_file "$file"; then sed -i -e "$expression" "$file"; fi
    done
}
make() { # FILE LINE…: where its directory is there
    file=$1; shift
    if [ -d "${file%/*}" ]; then printf '%s\n' "$@" >"$file"; fi
}
"##;

/// A version of the alterations, which changes with them: eight hexadecimal digits of their
/// digest.
#[must_use]
pub fn version() -> String {
    let mut digest = Sha256::new();
    digest.update(PRELUDE);
    ALTERATIONS
        .iter()
        .for_each(|one| digest.update(format!("{} {}\n", one.name, one.shell)));
    let mut version = hex(&digest.finalize());
    version.truncate(8);
    version
}

/// Makes `out/root`, a copy of a matching outside's tree with every alteration, and
/// `out/altered`.
///
/// # Errors
/// The tree cannot be copied, or an alteration fails.
pub fn build_altered(matching: &Path, out: &Path, context: Context<'_>) -> Result<(), Error> {
    let mut plan = host_plan("altered outside", command(), out, context.ids)?;
    plan.binds.push(Bind {
        source: matching.to_owned(),
        target: MATCHING.into(),
        access: Access::ReadOnly,
    });
    run(&plan, context.interrupts, discard, context.watch).map(|_| ())
}

/// Absolute paths of the files that differ in an entry of [`build_altered`].
///
/// # Errors
/// The entry is not one of those.
pub fn altered(entry: &Path) -> Result<BTreeSet<Vec<u8>>, Error> {
    let path = entry.join(ALTERED);
    let text = fs::read(&path).map_err(at(&path, "read"))?;
    let lines = text.split(|byte| *byte == b'\n');
    Ok(lines
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect())
}

fn command() -> Vec<String> {
    let start = ["sh", "-euc", DRIVER, "different", MATCHING, OUT, PRELUDE];
    let alterations = ALTERATIONS
        .iter()
        .flat_map(|alteration| [alteration.name, alteration.shell]);
    start
        .into_iter()
        .chain(alterations)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// The driver on two directories of this test, as the user who runs it.
    fn alter(matching: &Path, out: &Path) {
        let replaced = command().into_iter().map(|word| {
            let place = |path: &Path| path.to_string_lossy().into_owned();
            match word.as_str() {
                MATCHING => place(matching),
                OUT => place(out),
                // Only root may chroot, and the temporary files are the driver's.
                _ => word
                    .replace("chroot . ldconfig", ":")
                    .replace("/tmp/", &format!("{}/", out.to_string_lossy())),
            }
        });
        let replaced: Vec<String> = replaced.collect();
        let output = Command::new(&replaced[0])
            .args(&replaced[1..])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert!(output.status.success());
    }

    #[test]
    fn accounts_get_each_others_ids_and_files_that_changed_are_known() {
        let directory = tempfile::tempdir().unwrap();
        let (matching, out) = (directory.path().join("a"), directory.path().join("b"));
        fs::create_dir_all(matching.join("etc/dpkg/dpkg.cfg.d")).unwrap();
        fs::create_dir(&out).unwrap();
        let passwd = "root:*:0:0::/root:/bin/sh\ndaemon:*:1:1::/:/x\nbin:*:2:2::/:/x\n\
            _apt:*:42:65534::/:/x\nman:*:6:12::/:/x\nnobody:*:65534:65534::/:/x\n";
        fs::write(matching.join("etc/passwd"), passwd).unwrap();
        fs::write(matching.join("etc/unread"), "the same\n").unwrap();
        alter(&matching, &out);
        assert_eq!(
            fs::read_to_string(out.join("root/etc/passwd")).unwrap(),
            "root:*:0:0::/root:/bin/sh\ndaemon:*:2:1::/:/x\nbin:*:6:2::/:/x\n\
             _apt:*:42:65534::/:/x\nman:*:1:12::/:/x\nnobody:*:65534:65534::/:/x\n\
             different-outside:x:977:977:different outside:/nonexistent:/usr/sbin/nologin\n"
        );
        assert_eq!(
            fs::read_to_string(matching.join("etc/passwd")).unwrap(),
            passwd
        );
        let altered = altered(&out).unwrap();
        let altered: Vec<_> = altered
            .iter()
            .map(|path| String::from_utf8_lossy(path))
            .collect();
        assert_eq!(
            altered,
            [
                "/etc/adduser.conf",
                "/etc/dpkg/dpkg.cfg.d/different-outside",
                "/etc/hostname",
                "/etc/locale.conf",
                "/etc/mailname",
                "/etc/passwd",
            ]
        );
    }

    #[test]
    fn every_alteration_has_a_name_of_its_own_and_says_what_it_is_about() {
        let names: BTreeSet<_> = ALTERATIONS.iter().map(|one| one.name).collect();
        assert_eq!(names.len(), ALTERATIONS.len());
        assert!(ALTERATIONS.iter().all(|one| !one.about.is_empty()));
    }
}
