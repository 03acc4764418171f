//! What two different contents say, by what they are.
//!
//! Each format has a reader from bytes to facts, named records and contained parts; one
//! engine says how two of those differ. Nothing here fails: what cannot be read as its
//! name or magic promises is left to the difference of texts or bytes that the comparison
//! made already.

pub(crate) mod accounts;
pub(crate) mod ar;
pub(crate) mod bytes;
pub(crate) mod cpio;
pub(crate) mod databases;
pub(crate) mod dpkg;
pub(crate) mod elf;
pub(crate) mod fields;
pub(crate) mod lines;
pub(crate) mod linker_cache;
pub(crate) mod nested;
pub(crate) mod packed;
pub(crate) mod reading;
pub(crate) mod records;
pub(crate) mod stanzas;
pub(crate) mod texts;

use crate::explain::content::reading::{Reading, differences};
use crate::tar::entry_path::EntryPath;

pub use crate::explain::content::fields::{Epoch, field_detail};

/// Lines of one explanation that are shown.
const LINES: usize = 60;
/// How deep contents inside contents are read.
const DEPTH: u8 = 3;
/// Most bytes that all contents of one report are unpacked to.
const UNPACKED: u64 = 1 << 30;

/// One kind of content.
struct Format {
    /// What a report calls it.
    name: &'static str,
    /// What one of its records is called.
    noun: &'static str,
    /// Whether a content of this normalized path looks like it.
    wants: fn(&[u8], &[u8]) -> bool,
    /// Reads it; `None` where it is something else after all.
    read: fn(&[u8], &[u8]) -> Option<Reading>,
}

/// All formats, in the order in which they are tried; those known by their path come first.
const FORMATS: [Format; 20] = [
    of(
        "accounts",
        "account",
        crate::explain::content::accounts::wants,
        crate::explain::content::accounts::read,
    ),
    of(
        "list",
        "line",
        crate::explain::content::lines::wants,
        crate::explain::content::lines::read,
    ),
    of(
        "dpkg database",
        "package",
        crate::explain::content::stanzas::wants_packages,
        crate::explain::content::stanzas::read_packages,
    ),
    of(
        "debconf database",
        "question",
        crate::explain::content::stanzas::wants_questions,
        crate::explain::content::stanzas::read_questions,
    ),
    of(
        "dpkg diversions",
        "diversion",
        crate::explain::content::dpkg::wants_diversions,
        crate::explain::content::dpkg::read_diversions,
    ),
    of(
        "dpkg statoverride",
        "override",
        crate::explain::content::dpkg::wants_overrides,
        crate::explain::content::dpkg::read_overrides,
    ),
    of(
        "md5sums",
        "file",
        crate::explain::content::dpkg::wants_sums,
        crate::explain::content::dpkg::read_sums,
    ),
    of(
        "alternatives",
        "choice",
        crate::explain::content::dpkg::wants_alternatives,
        crate::explain::content::dpkg::read_alternatives,
    ),
    of(
        "login records",
        "record",
        crate::explain::content::records::wants_logins,
        crate::explain::content::records::read_logins,
    ),
    of(
        "machine id",
        "line",
        crate::explain::content::records::wants_machine_id,
        crate::explain::content::records::read_machine_id,
    ),
    of(
        "random seed",
        "byte",
        crate::explain::content::records::wants_seed,
        crate::explain::content::records::read_seed,
    ),
    of(
        "ld.so.cache",
        "library",
        crate::explain::content::linker_cache::wants,
        crate::explain::content::linker_cache::read,
    ),
    of(
        "ELF",
        "section",
        crate::explain::content::elf::wants,
        crate::explain::content::elf::read,
    ),
    of(
        "compressed",
        "part",
        crate::explain::content::packed::wants,
        crate::explain::content::packed::read,
    ),
    of(
        "ar archive",
        "member",
        crate::explain::content::ar::wants,
        crate::explain::content::ar::read,
    ),
    of(
        "cpio archive",
        "entry",
        crate::explain::content::cpio::wants,
        crate::explain::content::cpio::read,
    ),
    of(
        "hwdb.bin",
        "entry",
        crate::explain::content::databases::wants_hwdb,
        crate::explain::content::databases::read_hwdb,
    ),
    of(
        "message catalog",
        "message",
        crate::explain::content::databases::wants_catalog,
        crate::explain::content::databases::read_catalog,
    ),
    of(
        "locale archive",
        "locale",
        crate::explain::content::databases::wants_locales,
        crate::explain::content::databases::read_locales,
    ),
    of(
        "Python module",
        "part",
        crate::explain::content::databases::wants_python,
        crate::explain::content::databases::read_python,
    ),
];

const fn of(
    name: &'static str,
    noun: &'static str,
    wants: fn(&[u8], &[u8]) -> bool,
    read: fn(&[u8], &[u8]) -> Option<Reading>,
) -> Format {
    Format {
        name,
        noun,
        wants,
        read,
    }
}

