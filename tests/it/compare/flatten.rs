//! `--flatten`: the roots that the layers of images make.

use crate::compare::images::{as_archive, layout, write};
use crate::compare::inputs::{Place, rows};
use crate::compare::nested::gzip;
use crate::support::archive::{Spec, archive, file, special};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(whiteouts_opaque_directories_and_links_make_one_root),
    test!(two_images_of_other_layers_have_one_root),
    test!(an_image_is_compared_with_a_directory),
    test!(an_image_is_compared_with_a_tarball_for_the_verdict_alone_too),
    test!(what_is_no_image_is_refused),
    test!(an_entry_that_has_no_place_in_a_root_is_trouble),
];

fn directory(name: &str) -> Spec {
    special(name, b'5', "")
}

fn image(layers: &[&[Spec]]) -> Vec<u8> {
    let layers: Vec<Vec<u8>> = layers
        .iter()
        .enumerate()
        .map(|(at, layer)| match at % 2 {
            0 => gzip(&archive(layer)),
            _ => archive(layer),
        })
        .collect();
    as_archive(&layout("1", &layers))
}

fn whiteouts_opaque_directories_and_links_make_one_root() {
    let image = image(&[
        &[
            directory("./"),
            directory("etc/"),
            file("etc/gone", b"1"),
            file("etc/kept", b"2"),
            directory("opaque/"),
            directory("opaque/old/"),
            file("opaque/old/f", b"3"),
            directory("usr/"),
            directory("usr/bin/"),
            file("usr/bin/a", b"4"),
            special("bin", b'2', "/usr/bin"),
            directory("becomes-file/"),
            file("becomes-file/f", b"5"),
        ],
        &[
            // The whiteouts of a layer say nothing of its own entries, whatever their order.
            file("opaque/new", b"6"),
            file("opaque/.wh..wh..opq", b""),
            file("etc/.wh.gone", b""),
            special("usr/z-link", b'1', "usr/bin/a"),
            file("bin/b", b"7"),
            file("becomes-file", b"8"),
            file(".wh..wh.aufs", b""),
        ],
        &[
            file("usr/bin/.wh.a", b""),
            file("etc/again", b"9"),
            file("etc/.wh.again", b""),
        ],
    ]);
    let root = archive(&[
        directory("./"),
        file("./becomes-file", b"8"),
        special("./bin", b'2', "/usr/bin"),
        directory("./etc/"),
        file("./etc/again", b"9"),
        file("./etc/kept", b"2"),
        directory("./opaque/"),
        file("./opaque/new", b"6"),
        directory("./usr/"),
        directory("./usr/bin/"),
        file("./usr/bin/b", b"7"),
        file("./usr/z-link", b"4"),
    ]);
    let place = Place::new(&[("image.tar", &image), ("root.tar", &root)]);
    let (status, report) = place.report("image.tar", "root.tar", &["--flatten"]);
    assert_eq!((status, rows(&report)), (0, Vec::<String>::new()));
    assert_eq!((report.left.entries, report.right.entries), (12, 12));
    assert!(
        report.notes[1].starts_with("the roots that the layers make"),
        "{:?}",
        report.notes
    );
}

fn two_images_of_other_layers_have_one_root() {
    let (a, b) = (file("a", b"1"), file("b", b"2"));
    let link = || special("c", b'1', "b");
    let one = image(&[&[a.clone(), b.clone(), link()]]);
    let two = image(&[
        &[b.clone(), link(), file("x", b"")],
        &[a, file(".wh.x", b"")],
    ]);
    let other = image(&[&[b, link()], &[file("a", b"3")]]);
    let place = Place::new(&[
        ("1.tar", &one),
        ("2.tar.gz", &gzip(&two)),
        ("3.tar", &other),
    ]);
    assert_eq!(place.report("1.tar", "2.tar.gz", &["--flatten"]).0, 0);
    assert_eq!(place.run(&["compare", "1.tar", "2.tar.gz"]).status, 1);
    let (status, report) = place.report("1.tar", "3.tar", &["--flatten"]);
    assert_eq!(
        (status, rows(&report)),
        (1, vec!["./a Changed content".to_owned()])
    );
    // A name of another file of equal content is no longer a link.
    let unlinked = image(&[&[file("a", b"1"), file("b", b"2"), file("c", b"2")]]);
    let place = Place::new(&[("1.tar", &one), ("4.tar", &unlinked)]);
    assert_eq!(place.report("1.tar", "4.tar", &["--flatten"]).0, 1);
}

