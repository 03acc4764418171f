//! A file of the outside got into the chroot: what differs where the outside was altered.
//!
//! Asked only where the builds ran on an outside of which it is known what was altered. The
//! script that wrote a divergent entry last, and read an altered file, made the one of the
//! other. Which file it was, of several that it read, is told by its words, which stand in the entry; where
//! none do, by its name, or by the process that read the one and wrote the other.

pub(crate) mod likely;
pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use crate::compare::comparison::Divergence;
use crate::explain::case::{Case, bare, is_same, missing, scripts, word};
use crate::explain::evidence_text;
use crate::explain::rules::read_leak::likely::{
    is_ambient, is_copy, is_of_owner, likely, of_owner,
};
use crate::explain::rules::read_leak::words::{lines, new_words, words};
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;
use crate::trace::process::{Process, Script};
use crate::trace::trace::Trace;

pub(crate) const RULE: Rule = Rule {
    id: "read-leak",
    about: "a file of the outside that was altered on purpose got into the chroot",
    needs: Needs::Chrootless,
    find,
};

/// Largest file of the outside that is looked at, bytes.
const MAX: usize = 4 << 20;
/// Most files that a title names.
const NAMED: usize = 4;

/// Where owners' names are looked up.
const ACCOUNTS: [&[u8]; 2] = [b"/etc/group", b"/etc/passwd"];

fn find(case: &Case<'_>) -> Vec<Finding> {
    let (Some(altered), Some(trace)) = (case.evidence.altered, case.evidence.chrootless) else {
        return vec![];
    };
    let mut inquiry = Inquiry {
        case,
        trace,
        altered: altered
            .iter()
            .map(Vec::as_slice)
            .filter(|path| !trace.readers(path).is_empty())
            .collect(),
        words: BTreeMap::new(),
    };
    let mut groups: BTreeMap<Reader<'_>, Group<'_>> = BTreeMap::new();
    for (at, divergence) in case.free() {
        let Some((reader, leaks)) = inquiry.leaks(divergence) else {
            continue;
        };
        let group = groups.entry(reader).or_default();
        group.claims.push(at);
        for leak in leaks {
            let path = quote(leak.file);
            let by = evidence_text::command(leak.process);
            let _ = group.files.insert(leak.file);
            let _ = group.read.insert(match &leak.process.script {
                Some(script) => {
                    format!(
                        "{path}: read by {by}, for {}",
                        evidence_text::script(script)
                    )
                }
                None => format!("{path}: read by {by}"),
            });
            if leak.is_shown {
                let entry = quote(bare(&divergence.path));
                let _ = group
                    .shown
                    .insert(format!("{entry}: has words of the outside's {path}"));
            }
        }
    }
    groups
        .into_iter()
        .map(|(reader, group)| group.finding(case, reader))
        .collect()
}

/// Who read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reader<'a> {
    Script(&'a str, &'a str),
    /// With the first of the files: a tool's files have nothing to do with each other.
    Program(&'a str, &'a [u8]),
}

/// An altered file, and a process that read it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leak<'a> {
    file: &'a [u8],
    process: &'a Process,
    /// Whether its words stand in the entry.
    is_shown: bool,
}

/// What one reader read, and what came of it.
#[derive(Debug, Default)]
struct Group<'a> {
    claims: Vec<usize>,
    files: BTreeSet<&'a [u8]>,
    read: BTreeSet<String>,
    shown: BTreeSet<String>,
}

impl Group<'_> {
    fn finding(self, case: &Case<'_>, reader: Reader<'_>) -> Finding {
        let named = self.files.iter().take(NAMED).map(|file| quote(file));
        let mut files = named.collect::<Vec<_>>().join(", ");
        if let Some(more @ 1..) = self.files.len().checked_sub(NAMED) {
            files = format!("{files} and {more} more");
        }
        let what = format!("reads the outside's {files}");
        let mut finding = match reader {
            Reader::Script(package, script) => Finding {
                package: Some(package.to_owned()),
                script: Some(script.to_owned()),
                ..Finding::new(
                    RULE.id,
                    format!("{}, {script}: {what}", case.versioned(package)),
                    self.claims,
                )
            },
            Reader::Program(program, _) => Finding::new(
                RULE.id,
                format!("{} {what}", quote(program.as_bytes())),
                self.claims,
            ),
        };
        finding.evidence.extend(self.read);
        finding.evidence.extend(self.shown);
        let is_dpkg_options = |file: &&[u8]| file.starts_with(b"/etc/dpkg/dpkg.cfg");
        if self.files.iter().any(is_dpkg_options) {
            finding.bug = Some("https://bugs.debian.org/808203");
        }
        let is_of_accounts = |file: &&[u8]| ACCOUNTS.contains(file);
        finding.hint = Some(match reader {
            Reader::Script(..) if self.files.iter().all(is_of_accounts) => {
                "names are safe for static ids only; chown by number, or look the name up below \"$DPKG_ROOT\""
            }
            Reader::Script(..) => "read it below \"$DPKG_ROOT\"",
            Reader::Program(..) => "no bug of a package: the tool reads its own system's settings",
        });
        finding
    }
}

/// Looks for the file behind each divergence.
struct Inquiry<'c, 'a> {
    case: &'c Case<'a>,
    trace: &'a Trace,
    /// Altered files that were read.
    altered: Vec<&'a [u8]>,
    /// Lines and words of the outside's files by path; of what everybody reads lines alone, as
    /// a word of those may be from anywhere.
    words: BTreeMap<&'a [u8], BTreeSet<Vec<u8>>>,
}

