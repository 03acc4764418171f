//! The table of formats: what each is called, how it is known, who reads it.

use crate::explain::content::fact::Noun;
use crate::explain::content::reading::Reading;
use crate::explain::content::{
    accounts, ar, control_file, cpio, databases, dpkg, dumpdir, elf, json, lines, linker_cache,
    packed, records, rpm_header, stanzas,
};

/// Format of a tar archive, which is compared as `compare` does.
pub(crate) const TAR: &str = "tar archive";
/// Format of a text of which no more is known.
pub(crate) const TEXT: &str = "text";

/// Whether the content of a normalized path looks like the format.
type Wants = fn(&[u8], &[u8]) -> bool;

/// Reads the content of a normalized path; `None` if it is something else after all.
type Read = fn(&[u8], &[u8]) -> Option<Reading>;

/// One kind of content.
pub(crate) struct ContentFormat {
    /// What a report calls it.
    pub(crate) name: &'static str,
    /// What one of its items is called.
    pub(crate) noun: Noun,
    /// Whether a content looks like it.
    pub(crate) wants: Wants,
    /// Its reader.
    pub(crate) read: Read,
}

/// All formats, in the order in which they are tried; those known by their path come first.
#[rustfmt::skip]
pub(crate) const FORMATS: [ContentFormat; 24] = [
    format("accounts", "account", "accounts", accounts::wants, accounts::read),
    format("list", "line", "lines", lines::wants, lines::read),
    format("control file", "field", "fields", control_file::wants, control_file::read),
    format("dpkg database", "package", "packages", stanzas::wants_packages, stanzas::read_packages),
    format("debconf database", "question", "questions", stanzas::wants_questions, stanzas::read_questions),
    format("dpkg diversions", "diversion", "diversions", dpkg::wants_diversions, dpkg::read_diversions),
    format("dpkg statoverride", "override", "overrides", dpkg::wants_overrides, dpkg::read_overrides),
    format("md5sums", "file", "files", dpkg::wants_sums, dpkg::read_sums),
    format("alternatives", "choice", "choices", dpkg::wants_alternatives, dpkg::read_alternatives),
    format("login records", "record", "records", records::wants_logins, records::read_logins),
    format("machine id", "line", "lines", records::wants_machine_id, records::read_machine_id),
    format("random seed", "byte", "bytes", records::wants_seed, records::read_seed),
    format("ld.so.cache", "library", "libraries", linker_cache::wants, linker_cache::read),
    format("ELF", "section", "sections", elf::wants, elf::read),
    format("compressed", "part", "parts", packed::wants, packed::read),
    format("ar archive", "member", "members", ar::wants, ar::read),
    format("cpio archive", "entry", "entries", cpio::wants, cpio::read),
    format("GNU dumpdir", "name", "names", dumpdir::wants, dumpdir::read),
    format("rpm header", "tag", "tags", rpm_header::wants, rpm_header::read),
    format("hwdb.bin", "entry", "entries", databases::wants_hwdb, databases::read_hwdb),
    format("message catalog", "message", "messages", databases::wants_catalog, databases::read_catalog),
    format("locale archive", "locale", "locales", databases::wants_locales, databases::read_locales),
    format("Python module", "part", "parts", databases::wants_python, databases::read_python),
    format("JSON", "value", "values", json::wants, json::read),
];

const fn format(
    name: &'static str,
    one: &'static str,
    many: &'static str,
    wants: Wants,
    read: Read,
) -> ContentFormat {
    ContentFormat {
        name,
        noun: Noun { one, many },
        wants,
        read,
    }
}

/// Every name that the format of an [`Explanation`](crate::explain::content::Explanation) may have.
pub fn format_names() -> impl Iterator<Item = &'static str> {
    let named = FORMATS.iter().map(|format| format.name);
    named.chain([TAR, TEXT])
}

#[cfg(test)]
mod tests {
    use crate::explain::content::formats::format_names;

    #[test]
    fn the_documentation_lists_every_format() {
        let text = include_str!("../../../docs/content.md");
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
        let listed: Vec<&str> = rows
            .filter_map(|row| row.split_once(" | "))
            .flat_map(|(names, _)| names.trim_end_matches('`').split("`, `"))
            .collect();
        assert_eq!(listed, format_names().collect::<Vec<_>>());
    }
}
