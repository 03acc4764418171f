//! The control file of a package file (deb(5)), without a dpkg-deb(1) for each: a directory may
//! have thousands of packages.

use std::fs::File;
use std::io;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::debian::ar::{Member, Members};
use crate::input::compression::Compression;
use crate::input::decode::{Decoder, Digesting};

/// Most bytes that a control member is unpacked to; the largest of Debian's have some 2 MiB.
const UNPACKED: u64 = 64 << 20;

/// Largest zstd window, as a power of two: 128 MiB, which is what zstd itself takes.
const WINDOW: u32 = 27;

/// The control file. `None` if anything is unusual or wrong: then dpkg-deb knows more, and has
/// the words for it.
pub(crate) fn control_file(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let mut members = Members::new(&file).ok()?;
    let (version, control) = (members.next()?.ok()?, members.next()?.ok()?);
    let is_known = version.name == b"debian-binary" && content(&mut file, &version)? == b"2.0\n";
    let compression = compression(&control.name).filter(|_| is_known)?;
    file.seek(SeekFrom::Start(control.offset)).ok()?;
    let packed = file.take(control.size);
    let decoder = Decoder::new(packed, compression, WINDOW, Digesting::Off);
    let mut archive = tar::Archive::new(decoder.take(UNPACKED));
    let mut control = None;
    // All of it is read, as dpkg-deb does, so that damage behind the file is found.
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        let is_control = *entry.path_bytes() == *b"./control";
        let mut text = Vec::new();
        entry.read_to_end(&mut text).ok()?;
        if is_control {
            control = Some(String::from_utf8_lossy(&text).into_owned());
        }
    }
    io::copy(&mut archive.into_inner(), &mut io::sink()).ok()?;
    control
}

/// What the name of a control member says of its compression.
fn compression(name: &[u8]) -> Option<Compression> {
    match name {
        b"control.tar" => Some(Compression::Plain),
        b"control.tar.gz" => Some(Compression::Gzip),
        b"control.tar.xz" => Some(Compression::Xz),
        b"control.tar.zst" => Some(Compression::Zstd),
        _ => None,
    }
}

/// The content of a small member.
fn content(file: &mut File, member: &Member) -> Option<Vec<u8>> {
    const MOST: u64 = 64;
    let mut content = Vec::new();
    file.seek(SeekFrom::Start(member.offset)).ok()?;
    let length = member.size.min(MOST);
    file.take(length).read_to_end(&mut content).ok()?;
    Some(content)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;
    use crate::debian::deb_file::Control;

    /// A package of this compression, as dpkg-deb makes it.
    fn package(lab: &Path, compression: &str) -> std::path::PathBuf {
        let (tree, deb) = (lab.join("tree"), lab.join("a.deb"));
        fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        let text = "Package: a\nVersion: 1\nArchitecture: all\nMaintainer: n <n@example.org>\n\
            Description: caf\u{e9}\n more\n";
        fs::write(tree.join("DEBIAN/control"), text).unwrap();
        let output = Command::new("dpkg-deb")
            .args(["--root-owner-group", compression, "--build"])
            .args([&tree, &deb])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        deb
    }

    #[test]
    fn the_control_file_is_what_dpkg_deb_prints_whatever_the_compression() {
        for compression in ["-Znone", "-Zgzip", "-Zxz", "-Zzstd"] {
            let lab = tempfile::tempdir().unwrap();
            let deb = package(lab.path(), compression);
            let ours = Control::parse(control_file(&deb).unwrap().trim_end()).unwrap();
            assert_eq!(ours, Control::read(&deb).unwrap().unwrap(), "{compression}");
        }
    }

    #[test]
    fn a_package_that_is_damaged_is_left_to_dpkg_deb() {
        let lab = tempfile::tempdir().unwrap();
        let deb = package(lab.path(), "-Zxz");
        let bytes = fs::read(&deb).unwrap();
        for length in (0..bytes.len()).step_by(16) {
            fs::write(&deb, &bytes[..length]).unwrap();
            if let Some(text) = control_file(&deb) {
                assert_eq!(text, Control::read(&deb).unwrap().unwrap().text + "\n");
            }
        }
    }
}
