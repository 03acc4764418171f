//! Real packages of trixie with one script broken.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

fn succeeds(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
}

/// Debian packs control.tar.xz, this test control.tar.gz.
fn is_original(deb: &Path) -> bool {
    let bytes = fs::read(deb).unwrap();
    !bytes[..200]
        .windows(14)
        .any(|word| word == b"control.tar.gz")
}

/// A pinned package with the broken lines where its script begins to configure.
pub(crate) fn patched(
    cache: &Path,
    lab: &Path,
    name: &str,
    (kind, lines): (&str, &str),
) -> PathBuf {
    let find = Command::new("find")
        .arg(cache.join("twinroot/states"))
        .args(["-path", "*/trixie-essential-*"])
        .args(["-name", &format!("{}_*.deb", name)])
        .output()
        .unwrap();
    let found = String::from_utf8(find.stdout).unwrap();
    // The archive's own; an earlier run of this test has left patched ones in the cache.
    let deb = found.lines().find(|deb| is_original(Path::new(deb)));
    let deb = deb.expect("the package is pinned");
    let tree = lab.join(name);
    succeeds(Command::new("dpkg-deb").args(["-R", deb]).arg(&tree));
    let script = tree.join("DEBIAN").join(kind);
    let text = fs::read_to_string(&script).unwrap_or_else(|_| "#!/bin/sh\nset -e\n".to_owned());
    let (first, rest) = text.split_once('\n').unwrap();
    assert!(first.ends_with("sh") || first.contains("sh -e"), "{first}");
    fs::write(&script, format!("{first}\nset -e\n{lines}\n{rest}")).unwrap();
    fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    if lines.contains("dpkg-trigger") {
        let triggers = tree.join("DEBIAN/triggers");
        let old = fs::read_to_string(&triggers).unwrap_or_default();
        fs::write(triggers, format!("{old}interest-noawait tw-trigger\n")).unwrap();
    }
    if lines.contains("leads-outside") {
        let directory = tree.join("opt");
        fs::create_dir_all(&directory).unwrap();
        std::os::unix::fs::symlink("/var/lib", directory.join("leads-outside")).unwrap();
    }
    let out = lab.join(format!("{}.deb", name));
    succeeds(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zgzip", "-z1", "-b"])
            .arg(&tree)
            .arg(&out),
    );
    out
}
