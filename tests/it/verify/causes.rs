//! Scripts that each do something wrong in a way of its own, all in one chroot: each must be
//! named for what it did, and nothing else for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::broken::{Broken, NONE, wrong};
use crate::support::harness::Test;
use crate::support::report::report;
use crate::support::repository::Repository;
use crate::support::run::{directory, run, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(every_broken_script_is_named_for_what_it_did_and_nothing_else, needs: [Sandboxes, Root]),
];

const CASES: [Broken; 22] = [
    Broken {
        name: "absolute-write",
        script: ("postinst", "echo absolute >/etc/absolute.conf"),
        paths: &["./etc/absolute.conf"],
        escapes: &["/etc/absolute.conf"],
        ..NONE
    },
    Broken {
        name: "misspelt-prefix",
        script: ("postinst", "echo misspelt >\"$DPKGROOT/etc/misspelt.conf\""),
        paths: &["./etc/misspelt.conf"],
        escapes: &["/etc/misspelt.conf"],
        ..NONE
    },
    Broken {
        name: "preinst-write",
        script: ("preinst", "echo preinst >/etc/preinst.conf"),
        named: "preinst",
        paths: &["./etc/preinst.conf"],
        escapes: &["/etc/preinst.conf"],
        ..NONE
    },
    Broken {
        name: "relative-write",
        script: ("postinst", "cd /etc\necho relative >relative.conf"),
        paths: &["./etc/relative.conf"],
        escapes: &["/etc/relative.conf"],
        ..NONE
    },
    Broken {
        name: "useradd-outside",
        script: ("postinst", "useradd --system --no-create-home lost-user"),
        paths: &["./etc/passwd"],
        escapes: &["/etc/passwd"],
        ..NONE
    },
    Broken {
        name: "ldconfig-outside",
        script: ("postinst", "ldconfig"),
        paths: &["./etc/ld.so.cache"],
        escapes: &["/etc/ld.so.cache"],
        ..NONE
    },
    Broken {
        name: "link-outside",
        script: ("postinst", "ln -s target /etc/outside.link"),
        paths: &["./etc/outside.link"],
        escapes: &["/etc/outside.link"],
        ..NONE
    },
    Broken {
        name: "directory-outside",
        script: ("postinst", "mkdir -p /var/lib/outside.d/sub"),
        paths: &["./var/lib/outside.d/", "./var/lib/outside.d/sub/"],
        escapes: &["/var/lib/outside.d", "/var/lib/outside.d/sub"],
        ..NONE
    },
    Broken {
        name: "chmod-outside",
        script: ("postinst", "chmod 0711 /opt"),
        paths: &["./opt/"],
        escapes: &["/opt"],
        ..NONE
    },
    Broken {
        name: "alternative-outside",
        script: (
            "postinst",
            "DPKG_ROOT= DPKG_ADMINDIR=/var/lib/dpkg update-alternatives --quiet --install /usr/bin/lost-tool lost-tool /bin/sh 10",
        ),
        paths: &["./etc/alternatives/lost-tool", "./usr/bin/lost-tool"],
        escapes: &["/etc/alternatives/lost-tool", "/usr/bin/lost-tool"],
        ..NONE
    },
    Broken {
        name: "removal-lost",
        script: ("postinst", "rm -f /usr/share/removal-lost/file"),
        ships: Some("usr/share/removal-lost/file"),
        rule: "script-differs",
        paths: &["./usr/share/removal-lost/file"],
        ..NONE
    },
    Broken {
        name: "capability-lost",
        script: (
            "postinst",
            "[ -n \"$DPKG_ROOT\" ] || setcap cap_net_raw+ep /usr/share/capability-lost/file",
        ),
        ships: Some("usr/share/capability-lost/file"),
        rule: "script-differs",
        paths: &["./usr/share/capability-lost/file"],
        ..NONE
    },
    Broken {
        name: "trigger-lost",
        script: (
            "postinst",
            "if [ \"$1\" = triggered ]; then echo triggered >\"$DPKG_ROOT/etc/triggered.conf\"; exit 0; fi\n\
             [ -n \"$DPKG_ROOT\" ] || dpkg-trigger --no-await lost-trigger",
        ),
        rule: "trigger-not-run",
        named: "trigger",
        paths: &["./etc/triggered.conf"],
        ..NONE
    },
    Broken {
        name: "diversion-lost",
        script: (
            "postinst",
            "[ -n \"$DPKG_ROOT\" ] || dpkg-divert --quiet --package diversion-lost --add --rename \
             --divert /usr/share/diversion-lost/file.away /usr/share/diversion-lost/file",
        ),
        rule: "script-differs",
        paths: &["./var/lib/dpkg/diversions"],
        ..NONE
    },
    Broken {
        name: "rename-lost",
        script: (
            "postinst",
            "echo renamed >\"$DPKG_ROOT/etc/rename.new\"\n\
             [ -n \"$DPKG_ROOT\" ] || mv /etc/rename.new /etc/rename.conf",
        ),
        rule: "script-differs",
        paths: &["./etc/rename.new"],
        ..NONE
    },
    Broken {
        name: "owner-outside",
        script: (
            "postinst",
            "echo owned >\"$DPKG_ROOT/etc/owner.conf\"\nchown games \"$DPKG_ROOT/etc/owner.conf\"",
        ),
        rule: "owner-by-name",
        paths: &["./etc/owner.conf"],
        ..NONE
    },
    Broken {
        name: "root-in-content",
        script: (
            "postinst",
            "echo \"path=$DPKG_ROOT/etc\" >\"$DPKG_ROOT/etc/root.conf\"",
        ),
        rule: "build-path",
        paths: &["./etc/root.conf"],
        ..NONE
    },
    Broken {
        name: "root-and-length-in-content",
        script: (
            "postinst",
            "echo \"${#DPKG_ROOT} $DPKG_ROOT/etc\" >\"$DPKG_ROOT/etc/length.conf\"",
        ),
        rule: "script-differs",
        paths: &["./etc/length.conf"],
        ..NONE
    },
    Broken {
        name: "outside-source",
        script: (
            "postinst",
            "cat /etc/debian_version >\"$DPKG_ROOT/etc/source.conf\"",
        ),
        rule: "outside-input",
        paths: &["./etc/source.conf"],
        ..NONE
    },
    Broken {
        name: "other-order",
        script: (
            "postinst",
            "if [ -n \"$DPKG_ROOT\" ]; then set -- b a; else set -- a b; fi\n\
             for word; do echo \"$word\"; done >\"$DPKG_ROOT/etc/order.conf\"",
        ),
        rule: "order-only",
        paths: &["./etc/order.conf"],
        ..NONE
    },
    Broken {
        name: "random-id",
        script: (
            "postinst",
            "cat /proc/sys/kernel/random/uuid >\"$DPKG_ROOT/etc/random.conf\"",
        ),
        rule: "nondeterminism",
        paths: &["./etc/random.conf"],
        ..NONE
    },
    Broken {
        name: "time-in-content",
        script: ("postinst", "date +%s.%N >\"$DPKG_ROOT/etc/time.conf\""),
        rule: "nondeterminism",
        paths: &["./etc/time.conf"],
        ..NONE
    },
];

