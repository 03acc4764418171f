//! Caches that hold inode numbers and times of the files that they are about, which are others in
//! each build: of ldconfig (glibc, `elf/cache.c`) and of fontconfig (`src/fcint.h`).
//!
//! `aux-cache`: magic 24, `u32` entries, `u32` length of strings. Entries of 48 bytes: `u64` inode,
//! time of change, size, device; `u32` flags, soname, level, 4 bytes that nobody sets. Then the
//! strings. The order is that of a hash of the first four.
//!
//! fontconfig, 64 bits, little endian: `u32` magic, `i32` version, `i64` size, then offsets up to
//! byte 48, where the time of the directory begins: `i32` seconds, 4 unused, `i64` nanoseconds.

use crate::explain::content::bytes::{Order, size_at, span, string_at, u32_at, u64_at};

const AUX_CACHE: &[u8] = b"var/cache/ldconfig/aux-cache";
const AUX_MAGIC: &[u8] = b"glibc-ld.so.auxcache-";
const AUX_HEADER: usize = 32;
const AUX_ENTRY: usize = 48;
/// The offset that stands for no soname.
const NO_STRING: u32 = u32::MAX;

const FONTS: &[u8] = b"var/cache/fontconfig/";
const FONTS_MAGIC: u32 = 0xfc02_fc04;
/// Where the time of the directory begins and ends, in bytes.
const FONTS_TIME: usize = 48;
const FONTS_TIME_END: usize = 64;

/// Whether two contents of a normalized path are such caches, and differ in nothing but inode
/// numbers, devices, times, and the order that follows from them.
pub(crate) fn differ_by_inodes(path: &[u8], left: &[u8], right: &[u8]) -> bool {
    if path == AUX_CACHE {
        let libraries = libraries(left);
        return left != right && libraries.is_some() && libraries == self::libraries(right);
    }
    let is_fonts = path.starts_with(FONTS);
    let fonts = fonts(left).filter(|_| is_fonts && left != right);
    fonts.is_some() && fonts == self::fonts(right)
}

/// What an aux-cache says of one library beside its inode.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Library<'a> {
    soname: Option<&'a [u8]>,
    size: u64,
    flags: u32,
    level: u32,
}

/// The libraries of an aux-cache, sorted; `None` if it is none. It is written on the machine that
/// reads it: any other byte order is not read.
fn libraries(content: &[u8]) -> Option<Vec<Library<'_>>> {
    if !content.starts_with(AUX_MAGIC) {
        return None;
    }
    let order = Order::Little;
    let count = size_at(content, 24, order)?;
    let strings = AUX_HEADER.checked_add(count.checked_mul(AUX_ENTRY)?)?;
    let strings = span(content, strings, size_at(content, 28, order)?)?;
    let mut libraries = Vec::new();
    for number in 0..count {
        let at = AUX_HEADER.checked_add(number.checked_mul(AUX_ENTRY)?)?;
        let entry = span(content, at, AUX_ENTRY)?;
        let soname = u32_at(entry, 36, order)?;
        libraries.push(Library {
            soname: match soname {
                NO_STRING => None,
                at => Some(string_at(strings, usize::try_from(at).ok()?)?),
            },
            size: u64_at(entry, 16, order)?,
            flags: u32_at(entry, 32, order)?,
            level: u32_at(entry, 40, order)?,
        });
    }
    libraries.sort();
    Some(libraries)
}

/// A cache of fonts without the time of their directory.
#[derive(Debug, PartialEq, Eq)]
struct Fonts<'a> {
    before: &'a [u8],
    after: &'a [u8],
}

fn fonts(content: &[u8]) -> Option<Fonts<'_>> {
    let order = Order::Little;
    let length = u64::try_from(content.len()).ok()?;
    let is_cache =
        u32_at(content, 0, order)? == FONTS_MAGIC && u64_at(content, 8, order)? == length;
    Some(Fonts {
        before: content.get(..FONTS_TIME).filter(|_| is_cache)?,
        after: content.get(FONTS_TIME_END..)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An aux-cache of libraries, each with its inode number, size and soname.
    fn aux_cache(libraries: &[(u64, u64, &str)]) -> Vec<u8> {
        let (mut entries, mut strings) = (Vec::new(), vec![0]);
        for (inode, size, soname) in libraries {
            let numbers = [*inode, inode + 1_700_000_000, *size, 7];
            entries.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            let soname_at = u32::try_from(strings.len()).unwrap();
            let unset = u32::try_from(*inode).unwrap();
            let numbers = [0x303, soname_at, 0, unset];
            entries.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            strings.extend([soname.as_bytes(), b"\0"].concat());
        }
        let lengths = [libraries.len(), strings.len()];
        let lengths = lengths.map(|one| u32::try_from(one).unwrap().to_le_bytes());
        let magic = b"glibc-ld.so.auxcache-2.0";
        [&magic[..], &lengths.concat(), &entries, &strings].concat()
    }

    #[test]
    fn an_aux_cache_of_the_same_libraries_differs_by_their_inodes() {
        let is_such = |left: &[(u64, u64, &str)], right: &[(u64, u64, &str)]| {
            differ_by_inodes(AUX_CACHE, &aux_cache(left), &aux_cache(right))
        };
        let left = [(1, 10, "liba.so.1"), (2, 20, "libb.so.2")];
        assert!(is_such(
            &left,
            &[(5, 20, "libb.so.2"), (4, 10, "liba.so.1")]
        ));
        assert!(!is_such(
            &left,
            &[(5, 21, "libb.so.2"), (4, 10, "liba.so.1")]
        ));
        assert!(!is_such(&left, &[(4, 10, "liba.so.1")]));
        let cut = aux_cache(&left);
        assert!(!differ_by_inodes(AUX_CACHE, &cut, &cut[..60]));
        assert!(!differ_by_inodes(b"etc/x", &cut, &aux_cache(&left[..1])));
    }

    #[test]
    fn a_cache_of_fonts_differs_by_the_time_of_the_directory_alone() {
        let cache = |seconds: u8, font: &[u8]| {
            let length = u64::try_from(64 + font.len()).unwrap();
            let mut bytes = vec![0x04, 0xfc, 0x02, 0xfc, 8, 0, 0, 0];
            bytes.extend(length.to_le_bytes());
            bytes.resize(48, 1);
            bytes.push(seconds);
            bytes.resize(64, 0);
            [bytes, font.to_vec()].concat()
        };
        let path = b"var/cache/fontconfig/a-le64.cache-8";
        assert!(differ_by_inodes(
            path,
            &cache(1, b"font"),
            &cache(2, b"font")
        ));
        assert!(!differ_by_inodes(
            path,
            &cache(1, b"font"),
            &cache(2, b"tnof")
        ));
        assert!(!differ_by_inodes(path, b"short", b"other"));
    }
}
