//! Extended attributes of what is in a directory, without opening it.

use std::ffi::CStr;
use std::os::fd::{AsRawFd as _, OwnedFd};

use rustix::io::Errno;

/// A name and its value.
pub(crate) type Attribute = (Vec<u8>, Vec<u8>);

/// The attributes as pax records, in the order of their names.
///
/// They are asked for by path, below the open directory, because a FIFO or a device must not be
/// opened, and a symbolic link has attributes of its own (xattr(7)).
pub(crate) fn attributes(holder: &OwnedFd, name: &CStr) -> Result<Vec<Attribute>, Errno> {
    let directory = format!("/proc/self/fd/{}/", holder.as_raw_fd());
    let path = [directory.as_bytes(), name.to_bytes()].concat();
    let names = match listed(&path) {
        Err(Errno::NOTSUP) => return Ok(Vec::new()),
        names => names?,
    };
    let mut names: Vec<&[u8]> = names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    let mut found = Vec::new();
    for name in names {
        match value(&path, name) {
            Ok(value) => found.push(([b"SCHILY.xattr.", name].concat(), value)),
            // It went away meanwhile, or is kept from this user (`trusted.*`).
            Err(Errno::NODATA | Errno::NOTSUP | Errno::PERM) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn listed(path: &[u8]) -> Result<Vec<u8>, Errno> {
    loop {
        let none: &mut [u8] = &mut [];
        let length = rustix::fs::llistxattr(path, none)?;
        if length == 0 {
            return Ok(Vec::new());
        }
        let mut names = vec![0; length];
        match rustix::fs::llistxattr(path, &mut names[..]) {
            // Another one came in between.
            Err(Errno::RANGE) => {}
            Err(error) => return Err(error),
            Ok(length) => {
                names.truncate(length);
                return Ok(names);
            }
        }
    }
}

fn value(path: &[u8], name: &[u8]) -> Result<Vec<u8>, Errno> {
    loop {
        let none: &mut [u8] = &mut [];
        let length = rustix::fs::lgetxattr(path, name, none)?;
        if length == 0 {
            return Ok(Vec::new());
        }
        let mut value = vec![0; length];
        match rustix::fs::lgetxattr(path, name, &mut value[..]) {
            Err(Errno::RANGE) => {}
            Err(error) => return Err(error),
            Ok(length) => {
                value.truncate(length);
                return Ok(value);
            }
        }
    }
}
