//! The payload of an rpm package as the tar archive that says the same.
//!
//! cpio's new portable format (cpio(5)): a header of 110 characters, magic `070701` and 13 numbers
//! of 8 hexadecimal digits; the name with its NUL, and then the content, each filled up to a
//! multiple of 4. What tar has no field for is a pax record `cpio.NAME`, and so is every byte that
//! is spelled otherwise than rpm spells it: nothing of the payload is lost.

use std::io;
use std::io::{Cursor, Read};
use std::ops::Range;

use crate::tar::block::padding_len;
use crate::tar::written::{WrittenEntry, WrittenKind};
use crate::text::hex::hex;

/// Length of a header, in bytes.
const HEADER: usize = 110;
/// What it begins with.
pub(crate) const MAGIC: &[u8] = b"070701";
/// The name after the last entry.
const TRAILER: &[u8] = b"TRAILER!!!\0";
/// Longest name, and longest target of a link, in bytes: 16 times Linux's limit.
const LONGEST: u64 = 64 << 10;

/// Reads as the tar archive of a cpio archive.
pub(crate) struct CpioAsTar<R> {
    cpio: R,
    offset: u64,
    /// Bytes that come next.
    ready: Cursor<Vec<u8>>,
    /// Bytes of content that follow them, and then of filling, which are left out.
    content: u64,
    filling: u64,
    /// Zeros after that.
    zeros: u64,
    /// A filling that is not zero, for the next entry to tell.
    odd_filling: Vec<u8>,
    has_ended: bool,
}

/// The numbers of a header.
struct Numbers([u32; 13]);

impl Numbers {
    fn of(header: &[u8]) -> Option<Self> {
        let digits = header.strip_prefix(MAGIC)?;
        let mut numbers = [0; 13];
        for (number, digits) in numbers.iter_mut().zip(digits.chunks(8)) {
            let digits = std::str::from_utf8(digits).ok()?;
            *number = u32::from_str_radix(digits, 16).ok()?;
        }
        Some(Self(numbers))
    }

    fn get(&self, at: usize) -> u32 {
        self.0.get(at).copied().unwrap_or(0)
    }

    /// The header as rpm spells it.
    fn spelled(&self) -> Vec<u8> {
        let digits = self.0.iter().map(|number| format!("{number:08x}"));
        [MAGIC, digits.collect::<String>().as_bytes()].concat()
    }
}

impl<R: Read> CpioAsTar<R> {
    pub(crate) fn new(cpio: R) -> Self {
        Self {
            cpio,
            offset: 0,
            ready: Cursor::default(),
            content: 0,
            filling: 0,
            zeros: 0,
            odd_filling: Vec::new(),
            has_ended: false,
        }
    }

    /// The next bytes of the cpio archive.
    fn take(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.cpio.by_ref().take(length).read_to_end(&mut bytes)?;
        self.offset += read as u64;
        match (read as u64) < length {
            true => Err(self.cut()),
            false => Ok(bytes),
        }
    }

    fn cut(&self) -> io::Error {
        let what = format!("the cpio archive in it ends at byte {}", self.offset);
        io::Error::new(io::ErrorKind::UnexpectedEof, what)
    }

    fn malformed(&self) -> io::Error {
        let what = format!(
            "the cpio archive in it has no header before byte {}",
            self.offset
        );
        io::Error::new(io::ErrorKind::InvalidData, what)
    }