fn source(broken: &Broken, place: &Path) -> PathBuf {
    let source = place.join(broken.name);
    fs::create_dir_all(&source).unwrap();
    let control = format!(
        "Package: {}\nVersion: 1.0\nArchitecture: all\nMaintainer: twinroot tests <tests@example.org>\n\
         Description: a broken script\n",
        broken.name
    );
    fs::write(source.join("control"), control).unwrap();
    let (script, text) = broken.script;
    fs::write(source.join(script), format!("#!/bin/sh\nset -e\n{text}\n")).unwrap();
    if text.contains("lost-trigger") {
        fs::write(source.join("triggers"), "interest-noawait lost-trigger\n").unwrap();
    }
    if let Some(path) = broken.ships {
        let path = source.join("root").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("shipped by {}\n", broken.name)).unwrap();
    }
    source
}

fn every_broken_script_is_named_for_what_it_did_and_nothing_else() {
    let lab = directory();
    let sources: Vec<_> = CASES
        .iter()
        .map(|broken| source(broken, &lab.path().join("sources")))
        .collect();
    let repository = Repository::with(&lab.path().join("repository"), &sources);
    let names: Vec<_> = CASES.iter().map(|broken| broken.name).collect();
    let include = format!("--include={}", names.join(","));
    let ran = run(&mut verify_tiny(lab.path(), &repository, &[&include]));
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let report = report(&ran);
    let wrong = wrong(&report, &CASES);
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), ran.stdout);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let quoted: BTreeMap<String, String> = report["causes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|cause| {
            let lines = cause["evidence"].as_array().unwrap().iter().map(text);
            let mut lines = lines.filter(|line| line.starts_with("postinst line "));
            let line = lines.next()?;
            Some((text(&cause["package"]), line))
        })
        .collect();
    let stored = "etc/length.conf: the chrootless content has the path of the temporary root in it";
    let causes = report["causes"].as_array().unwrap().iter();
    let with_root = causes.filter(|cause| {
        let mut lines = cause["evidence"].as_array().unwrap().iter();
        lines.any(|line| line == stored)
    });
    let packages: Vec<_> = with_root.map(|cause| text(&cause["package"])).collect();
    assert_eq!(packages, ["root-and-length-in-content"]);
    for (package, line) in [
        (
            "absolute-write",
            "postinst line 3: echo absolute >/etc/absolute.conf",
        ),
        (
            "useradd-outside",
            "postinst line 3: useradd --system --no-create-home lost-user",
        ),
        (
            "capability-lost",
            "postinst line 3, which DPKG_ROOT keeps from running: [ -n \"$DPKG_ROOT\" ] || setcap \
             cap_net_raw+ep /usr/share/capability-lost/file",
        ),
    ] {
        assert_eq!(quoted.get(package).map(String::as_str), Some(line));
    }
}
