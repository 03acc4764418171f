//! What is the same in many entries of two archives, so that it is said once and not of each.

use std::collections::BTreeMap;

use crate::compare::comparison::{Comparison, Divergence, DivergenceKind, FieldDivergence};
use crate::compare::field_value::FieldValue;
use crate::compare::side::Side;
use crate::tar::time::Timestamp;

/// Fewest entries of which something is said as of many.
const MANY: usize = 2;
/// Entries for each pair of values from which on pairs count as a rule.
const FOR_EACH: usize = 2;

/// What shows which program wrote a header.
const HEADER: [&str; 2] = ["header-format", "header-encoding"];

/// What a program alone decides.
const PROGRAM: [&str; 3] = ["header-format", "header-encoding", "padding"];

/// Most pairs of values that count as a rule.
const PAIRS: usize = 64;

/// One thing that is the same in many entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it is.
    pub about: About,
    /// In how many entries it is so, at least 2.
    pub entries: usize,
    /// Whether these are all.
    pub extent: Extent,
}

/// How many of the entries that both archives have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every one.
    Every,
    /// Not every one of this many.
    Of(usize),
}

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A field that differs.
    Field {
        /// Its name.
        name: String,
        /// How it differs.
        difference: Uniform,
    },
    /// The names begin with something on one side that they do not begin with on the other.
    NamesBegin {
        /// The side where they do.
        side: Side,
        /// What they begin with.
        with: &'static str,
    },
}

/// How a field differs in many entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uniform {
    /// One side stores no value.
    NoneOn {
        /// The side.
        side: Side,
        /// The value on the other side, if all have the same.
        other: Option<FieldValue>,
    },
    /// These values on the left stand for these on the right.
    Pairs(Vec<ValuePair>),
    /// One side has this value, whatever the other one has.
    Same {
        /// The side.
        side: Side,
        /// Its value.
        value: FieldValue,
    },
    /// One side stores times in whole seconds, and the other one the same times with fractions.
    WholeSeconds(Side),
    /// The same values are written down in another way.
    Spelling,
}

/// A value on the left, and that on the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuePair {
    /// On the left.
    pub left: Option<FieldValue>,
    /// On the right.
    pub right: Option<FieldValue>,
}

impl Statement {
    /// Whether it says of a field how it differs.
    pub(crate) fn covers(&self, field: &FieldDivergence) -> bool {
        match &self.about {
            About::NamesBegin { .. } => false,
            About::Field { name, difference } => *name == field.name && difference.covers(field),
        }
    }

    /// Whether it says of an entry why its name differs.
    pub(crate) fn covers_name(&self, divergence: &Divergence) -> bool {
        match &self.about {
            About::NamesBegin { side, with } => begins(divergence, *side, with),
            About::Field { .. } => false,
        }
    }
}

impl Uniform {
    fn covers(&self, field: &FieldDivergence) -> bool {
        match self {
            Self::NoneOn { side, .. } => value(field, *side).is_none(),
            Self::Pairs(pairs) => pairs.contains(&pair(field)),
            Self::Same { side, value: same } => value(field, *side).as_ref() == Some(same),
            Self::WholeSeconds(side) => is_whole_on(field, *side),
            Self::Spelling => true,
        }
    }
}

/// What is the same in many entries of a comparison.
pub(crate) fn statements(comparison: &Comparison) -> Vec<Statement> {
    let mut fields: BTreeMap<&str, Vec<&FieldDivergence>> = BTreeMap::new();
    let mut left_only = 0;
    for divergence in &comparison.divergences {
        left_only += u64::from(divergence.kind == DivergenceKind::LeftOnly);
        for field in &divergence.fields {
            fields.entry(&field.name).or_default().push(field);
        }
    }
    let pairs = comparison.left.entries.saturating_sub(left_only);
    let pairs = usize::try_from(pairs).unwrap_or(usize::MAX);
    let is_other_program = spelled_otherwise(comparison) == pairs;
    let found = fields.iter().filter_map(|(name, all)| {
        let difference = match *name {
            "uid" | "gid" | "uname" | "gname" => owners(all),
            "atime" | "ctime" => none_on_one_side(all),
            "mtime" => whole_seconds(all),
            "header-format" if is_other_program => distinct(all).map(Uniform::Pairs),
            "header-encoding" | "padding" if is_other_program => Some(Uniform::Spelling),
            name if name.starts_with("pax:") => none_on_one_side(all),
            _ => None,
        }?;
        let entries = all.iter().filter(|field| difference.covers(field)).count();
        let name = (*name).to_owned();
        statement(About::Field { name, difference }, entries, pairs)
    });
    found.chain(names(&comparison.divergences, pairs)).collect()
}

/// What another tar program does to every entry, said once: no maintainer script has to do with
/// it. Nothing else that is the same in many entries is said of builds, because it has a cause
/// there.
pub(crate) fn of_tar_programs(comparison: &Comparison) -> Vec<Statement> {
    let mut all = statements(comparison);
    all.retain(|one| match &one.about {
        About::Field { name, .. } => PROGRAM.contains(&name.as_str()),
        About::NamesBegin { .. } => false,
    });
    all
}

