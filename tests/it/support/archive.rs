//! The tests' one writer of archives: byte-exact blocks, put together by hand.
//!
//! Neither the tar crate nor another library is used: both write what is right only, and a test
//! here needs archives that are wrong, or differ in exactly one byte of one field.
//! Sources: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar's manual.

/// One entry to be written.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) name: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) typeflag: u8,
    pub(crate) mode: u64,
    pub(crate) uid: u64,
    pub(crate) gid: u64,
    pub(crate) mtime: u64,
    pub(crate) uname: Vec<u8>,
    pub(crate) gname: Vec<u8>,
    pub(crate) linkname: Vec<u8>,
    pub(crate) device: (u64, u64),
    pub(crate) magic: [u8; 8],
    pub(crate) prefix: Vec<u8>,
    pub(crate) size: Option<u64>,
    pub(crate) records: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) pax_name: Vec<u8>,
    pub(crate) raw: Vec<(usize, Vec<u8>)>,
    pub(crate) fill: u8,
    pub(crate) signed: bool,
    pub(crate) before: Vec<u8>,
    pub(crate) sparse_blocks: Vec<u8>,
}

pub(crate) const USTAR: [u8; 8] = *b"ustar\x0000";
pub(crate) const GNU: [u8; 8] = *b"ustar  \0";
pub(crate) const V7: [u8; 8] = [0; 8];

pub(crate) fn file(name: &str, content: &[u8]) -> Spec {
    Spec {
        name: name.as_bytes().to_vec(),
        content: content.to_vec(),
        typeflag: b'0',
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: 1_700_000_000,
        uname: b"root".to_vec(),
        gname: b"root".to_vec(),
        linkname: Vec::new(),
        device: (0, 0),
        magic: USTAR,
        prefix: Vec::new(),
        size: None,
        records: Vec::new(),
        pax_name: b"./PaxHeaders/x".to_vec(),
        raw: Vec::new(),
        fill: 0,
        signed: false,
        before: Vec::new(),
        sparse_blocks: Vec::new(),
    }
}

pub(crate) fn special(name: &str, typeflag: u8, linkname: &str) -> Spec {
    Spec {
        typeflag,
        linkname: linkname.as_bytes().to_vec(),
        ..file(name, b"")
    }
}

impl Spec {
    pub(crate) fn pax(mut self, key: &str, value: &[u8]) -> Self {
        self.records.push((key.as_bytes().to_vec(), value.to_vec()));
        self
    }

    pub(crate) fn raw(mut self, offset: usize, bytes: &[u8]) -> Self {
        self.raw.push((offset, bytes.to_vec()));
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = self.before.clone();
        if !self.records.is_empty() {
            let body: Vec<u8> = self
                .records
                .iter()
                .flat_map(|(key, value)| record(key, value))
                .collect();
            out.extend(extended(b'x', &self.pax_name, &body));
        }
        out.extend(self.header());
        out.extend_from_slice(&self.sparse_blocks);
        out.extend(padded(&self.content, self.fill));
        out
    }

    fn header(&self) -> Vec<u8> {
        let mut block = vec![0_u8; 512];
        let mut put = |offset: usize, bytes: &[u8]| {
            block[offset..offset + bytes.len()].copy_from_slice(bytes)
        };
        put(0, &self.name[..self.name.len().min(100)]);
        put(100, &octal(self.mode, 8));
        put(108, &octal(self.uid, 8));
        put(116, &octal(self.gid, 8));
        put(
            124,
            &octal(self.size.unwrap_or(self.content.len() as u64), 12),
        );
        put(136, &octal(self.mtime, 12));
        put(156, &[self.typeflag]);
        put(157, &self.linkname[..self.linkname.len().min(100)]);
        put(257, &self.magic);
        if self.magic != V7 {
            put(265, &self.uname);
            put(297, &self.gname);
            put(329, &octal(self.device.0, 8));
            put(337, &octal(self.device.1, 8));
            put(345, &self.prefix);
        }
        for (offset, bytes) in &self.raw {
            put(*offset, bytes);
        }
        if !self
            .raw
            .iter()
            .any(|(offset, bytes)| (*offset..offset + bytes.len()).contains(&148))
        {
            checksum(&mut block, self.signed);
        }
        block
    }
}

pub(crate) fn octal(value: u64, width: usize) -> Vec<u8> {
    format!("{value:0digits$o}\0", digits = width - 1).into_bytes()
}

