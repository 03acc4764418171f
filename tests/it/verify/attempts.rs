//! Scripts that each act on an outside where all is so already, or look at it, all in one chroot:
//! each must be known by what it tried, and nobody else for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::harness::Test;
use crate::support::report::report;
use crate::support::repository::Repository;
use crate::support::run::{directory, run, verify_tiny};

pub(crate) const TESTS: &[Test] =
    &[test!(every_attempt_of_a_script_is_known_and_nothing_else, needs: [Sandboxes, Root])];

/// A package whose script does nothing in the normal build.
pub(crate) struct Acting {
    pub(crate) name: &'static str,
    /// What its postinst does from line 4 on, with `DPKG_ROOT` set alone.
    pub(crate) script: &'static str,
    /// What it tries: path, effect, error and line; 0 where several lines may be it.
    attempts: &'static [Attempt],
    /// What it looks at: path, whether it is there, and line.
    reads: &'static [(&'static str, bool, u64)],
    /// What is said of it.
    verdict: &'static str,
}

type Attempt = (&'static str, &'static str, &'static str, u64);

const NONE: Acting = Acting {
    name: "",
    script: "",
    attempts: &[],
    reads: &[],
    verdict: "latent",
};

pub(crate) const CASES: &[Acting] = &[
    Acting {
        name: "makes-what-exists",
        script: "mkdir -p /etc",
        attempts: &[("/etc", "none", "EEXIST", 4)],
        ..NONE
    },
    Acting {
        name: "makes-below-what-exists",
        script: "mkdir -p /var/lib/dpkg",
        attempts: &[("/var/lib/dpkg", "none", "EEXIST", 4)],
        ..NONE
    },
    Acting {
        name: "removes-what-is-absent",
        script: "rm -f /etc/removes.absent",
        attempts: &[("/etc/removes.absent", "none", "ENOENT", 4)],
        ..NONE
    },
    Acting {
        name: "same-mode",
        script: "chmod 0644 /etc/passwd",
        attempts: &[("/etc/passwd", "none", "", 4)],
        ..NONE
    },
    Acting {
        name: "same-owner",
        script: "chown root:root /etc/group",
        attempts: &[("/etc/group", "none", "", 4)],
        ..NONE
    },
    Acting {
        name: "same-link",
        // Another link takes the place of this one.
        script: "ln -sfn /run /var/run",
        attempts: &[
            ("/var/run", "none", "EEXIST", 4),
            ("/var/*", "none", "", 4),
            ("/var/run", "changed", "", 4),
        ],
        verdict: "incomplete",
        ..NONE
    },
    Acting {
        name: "link-exists",
        script: "ln -s elsewhere /etc/passwd 2>/dev/null || true",
        attempts: &[("/etc/passwd", "none", "EEXIST", 4)],
        ..NONE
    },
    Acting {
        name: "hard-link-exists",
        script: "ln /etc/passwd /etc/group 2>/dev/null || true",
        attempts: &[("/etc/group", "none", "EEXIST", 4)],
        ..NONE
    },
    Acting {
        name: "behind-a-test",
        script: "[ -e /etc/debian_version ] || cp /etc/issue /etc/debian_version",
        reads: &[("/etc/debian_version", true, 4)],
        verdict: "complete",
        ..NONE
    },
    Acting {
        name: "behind-an-absent-file",
        script: "if [ -f /etc/behind.absent ]; then\n  rm /etc/behind.absent\nfi",
        reads: &[("/etc/behind.absent", false, 4)],
        verdict: "complete",
        ..NONE
    },
    Acting {
        name: "reads-a-line",
        script: "read -r line </etc/debian_version",
        reads: &[("/etc/debian_version", true, 4)],
        verdict: "complete",
        ..NONE
    },
    Acting {
        name: "sources-a-file",
        script: "[ ! -r /etc/default/useradd ] || . /etc/default/useradd",
        reads: &[("/etc/default/useradd", true, 4)],
        verdict: "complete",
        ..NONE
    },
    Acting {
        name: "user-exists",
        script: "useradd root 2>/dev/null || true",
        reads: &[("/etc/passwd", true, 4)],
        verdict: "complete",
        ..NONE
    },
    Acting {
        name: "without-environment",
        script: "env -i /bin/sh -c 'rm -f /etc/cleared.absent'",
        attempts: &[("/etc/cleared.absent", "none", "ENOENT", 4)],
        ..NONE
    },
    Acting {
        name: "forks-twice",
        script: "setsid sh -c 'rm -f /etc/forks.absent &'",
        attempts: &[("/etc/forks.absent", "none", "ENOENT", 4)],
        ..NONE
    },
    Acting {
        name: "outlives-its-script",
        script: "script=$$\n\
                 while kill -0 $script; do sleep 0.02; done >/dev/null 2>&1 && rm -f /etc/outlives.absent &",
        attempts: &[("/etc/outlives.absent", "none", "ENOENT", 5)],
        ..NONE
    },
    Acting {
        name: "through-a-link",
        script: "mkdir -p \"$DPKG_ROOT/opt/leads-outside/dpkg\"",
        attempts: &[("/var/lib/dpkg", "none", "EEXIST", 4)],
        ..NONE
    },
    Acting {
        name: "appends-nothing",
        script: "printf '' >>/etc/passwd",
        attempts: &[("/etc/passwd", "none", "", 4)],
        ..NONE
    },
    Acting {
        name: "same-size",
        // It is opened, and then the kernel gives it a new time.
        script: "truncate --no-create --reference=/etc/profile /etc/profile",
        attempts: &[
            ("/etc/profile", "none", "", 4),
            ("/etc/profile", "changed", "", 4),
        ],
        verdict: "incomplete",
        ..NONE
    },
    Acting {
        name: "by-descriptor",
        script: "exec 3>>/etc/group\nsh -c ': >&3'\nexec 3>&-",
        attempts: &[("/etc/group", "none", "", 4)],
        ..NONE
    },
    Acting {
        name: "by-name-of-descriptor",
        script: "exec 3</etc/group\nchmod 0644 /proc/self/fd/3",
        attempts: &[("/etc/group", "none", "", 5)],
        reads: &[("/etc/group", true, 4)],
        ..NONE
    },
    Acting {
        name: "relative",
        script: "cd /\nmkdir -p etc",
        attempts: &[("/etc", "none", "EEXIST", 5)],
        ..NONE
    },
    Acting {
        name: "in-a-function",
        script: "tidy() {\n  rm -f \"$1\"\n}\ntidy /etc/function.absent",
        attempts: &[("/etc/function.absent", "none", "ENOENT", 5)],
        ..NONE
    },
    Acting {
        name: "by-find",
        script: "find /etc -maxdepth 0 -exec chmod 0755 {} +",
        attempts: &[("/etc", "none", "", 4)],
        ..NONE
    },
    Acting {
        name: "by-xargs",
        script: "echo /etc | xargs mkdir -p",
        attempts: &[("/etc", "none", "EEXIST", 4)],
        ..NONE
    },
    Acting {
        name: "not-empty",
        script: "rmdir --ignore-fail-on-non-empty /usr/share",
        attempts: &[("/usr/share", "none", "ENOTEMPTY", 4)],
        ..NONE
    },
    Acting {
        name: "device-refused",
        script: "mknod /dev/refused c 1 3 2>/dev/null || true",
        attempts: &[("/dev/refused", "refused", "EPERM", 4)],
        ..NONE
    },
    Acting {
        name: "comes-and-goes",
        script: "echo x >/etc/comes.tmp\nrm /etc/comes.tmp",
        attempts: &[
            ("/etc/comes.tmp", "none", "", 4),
            ("/etc/comes.tmp", "none", "", 5),
        ],
        ..NONE
    },
    Acting {
        name: "edits-to-the-same",
        script: "sed -i 's/no-such-word/x/' /etc/debian_version",
        attempts: &[
            ("/etc/*", "none", "", 4),
            ("/etc/debian_version", "changed", "", 4),
        ],
        verdict: "incomplete",
        ..NONE
    },
    Acting {
        name: "temporary-file",
        script: "file=$(mktemp)\necho x >\"$file\"\nrm \"$file\"",
        verdict: "complete",
        ..NONE
    },
    Acting {
        name: "nothing-but-devices",
        script: "echo x >/dev/null\necho y | cat >/proc/self/fd/1 2>/dev/stderr",
        verdict: "complete",
        ..NONE
    },
    Acting {
        name: "many-processes",
        script: "for i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5 6 7 8 9; do /bin/true & done; done\n\
                 wait\n\
                 sleep 60 & kill -STOP $!; kill -CONT $!; kill -KILL $!",
        verdict: "complete",
        ..NONE
    },
    Acting {
        name: "by-rename",
        script: "echo x >/etc/rename.new\nmv /etc/rename.new /etc/rename.conf",
        attempts: &[
            ("/etc/rename.new", "none", "", 4),
            ("/etc/rename.new", "none", "", 5),
            ("/etc/rename.conf", "changed", "", 5),
        ],
        verdict: "incomplete",
        ..NONE
    },
    Acting {
        name: "by-hard-link",
        script: "ln /etc/debian_version /etc/hard.link",
        attempts: &[("/etc/hard.link", "changed", "", 4)],
        verdict: "incomplete",
        ..NONE
    },
];

/// A package; all ship the link that leads to the outside where its root is not the sandbox's.
fn source(acting: &Acting, place: &Path) -> PathBuf {
    let source = place.join(acting.name);
    fs::create_dir_all(&source).unwrap();
    let control = format!(
        "Package: {}\nVersion: 1.0\nArchitecture: all\nMaintainer: twinroot tests <tests@example.org>\n\
         Description: a script that acts outside\n",
        acting.name
    );
    fs::write(source.join("control"), control).unwrap();
    let guard = "[ -n \"$DPKG_ROOT\" ] || exit 0";
    let script = format!("#!/bin/sh\nset -e\n{guard}\n{}\n", acting.script);
    fs::write(source.join("postinst"), script).unwrap();
    if acting.script.contains("leads-outside") {
        let directory = source.join("root/opt");
        fs::create_dir_all(&directory).unwrap();
        std::os::unix::fs::symlink("/var/lib", directory.join("leads-outside")).unwrap();
    }
    source
}

/// Rows of a report by their package, each with these keys.
fn rows(rows: &Value, keys: &[&str]) -> BTreeMap<String, Vec<Value>> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in rows.as_array().unwrap() {
        let package = row["package"].as_str().unwrap().to_owned();
        let values: Vec<Value> = keys.iter().map(|key| row[key].clone()).collect();
        let rows = found.entry(package).or_default();
        // Several calls of one command on one path are one here.
        if !rows.contains(&Value::from(values.clone())) {
            rows.push(values.into());
        }
    }
    found
}

