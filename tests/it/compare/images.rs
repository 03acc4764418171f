//! Two container images: an OCI layout in a directory or an archive, and what `docker save` writes.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use twinroot::report::KindName;

use crate::compare::inputs::{Place, rows};
use crate::support::archive::{Spec, archive, file};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(two_layouts_are_compared_down_to_the_entries_of_their_layers),
    test!(a_layout_in_an_archive_is_an_image_too),
    test!(a_layer_that_was_put_between_others_moves_no_other_layer),
    test!(of_a_hundred_thousand_layers_the_first_are_looked_at),
    test!(two_saved_images_are_compared_layer_by_layer),
    test!(a_large_layer_streams),
    test!(a_blob_that_is_not_what_its_name_says_is_noted),
    test!(a_broken_manifest_leaves_the_files_of_the_image),
];

fn blob(files: &mut Vec<(String, Vec<u8>)>, bytes: Vec<u8>) -> String {
    let digest: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    files.push((format!("blobs/sha256/{digest}"), bytes));
    format!("sha256:{digest}")
}

/// The files of an OCI layout of one image.
pub(crate) fn layout(variable: &str, layers: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![(
        "oci-layout".to_owned(),
        br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec(),
    )];
    let config = format!(r#"{{"architecture":"amd64","config":{{"Env":["A={variable}"]}}}}"#);
    let config = blob(&mut files, config.into_bytes());
    let layers: Vec<String> = layers
        .iter()
        .map(|layer| format!(r#"{{"digest":"{}"}}"#, blob(&mut files, layer.clone())))
        .collect();
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{"digest":"{config}"}},"layers":[{}]}}"#,
        layers.join(",")
    );
    let manifest = blob(&mut files, manifest.into_bytes());
    let index = format!(r#"{{"schemaVersion":2,"manifests":[{{"digest":"{manifest}"}}]}}"#);
    files.push(("index.json".to_owned(), index.into_bytes()));
    files.sort();
    files
}

