//! Two directories, and a directory and a tarball.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::compare::inputs::{Place, rows};
use crate::support::harness::Test;
use crate::support::plain_user::Plain;
use crate::support::run::TWINROOT;

pub(crate) const TESTS: &[Test] = &[
    test!(every_property_of_two_directories_is_compared),
    test!(equal_directories_are_identical),
    test!(a_directory_is_compared_with_the_tarball_that_tar_makes_of_it),
    test!(nothing_but_files_and_directories_is_opened),
    test!(what_cannot_be_read_is_trouble_of_that_entry, needs: [PlainUser]),
    test!(what_is_mounted_inside_can_be_left_out, needs: [Sandboxes]),
    test!(a_flipped_byte_in_a_directory_is_never_silence),
];

/// A shell's commands in a directory of the place.
fn make(place: &Place, script: &str) {
    let status = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(place.path("."))
        .status();
    assert!(status.unwrap().success(), "{script}");
}

fn every_property_of_two_directories_is_compared() {
    let place = Place::new(&[]);
    make(
        &place,
        "umask 022
        for side in a b; do
            mkdir -p $side/sub $side/empty
            echo content > $side/sub/file; echo same > $side/same
            echo x > $side/mode; echo t > $side/time; echo o > $side/owner; echo l > $side/one
            ln -s target $side/link; mkfifo $side/fifo
            find $side -exec touch -h -d @1700000000 {} +
        done
        echo different > b/sub/file; chmod 4755 b/mode; touch -d @1700000000.5 b/time
        ln -sfn elsewhere b/link; ln b/one b/two; cp b/one a/two; echo new > b/new
        touch -h -d @1700000000 b/sub/file b/link a/two b/new a b",
    );
    let (status, report) = place.report("a", "b", &[]);
    assert_eq!(
        (status, rows(&report)),
        (
            1,
            vec![
                "./link Changed linkname".to_owned(),
                "./mode Changed mode".to_owned(),
                "./new RightOnly ".to_owned(),
                "./sub/file Changed size,content".to_owned(),
                "./time Changed mtime".to_owned(),
                "./two Changed type,size,linkname,content".to_owned(),
            ]
        )
    );
    assert!(report.archive.is_empty(), "{:?}", report.archive);
    assert_eq!(
        (report.left.kind, report.left.entries),
        (twinroot::report::KindName::Directory, 12)
    );
}

fn equal_directories_are_identical() {
    let place = Place::new(&[]);
    make(
        &place,
        "mkdir -p a/d; echo 1 > a/d/f; ln a/d/f a/g; ln -s x a/l; mkfifo a/p
        long=$(printf '%0200d' 0); echo 2 > a/d/$long; ln -s $long a/long
        touch -d @-3.25 a/d/f; cp -a a b",
    );
    let said = place.run(&["compare", "a", "b"]);
    assert!(
        said.status == 0 && said.out.starts_with("IDENTICAL  a | b\n"),
        "{said:?}"
    );
    // A link to a directory is that directory, and a slash at its end says nothing.
    symlink("b", place.path("c")).unwrap();
    assert_eq!(place.run(&["compare", "a/", "c"]).status, 0);
}

fn a_directory_is_compared_with_the_tarball_that_tar_makes_of_it() {
    let place = Place::new(&[]);
    make(
        &place,
        "mkdir -p a/d; echo 1 > a/d/f; ln a/d/f a/g; ln -s x a/l; mkfifo a/p
        find a -exec touch -h -d @1700000000 {} +
        tar -C a --sort=name -czf a.tar.gz .; tar -C a --sort=name -H pax -cf b.tar .",
    );
    let note = "what a directory has none of was not compared: user and group names, access and \
                change times, other pax records, sparse maps, the spelling of headers, the order \
                of entries, padding, and what follows the last entry";
    for tar in ["a.tar.gz", "b.tar"] {
        let (status, report) = place.report("a", tar, &[]);
        assert_eq!((status, rows(&report)), (0, vec![]), "{tar}");
        assert_eq!(
            (report.notes, report.ignored.len()),
            (vec![note.to_owned()], 0)
        );
    }
    std::fs::write(place.path("a/d/f"), "2\n").unwrap();
    let (status, report) = place.report("b.tar", "a", &["--ignore", "mtime"]);
    assert_eq!(
        (status, rows(&report)),
        (1, vec!["./d/f Changed content".to_owned()])
    );
}

/// A FIFO would make a reader wait, and opening a device may do anything.
fn nothing_but_files_and_directories_is_opened() {
    let place = Place::new(&[]);
    make(
        &place,
        "mkdir a b out; echo secret > out/f
        for side in a b; do mkfifo $side/p; ln -s ../out $side/l; ln -s ../out/f $side/m; done
        find a b -exec touch -h -d @1700000000 {} +",
    );
    let (status, report) = place.report("a", "b", &[]);
    assert_eq!((status, report.left.entries), (0, 4));
}

fn what_cannot_be_read_is_trouble_of_that_entry() {
    let plain = Plain::new();
    for side in ["a", "b"] {
        std::fs::create_dir(plain.path(side)).unwrap();
        for (name, mode) in [("f", 0), ("g", 0), ("h", 0o644)] {
            let path = plain.path(side).join(name);
            std::fs::write(&path, if name == "h" { side } else { "1" }).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        }
    }
    let ran = plain.twinroot(&["compare", "a", "b", "--ignore", "mtime", "--json", "-"]);
    let report = twinroot::report::from_json(ran.stdout.as_bytes()).unwrap();
    let trouble = report.trouble.clone().unwrap().what;
    let expected = "a: ./f: Permission denied (os error 13) (and 1 more entry has such a fault)";
    assert_eq!(trouble, expected);
    assert_eq!(rows(&report), ["./h Changed content"]);
}

fn what_is_mounted_inside_can_be_left_out() {
    let place = Place::new(&[]);
    make(
        &place,
        "mkdir -p a/d b/d; echo 1 > a/d/f; find a b -exec touch -h -d @1700000000 {} +",
    );
    let script = "mount -t tmpfs tmpfs b/d && touch -d @1700000000 b/d && chmod 755 b/d && echo x > b/d/g && touch -d @1700000000 b/d && \
                  \"$0\" compare a b --one-file-system --json -";
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, TWINROOT])
        .current_dir(place.path("."))
        .output()
        .unwrap();
    let report = twinroot::report::from_json(&output.stdout).unwrap();
    assert_eq!(rows(&report), ["./d/f LeftOnly "]);
}

/// Every byte of a small tree's contents and names, one at a time.
fn a_flipped_byte_in_a_directory_is_never_silence() {
    let content = b"some content";
    let place = Place::new(&[
        ("a/f", content),
        ("a/d/g", b""),
        ("b/f", content),
        ("b/d/g", b""),
    ]);
    make(&place, "find a b -exec touch -h -d @1700000000 {} +");
    assert_eq!(place.run(&["compare", "a", "b"]).status, 0);
    for at in 0..content.len() {
        let mut flipped = *content;
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(place.path("b/f"), flipped).unwrap();
        make(&place, "touch -d @1700000000 b/f");
        let (status, report) = place.report("a", "b", &[]);
        assert_eq!(
            (status, rows(&report)),
            (1, vec!["./f Changed content".to_owned()]),
            "{at}"
        );
    }
    std::fs::write(place.path("b/f"), content).unwrap();
    make(
        &place,
        "touch -d @1700000000 b/f; mv b/d/g b/d/h; touch -d @1700000000 b/d",
    );
    assert_eq!(place.run(&["compare", "a", "b"]).status, 1);
}
