//! Verdicts: of a comparison, of a build that was watched, and of a run with extra builds.

use crate::compare::comparison::Comparison;
use crate::report::wire::matrix::{MatrixRow, RowOutside};
use crate::report::wire::outside::Escape;
use crate::report::wire::trouble::Trouble;
use crate::report::wire::verdict::Verdict;

/// The verdict of a comparison alone.
pub(crate) fn of_comparison(comparison: &Comparison) -> Verdict {
    match (&comparison.trouble, comparison.is_identical()) {
        (Some(_), _) => Verdict::Failed,
        (None, true) => Verdict::Identical,
        (None, false) => Verdict::Divergent,
    }
}

/// The verdict of a build, by its comparison and by what it changed outside.
pub(crate) fn of_build(comparison: &Comparison, escapes: &[Escape]) -> Verdict {
    match of_comparison(comparison) {
        Verdict::Identical if !escapes.is_empty() => Verdict::Escaped,
        verdict => verdict,
    }
}

/// The verdict of a run: the gravest of the pair's and of those of the rows of the matrix.
pub(crate) fn of_run(pair: Verdict, rows: &[MatrixRow]) -> Verdict {
    let of_row = |row: &MatrixRow| {
        if is_read_leak(row) {
            Verdict::Divergent
        } else {
            row.verdict
        }
    };
    let verdicts = std::iter::once(pair).chain(rows.iter().map(of_row));
    verdicts.max_by_key(|one| gravity(*one)).unwrap_or(pair)
}

/// The trouble of a run: the pair's, or the first of a row.
pub(crate) fn trouble_of_run(pair: Option<Trouble>, rows: &[MatrixRow]) -> Option<Trouble> {
    let mut troubles = rows
        .iter()
        .filter(|row| !is_read_leak(row))
        .filter_map(|row| row.trouble.clone());
    pair.or_else(|| troubles.next())
}

/// Whether a build failed because its outside is another one: that shows that it reads it.
fn is_read_leak(row: &MatrixRow) -> bool {
    row.verdict == Verdict::Failed && row.outside != RowOutside::Same
}

fn gravity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Identical => 0,
        Verdict::Escaped => 1,
        Verdict::Divergent => 2,
        Verdict::Failed => 3,
    }
}

#[cfg(test)]
mod tests {
    use crate::report::convert::matrix::{RowName, failed};
    use crate::report::wire::build::ModeName;

    use super::*;

    fn row(verdict: Verdict, outside: RowOutside) -> MatrixRow {
        let name = RowName {
            label: "fakeroot",
            mode: ModeName::Chrootless,
            technique: "fakeroot",
            outside,
        };
        let trouble = Trouble {
            what: "x".to_owned(),
            hint: None,
        };
        MatrixRow {
            verdict,
            ..failed(name, trouble)
        }
    }

    #[test]
    fn the_verdict_of_a_run_is_the_gravest() {
        use Verdict::{Divergent, Escaped, Failed, Identical};
        for (pair, other, expected) in [
            (Identical, Identical, Identical),
            (Identical, Escaped, Escaped),
            (Divergent, Escaped, Divergent),
            (Escaped, Divergent, Divergent),
            (Divergent, Failed, Failed),
            (Failed, Identical, Failed),
        ] {
            assert_eq!(of_run(pair, &[row(other, RowOutside::Same)]), expected);
        }
    }

    #[test]
    fn a_build_that_fails_on_another_outside_diverges_and_is_no_trouble() {
        let rows = [row(Verdict::Failed, RowOutside::Different)];
        assert_eq!(of_run(Verdict::Identical, &rows), Verdict::Divergent);
        assert_eq!(trouble_of_run(None, &rows), None);
        let rows = [row(Verdict::Failed, RowOutside::Same)];
        assert_eq!(trouble_of_run(None, &rows), rows[0].trouble);
    }
}
