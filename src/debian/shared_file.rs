//! Text files of a chroot that the maintainer scripts of many packages write, each its own lines.

use std::collections::BTreeMap;

/// How the parts of a file follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Each line says something by itself.
    Lines,
    /// The same; what stands before the first of these bytes is what the line is about.
    Keyed(u8),
    /// Records are separated by empty lines, and the first line of each names it.
    Records,
}

/// By path inside the chroot. What dpkg alone keeps of one package (`var/lib/dpkg/info`) and what
/// one program makes anew from all packages (`ld.so.cache`) are not here: their lines have one
/// maker.
const FILES: [(&[u8], Format); 37] = [
    // Accounts: useradd(8), adduser(8) and update-passwd(8), and the copies that they keep.
    (b"etc/passwd", Format::Keyed(b':')),
    (b"etc/passwd-", Format::Keyed(b':')),
    (b"etc/shadow", Format::Keyed(b':')),
    (b"etc/shadow-", Format::Keyed(b':')),
    (b"etc/group", Format::Keyed(b':')),
    (b"etc/group-", Format::Keyed(b':')),
    (b"etc/gshadow", Format::Keyed(b':')),
    (b"etc/gshadow-", Format::Keyed(b':')),
    (b"etc/subuid", Format::Keyed(b':')),
    (b"etc/subuid-", Format::Keyed(b':')),
    (b"etc/subgid", Format::Keyed(b':')),
    (b"etc/subgid-", Format::Keyed(b':')),
    // add-shell(8), update-shells(8), and what the latter remembers.
    (b"etc/shells", Format::Lines),
    (b"var/lib/shells.state", Format::Lines),
    // Scripts edit these with sed(1).
    (b"etc/environment", Format::Keyed(b'=')),
    (b"etc/nsswitch.conf", Format::Keyed(b':')),
    (b"etc/aliases", Format::Keyed(b':')),
    // update-inetd(8), install-info(8).
    (b"etc/inetd.conf", Format::Lines),
    (b"usr/share/info/dir", Format::Lines),
    // pam-auth-update(8), which each package calls for its profile.
    (b"etc/pam.d/common-account", Format::Lines),
    (b"etc/pam.d/common-auth", Format::Lines),
    (b"etc/pam.d/common-password", Format::Lines),
    (b"etc/pam.d/common-session", Format::Lines),
    (b"etc/pam.d/common-session-noninteractive", Format::Lines),
    // ucf(1).
    (b"var/lib/ucf/hashfile", Format::Lines),
    (b"var/lib/ucf/registry", Format::Lines),
    // dpkg-divert(1), dpkg-statoverride(1); the status file is dpkg's own.
    (b"var/lib/dpkg/diversions", Format::Lines),
    (b"var/lib/dpkg/diversions-old", Format::Lines),
    (b"var/lib/dpkg/statoverride", Format::Lines),
    (b"var/lib/dpkg/statoverride-old", Format::Lines),
    (b"var/lib/dpkg/status", Format::Records),
    // debconf-devel(7).
    (b"var/cache/debconf/config.dat", Format::Records),
    (b"var/cache/debconf/config.dat-old", Format::Records),
    (b"var/cache/debconf/templates.dat", Format::Records),
    (b"var/cache/debconf/templates.dat-old", Format::Records),
    (b"var/cache/debconf/passwords.dat", Format::Records),
    (b"var/cache/debconf/passwords.dat-old", Format::Records),
];

fn format(path: &[u8]) -> Option<Format> {
    let found = FILES.iter().find(|(file, _)| *file == path);
    found.map(|(_, format)| *format)
}

/// Whether a path, which is given without a slash at its beginning, is that of such a file.
#[must_use]
pub fn is_shared(path: &[u8]) -> bool {
    format(path).is_some()
}

/// The file that a path is the copy of: of its last version.
#[must_use]
pub fn original(path: &[u8]) -> Option<&[u8]> {
    let original = path.strip_suffix(b"-old").or(path.strip_suffix(b"-"))?;
    (is_shared(path) && is_shared(original)).then_some(original)
}

