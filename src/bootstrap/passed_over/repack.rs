//! A package file with maintainer scripts that succeed wherever they end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::bootstrap::error::{Error, at};
use crate::debian::ar::{ArError, MAGIC, Member, Members};
use crate::debian::maintainer_script::ScriptKind;
use crate::input::compression::sniff;
use crate::input::decode::{Decoder, Digesting};

/// What a script of another language is replaced by: nothing of it runs.
const NOTHING: &[u8] = b"#!/bin/sh\nexit 0\n";

/// What goes before the second line of a shell script: it succeeds wherever it ends.
const SHELL: &[u8] = b"trap 'exit 0' EXIT; ";

/// The same for perl (perlvar(1), `$?`).
const PERL: &[u8] = b"END { $? = 0 } ";

/// Most bytes of a package's control files.
const CONTROL_MAX: u64 = 64 << 20;

/// Logarithm of the largest window of a zstd frame: that of `zstd --ultra`.
const WINDOW: u32 = 27;

/// A maintainer script as its package has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackagedScript {
    /// Its text.
    pub(crate) content: Vec<u8>,
    /// When it was last changed, in seconds since 1970.
    pub(crate) time: u64,
}

/// The scripts of one package.
pub(crate) type PackagedScripts = BTreeMap<ScriptKind, PackagedScript>;

/// Writes a copy of a package file in which some scripts succeed wherever they end, and gives those
/// that it has, as they are. All else is as it was, but for the compression of the control files.
///
/// # Errors
/// The file is damaged, or one of the two cannot be read or written.
pub(crate) fn with_scripts_passed_over(
    deb: &Path,
    out: &Path,
    scripts: &[ScriptKind],
) -> Result<PackagedScripts, Error> {
    let mut source = File::open(deb).map_err(at(deb, "open"))?;
    let members = Members::new(&source).and_then(Iterator::collect);
    let members: Vec<Member> = members.map_err(io_error).map_err(at(deb, "read"))?;
    let mut target = File::create(out).map_err(at(out, "create"))?;
    target.write_all(MAGIC).map_err(at(out, "write"))?;
    let mut found = PackagedScripts::new();
    for member in members {
        source
            .seek(SeekFrom::Start(member.offset))
            .map_err(at(deb, "read"))?;
        let content = (&source).take(member.size);
        if member.name.starts_with(b"control.tar") {
            let control = control(content).map_err(at(deb, "read"))?;
            let control = replaced(&control, scripts, &mut found).map_err(at(deb, "read"))?;
            let member = Member {
                name: b"control.tar".to_vec(),
                size: control.len() as u64,
                ..member
            };
            append(&member, Cursor::new(control), &mut target)
        } else {
            append(&member, content, &mut target)
        }
        .map_err(at(out, "write"))?;
    }
    Ok(found)
}

fn io_error(error: ArError) -> io::Error {
    match error {
        ArError::Io(error) => error,
        error => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}

/// The tar archive of the control files.
fn control(packed: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let _ = packed.take(CONTROL_MAX).read_to_end(&mut bytes)?;
    let compression = sniff(&bytes);
    let mut plain = Vec::new();
    let decoder = Decoder::new(Cursor::new(bytes), compression, WINDOW, Digesting::Off);
    let _ = decoder.take(CONTROL_MAX).read_to_end(&mut plain)?;
    Ok(plain)
}

/// The archive of control files in which some scripts succeed; what they were goes to `found`.
fn replaced(
    control: &[u8],
    scripts: &[ScriptKind],
    found: &mut PackagedScripts,
) -> io::Result<Vec<u8>> {
    let mut archive = ::tar::Archive::new(control);
    let mut builder = ::tar::Builder::new(Vec::new());
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        let mut header = entry.header().clone();
        let mut content = Vec::new();
        let _ = entry.read_to_end(&mut content)?;
        let path = entry.path_bytes();
        let name = path.strip_prefix(b"./").unwrap_or(&path);
        let kind = ScriptKind::from_name(name).filter(|kind| scripts.contains(kind));
        match kind {
            Some(kind) => {
                let succeeding = succeeding(&content);
                header.set_size(succeeding.len() as u64);
                header.set_cksum();
                builder.append(&header, succeeding.as_slice())?;
                let time = header.mtime()?;
                let _ = found.insert(kind, PackagedScript { content, time });
            }
            None => builder.append(&header, content.as_slice())?,
        }
    }
    builder.into_inner()
}

/// A script that does the same until it ends, and then succeeds. Its lines keep their numbers.
fn succeeding(script: &[u8]) -> Vec<u8> {
    let end = script.iter().position(|byte| *byte == b'\n');
    let parts = end.and_then(|end| script.split_at_checked(end + 1));
    let Some((first, rest)) = parts else {
        return NOTHING.to_vec();
    };
    let words = first.split(|byte| b"/ \n".contains(byte));
    let is_one = |names: &[&[u8]]| words.clone().any(|word| names.contains(&word));
    let before = if is_one(&[b"sh", b"dash", b"bash", b"ash"]) {
        SHELL
    } else if is_one(&[b"perl"]) {
        PERL
    } else {
        return NOTHING.to_vec();
    };
    [first, before, rest].concat()
}

