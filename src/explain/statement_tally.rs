//! Counts what is the same in many entries of two archives, an entry at a time.

use std::collections::BTreeMap;

use crate::compare::comparison::{Divergence, DivergenceKind, FieldDivergence};
use crate::compare::side::Side;
use crate::explain::field_tally::FieldTally;
use crate::explain::statements::{About, Extent, Statement, Uniform, begins};

/// Fewest entries of which something is said as of many.
const MANY: usize = 2;

/// What shows which program wrote a header.
const HEADER: [&str; 2] = ["header-format", "header-encoding"];

/// What a program alone decides.
const PROGRAM: [&str; 3] = ["header-format", "header-encoding", "padding"];

/// What was counted so far.
#[derive(Debug, Default)]
pub(crate) struct StatementTally {
    fields: BTreeMap<String, FieldTally>,
    left_only: u64,
    /// Entries with another header for what may be the same values.
    spelled_otherwise: usize,
    /// Entries whose names begin with each of [`STARTS`].
    starts: [usize; STARTS.len()],
}

/// What names may begin with on one side alone.
const STARTS: [(Side, &str); 4] = [
    (Side::Left, "./"),
    (Side::Left, "/"),
    (Side::Right, "./"),
    (Side::Right, "/"),
];

impl StatementTally {
    pub(crate) fn add(&mut self, divergence: &Divergence) {
        self.left_only += u64::from(divergence.kind == DivergenceKind::LeftOnly);
        let is_spelling = |field: &FieldDivergence| HEADER.contains(&field.name.as_str());
        self.spelled_otherwise += usize::from(divergence.fields.iter().any(is_spelling));
        for (count, (side, with)) in self.starts.iter_mut().zip(STARTS) {
            *count += usize::from(begins(divergence, side, with));
        }
        for field in divergence.fields.iter().filter(|field| is_counted(field)) {
            match self.fields.get_mut(&field.name) {
                Some(tally) => tally.add(field),
                None => {
                    let mut tally = FieldTally::default();
                    tally.add(field);
                    let _ = self.fields.insert(field.name.clone(), tally);
                }
            }
        }
    }

    /// The statements, given how many entries the left archive has.
    pub(crate) fn statements(&self, left_entries: u64) -> Vec<Statement> {
        let pairs = left_entries.saturating_sub(self.left_only);
        let pairs = usize::try_from(pairs).unwrap_or(usize::MAX);
        let is_other_program = self.spelled_otherwise == pairs;
        let found = self.fields.iter().filter_map(|(name, all)| {
            let difference = match name.as_str() {
                "uid" | "gid" | "uname" | "gname" => all.owners(),
                "atime" | "ctime" => all.none_on_one_side(),
                "mtime" => all.whole_seconds(),
                "header-format" if is_other_program => all.pairs().map(Uniform::Pairs),
                "header-encoding" | "padding" if is_other_program => Some(Uniform::Spelling),
                name if name.starts_with("pax:") => all.none_on_one_side(),
                _ => None,
            }?;
            let entries = all.covered_by(&difference);
            let name = name.clone();
            statement(About::Field { name, difference }, entries, pairs)
        });
        found.chain(self.names(pairs)).collect()
    }

    /// What names begin with on one side and not on the other.
    fn names(&self, pairs: usize) -> Option<Statement> {
        let mut candidates = self.starts.iter().zip(STARTS);
        candidates.find_map(|(entries, (side, with))| {
            statement(About::NamesBegin { side, with }, *entries, pairs)
        })
    }
}

/// What another tar program does to every entry, said once: no maintainer script has to do with
/// it. Nothing else that is the same in many entries is said of builds, because it has a cause
/// there.
pub(crate) fn of_tar_programs(mut all: Vec<Statement>) -> Vec<Statement> {
    all.retain(|one| match &one.about {
        About::Field { name, .. } => PROGRAM.contains(&name.as_str()),
        About::NamesBegin { .. } => false,
    });
    all
}

fn statement(about: About, entries: usize, pairs: usize) -> Option<Statement> {
    let extent = if entries == pairs {
        Extent::Every
    } else {
        Extent::Of(pairs)
    };
    (entries >= MANY).then_some(Statement {
        about,
        entries,
        extent,
    })
}

/// Whether something may be said of how a field differs in many entries.
fn is_counted(field: &FieldDivergence) -> bool {
    let names = ["uid", "gid", "uname", "gname", "atime", "ctime", "mtime"];
    let name = field.name.as_str();
    names.contains(&name) || PROGRAM.contains(&name) || name.starts_with("pax:")
}
