//! Why a package is not complete, or what else is to be said of it, in words.

use crate::explain::package_verdict::{LeftoverCounts, Reason, Relation, Touched};
use crate::report::convert::causes::cause_id;
use crate::report::sentences::finding::{outside_files, phrase};
use crate::text::quote;

/// Most paths that a reason names; the report has all of them.
const NAMED: usize = 2;

/// The reason in one line.
#[must_use]
pub fn reason(reason: &Reason) -> String {
    match reason {
        Reason::ScriptFails { script, status } => {
            format!("{} fails with status {status}", script.as_str())
        }
        Reason::Own {
            divergences,
            escapes,
        } => {
            let differ = listed(divergences, "entry differs", "entries differ");
            let modified = listed(escapes, "path outside modified", "paths outside modified");
            let parts: Vec<String> = differ.into_iter().chain(modified).collect();
            parts.join("; ")
        }
        Reason::ReadsOutside { files } => outside_files(files),
        Reason::InRow { row, what, entries } => {
            let entries = counted(*entries, "entry", "entries").unwrap_or_default();
            format!("in {row}, {entries}: {}", phrase(what))
        }
        Reason::Attempts { paths } => {
            let tried = listed(paths, "path outside", "paths outside");
            format!("acts without effect on {}", tried.unwrap_or_default())
        }
        Reason::NotObserved => "not observed".to_owned(),
        Reason::Suspicion {
            path,
            script,
            line,
            text,
        } => {
            let (path, script) = (name(path), script.as_str());
            format!("{path} may be from this package: {script} line {line}: {text}")
        }
        Reason::Leftovers {
            leftovers: counts,
            has_acting_script,
        } => {
            let mut parts = leftovers(counts);
            if !has_acting_script {
                parts.push("none of its scripts acts on installation".to_owned());
            }
            parts.join("; ")
        }
        Reason::Beside { touched } => {
            let parts: Vec<String> = touched.iter().map(beside).collect();
            parts.join("; ")
        }
    }
}

/// Entries of a cause that is not held against the package.
fn beside(touched: &Touched) -> String {
    let cause = cause_id(touched.finding);
    let (count, verb) = match touched.entries {
        1 => ("1".to_owned(), "is"),
        count => (count.to_string(), "are"),
    };
    match touched.relation {
        Relation::Shipped => format!("{count} of its files {verb} touched by cause {cause}"),
        Relation::Random => {
            format!("{count} of the entries it makes {verb} not the same twice: cause {cause}")
        }
    }
}

/// `3 entries differ: ./a, ./b, …`; `None` if there are no paths.
fn listed(paths: &[Vec<u8>], one: &str, many: &str) -> Option<String> {
    let first = paths.iter().take(NAMED).map(|path| name(path));
    let first = first.collect::<Vec<_>>().join(", ");
    let more = if paths.len() > NAMED { ", …" } else { "" };
    let counted = counted(paths.len(), one, many)?;
    Some(format!("{counted}: {first}{more}"))
}

/// What belongs to no known package, a part each.
fn leftovers(counts: &LeftoverCounts) -> Vec<String> {
    let counted = [
        counted(
            counts.divergences,
            "divergent entry of which no script is known",
            "divergent entries of which no script is known",
        ),
        counted(
            counts.escapes,
            "change outside of no known package",
            "changes outside of no known package",
        ),
    ];
    let archive = counts.archive.iter();
    let archive = archive.map(|aspect| format!("the archives differ in {aspect}"));
    let incomplete = counts
        .is_incomplete
        .then(|| "the comparison is not complete".to_owned());
    let counted = counted.into_iter().flatten();
    counted.chain(archive).chain(incomplete).collect()
}

fn counted(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    }
}

/// A name as text, in quoted form if it is not UTF-8.
fn name(path: &[u8]) -> String {
    std::str::from_utf8(path).map_or_else(|_| quote(path), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::maintainer_script::ScriptKind;
    use crate::explain::finding::What;

    fn paths(paths: &[&str]) -> Vec<Vec<u8>> {
        paths.iter().map(|path| path.as_bytes().to_vec()).collect()
    }

    fn own(divergences: &[&str], escapes: &[&str]) -> Reason {
        Reason::Own {
            divergences: paths(divergences),
            escapes: paths(escapes),
        }
    }

    fn left_over(leftovers: LeftoverCounts, has_acting_script: bool) -> Reason {
        Reason::Leftovers {
            leftovers,
            has_acting_script,
        }
    }

    #[test]
    fn each_reason_is_one_line() {
        let all = LeftoverCounts {
            divergences: 1,
            escapes: 2,
            archive: vec!["entry-order"],
            is_incomplete: true,
        };
        let many = LeftoverCounts {
            divergences: 2,
            escapes: 1,
            ..LeftoverCounts::default()
        };
        let cases = [
            (
                own(&["./a", "./b", "./c"], &[]),
                "3 entries differ: ./a, ./b, …",
            ),
            (
                own(&["./a"], &["/a", "/b"]),
                "1 entry differs: ./a; 2 paths outside modified: /a, /b",
            ),
            (own(&[], &["/a"]), "1 path outside modified: /a"),
            (
                Reason::ReadsOutside {
                    files: paths(&["/etc/group"]),
                },
                "reads the outside's /etc/group",
            ),
            (
                Reason::Attempts {
                    paths: paths(&["/etc/a", "/etc/b"]),
                },
                "acts without effect on 2 paths outside: /etc/a, /etc/b",
            ),
            (Reason::NotObserved, "not observed"),
            (
                Reason::Suspicion {
                    path: b"./etc/a".to_vec(),
                    script: ScriptKind::Preinst,
                    line: 3,
                    text: "touch /etc/a".to_owned(),
                },
                "./etc/a may be from this package: preinst line 3: touch /etc/a",
            ),
            (
                left_over(all, true),
                "1 divergent entry of which no script is known; 2 changes outside of no known package; \
                 the archives differ in entry-order; the comparison is not complete",
            ),
            (
                left_over(many, false),
                "2 divergent entries of which no script is known; 1 change outside of no known package; \
                 none of its scripts acts on installation",
            ),
        ];
        for (one, expected) in cases {
            assert_eq!(reason(&one), expected);
        }
    }

    #[test]
    fn what_is_not_held_against_a_package_names_the_cause() {
        let touched = |finding, entries, relation| Touched {
            finding,
            entries,
            relation,
        };
        let cases = [
            (
                vec![touched(0, 3, Relation::Shipped)],
                "3 of its files are touched by cause 1",
            ),
            (
                vec![
                    touched(0, 1, Relation::Shipped),
                    touched(1, 1, Relation::Random),
                ],
                "1 of its files is touched by cause 1; 1 of the entries it makes is not the same \
                 twice: cause 2",
            ),
        ];
        for (touched, expected) in cases {
            assert_eq!(reason(&Reason::Beside { touched }), expected);
        }
    }

    #[test]
    fn what_an_extra_build_shows_is_said_with_its_name() {
        let in_row = Reason::InRow {
            row: "leak-check".to_owned(),
            what: What::MadeSomethingElse,
            entries: 2,
        };
        assert_eq!(
            reason(&in_row),
            "in leak-check, 2 entries: made something else when run chrootless"
        );
    }
}
