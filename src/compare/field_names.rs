//! The names of fields and of aspects of archives, each with a sentence that says what it is.

/// A name and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The name. One that ends with a colon is a class: `xattr:` stands for `xattr:NAME`.
    pub name: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

const FIELDS: [Term; 23] = [
    Term {
        name: "type",
        meaning: "What the entry is: file, directory, symlink, hard link, device, fifo.",
    },
    Term {
        name: "mode",
        meaning: "The permission bits, in octal.",
    },
    Term {
        name: "uid",
        meaning: "The numeric owner.",
    },
    Term {
        name: "gid",
        meaning: "The numeric group.",
    },
    Term {
        name: "uname",
        meaning: "The owner's name.",
    },
    Term {
        name: "gname",
        meaning: "The group's name.",
    },
    Term {
        name: "size",
        meaning: "The size in bytes, of the expanded file where it is sparse.",
    },
    Term {
        name: "mtime",
        meaning: "The modification time in UTC, with its fraction.",
    },
    Term {
        name: "atime",
        meaning: "The access time, where the archive has one.",
    },
    Term {
        name: "ctime",
        meaning: "The change time, where the archive has one.",
    },
    Term {
        name: "linkname",
        meaning: "The target of a symlink or hard link.",
    },
    Term {
        name: "device",
        meaning: "The major and minor device numbers.",
    },
    Term {
        name: "content",
        meaning: "The bytes of the file.",
    },
    Term {
        name: "xattr:",
        meaning: "An extended attribute, by its name.",
    },
    Term {
        name: "acl:access",
        meaning: "The POSIX access list.",
    },
    Term {
        name: "acl:default",
        meaning: "The POSIX default access list of a directory.",
    },
    Term {
        name: "pax:",
        meaning: "Another pax record, by its keyword.",
    },
    Term {
        name: "zip:",
        meaning: "What a zip archive says of a member besides, by its name: its method, flags, extra field, data.",
    },
    Term {
        name: "sparse",
        meaning: "The map of a sparse file: which spans are stored.",
    },
    Term {
        name: "padding",
        meaning: "The bytes between the content and the next block.",
    },
    Term {
        name: "header-format",
        meaning: "The header's magic and version: v7, ustar, gnu.",
    },
    Term {
        name: "header-encoding",
        meaning: "Header bytes that differ although every value decodes equal: octal spelling, base-256, pax order, prefix split, checksum spelling.",
    },
    Term {
        name: "acl:",
        meaning: "Another access list, by its name.",
    },
];

const ARCHIVE: [Term; 6] = [
    Term {
        name: "compression",
        meaning: "The bytes of the compression differ.",
    },
    Term {
        name: "entry-order",
        meaning: "Entries stand in another order; the fewest that moved are listed as reordered.",
    },
    Term {
        name: "trailing-blocks",
        meaning: "The number of zero blocks at the end differs.",
    },
    Term {
        name: "trailing-data",
        meaning: "Bytes after the end that are not zero differ.",
    },
    Term {
        name: "global-header",
        meaning: "A global extended header differs.",
    },
    Term {
        name: "unexplained-bytes",
        meaning: "Bytes differ that nothing else claims.",
    },
];

/// The names of fields of entries.
#[must_use]
pub fn field_names() -> &'static [Term] {
    &FIELDS
}

/// The names of aspects of archives.
#[must_use]
pub fn archive_names() -> &'static [Term] {
    &ARCHIVE
}

/// Whether a name can be ignored: one of the above, or a class with or without a name in it.
#[must_use]
pub fn is_known(name: &str) -> bool {
    FIELDS
        .iter()
        .chain(&ARCHIVE)
        .any(|term| match term.name.strip_suffix(':') {
            Some(class) => {
                name == class
                    || name
                        .strip_prefix(term.name)
                        .is_some_and(|rest| !rest.is_empty())
            }
            None => term.name == name,
        })
}
