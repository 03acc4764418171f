//! How one field differs in many entries, counted an entry at a time.

use crate::compare::comparison::FieldDivergence;
use crate::compare::field_value::FieldValue;
use crate::compare::side::Side;
use crate::explain::statements::{Uniform, ValuePair, is_whole_on, other, pair, value};

/// Entries for each pair of values from which on pairs count as a rule.
const FOR_EACH: usize = 2;

/// Most pairs of values that count as a rule.
const PAIRS: usize = 64;

/// What was counted of one field so far.
#[derive(Debug, Default)]
pub(crate) struct FieldTally {
    entries: usize,
    left: SideTally,
    right: SideTally,
    /// The pairs of values, each once; more than [`PAIRS`] if they are many.
    pairs: Vec<ValuePair>,
}

/// What was counted of one side of a field.
#[derive(Debug, Default)]
struct SideTally {
    /// The value in the first entry.
    first: Option<FieldValue>,
    /// Entries with another value than the first one.
    others: usize,
    /// Entries that have a value.
    values: usize,
    /// Entries that differ on this side in the lack of a fraction of a second only.
    whole: usize,
}

impl FieldTally {
    pub(crate) fn add(&mut self, field: &FieldDivergence) {
        let is_first = self.entries == 0;
        self.entries += 1;
        for side in [Side::Left, Side::Right] {
            let value = value(field, side);
            let tally = self.side_mut(side);
            if is_first {
                tally.first.clone_from(value);
            }
            tally.others += usize::from(tally.first != *value);
            tally.values += usize::from(value.is_some());
            tally.whole += usize::from(is_whole_on(field, side));
        }
        if self.pairs.len() <= PAIRS {
            let pair = pair(field);
            if !self.pairs.contains(&pair) {
                self.pairs.push(pair);
            }
        }
    }

    fn side(&self, side: Side) -> &SideTally {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut SideTally {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }

    /// How owners differ: one side has none, each on the left stands for one on the right, or one
    /// side has the same for all.
    pub(crate) fn owners(&self) -> Option<Uniform> {
        self.none_on_one_side()
            .or_else(|| self.rule())
            .or_else(|| self.same())
    }

    /// One side stores no value.
    pub(crate) fn none_on_one_side(&self) -> Option<Uniform> {
        let mut sides = [Side::Left, Side::Right].into_iter();
        let side = sides.find(|side| self.side(*side).values == 0)?;
        let on_other = self.side(other(side));
        Some(Uniform::NoneOn {
            side,
            other: on_other.first.clone().filter(|_| on_other.others == 0),
        })
    }

    fn rule(&self) -> Option<Uniform> {
        let pairs = self.pairs()?;
        let is_one_way = pairs.iter().enumerate().all(|(at, one)| {
            let mut others = pairs.iter().take(at);
            others.all(|other| other.left != one.left && other.right != one.right)
        });
        let is_rule = pairs.len().checked_mul(FOR_EACH)? <= self.entries;
        (is_one_way && is_rule).then_some(Uniform::Pairs(pairs))
    }

    fn same(&self) -> Option<Uniform> {
        let on = |side: Side| {
            let tally = self.side(side);
            let value = tally.first.clone().filter(|_| tally.others == 0)?;
            Some(Uniform::Same { side, value })
        };
        on(Side::Left).or_else(|| on(Side::Right))
    }

    /// One side stores times in whole seconds.
    pub(crate) fn whole_seconds(&self) -> Option<Uniform> {
        match (self.left.whole, self.right.whole) {
            (_, 0) => Some(Uniform::WholeSeconds(Side::Left)),
            (0, _) => Some(Uniform::WholeSeconds(Side::Right)),
            // Neither side keeps to whole seconds.
            _ => None,
        }
    }

    /// The pairs of values, each once; `None` if they are many.
    pub(crate) fn pairs(&self) -> Option<Vec<ValuePair>> {
        (self.pairs.len() <= PAIRS).then(|| self.pairs.clone())
    }

    /// In how many entries the field differs as a difference of this tally says.
    pub(crate) fn covered_by(&self, difference: &Uniform) -> usize {
        match difference {
            Uniform::WholeSeconds(side) => self.side(*side).whole,
            Uniform::NoneOn { .. }
            | Uniform::Pairs(_)
            | Uniform::Same { .. }
            | Uniform::Spelling => self.entries,
        }
    }
}
