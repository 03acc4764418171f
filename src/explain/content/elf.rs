//! Programs and libraries: elf(5).

use object::read::elf::{ElfFile32, ElfFile64, FileHeader};
use object::{Endianness, Object as _, ObjectSection as _};

use crate::explain::content::reading::{Item, Properties, Reading, digest};
use crate::text::hex::hex;

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(b"\x7fELF")
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    match content.get(4)? {
        1 => ElfFile32::<Endianness>::parse(content)
            .ok()
            .map(|file| reading(&file)),
        2 => ElfFile64::<Endianness>::parse(content)
            .ok()
            .map(|file| reading(&file)),
        _ => None,
    }
}

fn reading<'data, Header: FileHeader<Endian = Endianness>>(
    file: &object::read::elf::ElfFile<'data, Header>,
) -> Reading {
    let header = file.elf_header();
    let endian = file.endian();
    let mut properties = Properties::default()
        .with("machine", format!("{:?}", file.architecture()))
        .with("type", header.e_type(endian).to_string())
        .with("flags", format!("{:#x}", header.e_flags(endian)))
        .with("entry point", format!("{:#x}", file.entry()));
    if let Ok(Some(id)) = file.build_id() {
        properties = properties.with("build id", hex(id));
    }
    let sections = file.sections().filter_map(|section| {
        let name = section.name_bytes().ok()?;
        let data = section.data().unwrap_or_default();
        let item = Item::new(name)
            .with("size", section.size().to_string())
            .with("address", format!("{:#x}", section.address()))
            .with("content", digest(data));
        Some((name, data, item))
    });
    let mut items = Vec::new();
    for (name, data, item) in sections {
        match name {
            b".interp" => {
                let path = data.strip_suffix(b"\0").unwrap_or(data);
                properties = properties.with("interpreter", path);
            }
            b".comment" => properties = properties.with("comment", data),
            b".gnu_debuglink" => properties = properties.with("debug link", data),
            _ => {}
        }
        items.push(item);
    }
    Reading {
        properties,
        items,
        inner: Vec::new(),
    }
}
