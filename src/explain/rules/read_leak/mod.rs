//! A file of the outside that was altered for a leak check got into the chroot.
//!
//! The rule is asked only if the builds ran on an outside of which it is known what was altered.
//! The script that wrote a divergent entry last and read an altered file made the entry of the
//! file. If it read several, the file is told by its words, which stand in the entry; if none
//! do, by its name, or by the process that read the file and wrote the entry. A directory that the
//! script listed, as a pattern of the shell does, counts as a file of the names in it; and the
//! kernel's name of the host, which uname(2) tells without a file, as one that needs no reader.

pub(crate) mod altered_read;
pub(crate) mod likely;
pub(crate) mod search;

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::comparison::Divergence;
use crate::explain::case::Case;
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{EntryFact, Evidence, OutsideAccess};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, HOST_NAME, Reader, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::rules::read_leak::search::{Leak, LeakSearch, ReadBy};
use crate::explain::script_runs::run_name;
use crate::trace::process::Script;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::ReadLeak,
    needs: Needs::Chrootless,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let Some(mut search) = LeakSearch::new(case) else {
        return vec![];
    };
    let mut found: BTreeMap<Key<'_>, Reads<'_>> = BTreeMap::new();
    for one in case.free() {
        if let Some(leak) = search.leak(one.divergence) {
            let reads = found.entry(Key::new(&leak)).or_default();
            reads.claims.push(one.at);
            reads.add(&leak, one.divergence);
        }
    }
    let found = found.into_iter();
    found
        .map(|(key, reads)| reads.finding(case, key.reader))
        .collect()
}

/// What reads are put together by: the script, or the program and the first of the files, because
/// the files that a tool reads have nothing to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    reader: KeyReader<'a>,
    file: Option<&'a [u8]>,
}

/// Who read, scripts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum KeyReader<'a> {
    Script { package: &'a str, name: &'a str },
    Program(&'a str),
}

impl<'a> Key<'a> {
    fn new(leak: &Leak<'a>) -> Self {
        match leak.reader {
            ReadBy::Script(script) => Self {
                reader: KeyReader::Script {
                    package: &script.package,
                    name: run_name(script),
                },
                file: None,
            },
            ReadBy::Program(name) => Self {
                reader: KeyReader::Program(name),
                file: leak.reads.first().map(|read| read.file),
            },
        }
    }
}

/// What one reader read, and what came of it.
#[derive(Debug, Default)]
struct Reads<'a> {
    /// A run of the script.
    script: Option<&'a Script>,
    claims: Vec<usize>,
    files: BTreeSet<&'a [u8]>,
    reads: BTreeSet<Evidence>,
    shown: BTreeSet<Evidence>,
}

impl<'a> Reads<'a> {
    fn add(&mut self, leak: &Leak<'a>, divergence: &Divergence) {
        if let ReadBy::Script(script) = leak.reader {
            self.script = Some(script);
        }
        for read in &leak.reads {
            let _ = self.files.insert(read.file);
            if read.file != HOST_NAME {
                let _ = self.reads.insert(Evidence::OutsideFile {
                    file: read.file.to_vec(),
                    command: CommandLine::of_script(read.process),
                    access: OutsideAccess::Read(read.process.script.clone()),
                });
            }
            if read.is_shown {
                let file = read.file.to_vec();
                let words = EntryFact::HasWordsOf { file };
                let _ = self.shown.insert(Evidence::on(divergence, words));
            }
        }
    }

    fn finding(self, case: &Case<'_>, reader: KeyReader<'_>) -> Finding {
        let reader = match reader {
            KeyReader::Script { .. } => Reader::Script,
            KeyReader::Program(name) => Reader::Program {
                name: name.to_owned(),
            },
        };
        let files = self.files.iter().map(|file| file.to_vec()).collect();
        let what = What::ReadsOutside { reader, files };
        case.finding(RULE.id, what, self.script)
            .with(self.reads)
            .with(self.shown)
            .claiming(self.claims)
    }
}
