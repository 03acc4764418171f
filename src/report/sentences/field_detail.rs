//! What a field's two values say: `LEFT | RIGHT`, each as the field's own tool prints it.

use crate::explain::content::access_list::triple;
use crate::explain::content::field_detail::{AgainstEpoch, FieldDetail, TwoSides};

/// One line with its end.
#[must_use]
pub fn line(detail: &FieldDetail) -> String {
    match detail {
        FieldDetail::Capabilities(sides) => two(sides, ToString::to_string),
        FieldDetail::AccessLists(sides) => two(sides, ToString::to_string),
        FieldDetail::Modes(sides) => two(sides, |mode| symbolic(*mode)),
        FieldDetail::Times(sides) => two(sides, |time| against(*time)),
        FieldDetail::SameTarget => "both lead to the same place\n".to_owned(),
    }
}

fn two<T>(sides: &TwoSides<T>, show: impl Fn(&T) -> String) -> String {
    let shown = |side: &Option<T>| side.as_ref().map_or_else(|| "none".to_owned(), &show);
    format!("{} | {}\n", shown(&sides.left), shown(&sides.right))
}

/// `rwxr-sr-x`, as ls(1) prints a mode.
fn symbolic(mode: u32) -> String {
    let special = [(0o4000, 6, 's'), (0o2000, 3, 's'), (0o1000, 0, 't')];
    let triples = special.map(|(bit, shift, letter)| {
        let mut text = triple(mode >> shift & 7);
        if mode & bit != 0 {
            let mark = match text.pop() {
                Some('x') => letter,
                _ => letter.to_ascii_uppercase(),
            };
            text.push(mark);
        }
        text
    });
    triples.concat()
}

fn against(time: AgainstEpoch) -> String {
    match time {
        AgainstEpoch::Equal => "at SOURCE_DATE_EPOCH".to_owned(),
        AgainstEpoch::Later(seconds) => {
            format!("{seconds} s after SOURCE_DATE_EPOCH: not clamped")
        }
        AgainstEpoch::Earlier(seconds) => format!("{seconds} s before SOURCE_DATE_EPOCH"),
        AgainstEpoch::NotATime => "no time".to_owned(),
        AgainstEpoch::OutOfRange => "beyond all clocks".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_read_as_ls_prints_them() {
        assert_eq!(symbolic(0o2755), "rwxr-sr-x");
        assert_eq!(symbolic(0o1777), "rwxrwxrwt");
        assert_eq!(symbolic(0o4644), "rwSr--r--");
    }

    #[test]
    fn a_side_without_a_value_has_none() {
        let times = |left, right| line(&FieldDetail::Times(TwoSides { left, right }));
        assert_eq!(
            times(Some(AgainstEpoch::Equal), Some(AgainstEpoch::Later(3))),
            "at SOURCE_DATE_EPOCH | 3 s after SOURCE_DATE_EPOCH: not clamped\n"
        );
        assert_eq!(
            times(Some(AgainstEpoch::Earlier(60)), None),
            "60 s before SOURCE_DATE_EPOCH | none\n"
        );
        assert_eq!(
            line(&FieldDetail::Modes(TwoSides {
                left: Some(0o644),
                right: Some(0o4755)
            })),
            "rw-r--r-- | rwsr-xr-x\n"
        );
    }
}
