//! The members of an ar archive (ar(5)), which a Debian package is (deb(5)).
//!
//! `!<arch>\n`, then members, each at an even offset: a header of 60 bytes (name 16, time 12,
//! user id 6, group id 6, mode 8, size 10, all padded with blanks, and two bytes that end it),
//! then the content, and a newline if that has an odd number of bytes.

use std::io;
use std::io::{Read, Seek, SeekFrom};

/// The bytes that every ar archive begins with.
pub const MAGIC: &[u8; 8] = b"!<arch>\n";

/// Length of a member's header, in bytes.
const HEADER: usize = 60;

/// What ends a header.
const HEADER_END: &[u8; 2] = b"`\n";

/// One member. All fields but the sizes are the bytes of the header without the padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Name.
    pub name: Vec<u8>,
    /// Modification time, in decimal seconds since 1970; empty if there is none.
    pub time: Vec<u8>,
    /// User id, decimal.
    pub uid: Vec<u8>,
    /// Group id, decimal.
    pub gid: Vec<u8>,
    /// Mode, octal.
    pub mode: Vec<u8>,
    /// Offset of the content in the archive, in bytes.
    pub offset: u64,
    /// Length of the content, in bytes.
    pub size: u64,
}

/// Why an archive cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArError {
    /// It does not begin with [`MAGIC`].
    #[error("it does not begin as an ar archive does")]
    NoMagic,
    /// Where a member should begin there is no header.
    #[error("it has no header of a member at offset {offset}")]
    NoHeader {
        /// Offset in the archive, in bytes.
        offset: u64,
    },
    /// The last member is longer than what is left of the archive.
    #[error("it ends at {length}, its last member at {end}")]
    Truncated {
        /// Length of the archive, in bytes.
        length: u64,
        /// Where its last member would end.
        end: u64,
    },
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The members of an archive; contents are not read. It ends after the first error.
#[derive(Debug)]
pub struct Members<R> {
    archive: R,
    length: u64,
    offset: u64,
}

impl<R: Read + Seek> Members<R> {
    /// Looks at the beginning of an archive.
    ///
    /// # Errors
    /// It is not one, or cannot be read.
    pub fn new(mut archive: R) -> Result<Self, ArError> {
        let length = archive.seek(SeekFrom::End(0))?;
        archive.rewind()?;
        let mut magic = [0; MAGIC.len()];
        match archive.read_exact(&mut magic) {
            Ok(()) if &magic == MAGIC => Ok(Self {
                archive,
                length,
                offset: MAGIC.len() as u64,
            }),
            Ok(()) => Err(ArError::NoMagic),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(ArError::NoMagic),
            Err(error) => Err(error.into()),
        }
    }

    fn member(&mut self) -> Result<Member, ArError> {
        let offset = self.offset;
        self.archive.seek(SeekFrom::Start(offset))?;
        let mut header = [0; HEADER];
        match self.archive.read_exact(&mut header) {
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        let member = parsed(&header, offset + HEADER as u64).ok_or(ArError::NoHeader { offset })?;
        let end = member.offset.saturating_add(member.size);
        if end > self.length {
            return Err(ArError::Truncated {
                length: self.length,
                end,
            });
        }
        self.offset = end + end % 2;
        Ok(member)
    }
}

impl<R: Read + Seek> Iterator for Members<R> {
    type Item = Result<Member, ArError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.offset >= self.length {
            return None;
        }
        let member = self.member();
        if member.is_err() {
            self.offset = self.length;
        }
        Some(member)
    }
}

/// A header's fields; `content` is the offset of what follows it.
fn parsed(header: &[u8], content: u64) -> Option<Member> {
    let (name, rest) = header.split_at_checked(16)?;
    let (time, rest) = rest.split_at_checked(12)?;
    let (uid, rest) = rest.split_at_checked(6)?;
    let (gid, rest) = rest.split_at_checked(6)?;
    let (mode, rest) = rest.split_at_checked(8)?;
    let (size, end) = rest.split_at_checked(10)?;
    let field = |bytes: &[u8]| bytes.trim_ascii_end().to_vec();
    (end == HEADER_END).then_some(())?;
    Some(Member {
        name: field(name),
        time: field(time),
        uid: field(uid),
        gid: field(gid),
        mode: field(mode),
        offset: content,
        size: std::str::from_utf8(size).ok()?.trim().parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn members(bytes: &[u8]) -> Result<Vec<Member>, String> {
        Members::new(Cursor::new(bytes))
            .and_then(Iterator::collect)
            .map_err(|error| error.to_string())
    }

    const TWO: &[u8] = b"!<arch>\n\
        debian-binary   1760000000  0     0     100644  3         `\n2.0\n\
        b/              7           1     2     100755  2         `\nok";

    #[test]
    fn members_begin_at_even_offsets() {
        let member = |name: &str, time: &str, ids: [&str; 2], mode: &str, place: [u64; 2]| Member {
            name: name.into(),
            time: time.into(),
            uid: ids[0].into(),
            gid: ids[1].into(),
            mode: mode.into(),
            offset: place[0],
            size: place[1],
        };
        assert_eq!(
            members(TWO),
            Ok(vec![
                member("debian-binary", "1760000000", ["0", "0"], "100644", [68, 3]),
                member("b/", "7", ["1", "2"], "100755", [132, 2]),
            ])
        );
    }

    #[test]
    fn an_archive_that_ends_early_is_an_error_wherever_it_ends() {
        let check = |bytes: &[u8], expected: &str| {
            assert_eq!(members(bytes), Err(expected.to_owned()));
        };
        check(b"!<arch>", "it does not begin as an ar archive does");
        check(b"!<arch>?x", "it does not begin as an ar archive does");
        check(&TWO[..133], "it ends at 133, its last member at 134");
        check(&TWO[..100], "it has no header of a member at offset 72");
    }
}