/// How many entries of both archives have another header for what may be the same values.
fn spelled_otherwise(comparison: &Comparison) -> usize {
    let is_spelling = |field: &FieldDivergence| HEADER.contains(&field.name.as_str());
    let all = comparison.divergences.iter();
    all.filter(|one| one.fields.iter().any(is_spelling)).count()
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

/// What names begin with on one side and not on the other.
fn names(divergences: &[Divergence], pairs: usize) -> Option<Statement> {
    let sides = [Side::Left, Side::Right].into_iter();
    let candidates = sides.flat_map(|side| ["./", "/"].map(|with| (side, with)));
    let mut found = candidates.filter_map(|(side, with)| {
        let all = divergences.iter();
        let entries = all.filter(|one| begins(one, side, with)).count();
        statement(About::NamesBegin { side, with }, entries, pairs)
    });
    found.next()
}

/// Whether the name of an entry begins with something on one side and is the rest of it on the
/// other.
fn begins(divergence: &Divergence, side: Side, with: &str) -> bool {
    let Some(from) = &divergence.from else {
        return false;
    };
    let (long, short) = match side {
        Side::Left => (from, &divergence.path),
        Side::Right => (&divergence.path, from),
    };
    long.strip_prefix(with.as_bytes()) == Some(short.as_slice())
}

/// How owners differ: one side has none, each on the left stands for one on the right, or one
/// side has the same for all.
fn owners(fields: &[&FieldDivergence]) -> Option<Uniform> {
    none_on_one_side(fields)
        .or_else(|| rule(fields))
        .or_else(|| same(fields))
}

fn none_on_one_side(fields: &[&FieldDivergence]) -> Option<Uniform> {
    let is_none = |side: &Side| fields.iter().all(|field| value(field, *side).is_none());
    let side = [Side::Left, Side::Right].into_iter().find(is_none)?;
    let on_other = |field: &FieldDivergence| value(field, other(side)).clone();
    let first = fields.first().and_then(|field| on_other(field));
    let is_same = fields.iter().all(|field| on_other(field) == first);
    Some(Uniform::NoneOn {
        side,
        other: first.filter(|_| is_same),
    })
}

fn rule(fields: &[&FieldDivergence]) -> Option<Uniform> {
    let pairs = distinct(fields)?;
    let is_one_way = pairs.iter().enumerate().all(|(at, one)| {
        let others = pairs.iter().take(at);
        others
            .into_iter()
            .all(|other| other.left != one.left && other.right != one.right)
    });
    let is_rule = pairs.len().checked_mul(FOR_EACH)? <= fields.len();
    (is_one_way && is_rule).then_some(Uniform::Pairs(pairs))
}

fn same(fields: &[&FieldDivergence]) -> Option<Uniform> {
    let first = fields.first()?;
    let on = |side: Side| {
        let same = value(first, side);
        let is_same = fields.iter().all(|field| value(field, side) == same);
        let value = same.clone().filter(|_| is_same)?;
        Some(Uniform::Same { side, value })
    };
    on(Side::Left).or_else(|| on(Side::Right))
}

fn whole_seconds(fields: &[&FieldDivergence]) -> Option<Uniform> {
    let count = |side| {
        let whole = fields.iter().filter(|field| is_whole_on(field, side));
        whole.count()
    };
    let (left, right) = (count(Side::Left), count(Side::Right));
    let side = match (left, right) {
        (_, 0) => Side::Left,
        (0, _) => Side::Right,
        // Neither side keeps to whole seconds.
        _ => return None,
    };
    Some(Uniform::WholeSeconds(side))
}

/// Whether a time is the same on both sides but for the fraction, which this side does not have.
fn is_whole_on(field: &FieldDivergence, side: Side) -> bool {
    match (
        seconds(value(field, side)),
        seconds(value(field, other(side))),
    ) {
        (Some((one, "")), Some((second, fraction))) => one == second && !fraction.is_empty(),
        _ => false,
    }
}

/// The whole seconds since 1970 and the digits of the fraction.
fn seconds(value: &Option<FieldValue>) -> Option<(u64, &str)> {
    match value {
        Some(FieldValue::Time(Timestamp::Seconds {
            negative: false,
            whole,
            fraction,
        })) => Some((*whole, fraction)),
        _ => None,
    }
}

fn other(side: Side) -> Side {
    match side {
        Side::Left => Side::Right,
        Side::Right => Side::Left,
    }
}

fn value(field: &FieldDivergence, side: Side) -> &Option<FieldValue> {
    match side {
        Side::Left => &field.left,
        Side::Right => &field.right,
    }
}

fn pair(field: &FieldDivergence) -> ValuePair {
    ValuePair {
        left: field.left.clone(),
        right: field.right.clone(),
    }
}

/// The pairs of values, each once; `None` if they are many.
fn distinct(fields: &[&FieldDivergence]) -> Option<Vec<ValuePair>> {
    let mut pairs = Vec::new();
    for field in fields {
        let pair = pair(field);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
        if pairs.len() > PAIRS {
            return None;
        }
    }
    Some(pairs)
}
