//! What `compare` explains of two chroots without having seen how they were made.

use std::fs;
use std::process::Command;

use twinroot::report::{Report, from_json};

use crate::support::archive::{Spec, archive, file, special};
use crate::support::harness::Test;
use crate::support::run::TWINROOT;
use crate::support::schema::validate;

pub(crate) const TESTS: &[Test] = &[
    test!(other_packages_are_said_first_and_nothing_else_is_explained),
    test!(unmerged_usr_is_one_cause_and_lines_in_another_order_are_another),
    test!(an_entry_belongs_to_the_package_that_lists_it),
    test!(a_content_is_read_as_what_it_is_above_its_difference),
    test!(fields_that_are_not_content_say_more_than_their_values),
    test!(what_comes_of_clock_chance_surroundings_and_a_poor_file_system_is_told_apart),
    test!(what_is_the_same_in_every_entry_is_said_once),
    test!(of_two_archives_nothing_is_said_of_builds),
    test!(a_password_changed_on_another_day_is_about_time_and_not_about_accounts),
];

const STATUS: &str = "var/lib/dpkg/status";

/// The report of two tarballs, with an epoch.
fn compared(left: &[Spec], right: &[Spec]) -> Report {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("left.tar"), archive(left)).unwrap();
    fs::write(place.path().join("right.tar"), archive(right)).unwrap();
    let output = Command::new(TWINROOT)
        .current_dir(&place)
        .args(["compare", "left.tar", "right.tar", "--json", "-"])
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = from_json(&output.stdout).unwrap();
    validate(&report);
    report
}

/// Causes as `RULE: TITLE (ENTRIES)`.
fn cause_lines(report: &Report) -> Vec<String> {
    let causes = report.causes.iter();
    let line = |cause: &twinroot::report::Cause| {
        format!("{}: {} ({})", cause.rule, cause.title, cause.entries)
    };
    causes.map(line).collect()
}

/// The field's detail of the only divergence.
fn detail(report: &Report, name: &str) -> String {
    assert_eq!(report.divergences.len(), 1);
    let fields = &report.divergences.all()[0].fields;
    let field = fields.iter().find(|field| field.name == name).unwrap();
    field.detail.clone().unwrap_or_default()
}

fn status(packages: &[(&str, &str)]) -> Spec {
    let stanzas = packages.iter().map(|(name, version)| {
        format!("Package: {name}\nStatus: install ok installed\nVersion: {version}\n\n")
    });
    file(STATUS, stanzas.collect::<String>().as_bytes())
}

fn other_packages_are_said_first_and_nothing_else_is_explained() {
    let report = compared(
        &[status(&[("a", "1"), ("b", "1")]), file("etc/x", b"1\n2\n")],
        &[status(&[("a", "2"), ("c", "1")]), file("etc/x", b"2\n1\n")],
    );
    assert_eq!(
        cause_lines(&report),
        ["package-set: the package sets differ (2)"]
    );
    assert_eq!(
        report.causes[0].evidence,
        ["a: 1 | 2", "only left: b 1", "only right: c 1"]
    );
}

fn unmerged_usr_is_one_cause_and_lines_in_another_order_are_another() {
    let report = compared(
        &[
            special("bin", b'2', "usr/bin"),
            file("etc/x", b"1\n2\n"),
            file("usr/bin/cat", b"cat"),
        ],
        &[
            special("bin", b'5', ""),
            file("bin/cat", b"cat"),
            file("etc/x", b"2\n1\n"),
        ],
    );
    assert_eq!(
        cause_lines(&report),
        [
            "aliasing: /bin: a symlink on one side, a directory on the other (2)",
            "order-only: the same lines in another order (1)"
        ]
    );
}

fn an_entry_belongs_to_the_package_that_lists_it() {
    let list = file(
        "var/lib/dpkg/info/hello.list",
        b"/.\n/usr\n/usr/bin\n/usr/bin/hello\n",
    );
    let report = compared(
        &[file("usr/bin/hello", b"1"), list.clone()],
        &[file("usr/bin/hello", b"2"), list],
    );
    assert_eq!(
        report.divergences.all()[0].package.as_deref(),
        Some("hello")
    );
}