/// What [`Explanation::format`] may be.
pub fn format_names() -> impl Iterator<Item = &'static str> {
    let named = FORMATS.iter().map(|format| format.name);
    named.chain(["tar archive", "text"])
}

/// How two contents differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What they were read as: a format's name, `tar archive` or `text`.
    pub format: &'static str,
    /// What differs, a line each, bounded in number and length.
    pub lines: Vec<String>,
}

impl Explanation {
    /// Whether nothing but times differs: of the build, of what was packed, of a source.
    #[must_use]
    pub fn is_about_time(&self) -> bool {
        let is_time = |line: &String| {
            let said = line
                .rsplit_once(": ")
                .map_or(line.as_str(), |(_, said)| said);
            [
                "time ",
                "source time ",
                "changed day ",
                crate::explain::content::texts::TIMES,
            ]
            .iter()
            .any(|start| said.starts_with(start))
        };
        self.lines.iter().all(is_time)
    }
}

/// Explains contents, within bounds over all of them.
#[derive(Debug)]
pub struct Explainer {
    depth: u8,
    unpacked: u64,
}

impl Default for Explainer {
    fn default() -> Self {
        Self {
            depth: 0,
            unpacked: UNPACKED,
        }
    }
}

impl Explainer {
    /// Explains two contents of one path; `None` where nothing is known about their format,
    /// or where both say the same in it.
    pub fn explain(&mut self, path: &[u8], left: &[u8], right: &[u8]) -> Option<Explanation> {
        if left == right || self.unpacked == 0 {
            return None;
        }
        let path = EntryPath::new(path).as_bytes();
        if crate::explain::content::nested::is_tar(left)
            && crate::explain::content::nested::is_tar(right)
            && self.depth < DEPTH
        {
            self.charge(left.len() + right.len());
            let lines =
                self.deeper(|inner| crate::explain::content::nested::compare(inner, left, right))?;
            return explanation("tar archive", lines);
        }
        let wanted = |format: &&Format| (format.wants)(path, left) && (format.wants)(path, right);
        for format in FORMATS.iter().filter(wanted) {
            let readings = ((format.read)(path, left), (format.read)(path, right));
            let (Some(left), Some(right)) = readings else {
                continue;
            };
            let parts = left.parts.iter().chain(&right.parts);
            self.charge(parts.map(|(_, part)| part.len()).sum());
            let mut lines = differences(format.noun, &left, &right);
            lines.extend(self.parts(&left.parts, &right.parts));
            if !lines.is_empty() {
                return explanation(format.name, lines);
            }
        }
        explanation(
            "text",
            crate::explain::content::texts::compare(path, left, right)?,
        )
    }

    /// Explains contents inside others: how they differ in any case.
    fn inside(&mut self, path: &[u8], left: &[u8], right: &[u8]) -> Vec<String> {
        match self.explain(path, left, right) {
            Some(explanation) => explanation.lines,
            None => vec![first_difference(left, right)],
        }
    }

    fn parts(&mut self, left: &[(String, Vec<u8>)], right: &[(String, Vec<u8>)]) -> Vec<String> {
        let mut lines = Vec::new();
        let others: std::collections::BTreeMap<_, _> =
            right.iter().map(|(name, part)| (name, part)).collect();
        for (name, old) in left {
            let Some(new) = others.get(name).filter(|new| **new != old) else {
                continue;
            };
            let name = crate::text::quote(name.as_bytes());
            if self.depth >= DEPTH {
                lines.push(format!("{name}: {}", first_difference(old, new)));
                continue;
            }
            let inside = self.deeper(|inner| inner.inside(name.as_bytes(), old, new));
            lines.extend(inside.into_iter().map(|line| format!("{name}: {line}")));
        }
        lines
    }

    fn charge(&mut self, bytes: usize) {
        self.unpacked = self.unpacked.saturating_sub(bytes as u64);
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }
}

fn explanation(format: &'static str, mut lines: Vec<String>) -> Option<Explanation> {
    let count = lines.len();
    if count > LINES {
        lines.truncate(LINES);
        lines.push(format!("and {} more lines", count - LINES));
    }
    (count > 0).then_some(Explanation { format, lines })
}

/// Where two contents part, as a last resort.
fn first_difference(left: &[u8], right: &[u8]) -> String {
    let same = left.iter().zip(right).take_while(|(l, r)| l == r).count();
    if crate::text::diff::is_text(left) && crate::text::diff::is_text(right) {
        let line = |content: &[u8]| {
            let start = content.get(..same).unwrap_or(content);
            let from = start
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let rest = content.get(from..).unwrap_or_default();
            let end = rest
                .iter()
                .position(|byte| *byte == b'\n')
                .unwrap_or(rest.len());
            crate::text::quote(rest.get(..end.min(200)).unwrap_or_default())
        };
        let number = left
            .iter()
            .take(same)
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        return format!("line {number}: {} | {}", line(left), line(right));
    }
    format!(
        "differs from byte {same} on ({} | {} bytes)",
        left.len(),
        right.len()
    )
}

#[cfg(test)]
mod tests {
    use crate::explain::content::format_names;

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
