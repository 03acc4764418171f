//! What the headers of a member say besides name, time, mode and content: the fields `zip:NAME`.

use std::fs::File;
use std::io;
use std::io::Read as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::any::zip::member::{Member, u16_at, u32_at};
use crate::input::section::Section;
use crate::tar::entry::OF_ZIP;
use crate::text::date::{CivilTime, seconds_of_civil};
use crate::text::hex::hex;

/// The field of the data as they are stored. It says nothing of its own where what is decoded from
/// them differs, or how.
pub(crate) const DATA: &str = "zip:data";
/// The field of the compression method.
pub(crate) const METHOD: &str = "zip:method";

/// The facts of a member as pax records. What is as in every usual archive is left out.
///
/// # Errors
/// The operating system's.
pub(crate) fn records(member: &Member, file: &Arc<File>) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let central = &member.central;
    let mut found: Vec<(&str, String)> = vec![
        ("method", method(member.method())),
        ("flags", flags(member.flags())),
        ("made-by", made_by(u16_at(central, 4))),
        ("version-needed", version(u16_at(central, 6))),
        (
            "attributes",
            format!("{:08x} {:04x}", u32_at(central, 38), u16_at(central, 36)),
        ),
        ("data", format!("sha256:{}", digest(member, file)?)),
    ];
    if time(member).is_none() {
        found.push(("time", format!("{:08x}", u32_at(central, 12))));
    }
    for (name, bytes) in [
        ("extra", member.extra()),
        ("local-extra", member.local_extra()),
    ] {
        if !bytes.is_empty() {
            found.push((name, extra(bytes)));
        }
    }
    if !member.comment().is_empty() {
        found.push((
            "comment",
            String::from_utf8_lossy(member.comment()).into_owned(),
        ));
    }
    if let Some(other) = local(member) {
        found.push(("local-header", hex(&other)));
    }
    let records = found.into_iter();
    Ok(records
        .map(|(name, value)| ([OF_ZIP, name.as_bytes()].concat(), value.into_bytes()))
        .collect())
}

fn digest(member: &Member, file: &Arc<File>) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut data = Section::new(file, member.data.clone());
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = data.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
}

/// The blocks of an extra field, each a tag of two bytes, a length of two and data (section 4.5): the
/// tag and the data in hexadecimal digits, or the time that a block `UT` of Info-ZIP has, which is
/// flags of one byte and seconds since 1970 of four.
fn extra(field: &[u8]) -> String {
    let mut blocks: Vec<String> = Vec::new();
    let mut rest = field;
    while let (Some(tag), Some(data)) = (rest.get(..2), rest.get(4..)) {
        let length = usize::from(u16_at(rest, 2));
        let Some((data, next)) = data.split_at_checked(length) else {
            break;
        };
        blocks.push(match (tag, data) {
            (b"UT", [flags, _, _, _, _, ..]) if flags & 1 != 0 => {
                let seconds = i64::from(u32_at(data, 1).cast_signed());
                let more = data.get(5..).unwrap_or_default();
                let time = format!("UT {}Z flags {flags}", CivilTime::from_seconds(seconds));
                if more.is_empty() {
                    time
                } else {
                    format!("{time} {}", hex(more))
                }
            }
            _ => format!("{} {}", hex(tag), hex(data)),
        });
        rest = next;
    }
    if !rest.is_empty() {
        blocks.push(hex(rest));
    }
    blocks.join(", ")
}

/// The name of a compression method (section 4.4.5), and its number where it has none here.
fn method(number: u16) -> String {
    match number {
        0 => "stored".to_owned(),
        8 => "deflated".to_owned(),
        9 => "deflate64".to_owned(),
        12 => "bzip2".to_owned(),
        14 => "lzma".to_owned(),
        93 => "zstd".to_owned(),
        95 => "xz".to_owned(),
        number => number.to_string(),
    }
}

/// The bits of the flags that are set, by name where it is known (section 4.4.4).
fn flags(flags: u16) -> String {
    const NAMES: [(u16, &str); 5] = [
        (0, "encrypted"),
        (1, "level-1"),
        (2, "level-2"),
        (3, "sizes-behind"),
        (11, "utf-8"),
    ];
    let set = (0..16).filter(|bit| flags & (1 << bit) != 0);
    let names = set.map(|bit| {
        let known = NAMES.iter().find(|(other, _)| *other == bit);
        known.map_or_else(|| format!("bit-{bit}"), |(_, name)| (*name).to_owned())
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(" ")
    }
}

/// The system that a member was made on, and the version (section 4.4.2).
fn made_by(number: u16) -> String {
    let [low, system] = number.to_le_bytes();
    let system = match system {
        0 => "msdos".to_owned(),
        3 => "unix".to_owned(),
        10 => "ntfs".to_owned(),
        19 => "darwin".to_owned(),
        number => format!("system-{number}"),
    };
    format!("{system} {}", version(low.into()))
}

fn version(number: u16) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// The local header, if it says something else than the central directory; sizes and CRC may be zero
/// there if they stand behind the data.
fn local(member: &Member) -> Option<Vec<u8>> {
    let fixed = member.local.get(..30)?;
    // Offsets of the same bytes in both headers: version, flags, method, time, date, then CRC and
    // sizes.
    let same = |local: usize, central: usize, length: usize| {
        fixed.get(local..local + length) == member.central.get(central..central + length)
    };
    let are_behind = member.flags() & (1 << 3) != 0;
    let sizes = fixed.get(14..26)?;
    let sizes_fit = same(14, 16, 12) || are_behind && sizes.iter().all(|byte| *byte == 0);
    let fits = fixed.starts_with(b"PK\x03\x04")
        && same(4, 6, 10)
        && sizes_fit
        && member.local_name() == member.name;
    (!fits).then(|| [fixed, member.local_name()].concat())
}

/// The time of a member in seconds since 1970, as if the clock of its maker had shown UTC; `None` if
/// it is none. Zip has years from 1980, and even seconds.
pub(crate) fn time(member: &Member) -> Option<i64> {
    let (time, date) = (u16_at(&member.central, 12), u16_at(&member.central, 14));
    let year = 1980 + i16::try_from(date >> 9).ok()?;
    let part = |number: u16| i8::try_from(number).ok();
    seconds_of_civil(
        (year, part(date >> 5 & 15)?, part(date & 31)?),
        (
            part(time >> 11)?,
            part(time >> 5 & 63)?,
            part((time & 31) * 2)?,
        ),
    )
}
