//! Reads and writes the memory of a stopped process (process_vm_readv(2)).

use std::io::{IoSlice, IoSliceMut};

use nix::errno::Errno;
use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;

/// The kernel's own limit on a path, with the zero byte at its end (limits.h, `PATH_MAX`).
const PATH_MAX: usize = 4096;

/// Most bytes of one argument that are read.
const WORD_MAX: usize = 64 << 10;

/// Most arguments that are read.
const WORDS_MAX: usize = 4096;

/// A page never begins inside another: what ends before this boundary is either all mapped or
/// not at all. The smallest page of any Linux machine.
const PAGE: u64 = 4096;

/// The memory of one process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    process: Pid,
    /// Bytes of an address: 4 in a 32-bit program.
    address_size: usize,
}

impl Memory {
    /// Of a process whose addresses have this many bytes.
    pub(crate) fn new(process: Pid, address_size: usize) -> Self {
        Self {
            process,
            address_size,
        }
    }

    /// A path that ends with a zero byte; `None` for a null address.
    ///
    /// # Errors
    /// `EFAULT`: nothing is mapped there, as the call itself will find; `ENAMETOOLONG`: it has
    /// no end within the kernel's limit.
    pub(crate) fn path(self, address: u64) -> Result<Option<Vec<u8>>, Errno> {
        if address == 0 {
            return Ok(None);
        }
        self.text(address, PATH_MAX).map(Some)
    }

    /// An array of texts, such as the arguments of a program, without those beyond the limits.
    ///
    /// # Errors
    /// As of [`Memory::path`].
    pub(crate) fn texts(self, mut address: u64) -> Result<Vec<Vec<u8>>, Errno> {
        let mut texts = Vec::new();
        while address != 0 && texts.len() < WORDS_MAX {
            let text = self.number(address, self.address_size)?;
            if text == 0 {
                break;
            }
            texts.push(self.text(text, WORD_MAX)?);
            address = address.saturating_add(u64::try_from(self.address_size).unwrap_or(8));
        }
        Ok(texts)
    }

    /// A number of 4 or 8 bytes in the machine's own order.
    ///
    /// # Errors
    /// As of [`Memory::path`].
    pub(crate) fn number(self, address: u64, size: usize) -> Result<u64, Errno> {
        let mut bytes = [0; 8];
        let place = bytes.get_mut(..size).ok_or(Errno::EINVAL)?;
        let read = self.read(address, place)?;
        if read < size {
            return Err(Errno::EFAULT);
        }
        Ok(if size == 4 {
            let [a, b, c, d, ..] = bytes;
            u64::from(u32::from_ne_bytes([a, b, c, d]))
        } else {
            u64::from_ne_bytes(bytes)
        })
    }

    /// A text with a zero byte at its end, page by page: the next page may not be mapped.
    fn text(self, mut address: u64, limit: usize) -> Result<Vec<u8>, Errno> {
        let mut text = Vec::new();
        let mut page = [0; 4096];
        while text.len() < limit {
            let length = usize::try_from(PAGE - address % PAGE).unwrap_or(1);
            let place = page.get_mut(..length).unwrap_or_default();
            let read = self.read(address, place)?;
            let read = place.get(..read).unwrap_or_default();
            if let Some(end) = read.iter().position(|byte| *byte == 0) {
                text.extend_from_slice(read.get(..end).unwrap_or_default());
                return Ok(text);
            }
            text.extend_from_slice(read);
            address = address.saturating_add(u64::try_from(read.len()).unwrap_or(1));
        }
        Err(Errno::ENAMETOOLONG)
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// `EFAULT`: nothing is mapped there.
    pub(crate) fn write(self, address: u64, bytes: &[u8]) -> Result<(), Errno> {
        let remote = RemoteIoVec {
            base: usize::try_from(address).map_err(|_| Errno::EFAULT)?,
            len: bytes.len(),
        };
        let written = process_vm_writev(self.process, &[IoSlice::new(bytes)], &[remote])?;
        if written < bytes.len() {
            return Err(Errno::EFAULT);
        }
        Ok(())
    }

    fn read(self, address: u64, place: &mut [u8]) -> Result<usize, Errno> {
        let remote = RemoteIoVec {
            base: usize::try_from(address).map_err(|_| Errno::EFAULT)?,
            len: place.len(),
        };
        let read = process_vm_readv(self.process, &mut [IoSliceMut::new(place)], &[remote])?;
        if read == 0 {
            return Err(Errno::EFAULT);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Memory {
        Memory::new(Pid::this(), size_of::<usize>())
    }

    fn address(bytes: &[u8]) -> u64 {
        u64::try_from(bytes.as_ptr().addr()).unwrap()
    }

    #[test]
    fn a_path_is_read_across_the_boundary_of_a_page() {
        let mut bytes = vec![b'a'; 3 * 4096];
        let start = 4096 - bytes.as_ptr().addr() % 4096 + 4096 - 5;
        bytes[start + 10] = 0;
        let path = own().path(address(&bytes[start..])).unwrap();
        assert_eq!(path, Some(b"aaaaaaaaaa".to_vec()));
    }

    #[test]
    fn a_path_that_is_not_there_or_has_no_end_is_an_error() {
        assert_eq!(own().path(0), Ok(None));
        assert_eq!(own().path(16), Err(Errno::EFAULT));
        let endless = vec![b'a'; 4 * 4096];
        assert_eq!(own().path(address(&endless)), Err(Errno::ENAMETOOLONG));
    }

    #[test]
    fn arguments_are_read_up_to_the_null_address() {
        let words = [b"sed\0".to_vec(), b"\0".to_vec()];
        let mut list: Vec<u8> = Vec::new();
        for word in &words {
            list.extend(word.as_ptr().addr().to_ne_bytes());
        }
        list.extend([0; 8]);
        let read = own().texts(address(&list)).unwrap();
        assert_eq!(read, [b"sed".to_vec(), b"".to_vec()]);
    }
}
