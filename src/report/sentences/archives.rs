//! What is said of two archives of which it is not known how they were made: never a word on
//! chroots or on scripts that may have made them.

use crate::compare::field_value::FieldValue;
use crate::compare::side::Side;
use crate::explain::finding::What;
use crate::explain::statements::{About, Extent, Statement, Uniform};

/// Most pairs of values that a line names.
const PAIRS: usize = 3;

/// What happened, where the words for builds would claim more than the archives show.
pub(crate) fn phrase(what: &What) -> Option<&'static str> {
    match what {
        What::LinksNotMade { .. } => Some("a symlink on one side, a directory on the other"),
        What::NamesTemporaryRoot => Some("a temporary directory of mmdebstrap is named"),
        What::BuildTimeInContent => Some("only dates and times in the content differ"),
        What::PrivilegesLost => {
            Some("only one side has set-id bits, extended attributes or access lists")
        }
        What::Surroundings => Some("a file that names the machine, its resolver or the mirror"),
        _ => None,
    }
}

/// Whether a hint holds whatever the archives are.
pub(crate) fn is_advised(what: &What) -> bool {
    matches!(
        what,
        What::TimeNotClamped | What::Random | What::PrivilegesLost
    )
}

/// What statements come to, in one line.
pub(crate) fn summary(statements: &[Statement]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for statement in statements {
        let part = part(statement);
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join("; ")
}

fn part(statement: &Statement) -> String {
    let (name, difference) = match &statement.about {
        About::NamesBegin { side, with } => {
            return format!("names begin with {with} on the {}", word(*side));
        }
        About::Field { name, difference } => (name.as_str(), difference),
    };
    match (name, difference) {
        ("uname" | "gname", Uniform::NoneOn { side, .. }) => match statement.extent {
            Extent::Every => format!("{} stores numbers only", word(*side)),
            Extent::Of(_) => format!("{} stores no names of some owners", word(*side)),
        },
        ("uid" | "gid" | "uname" | "gname", _) => match statement.extent {
            Extent::Every => "all owners differ by one rule".to_owned(),
            Extent::Of(_) => "some owners differ by one rule".to_owned(),
        },
        (_, Uniform::NoneOn { side, .. }) => format!("{} stores no {name}", word(*side)),
        (_, Uniform::WholeSeconds(side)) => format!("{} stores whole seconds only", word(*side)),
        _ => "written by different tar programs or in different formats".to_owned(),
    }
}

/// A statement in one line, with values.
pub(crate) fn line(statement: &Statement) -> String {
    let entries = match statement.extent {
        Extent::Every => "every entry".to_owned(),
        Extent::Of(all) => format!("{} of {all} entries", statement.entries),
    };
    let rest = match &statement.about {
        About::NamesBegin { side, with } => sides(*side, with, "not"),
        About::Field { name, difference } => {
            let values = values(difference);
            format!("{name}{}{values}", if values.is_empty() { "" } else { " " })
        }
    };
    format!("{entries}: {rest}")
}

fn values(difference: &Uniform) -> String {
    match difference {
        Uniform::NoneOn { side, other } => {
            let other = other.as_ref().map(ToString::to_string);
            sides(*side, "none", other.as_deref().unwrap_or("stored"))
        }
        Uniform::Pairs(pairs) => {
            let shown = pairs.iter().take(PAIRS);
            let shown: Vec<String> = shown
                .map(|pair| format!("{} | {}", shown_value(&pair.left), shown_value(&pair.right)))
                .collect();
            match pairs.len().saturating_sub(PAIRS) {
                0 => shown.join(", "),
                more => format!("{} and {more} more", shown.join(", ")),
            }
        }
        Uniform::Same { side, value } => sides(*side, &value.to_string(), "several"),
        Uniform::WholeSeconds(side) => sides(*side, "in whole seconds", "with fractions"),
        Uniform::Spelling => String::new(),
    }
}

/// What is on one side and on the other, the left one first.
fn sides(side: Side, there: &str, elsewhere: &str) -> String {
    match side {
        Side::Left => format!("{there} | {elsewhere}"),
        Side::Right => format!("{elsewhere} | {there}"),
    }
}

fn shown_value(value: &Option<FieldValue>) -> String {
    value
        .as_ref()
        .map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn word(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}
