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
use crate::support::patched::patched;
use crate::support::plain_user::Plain;
use crate::support::report::report;
use crate::support::run::{Ran, TWINROOT, archive_cache, directory, run, twinroot, verify};

pub(crate) const TESTS: &[Test] = &[
    test!(there_are_at_least_120_attacks_and_each_has_a_name_of_its_own),
    test!(the_documentation_lists_every_attack),
    test!(no_attack_under_an_audit_by_root_leaves_the_sandbox, needs: [Sandboxes, Root, Archive]),
    test!(no_attack_under_an_audit_by_a_plain_user_leaves_the_sandbox, needs: [Sandboxes, PlainUser, Archive]),
    test!(no_attack_of_a_maintainer_script_leaves_the_sandbox, needs: [Sandboxes, Root, Archive]),
    test!(a_sandbox_is_in_a_namespace_of_control_groups_that_it_does_not_own, needs: [Sandboxes, Root, PlainUser]),
];

fn a_sandbox_is_in_a_namespace_of_control_groups_that_it_does_not_own() {
    let here = fs::read_link("/proc/self/ns/cgroup").unwrap();
    let here = here.to_str().unwrap().to_owned();
    let command = "cat /proc/self/cgroup; readlink /proc/self/ns/cgroup";
    let arguments = ["audit", "--quiet", "--", "sh", "-c", command];
    let lab = directory();
    let by_root = run(twinroot(lab.path()).args(arguments));
    let user = Plain::new();
    for ran in [by_root, user.twinroot(&arguments)] {
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let (namespace, groups): (Vec<_>, Vec<_>) = ran
            .stderr
            .lines()
            .partition(|line| line.starts_with("cgroup:["));
        // Its own groups are the roots of what it sees.
        assert!(groups.iter().all(|group| group.ends_with(":/")), "{ran:?}");
        assert!(
            namespace.len() == 1 && namespace != [here.as_str()],
            "{ran:?}"
        );
    }
}

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

/// Where a script in a build says of an attack that it succeeded.
const DID: &str = "/tmp/tw-did-";

/// Attacks whose last step alone would change their path, and whose first one a read-only outside
/// refuses.
const END_EARLIER: [&str; 3] = [
    "file-without-name",
    "file-by-copy-range",
    "directory-replaced",
];

fn no_attack_of_a_maintainer_script_leaves_the_sandbox() {
    // The package as it is, which this leaves in the cache, is what is broken.
    assert_eq!(verify(&["trixie", "--no-control"]).status, Some(0));
    let lab = Lab::new();
    let place = directory();
    let told = lab.environment().map(|word| format!("export {word}\n"));
    // A script ends where a command fails.
    let lines = format!(
        "if [ -n \"$DPKG_ROOT\" ]; then\n{}(\nset +e\n{}\n) | while read -r word name status; do\n\
         [ \"$status\" != 0 ] || : >\"{DID}$name\"\ndone\nfi",
        told.concat(),
        script(&attacks())
    );
    let deb = patched(
        &archive_cache(),
        place.path(),
        "hostname",
        ("postinst", &lines),
    );
    let deb = format!("--deb={}", deb.display());
    let trees = [lab.directory.path(), Path::new("/etc")];
    let before = Machine::look(&trees);
    let ran = verify(&["trixie", "--no-control", "--no-trace", &deb]);
    let none = Vec::<String>::new();
    assert_eq!(before.differences(&Machine::look(&trees)), none);
    let missing = Vec::<&str>::new();
    assert_eq!(unreported(&attacks(), &escapes_of_attacks(&ran)), missing);

    // What is frozen, and the outside system, are in the cache now, and stay as they are.
    let states = archive_cache().join("twinroot/states");
    let before = Machine::look(&[&states]);
    let ran = verify(&["trixie", "--no-control", "--audit=read-only", &deb]);
    assert_eq!(before.differences(&Machine::look(&[&states])), none);
    let mut unreported = unreported(&attacks(), &escapes_of_attacks(&ran));
    unreported.retain(|name| !END_EARLIER.contains(name));
    assert_eq!(unreported, missing);
    for call in ["reboot", "bpf", "keyctl", "open_by_handle_at", "swapon"] {
        let attempts = &report(&ran)["outside"]["attempts"];
        let mut attempts = attempts.as_array().unwrap().iter();
        let found = attempts.find(|row| row["call"] == call);
        let found = found.map(|row| [&row["path"], &row["effect"], &row["errno"], &row["package"]]);
        let expected = ["(the machine)", "refused", "EPERM", "hostname"];
        assert_eq!(
            found.map(|row| row.map(Value::as_str)),
            Some(expected.map(Some)),
            "{call}"
        );
    }
}

/// The escapes of a build in which a maintainer script attacked: none is of an attack that is to be
/// refused.
fn escapes_of_attacks(ran: &Ran) -> Value {
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let escapes = report(ran)["outside"]["escapes"].clone();
    let paths = escapes.as_array().unwrap().iter();
    let succeeded: Vec<_> = paths
        .filter_map(|escape| escape["path"].as_str()?.strip_prefix(DID))
        .collect();
    assert!(succeeded.contains(&"message-queue"), "{escapes}");
    let refused = attacks().into_iter();
    let refused = refused.filter(|attack| attack.expected == Expected::Refused);
    let wrong: Vec<_> = refused
        .map(|attack| attack.name)
        .filter(|name| succeeded.contains(name))
        .collect();
    assert_eq!(wrong, Vec::<&str>::new());
    escapes
}