    /// Makes the headers of the next entry ready, or the end.
    fn advance(&mut self) -> io::Result<()> {
        let header = self.take(HEADER as u64)?;
        let numbers = Numbers::of(&header).ok_or_else(|| self.malformed())?;
        let length = u64::from(numbers.get(11));
        if length == 0 || length > LONGEST {
            return Err(self.malformed());
        }
        let filled = (HEADER as u64 + length).next_multiple_of(4) - HEADER as u64;
        let name = self.take(filled)?;
        let odd_filling = std::mem::take(&mut self.odd_filling);
        if name.starts_with(TRAILER) {
            // What ends the archive, and all that follows, stands after the end of the tar archive.
            self.has_ended = true;
            let end = [vec![0; 1024], odd_filling, header, name].concat();
            self.ready = Cursor::new(end);
            return Ok(());
        }
        let size = u64::from(numbers.get(6));
        let mut entry = entry(&header, &numbers, &name, length);
        if !odd_filling.is_empty() {
            let shown = hex(&odd_filling).into_bytes();
            entry.records.push((b"cpio.filling-before".to_vec(), shown));
        }
        if entry.kind == WrittenKind::Symlink {
            if size > LONGEST {
                return Err(self.malformed());
            }
            entry.linkname = self.take(size)?;
            self.content = 0;
        } else {
            entry.size = size;
            self.content = size;
        }
        self.filling = size.next_multiple_of(4) - size;
        self.zeros = padding_len(entry.size);
        self.ready = Cursor::new(entry.headers());
        Ok(())
    }

    fn read_content(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.content).unwrap_or(usize::MAX);
        let step = most.min(buffer.len());
        let part = buffer.get_mut(..step).unwrap_or_default();
        let read = self.cpio.read(part)?;
        if read == 0 {
            return Err(self.cut());
        }
        self.offset += read as u64;
        self.content -= read as u64;
        Ok(read)
    }
}

/// The entry of a header.
fn entry(header: &[u8], numbers: &Numbers, name: &[u8], length: u64) -> WrittenEntry {
    let mode = numbers.get(1);
    let kind = match mode & 0o170_000 {
        0o040_000 => WrittenKind::Directory,
        0o120_000 => WrittenKind::Symlink,
        0o020_000 => WrittenKind::CharDevice,
        0o060_000 => WrittenKind::BlockDevice,
        0o010_000 => WrittenKind::Fifo,
        0o140_000 => WrittenKind::Socket,
        _ => WrittenKind::File,
    };
    let path = name.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut usual = path.to_vec();
    usual.resize(name.len(), 0);
    let is_usual = header == numbers.spelled() && name == usual && length == path.len() as u64 + 1;
    let pair = |range: Range<usize>| {
        let numbers: Vec<String> = range.map(|at| numbers.get(at).to_string()).collect();
        numbers.join(",")
    };
    let mut records = vec![
        ("cpio.device", pair(7..9)),
        ("cpio.inode", numbers.get(0).to_string()),
        ("cpio.links", numbers.get(4).to_string()),
    ];
    if numbers.get(12) != 0 {
        records.push(("cpio.checksum", numbers.get(12).to_string()));
    }
    let is_device = matches!(kind, WrittenKind::CharDevice | WrittenKind::BlockDevice);
    if !is_device && pair(9..11) != "0,0" {
        records.push(("cpio.of-device", pair(9..11)));
    }
    if kind == WrittenKind::File && mode & 0o170_000 != 0o100_000 {
        records.push(("cpio.mode", format!("{mode:o}")));
    }
    if !is_usual {
        records.push(("cpio.header", hex(&[header, name].concat())));
    }
    let records = records.into_iter();
    WrittenEntry {
        kind,
        mode: mode & 0o7777,
        uid: numbers.get(2).into(),
        gid: numbers.get(3).into(),
        seconds: numbers.get(5).into(),
        major: if is_device { numbers.get(9) } else { 0 },
        minor: if is_device { numbers.get(10) } else { 0 },
        records: records
            .map(|(key, value)| (key.as_bytes().to_vec(), value.into_bytes()))
            .collect(),
        ..WrittenEntry::file(path, 0)
    }
}

impl<R: Read> Read for CpioAsTar<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = self.ready.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            if self.content > 0 {
                return self.read_content(buffer);
            }
            if self.filling > 0 {
                let length = std::mem::take(&mut self.filling);
                let filling = self.take(length)?;
                if filling.iter().any(|byte| *byte != 0) {
                    self.odd_filling = filling;
                }
            } else if self.zeros > 0 {
                let zeros = usize::try_from(std::mem::take(&mut self.zeros)).unwrap_or(0);
                self.ready = Cursor::new(vec![0; zeros]);
            } else if self.has_ended {
                return self.cpio.read(buffer);
            } else {
                self.advance()?;
            }
        }
    }
}