fn verdicts(report: &Value) -> BTreeMap<String, Value> {
    let packages = report["packages"].as_array().unwrap().iter();
    let named = |package: &Value| package["name"].as_str().unwrap().to_owned();
    packages
        .map(|package| (named(package), package["verdict"].clone()))
        .collect()
}

/// What is not as expected, a line each.
fn differing<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: &BTreeMap<String, T>,
    expected: &BTreeMap<String, T>,
) -> Vec<String> {
    let names: std::collections::BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    let differing = names
        .iter()
        .filter(|name| found.get(**name) != expected.get(**name));
    differing
        .map(|name| {
            let (found, expected) = (found.get(*name), expected.get(*name));
            format!("{what} of {name}:\n  {found:?}\n  and not\n  {expected:?}")
        })
        .collect()
}

fn every_attempt_of_a_script_is_known_and_nothing_else() {
    let lab = directory();
    let place = lab.path().join("sources");
    let sources: Vec<_> = CASES.iter().map(|acting| source(acting, &place)).collect();
    let repository = Repository::with(&lab.path().join("repository"), &sources);
    let names: Vec<_> = CASES.iter().map(|acting| acting.name).collect();
    let include = format!("--include={}", names.join(","));
    let ran = run(&mut verify_tiny(lab.path(), &repository, &[&include]));
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let cases: Vec<_> = CASES.iter().map(|acting| (acting.name, acting)).collect();
    let others = BTreeMap::from([("tiny-base".to_owned(), "complete".into())]);
    let wrong = wrong(&report(&ran), &cases, others);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a report says of packages that is not as their scripts would have it, and of others, whose
/// verdicts these are; a line each.
pub(crate) fn wrong(
    report: &Value,
    cases: &[(&str, &Acting)],
    others: BTreeMap<String, Value>,
) -> Vec<String> {
    let keys = ["script", "path", "effect", "errno", "line"];
    let found = rows(&report["outside"]["attempts"], &keys);
    let expected = cases.iter().map(|(name, acting)| {
        let rows = acting.attempts.iter().map(|(path, effect, errno, line)| {
            let errno = Some(*errno).filter(|errno| !errno.is_empty());
            let line = Some(*line).filter(|line| *line != 0);
            serde_json::json!(["postinst", path, effect, errno, line])
        });
        ((*name).to_owned(), rows.collect::<Vec<_>>())
    });
    let expected = expected.filter(|(_, rows)| !rows.is_empty()).collect();
    let mut wrong = differing("attempts", &found, &expected);

    let keys = ["script", "path", "exists", "line"];
    let found = rows(&report["outside"]["reads"], &keys);
    let expected = cases.iter().map(|(name, acting)| {
        let rows = acting.reads.iter();
        let rows =
            rows.map(|(path, exists, line)| serde_json::json!(["postinst", path, exists, line]));
        ((*name).to_owned(), rows.collect::<Vec<_>>())
    });
    let expected = expected.filter(|(_, rows)| !rows.is_empty()).collect();
    wrong.extend(differing("reads", &found, &expected));

    let mut expected = others;
    let verdicts_of_cases = cases.iter();
    expected.extend(
        verdicts_of_cases.map(|(name, acting)| ((*name).to_owned(), acting.verdict.into())),
    );
    wrong.extend(differing("the verdict", &verdicts(report), &expected));

    // Each file that was changed; directories' times change with what several made in them.
    let escapes = report["outside"]["escapes"].as_array().unwrap().iter();
    let is_file = |row: &&Value| !["/etc", "/var"].map(Value::from).contains(&row["path"]);
    let keys = ["script", "path", "change"];
    let found = rows(&escapes.clone().filter(is_file).cloned().collect(), &keys);
    let expected = [
        ("by-rename", "/etc/rename.conf", "created"),
        ("by-hard-link", "/etc/hard.link", "created"),
        ("same-link", "/var/run", "metadata"),
        ("same-size", "/etc/profile", "metadata"),
        ("edits-to-the-same", "/etc/debian_version", "metadata"),
    ];
    let package_of = |case: &str| {
        let mut cases = cases.iter();
        let found = cases.find(|(_, acting)| acting.name == case);
        found.map(|(package, _)| (*package).to_owned())
    };
    let expected = expected.into_iter().filter_map(|(name, path, change)| {
        let row = serde_json::json!(["postinst", path, change]);
        Some((package_of(name)?, vec![row]))
    });
    let expected: BTreeMap<String, Vec<Value>> = expected.collect();
    wrong.extend(differing("escapes", &found, &expected));
    let blamed = escapes.map(|row| row["package"].as_str().unwrap_or_default());
    let innocent = blamed.filter(|name| !expected.contains_key(*name));
    wrong.extend(innocent.map(|name| format!("{name} is blamed")));
    if report["divergences"] != Value::Array(vec![]) {
        wrong.push(format!("divergent: {}", report["divergences"]));
    }
    wrong
}
