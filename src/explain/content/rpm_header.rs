//! The headers of rpm packages: tags with their values, by the names that rpm(8) has for
//! `--queryformat` (rpmtag.h).

use crate::explain::content::reading::{Item, Reading, digest};
use crate::input::rpm::{MAGIC, Value, tags};

/// Longest value of bytes that is shown whole.
const BYTES: usize = 32;
/// Most numbers or texts of a tag that are shown; a digest stands for all.
const SHOWN: usize = 16;

/// Tags whose values are times, in seconds since 1970.
const TIMES: [u32; 4] = [1006, 1008, 1034, 1080];

/// Names of the tags of a header.
#[rustfmt::skip]
const NAMES: [(u32, &str); 86] = [
    (61, "headerimage"), (62, "headersignatures"), (63, "headerimmutable"), (100, "headeri18ntable"),
    (1000, "name"), (1001, "version"), (1002, "release"), (1003, "epoch"), (1004, "summary"),
    (1005, "description"), (1006, "buildtime"), (1007, "buildhost"), (1008, "installtime"),
    (1009, "size"), (1010, "distribution"), (1011, "vendor"), (1014, "license"), (1015, "packager"),
    (1016, "group"), (1020, "url"), (1021, "os"), (1022, "arch"), (1023, "prein"), (1024, "postin"),
    (1025, "preun"), (1026, "postun"), (1028, "filesizes"), (1029, "filestates"),
    (1030, "filemodes"), (1033, "filerdevs"), (1034, "filemtimes"), (1035, "filedigests"),
    (1036, "filelinktos"), (1037, "fileflags"), (1039, "fileusername"), (1040, "filegroupname"),
    (1044, "sourcerpm"), (1045, "fileverifyflags"), (1046, "archivesize"), (1047, "providename"),
    (1048, "requireflags"), (1049, "requirename"), (1050, "requireversion"),
    (1053, "conflictflags"), (1054, "conflictname"), (1055, "conflictversion"),
    (1064, "rpmversion"), (1079, "changelogtext"), (1080, "changelogtime"), (1081, "changelogname"),
    (1085, "preinprog"), (1086, "postinprog"), (1087, "preunprog"), (1088, "postunprog"),
    (1090, "obsoletename"), (1094, "cookie"), (1095, "filedevices"), (1096, "fileinodes"),
    (1097, "filelangs"), (1098, "prefixes"), (1112, "provideflags"), (1113, "provideversion"),
    (1114, "obsoleteflags"), (1115, "obsoleteversion"), (1116, "dirindexes"), (1117, "basenames"),
    (1118, "dirnames"), (1122, "optflags"), (1123, "disturl"), (1124, "payloadformat"),
    (1125, "payloadcompressor"), (1126, "payloadflags"), (1132, "platform"), (1140, "filecolors"),
    (1141, "fileclass"), (1142, "classdict"), (1143, "filedependsx"), (1144, "filedependsn"),
    (1145, "dependsdict"), (1146, "sourcepkgid"), (5011, "filedigestalgo"), (5062, "encoding"),
    (5092, "payloaddigest"), (5093, "payloaddigestalgo"), (5097, "payloaddigestalt"),
    (5009, "longsize"),
];

/// Names of the tags of a signature, which has other ones for some numbers.
const SIGNATURE_NAMES: [(u32, &str); 15] = [
    (62, "headersignatures"),
    (267, "dsaheader"),
    (268, "rsaheader"),
    (269, "sha1header"),
    (270, "longsigsize"),
    (271, "longarchivesize"),
    (273, "sha256header"),
    (278, "openpgp"),
    (1000, "sigsize"),
    (1002, "sigpgp"),
    (1004, "sigmd5"),
    (1005, "siggpg"),
    (1007, "payloadsize"),
    (1008, "reservedspace"),
    (279, "sha3_256header"),
];

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(&MAGIC)
}

/// The tags, the n-th of a number apart from the first.
pub(crate) fn read(path: &[u8], content: &[u8]) -> Option<Reading> {
    let names: &[(u32, &str)] = match path {
        b"signature" => &SIGNATURE_NAMES,
        _ => &NAMES,
    };
    let items = tags(content)?.into_iter().map(|tag| {
        let mut known = names.iter();
        let name = known.find(|(number, _)| *number == tag.number);
        let name = name.map_or_else(|| tag.number.to_string(), |(_, name)| (*name).to_owned());
        let item = Item::new(name.as_bytes());
        match TIMES.contains(&tag.number) && path != b"signature" {
            true => item.with_time("is", shown(tag.value)),
            false => item.with("is", shown(tag.value)),
        }
    });
    Some(Reading::of_items(items.collect()))
}

fn shown(value: Value<'_>) -> Vec<u8> {
    match value {
        Value::Bytes(bytes) if bytes.len() <= BYTES => crate::text::hex::hex(bytes).into_bytes(),
        Value::Bytes(bytes) => digest(bytes).into_bytes(),
        Value::Numbers(size, bytes) => {
            let numbers = bytes.chunks(size).map(|number| {
                let value = number
                    .iter()
                    .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
                value.to_string().into_bytes()
            });
            joined(numbers, bytes)
        }
        Value::Texts(texts) => {
            let each = texts.strip_suffix(b"\0").unwrap_or(texts);
            joined(each.split(|byte| *byte == 0).map(<[u8]>::to_vec), texts)
        }
    }
}

/// The first values, and a digest of all if there are more.
fn joined(values: impl Iterator<Item = Vec<u8>>, all: &[u8]) -> Vec<u8> {
    let mut values = values.peekable();
    let first: Vec<Vec<u8>> = values.by_ref().take(SHOWN).collect();
    let mut out = first.join(&b", "[..]);
    if values.peek().is_some() {
        out.extend_from_slice(format!(" and more, all {}", digest(all)).as_bytes());
    }
    out
}
