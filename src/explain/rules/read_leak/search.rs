//! The search for the altered files behind a divergence, and for who read them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use bstr::ByteSlice as _;

use crate::compare::comparison::Divergence;
use crate::explain::case::Case;
use crate::explain::finding::HOST_NAME;
use crate::explain::rules::read_leak::altered_read::AlteredRead;
use crate::explain::rules::read_leak::likely::{
    is_ambient, is_copy, is_of_owner, likely, of_owner,
};
use crate::explain::script_runs::{is_same, runs};
use crate::explain::words::{WORD, lines, new_words, words};
use crate::trace::process::{Process, Script};
use crate::trace::record::Trace;

/// Largest file of the outside that is looked at, in bytes.
const MAX: usize = 4 << 20;

/// Who read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ReadBy<'a> {
    /// A maintainer script.
    Script(&'a Script),
    /// A program that ran for no script, by its name.
    Program(&'a str),
}

/// The altered files behind a divergence, in no case none, and who read them.
#[derive(Debug)]
pub(crate) struct Leak<'a> {
    pub(crate) reader: ReadBy<'a>,
    pub(crate) reads: Vec<AlteredRead<'a>>,
}

impl<'a> Leak<'a> {
    /// `None` if nothing was read.
    fn new(reader: ReadBy<'a>, reads: Vec<AlteredRead<'a>>) -> Option<Self> {
        (!reads.is_empty()).then_some(Self { reader, reads })
    }
}

/// Looks for the altered files behind divergences.
#[derive(Debug)]
pub(crate) struct LeakSearch<'c, 'a> {
    case: &'c Case<'a>,
    trace: &'a Trace,
    /// Altered files that were read.
    altered: Vec<&'a [u8]>,
    /// Directories that were listed and have altered files, with the names of those.
    listed: BTreeMap<&'a [u8], BTreeSet<Vec<u8>>>,
    /// Lines and words of files by path; lines alone of what nearly every process reads, because
    /// a word of those may be from anywhere.
    words: BTreeMap<&'a [u8], BTreeSet<Vec<u8>>>,
}

impl<'c, 'a> LeakSearch<'c, 'a> {
    /// A search in a case; `None` if it is not known what of the outside was altered, or if no build
    /// was observed.
    pub(crate) fn new(case: &'c Case<'a>) -> Option<Self> {
        let trace = case.observations.chrootless?;
        let observations = case.observations;
        if observations.altered.is_none() && observations.host_name.is_none() {
            return None;
        }
        let altered = observations.altered.into_iter().flatten();
        let altered = altered.map(Vec::as_slice);
        let is_read = |path: &&[u8]| !trace.readers(path).is_empty();
        Some(Self {
            case,
            trace,
            altered: altered.clone().filter(is_read).collect(),
            listed: listed(altered.filter(|path| !is_read(path)), trace),
            words: BTreeMap::new(),
        })
    }

