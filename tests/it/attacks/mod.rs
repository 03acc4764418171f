//! Attacks on the sandbox: none changes the machine, and what changes the sandbox's own view of it
//! is reported.

mod machine;
mod table;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::attacks::machine::Machine;
use crate::attacks::table::{Attack, Expected, attacks, script, surprises};
use crate::support::harness::Test;
use crate::support::plain_user::Plain;
use crate::support::run::{Ran, TWINROOT, archive_cache, run, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(there_are_at_least_120_attacks_and_each_has_a_name_of_its_own),
    test!(the_documentation_lists_every_attack),
    test!(no_attack_under_an_audit_by_root_leaves_the_sandbox, needs: [Sandboxes, Root, Archive]),
    test!(no_attack_under_an_audit_by_a_plain_user_leaves_the_sandbox, needs: [Sandboxes, PlainUser, Archive]),
];

fn there_are_at_least_120_attacks_and_each_has_a_name_of_its_own() {
    let mut names: Vec<_> = attacks().iter().map(|attack| attack.name).collect();
    assert!(names.len() >= 120, "{}", names.len());
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

fn the_documentation_lists_every_attack() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md");
    let text = fs::read_to_string(path).unwrap();
    let missing: Vec<_> = attacks()
        .into_iter()
        .map(|attack| attack.name)
        .filter(|name| !text.contains(&format!("`{name}`")))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// A process of the machine, and a directory that attacks are told of.
struct Lab {
    directory: tempfile::TempDir,
    process: Child,
}

impl Lab {
    fn new() -> Self {
        let directory = tempfile::tempdir_in("/var/tmp").unwrap();
        fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o777)).unwrap();
        let canary = directory.path().join("canary");
        fs::write(&canary, "as it was\n").unwrap();
        fs::set_permissions(&canary, PermissionsExt::from_mode(0o666)).unwrap();
        let process = Command::new("sleep").arg("3600").spawn().unwrap();
        Self { directory, process }
    }

    /// What an attack must be told, as shell words for env(1).
    fn environment(&self) -> [String; 2] {
        [
            format!("LAB={}", self.directory.path().display()),
            format!("OUTER={}", self.process.id()),
        ]
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The cache's tree of a chroot, as an outside system.
fn tarball() -> PathBuf {
    let path = archive_cache().join("attacked.tar");
    if !path.exists() {
        let built = run(twinroot(&archive_cache())
            .args(["build", "trixie", "--mode=normal"])
            .arg(&path));
        assert_eq!(built.status, Some(0), "{}", built.stderr);
    }
    path
}

/// Makes all attacks with twinroot as this command, on each outside and with each audit.
fn attack_under_audit(run_audit: &dyn Fn(&Path, &[String]) -> Ran, outsides: &[String]) {
    let attacks = attacks();
    let lab = Lab::new();
    let trees = [lab.directory.path(), Path::new("/etc")];
    for outside in outsides {
        for audit in ["overlay", "snapshot", "read-only"] {
            // A machine is not copied.
            if audit == "snapshot" && !outside.ends_with(".tar") {
                continue;
            }
            let before = Machine::look(&trees);
            let mut arguments = vec![
                "audit".to_owned(),
                "--json=-".to_owned(),
                format!("--audit={audit}"),
                format!("--outside={outside}"),
                "--".to_owned(),
                "env".to_owned(),
            ];
            arguments.extend(lab.environment());
            arguments.extend(["sh".to_owned(), "-c".to_owned(), script(&attacks)]);
            let ran = run_audit(lab.directory.path(), &arguments);
            let differences = before.differences(&Machine::look(&trees));
            assert_eq!(differences, Vec::<String>::new(), "{outside} {audit}");
            let is_seen = audit != "read-only" && outside.ends_with(".tar");
            check(&attacks, &ran, is_seen, &format!("{outside} {audit}"));
        }
    }
}

fn check(attacks: &[Attack], ran: &Ran, is_seen: bool, place: &str) {
    let judged: Vec<_> = attacks
        .iter()
        .filter(|attack| is_seen || !matches!(attack.expected, Expected::Seen(_)))
        .cloned()
        .collect();
    let surprises = surprises(&judged, &ran.stderr);
    assert_eq!(surprises, Vec::<String>::new(), "{place}\n{}", ran.stderr);
    if is_seen {
        let report: Value = serde_json::from_str(&ran.stdout).expect("a report");
        let unreported = unreported(attacks, &report["escapes"]);
        assert_eq!(unreported, Vec::<&str>::new(), "{place}");
        let warnings = report["warnings"].to_string();
        assert!(warnings.contains("sleep 4711"), "{place}: {warnings}");
    }
}

/// Attacks that changed a path that is not among the escapes.
fn unreported(attacks: &[Attack], escapes: &Value) -> Vec<&'static str> {
    let escapes = escapes.as_array().unwrap();
    let is_reported = |path: &str| escapes.iter().any(|escape| escape["path"] == path);
    let changed = attacks.iter().filter_map(|attack| match attack.expected {
        Expected::Seen(path) => Some((attack.name, path)),
        Expected::Refused | Expected::Own => None,
    });
    changed
        .filter(|(_, path)| !is_reported(path))
        .map(|(name, _)| name)
        .collect()
}

/// twinroot with a directory and a file of the machine open.
fn with_descriptors(lab: &Path) -> Command {
    let mut command = Command::new("sh");
    let opened = format!("exec 8<{0} 9>>{0}/canary; exec \"$@\"", lab.display());
    command
        .args(["-c", &opened, "sh", TWINROOT])
        .env("XDG_CACHE_HOME", archive_cache())
        .env_remove("SOURCE_DATE_EPOCH")
        .stdin(Stdio::null());
    command
}

fn no_attack_under_an_audit_by_root_leaves_the_sandbox() {
    let tree = archive_cache().join("attacked");
    if !tree.exists() {
        fs::create_dir_all(&tree).unwrap();
        let mut tar = Command::new("tar");
        let tar = tar.arg("-xf").arg(tarball()).arg("-C").arg(&tree).status();
        assert!(tar.unwrap().success());
    }
    let run_audit = |lab: &Path, arguments: &[String]| run(with_descriptors(lab).args(arguments));
    let outsides = [tarball(), "host".into(), tree];
    attack_under_audit(&run_audit, &outsides.map(|path| path.display().to_string()));
}

fn no_attack_under_an_audit_by_a_plain_user_leaves_the_sandbox() {
    let user = Plain::new();
    let outside = user.path("outside.tar");
    fs::copy(tarball(), &outside).unwrap();
    fs::set_permissions(&outside, PermissionsExt::from_mode(0o644)).unwrap();
    let run_audit = |_: &Path, arguments: &[String]| {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        user.twinroot(&arguments)
    };
    let outsides = [outside, "host".into()];
    attack_under_audit(&run_audit, &outsides.map(|path| path.display().to_string()));
}