fn a_content_is_read_as_what_it_is_above_its_difference() {
    let report = compared(
        &[file("etc/passwd", b"root:x:0:0:root:/root:/bin/bash\n")],
        &[file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")],
    );
    assert_eq!(
        detail(&report, "content"),
        "read as accounts\n  account root: shell /bin/bash | /bin/sh\n@@ -1 +1 @@\n\
         -root:x:0:0:root:/root:/bin/bash\n+root:x:0:0:root:/root:/bin/sh\n"
    );
}

fn fields_that_are_not_content_say_more_than_their_values() {
    let capability = |bit: u32| {
        let words = [0x0200_0001, 1 << bit, 0, 0, 0_u32];
        words.map(u32::to_le_bytes).concat()
    };
    let ping = |bit| file("ping", b"x").pax("SCHILY.xattr.security.capability", &capability(bit));
    let report = compared(&[ping(13)], &[ping(12)]);
    assert_eq!(
        detail(&report, "xattr:security.capability"),
        "cap_net_raw=ep | cap_net_admin=ep\n"
    );
    let at = |time| file("x", b"x").pax("mtime", time);
    let report = compared(&[at(b"1700000000")], &[at(b"1700000007.5")]);
    assert_eq!(
        detail(&report, "mtime"),
        "at SOURCE_DATE_EPOCH | 7 s after SOURCE_DATE_EPOCH: not clamped\n"
    );
    let mode = |octal: &[u8]| file("x", b"x").raw(100, octal);
    let report = compared(&[mode(b"0002755\0")], &[mode(b"0000755\0")]);
    assert_eq!(detail(&report, "mode"), "rwxr-sr-x | rwxr-xr-x\n");
    let link = |target| special("usr/bin/awk", b'2', target);
    let report = compared(
        &[link("/etc/alternatives/awk")],
        &[link("../../etc/alternatives/awk")],
    );
    assert_eq!(detail(&report, "linkname"), "both lead to the same place\n");
}

fn what_comes_of_clock_chance_surroundings_and_a_poor_file_system_is_told_apart() {
    let id = |digit: &str| {
        file(
            "etc/machine-id",
            format!("{}\n", digit.repeat(32)).as_bytes(),
        )
    };
    let at = |time| file("srv/late", b"x").pax("mtime", time);
    let log = |time: &str| {
        file(
            "var/log/x.log",
            format!("2026-11-24 {time} done\n").as_bytes(),
        )
    };
    let ping = file("usr/bin/ping", b"x");
    let capable = ping
        .clone()
        .pax("SCHILY.xattr.security.capability", b"\x01\x00\x00\x02");
    let report = compared(
        &[
            file("etc/hostname", b"one\n"),
            id("1"),
            at(b"1700000000"),
            capable,
            log("08:00:01"),
        ],
        &[
            file("etc/hostname", b"two\n"),
            id("2"),
            at(b"1700000009"),
            ping,
            log("08:00:02"),
        ],
    );
    assert_eq!(
        cause_lines(&report),
        [
            "clock: a time was not clamped to SOURCE_DATE_EPOCH (1)",
            "clock: only dates and times in the content differ (1)",
            "random: random by nature: a machine id or seed was made (1)",
            "privileges-lost: only one side has set-id bits, extended attributes or access lists (1)",
            "surroundings: a file that names the machine, its resolver or the mirror (1)",
        ]
    );
}

fn a_password_changed_on_another_day_is_about_time_and_not_about_accounts() {
    let shadow = |day| {
        file(
            "etc/shadow",
            format!("root:*:{day}:0:99999:7:::\n").as_bytes(),
        )
    };
    let report = compared(&[shadow(20416)], &[shadow(20417)]);
    assert_eq!(
        cause_lines(&report),
        ["clock: only dates and times in the content differ (1)"]
    );
}

/// The report of one tree that tar(1) packed in two ways, each given by its arguments.
fn packed(left: &[&str], right: &[&str]) -> Report {
    let place = tempfile::tempdir().unwrap();
    let tree = place.path().join("tree");
    fs::create_dir_all(tree.join("d")).unwrap();
    fs::write(tree.join("a"), "a").unwrap();
    fs::write(tree.join("d/b"), "b").unwrap();
    std::os::unix::fs::symlink("a", tree.join("l")).unwrap();
    for (name, arguments) in [("left.tar", left), ("right.tar", right)] {
        let output = Command::new("tar")
            .current_dir(&place)
            .args(["--sort=name", "--mtime=@0.5", "-cf", name])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let output = Command::new(TWINROOT)
        .current_dir(&place)
        .args(["compare", "left.tar", "right.tar", "--json", "-"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    from_json(&output.stdout).unwrap()
}

/// Titles and evidence of all causes.
fn said(report: &Report) -> Vec<&str> {
    let causes = report.causes.iter();
    causes
        .flat_map(|cause| [&cause.title].into_iter().chain(&cause.evidence))
        .map(String::as_str)
        .collect()
}

/// How a tree is packed on both sides, and what is said of it.
struct Packing {
    left: &'static [&'static str],
    right: &'static [&'static str],
    said: &'static [&'static str],
}

const PROGRAM: &str = "written by different tar programs or in different formats";

/// Packings whose owners differ.
const OWNERS: &[Packing] = &[
    Packing {
        left: &["--owner=a:1", "--group=b:2", "tree"],
        right: &["--owner=a:1", "--group=b:2", "--numeric-owner", "tree"],
        said: &[
            "right stores numbers only",
            "every entry: gname b | none",
            "every entry: uname a | none",
        ],
    },
    Packing {
        left: &["--format=gnu", "--owner=a:1000", "--group=+5", "tree"],
        right: &["--format=gnu", "--owner=b:1001", "--group=+5", "tree"],
        said: &[
            "all owners differ by one rule",
            "every entry: uid 1000 | 1001",
            "every entry: uname a | b",
        ],
    },
];

/// Packings by other programs, or in other ways.
const WAYS: &[Packing] = &[
    Packing {
        left: &["--format=gnu", "tree"],
        right: &["--format=ustar", "tree"],
        said: &[
            PROGRAM,
            "every entry: header-encoding",
            "every entry: header-format gnu | ustar",
        ],
    },
    Packing {
        left: &[
            "--format=pax",
            "--pax-option=delete=atime,delete=ctime",
            "tree",
        ],
        right: &["--format=ustar", "tree"],
        said: &[
            "right stores whole seconds only",
            "every entry: mtime with fractions | in whole seconds",
        ],
    },
    Packing {
        left: &["-C", "tree", "./a", "./d", "./l"],
        right: &["-C", "tree", "a", "d", "l"],
        said: &["names begin with ./ on the left", "every entry: ./ | not"],
    },
    Packing {
        left: &["--format=pax", "--pax-option=delete=mtime", "tree"],
        right: &[
            "--format=pax",
            "--pax-option=delete=atime,delete=ctime,delete=mtime",
            "tree",
        ],
        said: &["right stores no atime; right stores no ctime"],
    },
];

fn what_is_the_same_in_every_entry_is_said_once() {
    for Packing { left, right, said } in OWNERS.iter().chain(WAYS) {
        let report = packed(left, right);
        let found = self::said(&report);
        assert_eq!(report.causes.len(), 1, "{left:?} {right:?} {found:?}");
        let mut lines = said.iter().flat_map(|line| line.split("; "));
        let is_found = |line: &str| found.iter().any(|found| found.contains(line));
        assert!(lines.all(is_found), "{said:?} {found:?}");
        let is_claimed = |row: &twinroot::report::DivergentEntry| row.cause.is_some();
        assert!(report.divergences.all().iter().all(is_claimed), "{found:?}");
    }
}

fn of_two_archives_nothing_is_said_of_builds() {
    let report = compared(
        &[
            file("etc/hostname", b"a"),
            file("etc/link", b"cd /etc\n"),
            file("etc/owner", b"x"),
        ],
        &[
            file("etc/hostname", b"b"),
            file("etc/link", b"cd /tmp/mmdebstrap.a_B1/etc\n"),
            file("etc/owner", b"x").raw(116, b"0000101\0"),
        ],
    );
    let causes = cause_lines(&report);
    assert_eq!(
        causes,
        [
            "build-path: a temporary directory of mmdebstrap is named (1)",
            "surroundings: a file that names the machine, its resolver or the mirror (1)",
        ]
    );
    for cause in &report.causes {
        assert_eq!((&cause.hint, &cause.bug), (&None, &None));
    }
}