    /// The files behind a divergence.
    pub(crate) fn leak(&mut self, divergence: &Divergence) -> Option<Leak<'a>> {
        let writers = self.case.chrootless_writers(divergence.entry_path());
        // If a script changed nothing inside, that is what differs: only words are proof then.
        let is_whole = self.case.missing_runs(divergence).is_empty();
        let new = new_words(divergence);
        let mut unclear = None;
        for run in runs(&writers).into_iter().rev() {
            let is_its = |process: &Process| {
                let script = process.script.as_ref();
                script.is_some_and(|other| is_same_package_script(other, run.script))
            };
            let read = self.reads(self.altered.iter().copied(), &writers, is_its);
            let listed = self.reads(self.listed.keys().copied(), &writers, is_its);
            let reader = ReadBy::Script(run.script);
            for read in [&read, &listed] {
                if let Some(leak) = Leak::new(reader, self.shown(read, new.clone())) {
                    return Some(leak);
                }
            }
            if let Some(leak) = Leak::new(reader, Vec::from_iter(self.named(run.process, &new))) {
                return Some(leak);
            }
            if is_whole && unclear.is_none() {
                unclear = Leak::new(reader, likely(&read, divergence, run.process));
            }
        }
        unclear.or_else(|| self.program_leak(divergence, &writers, new))
    }

    /// The files behind a divergence that no script is behind.
    fn program_leak(
        &mut self,
        divergence: &Divergence,
        writers: &[&'a Arc<Process>],
        new: BTreeSet<Vec<u8>>,
    ) -> Option<Leak<'a>> {
        let altered = self.altered.iter().copied();
        let read = self.reads(altered, writers, |process| process.script.is_none());
        let is_excluding = |read: &&AlteredRead<'_>| {
            divergence.right.is_none() && self.excludes(read.file, divergence)
        };
        let excluding: Vec<_> = read.iter().filter(is_excluding).copied().collect();
        if let Some(first) = excluding.first() {
            return Leak::new(ReadBy::Program(program(first.process)), excluding);
        }
        let own = writers.iter().rev();
        let mut own = own.filter(|writer| writer.script.is_none());
        own.find_map(|writer| {
            let is_its =
                |process: &Process| process.script.is_none() && program(process) == program(writer);
            let read = self.reads(self.altered.iter().copied(), writers, is_its);
            let mut found = self.shown(&read, new.clone());
            if found.is_empty() && is_of_owner(divergence) {
                found = of_owner(&read, divergence);
            } else if found.is_empty() {
                // A tool reads its settings whatever it writes: only the copy of a file is one.
                found = read;
                found.retain(|read| is_copy(read.file, divergence));
            }
            Leak::new(ReadBy::Program(program(writer)), found)
        })
    }

    /// The altered files that certain processes read, each with the last of them; if some of
    /// them wrote the entry too, with the last of those.
    fn reads(
        &self,
        files: impl Iterator<Item = &'a [u8]>,
        writers: &[&'a Arc<Process>],
        is_wanted: impl Fn(&Process) -> bool,
    ) -> Vec<AlteredRead<'a>> {
        let one = |file: &'a [u8]| {
            let readers = self.trace.readers(file).iter().rev();
            let wanted: Vec<_> = readers.filter(|process| is_wanted(process)).collect();
            let wrote = wanted.iter().find(|process| writers.contains(process));
            let process = wrote.or(wanted.first())?;
            Some(AlteredRead {
                file,
                process,
                is_shown: false,
            })
        };
        files.filter_map(one).collect()
    }

    /// The kernel's name of the host, if it stands in the entry: no file need be read for it.
    fn named(&self, process: &'a Process, new: &BTreeSet<Vec<u8>>) -> Option<AlteredRead<'a>> {
        let name = self.case.observations.host_name?.as_bytes();
        let is_in = new.iter().any(|word| word.contains_str(name));
        is_in.then_some(AlteredRead {
            file: HOST_NAME,
            process,
            is_shown: true,
        })
    }

    /// Of files that were read, the fewest that have all new words that any of them has.
    fn shown(
        &mut self,
        read: &[AlteredRead<'a>],
        mut new: BTreeSet<Vec<u8>>,
    ) -> Vec<AlteredRead<'a>> {
        let mut found = Vec::new();
        while !new.is_empty() {
            let counted = read
                .iter()
                .map(|read| (self.words(read.file).intersection(&new).count(), read));
            // Of files that say the same, the first by name.
            let best = counted.rev().max_by_key(|(count, _)| *count);
            let Some((1.., read)) = best else { break };
            let words = self.words(read.file);
            new.retain(|word| !words.contains(word));
            found.push(AlteredRead {
                is_shown: true,
                ..*read
            });
        }
        found
    }

    /// What stands in a file.
    fn words(&mut self, file: &'a [u8]) -> &BTreeSet<Vec<u8>> {
        if let Some(names) = self.listed.get(file) {
            return self.words.entry(file).or_insert_with(|| names.clone());
        }
        let outside = self.case.observations.outside;
        self.words.entry(file).or_insert_with(|| {
            let text = outside(file).filter(|text| text.len() < MAX);
            let text = text.unwrap_or_default();
            if is_ambient(file) {
                lines(&text, WORD)
            } else {
                words(&text)
            }
        })
    }

    /// Whether a file of the outside has dpkg leave a path out (`path-exclude`, dpkg(1)).
    fn excludes(&self, file: &[u8], divergence: &Divergence) -> bool {
        let Some(text) = (self.case.observations.outside)(file) else {
            return false;
        };
        let text = String::from_utf8_lossy(&text);
        let path = [b"/", divergence.entry_path().as_bytes()].concat();
        text.split("path-exclude").skip(1).any(|rest| {
            let rest = rest.trim_start_matches([' ', '\t', '=']);
            let end = |c: char| c.is_whitespace() || c == '"';
            let pattern = rest.split(end).next().unwrap_or_default();
            globset::Glob::new(pattern)
                .is_ok_and(|glob| glob.compile_matcher().is_match(OsStr::from_bytes(&path)))
        })
    }
}

/// The directories of altered files that were listed, with the files' names and paths.
fn listed<'a>(
    altered: impl Iterator<Item = &'a [u8]>,
    trace: &Trace,
) -> BTreeMap<&'a [u8], BTreeSet<Vec<u8>>> {
    let mut listed: BTreeMap<&[u8], BTreeSet<Vec<u8>>> = BTreeMap::new();
    for path in altered {
        let slash = path.rfind_byte(b'/').unwrap_or_default();
        let (directory, name) = path.split_at(slash);
        let name = name.trim_start_with(|c| c == '/');
        if name.len() >= WORD && !trace.readers(directory).is_empty() {
            let names = [name.to_vec(), path.to_vec()];
            listed.entry(directory).or_default().extend(names);
        }
    }
    listed
}

/// Whether two runs are of one script, whatever they are for: what one run read, another writes.
fn is_same_package_script(one: &Script, other: &Script) -> bool {
    is_same(one, other) || (&one.package, &one.name) == (&other.package, &other.name)
}

fn program(process: &Process) -> &str {
    let first = process.argv.first().map_or("", String::as_str);
    first.rsplit('/').next().unwrap_or_default()
}
