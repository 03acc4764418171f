//! Fields of file system objects that an audit looks at, and their values.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::hex::hex;

/// A field of a file system object. `Display` is its name in reports, which divergences use too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditedField {
    /// What it is: a file, a directory, …
    Type,
    /// Size of a file.
    Size,
    /// Content of a file. It has no values: which bytes differ is not kept.
    Content,
    /// Target of a symbolic link.
    Linkname,
    /// Numbers of a device.
    Device,
    /// Permission bits.
    Mode,
    /// User id.
    Uid,
    /// Group id.
    Gid,
    /// Modification time.
    Mtime,
    /// Access time.
    Atime,
    /// Change time.
    Ctime,
    /// Number of names.
    Nlink,
    /// The extended attribute of this name.
    Xattr(Vec<u8>),
    /// What is mounted there.
    Mount,
}

impl fmt::Display for AuditedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Type => "type",
            Self::Size => "size",
            Self::Content => "content",
            Self::Linkname => "linkname",
            Self::Device => "device",
            Self::Mode => "mode",
            Self::Uid => "uid",
            Self::Gid => "gid",
            Self::Mtime => "mtime",
            Self::Atime => "atime",
            Self::Ctime => "ctime",
            Self::Nlink => "nlink",
            Self::Mount => "mount",
            Self::Xattr(name) => return write!(f, "xattr:{}", name.escape_ascii()),
        })
    }
}

/// The value of a field, in the ids of the sandbox that was audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A type of object.
    Type(ObjectType),
    /// A size in bytes, an id, or a number of names.
    Number(u64),
    /// Permission bits with set-id and sticky ones.
    Mode(u32),
    /// Major and minor number of a device.
    Device {
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
    /// The target of a symbolic link.
    Target(Vec<u8>),
    /// The value of an extended attribute.
    Bytes(Vec<u8>),
    /// A type of file system, `tmpfs`.
    Mount(String),
    /// A time before the build began.
    Time(Time),
    /// An unknown time before the build began.
    BeforeBuild,
    /// A time since the build began. A report of the same inputs is to have the same bytes, so
    /// that it is not kept which.
    DuringBuild,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(kind) => f.write_str(kind.as_str()),
            Self::Number(number) => write!(f, "{number}"),
            Self::Mode(mode) => write!(f, "{mode:04o}"),
            Self::Device { major, minor } => write!(f, "{major},{minor}"),
            Self::Target(target) => write!(f, "{}", target.escape_ascii()),
            Self::Bytes(bytes) => f.write_str(&hex(bytes)),
            Self::Mount(kind) => f.write_str(kind),
            Self::Time(time) => write!(f, "{time}"),
            Self::BeforeBuild => f.write_str("before the build"),
            Self::DuringBuild => f.write_str("during the build"),
        }
    }
}

/// A point in time, as the kernel has it. `Display` is decimal seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// Seconds since 1970.
    pub seconds: i64,
    /// Nanoseconds after that second.
    pub nanoseconds: i64,
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.seconds, self.nanoseconds)
    }
}

/// What a file system object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectType {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
}

impl ObjectType {
    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::CharDevice => "char-device",
            Self::BlockDevice => "block-device",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_reports_have_them() {
        let time = Time {
            seconds: 7,
            nanoseconds: 50,
        };
        let shown = [
            Value::Type(ObjectType::CharDevice),
            Value::Number(65_534),
            Value::Mode(0o644),
            Value::Device { major: 1, minor: 3 },
            Value::Target(b"a\nb".to_vec()),
            Value::Bytes(vec![1, 255]),
            Value::Mount("tmpfs".to_owned()),
            Value::Time(time),
            Value::BeforeBuild,
            Value::DuringBuild,
        ]
        .map(|value| value.to_string());
        assert_eq!(
            shown,
            [
                "char-device",
                "65534",
                "0644",
                "1,3",
                "a\\nb",
                "01ff",
                "tmpfs",
                "7.000000050",
                "before the build",
                "during the build",
            ]
        );
        assert_eq!(
            AuditedField::Xattr(b"user.a".to_vec()).to_string(),
            "xattr:user.a"
        );
    }
}
