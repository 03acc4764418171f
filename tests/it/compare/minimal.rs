//! `--minimal DIR`: two tarballs of what differs, and nothing else.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::support::archive::{Spec, archive, file, global, special};
use crate::support::harness::Test;
use crate::support::run::TWINROOT;

pub(crate) const TESTS: &[Test] = &[
    test!(the_entries_that_differ_are_there_as_they_were),
    test!(minimal_tarballs_show_the_same_divergences),
    test!(what_hard_links_lead_to_comes_with_them_on_both_sides),
    test!(global_headers_that_apply_are_carried),
    test!(entries_that_stand_elsewhere_still_do),
    test!(ignored_entries_are_left_out),
    test!(archives_within_are_written_whole),
    test!(compressed_inputs_and_streams_are_written_plain),
    test!(a_directory_that_holds_something_is_refused_before_the_work),
    test!(what_is_no_tarball_is_refused_in_one_line),
    test!(a_disk_that_is_full_leaves_nothing_behind),
    test!(identical_and_damaged_archives_leave_no_directory),
];

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn compare(&self, args: &[&str]) -> Output {
        Command::new(TWINROOT)
            .current_dir(&self.0)
            .arg("compare")
            .args(args)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What the report says of entries: all of it but offsets.
    fn divergences(&self, left: &str, right: &str) -> String {
        let output = self.compare(&[left, right, "--json=-"]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut rows = report["divergences"].clone();
        let aspects = report["archive"].as_array().unwrap().iter();
        let aspects = aspects.filter(|one| one["name"] == "entry-order");
        rows.as_array_mut().unwrap().extend(aspects.cloned());
        rows.to_string()
    }

    /// Compares two archives, checks that their minimal ones show the same, and gives the latter.
    fn minimal(&self, left: &[Spec], right: &[Spec]) -> [Vec<u8>; 2] {
        self.write("a.tar", &archive(left));
        self.write("b.tar", &archive(right));
        let output = self.compare(&["a.tar", "b.tar", "--minimal", "m"]);
        assert_eq!((output.status.code(), errors(&output)), (Some(1), ""));
        assert_eq!(
            self.divergences("m/left.tar", "m/right.tar"),
            self.divergences("a.tar", "b.tar")
        );
        ["m/left.tar", "m/right.tar"].map(|name| self.read(name))
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn errors(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// The entries, and two zero blocks.
fn ended(entries: &[Spec]) -> Vec<u8> {
    let mut bytes: Vec<u8> = entries.iter().flat_map(Spec::bytes).collect();
    bytes.extend([0; 1024]);
    bytes
}

fn same(number: u32) -> Spec {
    file(&format!("./same{number}"), b"equal on both sides")
}

fn the_entries_that_differ_are_there_as_they_were() {
    let long = "x/".repeat(90);
    let odd = |content: &[u8]| Spec {
        fill: 7,
        ..file("./odd", content).pax("mtime", b"1700000000.25")
    };
    let named = |mode| Spec {
        mode,
        ..file("./short", b"").pax("path", long.as_bytes())
    };
    let left = [same(1), odd(b"1"), same(2), named(0o644), file("./l", b"")];
    let right = [same(1), odd(b"2"), same(2), named(0o600), file("./r", b"R")];
    let [old, new] = Place::new().minimal(&left, &right);
    let wanted = |entries: &[Spec]| ended(&[1, 3, 4].map(|at: usize| entries[at].clone()));
    assert_eq!(old, wanted(&left));
    assert_eq!(new, wanted(&right));
}

fn minimal_tarballs_show_the_same_divergences() {
    let once = [same(1), file("./twice", b"1"), file("./twice", b"2")];
    let again = [same(1), file("./twice", b"1"), file("./twice", b"3")];
    let place = Place::new();
    let [old, _] = place.minimal(&once, &again);
    assert_eq!(old, ended(&once[1..]));
    let moved = |name: &str| file(name, b"the same content under another name");
    Place::new().minimal(&[same(1), moved("./old")], &[moved("./new"), same(1)]);
}

fn what_hard_links_lead_to_comes_with_them_on_both_sides() {
    let link = |name: &str, target: &str| special(name, b'1', target);
    let shared = [
        file("./file", b"the file"),
        same(1),
        link("./first", "./file"),
    ];
    let mut longer = shared.to_vec();
    longer.push(link("./second", "first"));
    let place = Place::new();
    let [old, new] = place.minimal(&shared, &longer);
    let both = [shared[0].clone(), shared[2].clone()];
    assert_eq!(old, ended(&both));
    assert_eq!(
        new,
        ended(&[&both[..], &longer[3..]].concat()),
        "the chain leads to the file"
    );
    let unpacked = Command::new("tar")
        .current_dir(&place.0)
        .args(["-xf", "m/right.tar"])
        .output()
        .unwrap();
    assert!(unpacked.status.success(), "{unpacked:?}");
    assert_eq!(place.read("second"), b"the file");
}

fn global_headers_that_apply_are_carried() {
    let owned = |uname: &str| global(&[("uname", uname)]);
    let with = |header: Vec<u8>, spec: Spec| Spec {
        before: header,
        ..spec
    };
    let entries = |content| {
        [
            with(owned("ada"), same(1)),
            same(2),
            with(owned("eve"), file("./f", content)),
            same(3),
            with(owned("bob"), same(4)),
        ]
    };
    let (left, right) = (entries(b"1"), entries(b"2"));
    let [old, new] = Place::new().minimal(&left, &right);
    let expected = |entries: &[Spec]| {
        let mut bytes = owned("ada");
        bytes.extend(entries[2].bytes());
        bytes.extend(owned("bob"));
        bytes.extend([0; 1024]);
        bytes
    };
    assert_eq!((old, new), (expected(&left), expected(&right)));
}

fn entries_that_stand_elsewhere_still_do() {
    let left: Vec<Spec> = (0..40).map(same).collect();
    let mut right = left.clone();
    let first = right.remove(3);
    right.insert(30, first);
    let [old, new] = Place::new().minimal(&left, &right);
    // Two of those that were passed are enough.
    assert_eq!(old, ended(&[3, 4, 5].map(same)));
    assert_eq!(new, ended(&[4, 5, 3].map(same)));
    let mut backward = left.clone();
    backward.reverse();
    Place::new().minimal(&left, &backward);
}

fn ignored_entries_are_left_out() {
    let place = Place::new();
    let entries = |content: &[u8]| [file("./a", content), file("./b", content)];
    place.write("a.tar", &archive(&entries(b"1")));
    place.write("b.tar", &archive(&entries(b"2")));
    let args = ["a.tar", "b.tar", "--exclude=b", "--minimal=m"];
    assert_eq!(place.compare(&args).status.code(), Some(1));
    assert_eq!(place.read("m/left.tar"), ended(&entries(b"1")[..1]));
}

fn archives_within_are_written_whole() {
    // Larger than what the readers of contents take.
    let big = |content: &[u8]| {
        let large = file("./large", &vec![b'x'; 17 << 20]);
        file("./d/inner.tar", &archive(&[large, file("./f", content)]))
    };
    let (left, right) = ([same(1), big(b"1")], [same(1), big(b"2")]);
    let [old, new] = Place::new().minimal(&left, &right);
    assert!(old == ended(&left[1..]) && new == ended(&right[1..]));
}

fn compressed_inputs_and_streams_are_written_plain() {
    let place = Place::new();
    let (left, right) = ([same(1), file("./f", b"1")], [same(1), file("./f", b"2")]);
    let packed = zstd::encode_all(&archive(&left)[..], 3).unwrap();
    place.write("a.tar.zst", &packed);
    let mut child = Command::new(TWINROOT)
        .current_dir(&place.0)
        .args(["compare", "a.tar.zst", "-", "--minimal=m"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&archive(&right)).unwrap();
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(place.read("m/left.tar"), ended(&left[1..]));
    assert_eq!(place.read("m/right.tar"), ended(&right[1..]));
}

fn a_directory_that_holds_something_is_refused_before_the_work() {
    let place = Place::new();
    std::fs::create_dir(place.path("m")).unwrap();
    place.write("m/x", b"");
    let output = place.compare(&["no.tar", "no.tar", "--minimal=m"]);
    assert_eq!(
        (output.status.code(), errors(&output)),
        (Some(2), "twinroot: --minimal m: is not empty\n")
    );
    std::fs::remove_file(place.path("m/x")).unwrap();
    place.write("a.tar", &archive(&[file("./f", b"1")]));
    place.write("b.tar", &archive(&[file("./f", b"2")]));
    let output = place.compare(&["a.tar", "b.tar", "--minimal=m"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(place.path("m/right.tar").is_file());
}

fn what_is_no_tarball_is_refused_in_one_line() {
    let place = Place::new();
    place.write("a.txt", b"1\n");
    place.write("b.txt", b"2\n");
    place.write("a.tar", &archive(&[file("./f", b"1")]));
    std::fs::create_dir(place.path("d")).unwrap();
    let hint = "hint: leave out --minimal to compare what is no tarball\n";
    for (args, message) in [
        (
            ["a.txt", "b.txt"],
            "twinroot: a.txt: is a text, not a tarball, so its entries cannot be written\n",
        ),
        (
            ["a.tar", "d"],
            "twinroot: d: is a directory, not a tarball, so its entries cannot be written\n",
        ),
    ] {
        let output = place.compare(&[args[0], args[1], "--minimal=m"]);
        assert_eq!(
            (output.status.code(), errors(&output)),
            (Some(2), format!("{message}{hint}").as_str())
        );
        assert_eq!(place.names(), ["a.tar", "a.txt", "b.txt", "d"]);
    }
}

fn a_disk_that_is_full_leaves_nothing_behind() {
    let place = Place::new();
    let entries = |content: u8| [file("./f", &vec![content; 1 << 20])];
    place.write("a.tar", &archive(&entries(1)));
    place.write("b.tar", &archive(&entries(2)));
    // A limit on file sizes fails a write like a disk that is full.
    let output = Command::new("sh")
        .current_dir(&place.0)
        .args([
            "-c",
            "ulimit -f 100; exec \"$0\" compare a.tar b.tar --minimal m --json r.json",
            TWINROOT,
        ])
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), errors(&output)),
        (
            Some(2),
            "twinroot: --minimal m: File too large (os error 27)\n"
        )
    );
    assert_eq!(place.names(), ["a.tar", "b.tar", "r.json"]);
}

fn identical_and_damaged_archives_leave_no_directory() {
    let place = Place::new();
    let bytes = archive(&[file("./f", b"1")]);
    place.write("a.tar", &bytes);
    place.write("cut.tar", &bytes[..1000]);
    for (right, status) in [("a.tar", 0), ("cut.tar", 2)] {
        let output = place.compare(&["a.tar", right, "--minimal=m"]);
        assert_eq!(output.status.code(), Some(status));
        assert_eq!(place.names(), ["a.tar", "cut.tar"]);
    }
}