/// Appends a member to an ar archive.
fn append(member: &Member, mut content: impl Read, target: &mut File) -> io::Result<()> {
    let padded = |field: &[u8], width: usize| -> Vec<u8> {
        let blanks = std::iter::repeat_n(b' ', width.saturating_sub(field.len()));
        field.iter().copied().chain(blanks).collect()
    };
    let size = member.size.to_string();
    let fields = [
        padded(&member.name, 16),
        padded(&member.time, 12),
        padded(&member.uid, 6),
        padded(&member.gid, 6),
        padded(&member.mode, 8),
        padded(size.as_bytes(), 10),
    ];
    target.write_all(&fields.concat())?;
    target.write_all(b"`\n")?;
    let written = io::copy(&mut content, target)?;
    if written % 2 == 1 {
        target.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fs;

    use super::*;

    fn control_archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = ::tar::Builder::new(Vec::new());
        for (name, content) in files {
            let mut header = ::tar::Header::new_gnu();
            header.set_path(name).unwrap();
            header.set_size(content.len() as u64);
            header.set_mode(0o755);
            header.set_mtime(1_500_000_000);
            header.set_cksum();
            builder.append(&header, content.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    /// A package file with a postinst.
    pub(crate) fn deb(postinst: &str) -> Vec<u8> {
        deb_of(&[("./control", "Package: a\n"), ("./postinst", postinst)])
    }

    fn deb_of(files: &[(&str, &str)]) -> Vec<u8> {
        let lab = tempfile::tempdir().unwrap();
        let path = lab.path().join("deb");
        let mut file = File::create(&path).unwrap();
        file.write_all(MAGIC).unwrap();
        let control = zstd::encode_all(Cursor::new(control_archive(files)), 3).unwrap();
        let members: [(&str, &[u8]); 3] = [
            ("debian-binary", b"2.0\n"),
            ("control.tar.zst", &control),
            ("data.tar.xz", b"odd"),
        ];
        for (name, content) in members {
            let member = Member {
                name: name.into(),
                time: b"1500000000".to_vec(),
                uid: b"0".to_vec(),
                gid: b"0".to_vec(),
                mode: b"100644".to_vec(),
                offset: 0,
                size: content.len() as u64,
            };
            append(&member, content, &mut file).unwrap();
        }
        fs::read(path).unwrap()
    }

    fn members(path: &Path) -> Vec<(String, Vec<u8>)> {
        let bytes = fs::read(path).unwrap();
        let all = Members::new(Cursor::new(&bytes)).unwrap();
        all.map(|member| {
            let member = member.unwrap();
            let from = usize::try_from(member.offset).unwrap();
            let size = usize::try_from(member.size).unwrap();
            let name = String::from_utf8(member.name).unwrap();
            (name, bytes[from..from + size].to_vec())
        })
        .collect()
    }

    #[test]
    fn the_script_succeeds_and_all_else_is_as_it_was() {
        let lab = tempfile::tempdir().unwrap();
        let (source, target) = (lab.path().join("a.deb"), lab.path().join("b.deb"));
        fs::write(&source, deb("#!/bin/sh\nfalse\n")).unwrap();
        let kinds = [ScriptKind::Postinst, ScriptKind::Preinst];
        let found = with_scripts_passed_over(&source, &target, &kinds).unwrap();
        let script = PackagedScript {
            content: b"#!/bin/sh\nfalse\n".to_vec(),
            time: 1_500_000_000,
        };
        assert_eq!(found, [(ScriptKind::Postinst, script)].into());
        let succeeding = "#!/bin/sh\ntrap 'exit 0' EXIT; false\n";
        let expected = [("./control", "Package: a\n"), ("./postinst", succeeding)];
        assert_eq!(
            members(&target),
            [
                ("debian-binary".to_owned(), b"2.0\n".to_vec()),
                ("control.tar".to_owned(), control_archive(&expected)),
                ("data.tar.xz".to_owned(), b"odd".to_vec()),
            ]
        );
    }

    /// What a script says, and its status, once its failure is passed over.
    fn ran(script: &str) -> (String, Option<i32>) {
        use std::os::unix::fs::PermissionsExt as _;
        let lab = tempfile::tempdir().unwrap();
        let path = lab.path().join("a.postinst");
        fs::write(&path, succeeding(script.as_bytes())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let output = std::process::Command::new(&path).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (said, output.status.code())
    }

    #[test]
    fn a_script_runs_until_it_fails_and_then_succeeds() {
        let said = |said: &str| (said.to_owned(), Some(0));
        for shell in ["/bin/sh", "/bin/sh -e", "/bin/bash"] {
            let fails = format!("#!{shell}\nset -e\necho a; (exit 3)\necho b\n");
            assert_eq!(ran(&fails), said("a\n"), "{shell}");
            let ends = format!("#!{shell}\n# first\necho a\nexit 2\n");
            assert_eq!(ran(&ends), said("a\n"), "{shell}");
        }
        let dies = "#!/usr/bin/perl -w\nuse strict;\nprint \"a\\n\"; die;\n";
        assert_eq!(ran(dies), said("a\n"));
        for unknown in ["#!/usr/bin/python3\nprint(1)\n", "\x7fELF", ""] {
            assert_eq!(ran(unknown), said(""));
        }
    }

    #[test]
    fn a_damaged_package_is_an_error_that_names_it() {
        let lab = tempfile::tempdir().unwrap();
        let (source, target) = (lab.path().join("a.deb"), lab.path().join("b.deb"));
        let whole = deb("");
        fs::write(&source, &whole[..whole.len() - 9]).unwrap();
        let error = with_scripts_passed_over(&source, &target, &[]).unwrap_err();
        assert!(error.to_string().contains("a.deb: read: "), "{error}");
    }
}
