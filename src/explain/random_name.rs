//! Random ends of names, which are others in every build: they are shown as `*`.

/// Fewest capital letters alone that are taken for a random end of a name: of capitals and digits,
/// which libdbus uses, one of thirteen ends of eight has no digit.
const CAPITALS: usize = 6;

/// Fewest characters of the random end of a temporary file's name (mkstemp(3)).
const END: usize = 6;

/// Where temporary files are, as command lines name them.
const TEMPORARY: [&str; 4] = ["/tmp/", "/var/tmp/", "/run/", "ROOT/tmp/"];

/// Whether the end of a name is random, or counted.
pub(crate) fn is_random(end: &[u8]) -> bool {
    let has = |is_wanted: fn(&u8) -> bool| end.iter().any(is_wanted);
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let is_capitals = end.len() >= CAPITALS && end.iter().all(u8::is_ascii_uppercase);
    has(u8::is_ascii_digit) || is_mixed || is_capitals
}

/// Whether a name is that of a temporary file of `sed -i` (GNU sed: `sedXXXXXX`), whatever its
/// random end looks like.
pub(crate) fn is_of_sed(name: &[u8]) -> bool {
    let end = name.strip_prefix(b"sed");
    end.is_some_and(|end| end.len() == END && end.iter().all(u8::is_ascii_alphanumeric))
}

/// How many bytes at the end of a name may be random.
pub(crate) fn end_length(name: &[u8]) -> usize {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    name.iter().rev().take_while(|byte| is_word(byte)).count()
}

/// A word of a command line, in which a temporary file has the same name in every build.
pub(crate) fn with_equal_names(word: &str) -> String {
    if !TEMPORARY.iter().any(|place| word.starts_with(place)) {
        return word.to_owned();
    }
    let mut is_below_random = false;
    let names: Vec<String> = word
        .split('/')
        .map(|name| {
            let length = end_length(name.as_bytes());
            let (kept, end) = name.split_at(name.len() - length);
            let is_own = kept.ends_with(['.', '-']) || is_below_random;
            if !is_own || length < END || !is_random(end.as_bytes()) {
                return name.to_owned();
            }
            is_below_random = true;
            format!("{kept}*")
        })
        .collect();
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_sed_is_known_by_its_name() {
        let names: [&[u8]; 4] = [b"sedcpaimd", b"sedABC123", b"sedative", b"sediments2"];
        assert_eq!(names.map(is_of_sed), [true, true, false, false]);
    }

    #[test]
    fn a_temporary_file_has_the_same_name_in_every_build() {
        let table = [
            ("/run/tmpkbd.dMc1nq", "/run/tmpkbd.*"),
            ("ROOT/tmp/tmp.a9SDmdwArT/texmfEwPOViW", "ROOT/tmp/tmp.*/*"),
            ("/tmp/postgresql-common.ElyTty", "/tmp/postgresql-common.*"),
            ("/run/NetworkManager", "/run/NetworkManager"),
            ("/run/a.service", "/run/a.service"),
            ("/tmp/tmp.XXXXXX/a.conf", "/tmp/tmp.*/a.conf"),
            ("/etc/a.dMc1nq", "/etc/a.dMc1nq"),
        ];
        for (word, expected) in table {
            assert_eq!(with_equal_names(word), expected);
        }
    }
}
