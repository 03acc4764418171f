//! Real Essential packages of trixie, each with one script broken in another way and given by
//! `--deb`, all in one chroot: each must be named for what it did, and no other package.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::broken::{Broken, NONE, wrong};
use crate::support::harness::Test;
use crate::support::patched::patched;
use crate::support::report::report;
use crate::support::run::{archive_cache, directory, verify};
use crate::verify::attempts;

pub(crate) const TESTS: &[Test] = &[
    test!(every_broken_essential_package_is_named_and_no_other, needs: [Sandboxes, Archive]),
    test!(every_attempt_of_an_essential_package_is_known_and_nothing_else, needs: [Sandboxes, Archive]),
];

// The outside is made of the same packages, so their mistakes were made there once already:
// each script below changes something there a second time.
const CASES: [Broken; 21] = [
    Broken {
        name: "grep",
        script: ("postinst", "echo absolute >/etc/tw-absolute"),
        paths: &["./etc/tw-absolute"],
        escapes: &["/etc/tw-absolute"],
        ..NONE
    },
    Broken {
        name: "sed",
        script: ("postinst", "echo misspelt >\"$DPKGROOT/etc/tw-misspelt\""),
        paths: &["./etc/tw-misspelt"],
        escapes: &["/etc/tw-misspelt"],
        ..NONE
    },
    Broken {
        name: "bsdutils",
        script: ("preinst", "echo early >/etc/tw-early"),
        named: "preinst",
        paths: &["./etc/tw-early"],
        escapes: &["/etc/tw-early"],
        ..NONE
    },
    Broken {
        name: "bash",
        script: ("postinst", "(cd /etc && echo relative >tw-relative)"),
        paths: &["./etc/tw-relative"],
        escapes: &["/etc/tw-relative"],
        ..NONE
    },
    Broken {
        name: "hostname",
        script: ("postinst", "echo renamed >/etc/hostname"),
        escapes: &["/etc/hostname"],
        ..NONE
    },
    Broken {
        name: "gzip",
        script: (
            "postinst",
            "echo 'tw:x:990:990::/nonexistent:/usr/sbin/nologin' >>/etc/passwd",
        ),
        paths: &["./etc/passwd"],
        escapes: &["/etc/passwd"],
        ..NONE
    },
    Broken {
        name: "ncurses-base",
        script: ("postinst", "ldconfig"),
        escapes: &["/etc/ld.so.cache"],
        ..NONE
    },
    Broken {
        name: "mawk",
        script: ("postinst", "ln -sfn target /etc/tw-link"),
        paths: &["./etc/tw-link"],
        escapes: &["/etc/tw-link"],
        ..NONE
    },
    Broken {
        name: "sysvinit-utils",
        script: (
            "postinst",
            "rm -rf /var/lib/tw-directory; mkdir /var/lib/tw-directory",
        ),
        paths: &["./var/lib/tw-directory/"],
        escapes: &["/var/lib/tw-directory"],
        ..NONE
    },
    Broken {
        name: "coreutils",
        script: (
            "postinst",
            "if [ \"$(stat -c %a /opt)\" = 711 ]; then chmod 0710 /opt; else chmod 0711 /opt; fi",
        ),
        paths: &["./opt/"],
        escapes: &["/opt"],
        ..NONE
    },
    Broken {
        name: "base-files",
        script: ("postinst", "rm -f /usr/share/doc/mmdebstrap/copyright"),
        escapes: &["/usr/share/doc/mmdebstrap/copyright"],
        ..NONE
    },
    Broken {
        name: "debianutils",
        script: (
            "postinst",
            "(unset DPKG_ROOT\n\
             DPKG_ADMINDIR=/var/lib/dpkg update-alternatives --quiet --remove-all tw-tool 2>/dev/null || true\n\
             DPKG_ADMINDIR=/var/lib/dpkg update-alternatives --quiet \
             --install /usr/bin/tw-tool tw-tool /bin/sh 10)",
        ),
        paths: &["./etc/alternatives/tw-tool", "./usr/bin/tw-tool"],
        escapes: &["/etc/alternatives", "/var/lib/dpkg/alternatives/tw-tool"],
        ..NONE
    },
    Broken {
        name: "ncurses-bin",
        script: (
            "postinst",
            "[ -n \"$DPKG_ROOT\" ] || dpkg-divert --quiet --package ncurses-bin --add --rename \
             --divert /usr/bin/clear.away /usr/bin/clear",
        ),
        rule: "script-differs",
        paths: &["./var/lib/dpkg/diversions"],
        ..NONE
    },
    Broken {
        name: "dash",
        script: (
            "postinst",
            "if [ \"$1\" = triggered ]; then echo triggered >\"$DPKG_ROOT/etc/tw-triggered\"; exit 0; fi\n\
             [ -n \"$DPKG_ROOT\" ] || dpkg-trigger --no-await tw-trigger",
        ),
        rule: "trigger-not-run",
        named: "trigger",
        paths: &["./etc/tw-triggered"],
        ..NONE
    },
    Broken {
        name: "util-linux",
        script: (
            "postinst",
            "[ -n \"$DPKG_ROOT\" ] || chmod g+s /usr/share/doc/util-linux",
        ),
        rule: "script-differs",
        paths: &["./usr/share/doc/util-linux/"],
        ..NONE
    },
    Broken {
        name: "diffutils",
        // The account is the chroot's alone: the outside does not know the name.
        script: (
            "postinst",
            "echo 'twowner:x:991:991::/nonexistent:/usr/sbin/nologin' >>\"$DPKG_ROOT/etc/passwd\"\n\
             echo owned >\"$DPKG_ROOT/etc/tw-owned\"\n\
             chown twowner \"$DPKG_ROOT/etc/tw-owned\" 2>/dev/null || chown sync \"$DPKG_ROOT/etc/tw-owned\"",
        ),
        rule: "owner-by-name",
        paths: &["./etc/tw-owned"],
        ..NONE
    },
    Broken {
        name: "perl-base",
        script: (
            "postinst",
            "echo \"path=$DPKG_ROOT/etc\" >\"$DPKG_ROOT/etc/tw-root\"",
        ),
        rule: "build-path",
        paths: &["./etc/tw-root"],
        ..NONE
    },
    Broken {
        name: "init-system-helpers",
        script: (
            "postinst",
            "cat /usr/share/doc/*/copyright | grep '^Upstream-Name:' >\"$DPKG_ROOT/etc/tw-source\" || true",
        ),
        rule: "outside-input",
        paths: &["./etc/tw-source"],
        ..NONE
    },
    Broken {
        name: "libc-bin",
        script: (
            "postinst",
            "if [ \"$1\" = configure ]; then\n\
             order='a b'; [ -z \"$DPKG_ROOT\" ] || order='b a'\n\
             printf '%s\\n' $order >\"$DPKG_ROOT/etc/tw-order\"; fi",
        ),
        rule: "order-only",
        paths: &["./etc/tw-order"],
        ..NONE
    },
    Broken {
        name: "findutils",
        script: (
            "postinst",
            "cat /proc/sys/kernel/random/uuid >\"$DPKG_ROOT/etc/tw-random\"",
        ),
        rule: "nondeterminism",
        paths: &["./etc/tw-random"],
        ..NONE
    },
    Broken {
        name: "tar",
        script: ("postinst", "date +%s.%N >\"$DPKG_ROOT/etc/tw-time\""),
        rule: "nondeterminism",
        paths: &["./etc/tw-time"],
        ..NONE
    },
];

