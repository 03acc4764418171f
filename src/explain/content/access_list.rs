//! POSIX access control lists: acl(5), the extended attributes `system.posix_acl_*`.

use std::fmt;

use crate::explain::content::bytes::{Order, u16_at, u32_at};

/// An access control list, in the order of its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessList(pub Vec<AccessEntry>);

/// One entry of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessEntry {
    /// Whose access it is.
    pub holder: AccessHolder,
    /// Read 4, write 2, execute 1.
    pub permissions: u16,
}

/// Whose access an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessHolder {
    /// The file's user.
    OwningUser,
    /// The user of this id.
    User(u32),
    /// The file's group.
    OwningGroup,
    /// The group of this id.
    Group(u32),
    /// What users and groups other than the file's user have at most.
    Mask,
    /// Everyone else.
    Other,
}

impl AccessList {
    /// Reads `linux/posix_acl_xattr.h`: a `u32` of version 2, then entries of 8 bytes: `u16` tag,
    /// `u16` permissions, `u32` id, all little-endian. `None` if the value is something else.
    pub(crate) fn read(value: &[u8]) -> Option<Self> {
        if u32_at(value, 0, Order::Little)? != 2 {
            return None;
        }
        let entries = value.get(4..)?.chunks(8).map(AccessEntry::read);
        entries.collect::<Option<_>>().map(Self)
    }
}

impl AccessEntry {
    fn read(raw: &[u8]) -> Option<Self> {
        let order = Order::Little;
        let id = u32_at(raw, 4, order)?;
        let holder = match u16_at(raw, 0, order)? {
            1 => AccessHolder::OwningUser,
            2 => AccessHolder::User(id),
            4 => AccessHolder::OwningGroup,
            8 => AccessHolder::Group(id),
            16 => AccessHolder::Mask,
            32 => AccessHolder::Other,
            _ => return None,
        };
        let permissions = u16_at(raw, 2, order)?;
        Some(Self {
            holder,
            permissions,
        })
    }
}

impl fmt::Display for AccessList {
    /// `user::rwx,group:4:r-x,other::r--`, as getfacl(1) prints it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        out.write_str(&entries.join(","))
    }
}

impl fmt::Display for AccessEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.holder {
            AccessHolder::OwningUser => write!(out, "user::")?,
            AccessHolder::User(id) => write!(out, "user:{id}:")?,
            AccessHolder::OwningGroup => write!(out, "group::")?,
            AccessHolder::Group(id) => write!(out, "group:{id}:")?,
            AccessHolder::Mask => write!(out, "mask::")?,
            AccessHolder::Other => write!(out, "other::")?,
        }
        out.write_str(&triple(u32::from(self.permissions)))
    }
}

/// `r-x`: three permissions as ls(1) prints them, read 4, write 2, execute 1.
pub(crate) fn triple(bits: u32) -> String {
    [(4, 'r'), (2, 'w'), (1, 'x')]
        .into_iter()
        .map(|(bit, letter)| if bits & bit != 0 { letter } else { '-' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_lists_read_as_getfacl_prints_them() {
        let entry = |tag: u16, bits: u16, id: u32| {
            [
                &tag.to_le_bytes()[..],
                &bits.to_le_bytes(),
                &id.to_le_bytes(),
            ]
            .concat()
        };
        let list = [
            2_u32.to_le_bytes().to_vec(),
            entry(1, 7, u32::MAX),
            entry(4, 5, u32::MAX),
            entry(8, 5, 4),
            entry(16, 5, u32::MAX),
            entry(32, 0, u32::MAX),
        ]
        .concat();
        let read = AccessList::read(&list).map(|list| list.to_string());
        assert_eq!(
            read.as_deref(),
            Some("user::rwx,group::r-x,group:4:r-x,mask::r-x,other::---")
        );
        assert_eq!(AccessList::read(&list[..10]), None);
        assert_eq!(AccessList::read(&entry(1, 7, 0)), None);
    }
}