pub(crate) fn write(directory: &Path, files: &[(String, Vec<u8>)]) {
    for (name, bytes) in files {
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

pub(crate) fn as_archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let entries: Vec<Spec> = files
        .iter()
        .map(|(name, bytes)| file(name, bytes))
        .collect();
    archive(&entries)
}

fn gzip(data: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

/// Two images with one equal layer, and one that differs in a file.
pub(crate) fn images() -> [Vec<(String, Vec<u8>)>; 2] {
    let base = gzip(&archive(&[file("bin/sh", b"shell")]));
    let top = |content: &[u8]| gzip(&archive(&[file("etc/motd", content)]));
    [
        layout("1", &[base.clone(), top(b"a\n")]),
        layout("2", &[base, top(b"b\n")]),
    ]
}

const ROWS: [&str; 4] = [
    "config/json Changed content",
    "index.json Changed content",
    "layers/2/etc/motd Changed content",
    "manifest/json Changed content",
];

fn two_layouts_are_compared_down_to_the_entries_of_their_layers() {
    let [left, right] = images();
    let place = Place::new(&[]);
    write(&place.path("a"), &left);
    write(&place.path("b"), &right);
    let (status, report) = place.report("a", "b", &["--ignore", "mtime"]);
    let mut expected = ROWS.map(str::to_owned).to_vec();
    expected[1] = "./index.json Changed content".to_owned();
    expected.sort();
    assert_eq!((status, rows(&report)), (1, expected));
    assert_eq!(report.left.kind, KindName::Image);
    let within: Vec<_> = report
        .archive
        .iter()
        .map(|one| one.within.as_deref())
        .collect();
    assert_eq!(within, [Some("layers/2")]);
    let config = report
        .divergences
        .iter()
        .find(|one| one.path == "config/json")
        .unwrap();
    let detail = config.fields[0].detail.clone().unwrap();
    assert!(
        detail.starts_with("read as JSON\n  value config.Env[0]: is A=1 | A=2\n"),
        "{detail}"
    );
    assert_eq!(place.run(&["compare", "a", "a"]).status, 0);
}

fn a_layout_in_an_archive_is_an_image_too() {
    let [left, right] = images();
    let (left, right) = (as_archive(&left), as_archive(&right));
    let place = Place::new(&[
        ("a.tar", &left),
        ("b.tar.gz", &gzip(&right)),
        ("b.tar", &right),
    ]);
    let options = ["--ignore", "compression"];
    for (left, right) in [("a.tar", "b.tar"), ("a.tar", "b.tar.gz")] {
        let (status, report) = place.report(left, right, &options);
        assert_eq!(
            (status, rows(&report)),
            (1, ROWS.map(str::to_owned).to_vec()),
            "{right}"
        );
    }
    let said = place.shell("cat a.tar | \"$0\" compare - b.tar.gz --ignore compression --json -");
    let report = twinroot::report::from_json(said.out.as_bytes()).unwrap();
    assert_eq!(rows(&report), ROWS);
}

/// What `docker save` wrote before it wrote OCI layouts.
fn saved(name: &str, layer: &[u8]) -> Vec<u8> {
    let manifest =
        format!(r#"[{{"Config":"{name}.json","RepoTags":null,"Layers":["{name}/layer.tar"]}}]"#);
    archive(&[
        file(&format!("{name}/layer.tar"), layer),
        file(&format!("{name}.json"), br#"{"os":"linux"}"#),
        file("manifest.json", manifest.as_bytes()),
    ])
}

fn two_saved_images_are_compared_layer_by_layer() {
    let layer = |content: &[u8]| archive(&[file("f", content)]);
    let place = Place::new(&[
        ("a.tar", &saved(&"a".repeat(64), &layer(b"1"))),
        ("b.tar", &saved(&"b".repeat(64), &layer(b"2"))),
    ]);
    let (status, report) = place.report("a.tar", "b.tar", &[]);
    let moved = format!("{}.json Moved ", "b".repeat(64));
    let expected = [
        moved.as_str(),
        "layers/1/f Changed content",
        "manifest.json Changed content",
    ];
    assert_eq!(
        (status, rows(&report)),
        (1, expected.map(str::to_owned).to_vec())
    );
}

fn a_large_layer_streams() {
    let mut content = vec![b'x'; 20 << 20];
    let left = layout("1", &[archive(&[file("big", &content), file("f", b"1")])]);
    content[19 << 20] = b'y';
    let right = layout("1", &[archive(&[file("big", &content), file("f", b"2")])]);
    let place = Place::new(&[
        ("a.tar", &as_archive(&left)),
        ("b.tar", &as_archive(&right)),
    ]);
    let (status, report) = place.report("a.tar", "b.tar", &[]);
    let expected = [
        "index.json Changed content",
        "layers/1/big Changed content",
        "layers/1/f Changed content",
        "manifest/json Changed content",
    ];
    assert_eq!(
        (status, rows(&report)),
        (1, expected.map(str::to_owned).to_vec())
    );
}

fn a_blob_that_is_not_what_its_name_says_is_noted() {
    let [left, _] = images();
    let mut wrong = left.clone();
    let config = wrong
        .iter_mut()
        .find(|(_, bytes)| bytes.starts_with(b"{\"arch"))
        .unwrap();
    config.1[2] ^= 1;
    let place = Place::new(&[
        ("a.tar", &as_archive(&left)),
        ("b.tar", &as_archive(&wrong)),
    ]);
    let (status, report) = place.report("a.tar", "b.tar", &[]);
    let note = "right: 1 blob is not what its name says";
    assert_eq!(
        (status, report.notes.contains(&note.to_owned())),
        (1, true),
        "{report:?}"
    );
}

fn a_broken_manifest_leaves_the_files_of_the_image() {
    let [mut left, mut right] = images();
    for files in [&mut left, &mut right] {
        let index = files
            .iter_mut()
            .find(|(name, _)| name == "index.json")
            .unwrap();
        index.1 = b"{".to_vec();
    }
    let place = Place::new(&[
        ("a.tar", &as_archive(&left)),
        ("b.tar", &as_archive(&right)),
    ]);
    let (status, report) = place.report("a.tar", "b.tar", &[]);
    let sides = |kind: &str| {
        rows(&report)
            .iter()
            .filter(|row| row.contains(kind))
            .count()
    };
    assert_eq!((status, sides("LeftOnly"), sides("RightOnly")), (1, 3, 3));
}

fn a_layer_that_was_put_between_others_moves_no_other_layer() {
    let layer = |name: &str, content: &[u8]| gzip(&archive(&[file(name, content)]));
    let base = layer("bin/sh", b"shell");
    let left = layout("1", &[base.clone(), layer("etc/motd", b"a")]);
    let new = layer("new", b"new");
    let right = layout("1", &[new, base, layer("etc/motd", b"b")]);
    let place = Place::new(&[]);
    write(&place.path("a"), &left);
    write(&place.path("b"), &right);
    let options = ["--ignore", "mtime,compression", "--exclude", "blobs/sha256"];
    let (status, report) = place.report("a", "b", &options);
    let blob = right
        .iter()
        .find(|(_, bytes)| *bytes == layer("new", b"new"))
        .map(|(name, _)| format!("./{name} RightOnly "));
    let mut expected = vec![
        "./index.json Changed content".to_owned(),
        "layers/2/etc/motd Changed content".to_owned(),
        "manifest/json Changed size,content".to_owned(),
    ];
    expected.extend(blob);
    expected.sort();
    assert_eq!((status, rows(&report)), (1, expected));
}

fn of_a_hundred_thousand_layers_the_first_are_looked_at() {
    let layers = vec!["\"l.tar\""; 100_000].join(",");
    let image = |os: &str| {
        let config = format!(r#"{{"os":"{os}"}}"#);
        let manifest = format!(r#"[{{"Config":"c.json","Layers":[{layers}]}}]"#);
        archive(&[
            file("manifest.json", manifest.as_bytes()),
            file("c.json", config.as_bytes()),
            file("l.tar", &archive(&[file("f", b"1")])),
        ])
    };
    let place = Place::new(&[("a.tar", &image("linux")), ("b.tar", &image("hurd"))]);
    let (status, report) = place.report("a.tar", "b.tar", &[]);
    assert_eq!(
        (status, rows(&report)),
        (1, vec!["c.json Changed size,content".to_owned()])
    );
    let note =
        |side: &str| format!("{side}: layers after the first 4096 of an image were not looked at");
    assert_eq!(report.notes, [note("left"), note("right")]);
}
