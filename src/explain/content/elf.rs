//! Programs and libraries: elf(5).

use object::read::elf::{ElfFile32, ElfFile64, FileHeader};
use object::{Endianness, Object as _, ObjectSection as _};

use crate::explain::content::reading::{Reading, Record, digest};
use crate::text::hex::hex;

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(b"\x7fELF")
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    match content.get(4)? {
        1 => ElfFile32::<Endianness>::parse(content)
            .ok()
            .map(|file| of(&file)),
        2 => ElfFile64::<Endianness>::parse(content)
            .ok()
            .map(|file| of(&file)),
        _ => None,
    }
}

fn of<'data, Header: FileHeader<Endian = Endianness>>(
    file: &object::read::elf::ElfFile<'data, Header>,
) -> Reading {
    let header = file.elf_header();
    let endian = file.endian();
    let mut facts = Record::default()
        .with("machine", format!("{:?}", file.architecture()))
        .with("type", header.e_type(endian).to_string())
        .with("flags", format!("{:#x}", header.e_flags(endian)))
        .with("entry point", format!("{:#x}", file.entry()));
    if let Ok(Some(id)) = file.build_id() {
        facts = facts.with("build id", hex(id));
    }
    let sections = file.sections().filter_map(|section| {
        let name = section.name_bytes().ok()?;
        let data = section.data().unwrap_or_default();
        let record = Record::new(name)
            .with("size", section.size().to_string())
            .with("address", format!("{:#x}", section.address()))
            .with("content", digest(data));
        Some((name, data, record))
    });
    let mut records = Vec::new();
    for (name, data, record) in sections {
        match name {
            b".interp" => {
                let path = data.strip_suffix(b"\0").unwrap_or(data);
                facts = facts.with("interpreter", path);
            }
            b".comment" => facts = facts.with("comment", data),
            b".gnu_debuglink" => facts = facts.with("debug link", data),
            _ => {}
        }
        records.push(record);
    }
    Reading {
        facts,
        records,
        parts: Vec::new(),
    }
}