fn every_broken_essential_package_is_named_and_no_other() {
    let cache = archive_cache();
    let verify = |arguments: &[&str]| verify(&[&["trixie"], arguments].concat());
    // The packages as they are, which this leaves in the cache, are what is broken.
    assert_eq!(verify(&[]).status, Some(0));
    let lab = directory();
    let debs: Vec<_> = CASES
        .iter()
        .map(|broken| patched(&cache, lab.path(), broken.name, broken.script))
        .collect();
    let options: Vec<&str> = debs
        .iter()
        .flat_map(|deb| ["--deb", deb.to_str().unwrap()])
        .collect();
    let ran = verify(&options);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let wrong = wrong(&report(&ran), &CASES);
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), ran.stdout);
}

/// The outside has no package that these need: passwd.
const NEED_MORE: [&str; 2] = ["sources-a-file", "user-exists"];

/// The archive's own package that attempts and reads something.
const ACTING: &str = "libselinux1";

/// Its postinst runs a second time, for a trigger.
const TWICE: &str = "libc-bin";

fn every_attempt_of_an_essential_package_is_known_and_nothing_else() {
    let cache = archive_cache();
    let ran = verify(&["trixie"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let packages = report(&ran)["packages"].clone();
    let mut others: BTreeMap<String, Value> = packages
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            (
                package["name"].as_str().unwrap().to_owned(),
                package["verdict"].clone(),
            )
        })
        .collect();
    assert_eq!(others[ACTING], "latent");
    let names: Vec<String> = others
        .keys()
        .filter(|name| ![ACTING, TWICE].contains(&name.as_str()))
        .cloned()
        .collect();
    let cases = attempts::CASES.iter();
    let cases = cases.filter(|acting| !NEED_MORE.contains(&acting.name));
    let cases: Vec<_> = names.iter().map(String::as_str).zip(cases).collect();
    others.retain(|name, _| cases.iter().all(|(case, _)| case != name));

    let lab = directory();
    let debs = cases.iter().map(|(package, acting)| {
        let lines = format!("if [ -n \"$DPKG_ROOT\" ]; then\n{}\nfi", acting.script);
        patched(&cache, lab.path(), package, ("postinst", &lines))
    });
    let debs: Vec<_> = debs.map(|deb| format!("--deb={}", deb.display())).collect();
    let mut arguments = vec!["trixie"];
    arguments.extend(debs.iter().map(String::as_str));
    let ran = verify(&arguments);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let mut report = report(&ran);
    for rows in ["attempts", "reads"] {
        let rows = report["outside"][rows].as_array_mut().unwrap();
        rows.retain(|row| row["package"] != ACTING);
    }
    let wrong = attempts::wrong(&report, &cases, others);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
