//! A byte that was flipped in any kind of input is never silence: the inputs are not identical, and
//! the result says something.

use std::path::{Path, PathBuf};

use twinroot::any::compare;
use twinroot::compare::{Comparison, Options, Source, SourceKind};

use crate::compare::control_files;
use crate::compare::images;
use crate::compare::inputs::Place;
use crate::compare::nested::gzip;
use crate::compare::packages::deb;
use crate::compare::zips;
use crate::support::archive::{archive, file};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(a_flipped_byte_of_a_deb_is_never_silence),
    test!(a_flipped_byte_of_an_image_is_never_silence),
    test!(a_flipped_byte_of_a_zip_is_never_silence),
    test!(a_flipped_byte_in_a_directory_is_never_silence),
    test!(a_flipped_byte_of_a_control_file_or_what_it_lists_is_never_silence),
    test!(a_flipped_byte_of_an_ipk_is_never_silence),
];

/// A file that is written again has another time.
const TIMES: &[&str] = &["mtime"];
/// Flips of one file.
const FLIPS: usize = 150;

fn compared(left: &Path, right: &Path, ignore: &[&str]) -> Comparison {
    let source = |label: &str, path: &Path| Source {
        label: label.to_owned(),
        name: label.to_owned(),
        kind: SourceKind::File(path.to_owned()),
    };
    let options = Options {
        ignore: ignore.iter().map(|name| (*name).to_owned()).collect(),
        ..Options::default()
    };
    compare(
        source("left", left),
        source("right", right),
        &options,
        &|_| {},
    )
}

/// All files of a directory, or the file itself.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap();
    let mut found: Vec<PathBuf> = entries
        .flat_map(|entry| files(&entry.unwrap().path()))
        .collect();
    found.sort();
    found
}

/// Flips a sample of bytes, spread over each of the files, one at a time.
fn flip(left: &Path, right: &Path, flipped: &[PathBuf], ignore: &[&str]) {
    assert!(
        compared(left, right, ignore).is_identical(),
        "without a flip"
    );
    for path in flipped {
        let whole = std::fs::read(path).unwrap();
        let step = (whole.len() / FLIPS).max(1);
        // A step that shares no factor with the size of a block meets every place of one.
        let step = if step > 1 { step | 1 } else { 1 };
        for at in (0..whole.len()).step_by(step) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            std::fs::write(path, &bytes).unwrap();
            let found = compared(left, right, ignore);
            let says_something = found.trouble.is_some()
                || !found.divergences.is_empty()
                || !found.archive.is_empty();
            assert!(
                says_something && !found.is_identical(),
                "{path:?} byte {at}"
            );
        }
        std::fs::write(path, &whole).unwrap();
    }
}

/// The same input on both sides, of which the right one is flipped.
fn flip_file(bytes: &[u8]) {
    let place = Place::new(&[("left", bytes), ("right", bytes)]);
    let right = place.path("right");
    flip(
        &place.path("left"),
        &right,
        std::slice::from_ref(&right),
        &[],
    );
}

fn package() -> Vec<u8> {
    deb(
        &[file("./control", b"Package: hello\n")],
        &[
            file("./usr/bin/hello", b"hello"),
            file("./usr/share/x", &[b'x'; 700]),
        ],
    )
}

fn a_flipped_byte_of_a_deb_is_never_silence() {
    flip_file(&package());
}

fn a_flipped_byte_of_an_image_is_never_silence() {
    let [image, _] = images::images();
    flip_file(&images::as_archive(&image));
    let place = Place::new(&[]);
    images::write(&place.path("left"), &image);
    images::write(&place.path("right"), &image);
    let right = place.path("right");
    flip(&place.path("left"), &right, &files(&right), TIMES);
}

fn a_flipped_byte_of_a_zip_is_never_silence() {
    let long: Vec<u8> = (0..3000_u32).map(|at| ((at * at) >> 3) as u8).collect();
    let deflated = zip::CompressionMethod::Deflated;
    let stored = zip::CompressionMethod::Stored;
    let members = [("a", &b"1\n"[..], stored), ("d/long", &long, deflated)];
    flip_file(&zips::zip(&members, 0));
}

fn a_flipped_byte_in_a_directory_is_never_silence() {
    let place = Place::new(&[]);
    for side in ["left", "right"] {
        std::fs::create_dir_all(place.path(side).join("etc/d")).unwrap();
        for (name, content) in [("etc/passwd", "root:x:0:0::/:/bin/sh\n"), ("etc/d/f", "f")] {
            std::fs::write(place.path(side).join(name), content).unwrap();
        }
    }
    let right = place.path("right");
    flip(&place.path("left"), &right, &files(&right), TIMES);
}

fn a_flipped_byte_of_a_control_file_or_what_it_lists_is_never_silence() {
    let place = Place::new(&[]);
    let (package, tarball) = (package(), gzip(&archive(&[file("hello/f", b"1")])));
    for side in ["left", "right"] {
        let files: [(&str, &[u8]); 3] = [
            ("hello_1_all.deb", &package),
            ("hello_1.tar.gz", &tarball),
            ("hello_1.asc", b"text\n"),
        ];
        control_files::write(&place, side, "hello.changes", &files);
    }
    let right = place.path("right/hello.changes");
    flip(
        &place.path("left/hello.changes"),
        &right,
        &files(&place.path("right")),
        &[],
    );
}

fn a_flipped_byte_of_an_ipk_is_never_silence() {
    let data = gzip(&archive(&[file("./usr/bin/hello", b"hello")]));
    flip_file(&archive(&[
        file("./debian-binary", b"2.0\n"),
        file("./data.tar.gz", &data),
    ]));
}