pub(crate) fn base256(value: i128, width: usize) -> Vec<u8> {
    let mut bytes = value.to_be_bytes()[16 - width..].to_vec();
    bytes[0] |= 0x80;
    bytes
}

pub(crate) fn checksum(block: &mut [u8], signed: bool) {
    block[148..156].fill(b' ');
    let sum: i64 = block
        .iter()
        .map(|byte| {
            if signed {
                i64::from(*byte as i8)
            } else {
                i64::from(*byte)
            }
        })
        .sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

pub(crate) fn padded(data: &[u8], fill: u8) -> Vec<u8> {
    let mut out = data.to_vec();
    out.resize(data.len().next_multiple_of(512), fill);
    out
}

pub(crate) fn record(key: &[u8], value: &[u8]) -> Vec<u8> {
    let body = [b" ", key, b"=", value, b"\n"].concat();
    let mut length = body.len();
    while length != body.len() + length.to_string().len() {
        length = body.len() + length.to_string().len();
    }
    [length.to_string().as_bytes(), &body].concat()
}

pub(crate) fn extended(typeflag: u8, name: &[u8], data: &[u8]) -> Vec<u8> {
    let head = Spec {
        name: name.to_vec(),
        typeflag,
        mtime: 0,
        size: Some(data.len() as u64),
        ..file("", b"")
    };
    [head.bytes(), padded(data, 0)].concat()
}

pub(crate) fn global(records: &[(&str, &str)]) -> Vec<u8> {
    let body: Vec<u8> = records
        .iter()
        .flat_map(|(key, value)| record(key.as_bytes(), value.as_bytes()))
        .collect();
    extended(b'g', b"./GlobalHead", &body)
}

pub(crate) fn long(kind: u8, name: &str) -> Vec<u8> {
    extended(kind, b"././@LongLink", &[name.as_bytes(), b"\0"].concat())
}

/// The entries, two zero blocks, and zeros to a full record.
pub(crate) fn archive(entries: &[Spec]) -> Vec<u8> {
    let mut out = unended(entries);
    out.extend_from_slice(&[0; 1024]);
    out.resize(out.len().next_multiple_of(10_240), 0);
    out
}

pub(crate) fn unended(entries: &[Spec]) -> Vec<u8> {
    entries.iter().flat_map(Spec::bytes).collect()
}

/// All entry types, both dialects, attributes and long names, about 20 KiB.
pub(crate) fn mixed() -> Vec<u8> {
    let name = "./".to_owned() + &"n".repeat(150);
    let gnu = |name: &str, content: &[u8]| Spec {
        magic: GNU,
        ..file(name, content)
    };
    let mut map: Vec<u8> = [
        octal(0, 12),
        octal(512, 12),
        octal(2048, 12),
        octal(512, 12),
    ]
    .concat();
    map.resize(96, 0);
    archive(&[
        Spec {
            mode: 0o755,
            typeflag: b'5',
            ..file("./", b"")
        },
        Spec {
            before: global(&[("comment", "whole")]),
            mode: 0o755,
            typeflag: b'5',
            ..file("./etc/", b"")
        },
        file("./etc/hosts", &b"127.0.0.1 localhost\n".repeat(40)),
        file("./x", b"\x7fELF")
            .pax("SCHILY.xattr.security.capability", b"\x01\n=\0\x02\n")
            .pax("mtime", b"1.5"),
        file("./acl", b"")
            .pax("SCHILY.acl.access", b"user::rwx")
            .pax("VENDOR.k", b"v"),
        special("./link", b'2', "etc/hosts"),
        special("./hard", b'1', "./x"),
        Spec {
            device: (1, 3),
            ..special("./null", b'3', "")
        },
        Spec {
            device: (7, 0),
            ..special("./loop", b'4', "")
        },
        special("./fifo", b'6', ""),
        Spec {
            before: long(b'L', &name),
            ..gnu(&name, b"long")
        },
        Spec {
            before: long(b'K', &name),
            ..Spec {
                typeflag: b'2',
                ..gnu("./l", b"")
            }
        },
        file(&name, b"pax").pax("path", (name.clone() + "2").as_bytes()),
        Spec {
            typeflag: b'S',
            ..gnu("./sparse", &b"s".repeat(1024))
        }
        .raw(386, &map)
        .raw(483, &octal(4096, 12)),
        file("./x", b"second of this name"),
        Spec {
            typeflag: b'7',
            prefix: b"./prefix".to_vec(),
            ..file("name", b"7")
        },
    ])
}