/// The lines of a shared file in their order; a line of a record has the record's name before it,
/// so that it is another one than the same line of another record. Empty lines are left out: they
/// only separate. A file that is none of these has no lines here.
#[must_use]
pub fn lines(path: &[u8], content: &[u8]) -> Vec<Vec<u8>> {
    let Some(format) = format(path) else {
        return Vec::new();
    };
    let mut record: Option<&[u8]> = None;
    let mut lines = Vec::new();
    for line in content.split(|byte| *byte == b'\n') {
        if line.is_empty() {
            record = None;
            continue;
        }
        lines.push(match (format, record) {
            (Format::Records, Some(name)) => [name, b": ", line].concat(),
            (Format::Records, None) | (Format::Lines | Format::Keyed(_), _) => line.to_vec(),
        });
        let _ = record.get_or_insert(name(line));
    }
    lines
}

/// What a line of a shared file is about: an account, a field of a record, or only itself. Who
/// changes what stands there of one thing replaces a line by another one.
#[must_use]
pub fn thing<'a>(path: &[u8], line: &'a [u8]) -> &'a [u8] {
    let end = match format(path) {
        Some(Format::Keyed(separator)) => line.iter().position(|byte| *byte == separator),
        Some(Format::Records) => field(line),
        Some(Format::Lines) | None => None,
    };
    end.and_then(|end| line.get(..end)).unwrap_or(line)
}

/// Where the name of a field ends in a line that has the record's name before it. A line that
/// continues another one has no such name.
fn field(line: &[u8]) -> Option<usize> {
    let start = line.windows(2).position(|two| two == b": ")? + 2;
    let field = line.get(start..).filter(|field| !field.starts_with(b" "))?;
    Some(start + field.iter().position(|byte| *byte == b':')?)
}

/// What the first line of a record names: `Name: debconf/priority`.
fn name(line: &[u8]) -> &[u8] {
    let colon = line.iter().position(|byte| *byte == b':');
    let value = colon.and_then(|colon| line.get(colon + 1..));
    value.unwrap_or(line).trim_ascii()
}

/// How often each line stands in a file.
#[must_use]
pub fn counted(lines: &[Vec<u8>]) -> BTreeMap<&[u8], usize> {
    let mut counts: BTreeMap<&[u8], usize> = BTreeMap::new();
    for line in lines {
        *counts.entry(line).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_record_is_told_from_the_same_line_of_another_one() {
        let content = b"Name: a/b\nValue: x\n\n\nName: a/c\nValue: x\n more\n";
        let text = |line: &Vec<u8>| String::from_utf8(line.clone()).unwrap();
        let found = lines(b"var/cache/debconf/config.dat", content);
        assert_eq!(
            found.iter().map(text).collect::<Vec<_>>(),
            [
                "Name: a/b",
                "a/b: Value: x",
                "Name: a/c",
                "a/c: Value: x",
                "a/c:  more"
            ]
        );
        let found = lines(b"etc/shells", b"# shells\n\n/bin/sh\n/bin/sh");
        assert_eq!(
            found.iter().map(text).collect::<Vec<_>>(),
            ["# shells", "/bin/sh", "/bin/sh"]
        );
        assert_eq!(counted(&found).get(&b"/bin/sh"[..]), Some(&2));
        assert_eq!(lines(b"etc/hosts", b"a\n"), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_line_is_about_an_account_a_field_or_itself() {
        let thing = |path: &str, line: &'static str| {
            let thing = thing(path.as_bytes(), line.as_bytes());
            String::from_utf8(thing.to_vec()).unwrap()
        };
        let config = "var/cache/debconf/config.dat";
        assert_eq!(thing("etc/passwd", "games:x:5:60::/:/bin/sh"), "games");
        assert_eq!(thing("etc/environment", "A=b:c"), "A");
        assert_eq!(thing("etc/shells", "/bin/sh:"), "/bin/sh:");
        assert_eq!(thing(config, "a/b: Value: x: y"), "a/b: Value");
        assert_eq!(thing(config, "a/b:  more: y"), "a/b:  more: y");
        assert_eq!(thing(config, "Name: a/b"), "Name: a/b");
    }

    #[test]
    fn a_copy_is_known_by_the_name_of_its_file() {
        let original = |path: &'static str| original(path.as_bytes());
        assert_eq!(original("etc/passwd-"), Some(&b"etc/passwd"[..]));
        assert_eq!(
            original("var/cache/debconf/config.dat-old"),
            Some(&b"var/cache/debconf/config.dat"[..])
        );
        assert_eq!(
            original("var/lib/dpkg/statoverride-old"),
            Some(&b"var/lib/dpkg/statoverride"[..])
        );
        assert_eq!(original("etc/passwd"), None);
        assert_eq!(original("etc/shells-"), None);
    }
}