impl<'a> Inquiry<'_, 'a> {
    /// The files behind a divergence, and who read them.
    fn leaks(&mut self, divergence: &'a Divergence) -> Option<(Reader<'a>, Vec<Leak<'a>>)> {
        let writers = self.case.chrootless_writers(&divergence.path);
        let by = scripts(&writers);
        // Where a script did nothing inside, that is what differs: only words are proof then.
        let is_whole = missing(self.case, &divergence.path).is_empty();
        let new = new_words(divergence);
        let mut unclear = None;
        for (script, writer) in by.into_iter().rev() {
            let is_its = |process: &Process| {
                let of = process.script.as_ref();
                of.is_some_and(|other| is_same_package_script(other, script))
            };
            let read = self.read(&writers, is_its);
            let reader = Reader::Script(&script.package, word(script));
            let shown = self.shown(&read, new.clone());
            if !shown.is_empty() {
                return Some((reader, shown));
            }
            let likely = likely(&read, divergence, writer);
            if is_whole && unclear.is_none() && !likely.is_empty() {
                unclear = Some((reader, likely));
            }
        }
        unclear.or_else(|| self.of_program(divergence, &writers, new))
    }

    /// The same where no script is behind it.
    fn of_program(
        &mut self,
        divergence: &'a Divergence,
        writers: &[&'a Arc<Process>],
        new: BTreeSet<Vec<u8>>,
    ) -> Option<(Reader<'a>, Vec<Leak<'a>>)> {
        let read = self.read(writers, |process| process.script.is_none());
        let excluded: Vec<_> = read
            .iter()
            .filter(|leak| divergence.right.is_none() && self.excludes(leak.file, divergence))
            .copied()
            .collect();
        if let Some(leak) = excluded.first() {
            return Some((Reader::Program(program(leak.process), leak.file), excluded));
        }
        let own = writers
            .iter()
            .rev()
            .filter(|writer| writer.script.is_none());
        for writer in own {
            let is_its =
                |process: &Process| process.script.is_none() && program(process) == program(writer);
            let read = self.read(writers, is_its);
            let mut found = self.shown(&read, new.clone());
            if found.is_empty() && is_of_owner(divergence) {
                found = of_owner(&read, divergence);
            } else if found.is_empty() {
                // A tool reads its settings whatever it writes: only the copy of a file is one.
                found = read;
                found.retain(|leak| is_copy(leak.file, divergence));
            }
            if let Some(first) = found.first() {
                return Some((Reader::Program(program(writer), first.file), found));
            }
        }
        None
    }

    /// Altered files that certain processes read, each with the last of them; where some
    /// wrote the entry as well, with the last of those.
    fn read(
        &self,
        writers: &[&'a Arc<Process>],
        is_wanted: impl Fn(&Process) -> bool,
    ) -> Vec<Leak<'a>> {
        let one = |file: &&'a [u8]| {
            let readers = self.trace.readers(file).iter().rev();
            let wanted: Vec<_> = readers.filter(|process| is_wanted(process)).collect();
            let wrote = wanted.iter().find(|process| writers.contains(process));
            let process = wrote.or(wanted.first())?;
            Some(Leak {
                file,
                process,
                is_shown: false,
            })
        };
        self.altered.iter().filter_map(one).collect()
    }

    /// Of files that were read, the fewest that have what is new of the words that they have.
    fn shown(&mut self, read: &[Leak<'a>], mut new: BTreeSet<Vec<u8>>) -> Vec<Leak<'a>> {
        let mut found = Vec::new();
        let files = self.case.evidence.outside;
        while !new.is_empty() {
            let counted = read.iter().map(|leak| {
                let words = self.words.entry(leak.file).or_insert_with(|| {
                    let text = files(leak.file).filter(|text| text.len() < MAX);
                    let text = text.unwrap_or_default();
                    if is_ambient(leak.file) {
                        lines(&text)
                    } else {
                        words(&text)
                    }
                });
                (words.intersection(&new).count(), leak)
            });
            // Of files that say the same the first by name.
            let best = counted.rev().max_by_key(|(count, _)| *count);
            let Some((1.., leak)) = best else { break };
            if let Some(words) = self.words.get(leak.file) {
                new.retain(|word| !words.contains(word));
            }
            found.push(Leak {
                is_shown: true,
                ..*leak
            });
        }
        found
    }

    /// Whether a file of the outside has dpkg leave a path out (`path-exclude`, dpkg(1)).
    fn excludes(&self, file: &[u8], divergence: &Divergence) -> bool {
        let Some(text) = (self.case.evidence.outside)(file) else {
            return false;
        };
        let text = String::from_utf8_lossy(&text);
        let path = [b"/", bare(&divergence.path)].concat();
        text.split("path-exclude").skip(1).any(|rest| {
            let rest = rest.trim_start_matches([' ', '\t', '=']);
            let end = |c: char| c.is_whitespace() || c == '"';
            let pattern = rest.split(end).next().unwrap_or_default();
            globset::Glob::new(pattern)
                .is_ok_and(|glob| glob.compile_matcher().is_match(OsStr::from_bytes(&path)))
        })
    }
}

/// Whether two runs are of one script, whatever for: what one run read another one writes.
fn is_same_package_script(one: &Script, other: &Script) -> bool {
    is_same(one, other) || (&one.package, &one.name) == (&other.package, &other.name)
}

fn program(process: &Process) -> &str {
    let first = process.argv.first().map_or("", String::as_str);
    first.rsplit('/').next().unwrap_or_default()
}