fn an_image_is_compared_with_a_directory() {
    let place = Place::new(&[("root/etc/motd", b"hello\n"), ("root/x", b"2")]);
    let layers = [
        gzip(&archive(&[
            directory("./"),
            file("etc/motd", b"old\n"),
            file("x", b"1"),
        ])),
        gzip(&archive(&[directory("etc/"), file("etc/motd", b"hello\n")])),
    ];
    write(&place.path("image"), &layout("1", &layers));
    let options = ["--flatten", "--ignore", "mtime,uid,gid,mode"];
    let (status, report) = place.report("image", "root", &options);
    assert_eq!(
        (status, rows(&report)),
        (1, vec!["./x Changed content".to_owned()])
    );
}

fn an_image_is_compared_with_a_tarball_for_the_verdict_alone_too() {
    let image = image(&[&[file("etc/a", b"1")], &[file("etc/b", b"2")]]);
    let tarball = |b: &[u8]| archive(&[file("./etc/a", b"1"), file("./etc/b", b)]);
    let place = Place::new(&[
        ("image.tar", &image),
        ("same.tar", &tarball(b"2")),
        ("other.tar", &tarball(b"3")),
    ]);
    for more in [&["--flatten"][..], &["--flatten", "--verdict-only"]] {
        let (status, report) = place.report("image.tar", "same.tar", more);
        assert_eq!((status, rows(&report)), (0, vec![]), "{more:?}");
        let (status, report) = place.report("image.tar", "other.tar", more);
        assert_eq!(
            (status, rows(&report)),
            (1, vec!["./etc/b Changed content".to_owned()])
        );
    }
}

fn what_is_no_image_is_refused() {
    let tar = archive(&[file("f", b"1")]);
    let image = image(&[&[file("f", b"1")]]);
    let place = Place::new(&[("a.tar", &tar), ("b.txt", b"text\n"), ("image.tar", &image)]);
    let errors = |left, right| {
        let said = place.run(&["compare", "--flatten", left, right]);
        assert_eq!(said.status, 2);
        said.errors
    };
    assert_eq!(
        errors("a.tar", "a.tar"),
        "twinroot: a.tar: is a tar archive, and so is no container image; nor is the right input \
         one\nhint: leave out --flatten to compare what is no image\n"
    );
    assert_eq!(
        errors("image.tar", "b.txt"),
        "twinroot: b.txt: is a text, which has no root to compare with that of a container image\n"
    );
}

fn an_entry_that_has_no_place_in_a_root_is_trouble() {
    let good = image(&[&[file("f", b"1")]]);
    let looped = [special("l", b'2', "l"), file("l/f", b"1")];
    let table: [(&[Spec], &str); 5] = [
        (
            &[file("a/../../x", b"1")],
            "a/../../x: a name with `..` is not followed",
        ),
        (&[file("a/.wh...", b"1")], "a/.wh...: hides no name"),
        (
            &[special("h", b'1', "none")],
            "h: is a hard link to what is not in the root",
        ),
        (
            &looped,
            "l/f: too many symbolic links lead to its directory",
        ),
        (
            &[special("odd", b'V', "")],
            "odd: is of a kind that is not put into a root, or has a field that cannot be read",
        ),
    ];
    for (layer, problem) in table {
        let place = Place::new(&[("a.tar", &good), ("b.tar", &image(&[layer]))]);
        let said = place.run(&["compare", "--flatten", "a.tar", "b.tar"]);
        assert_eq!(said.status, 2);
        assert_eq!(
            said.errors,
            format!("twinroot: b.tar: layer 1: {problem}\n")
        );
    }
    // A layer that is cut, and one that is missing.
    let layer = gzip(&archive(&[file("f", b"1")]));
    let cut = as_archive(&layout("1", &[layer[..layer.len() - 9].to_vec()]));
    let mut files = layout("1", std::slice::from_ref(&layer));
    files.retain(|(_, bytes)| *bytes != layer);
    let missing = as_archive(&files);
    for (bytes, start) in [(cut, "layer 1: "), (missing, "layer 1: blobs/sha256/")] {
        let place = Place::new(&[("a.tar", &good), ("b.tar", &bytes)]);
        let said = place.run(&["compare", "--flatten", "a.tar", "b.tar"]);
        let start = format!("twinroot: b.tar: {start}");
        assert!(
            said.status == 2 && said.errors.starts_with(&start),
            "{said:?}"
        );
    }
}
