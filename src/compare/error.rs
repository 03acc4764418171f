//! Failures in words: `SOURCE: where: what`, and at most one piece of advice.

use crate::compare::comparison::Trouble;
use crate::compare::outcome::Outcome;
use crate::compare::pairing::index::{IndexError, Stop};
use crate::compare::side::Side;
use crate::input::source::InputError;
use crate::tar::error::TarError;
use crate::text::quote;

/// A side's name.
pub(crate) fn name(names: &(String, String), side: Side) -> &str {
    match side {
        Side::Left => &names.0,
        Side::Right => &names.1,
    }
}

pub(crate) fn both_stdin() -> Trouble {
    Trouble {
        what: "standard input cannot be both sides".to_owned(),
        hint: None,
    }
}

/// An input that cannot be opened.
pub(crate) fn of_input(name: &str, error: &InputError) -> Trouble {
    let hint = match error {
        InputError::Unsupported(compression) => Some(format!(
            "decompress {compression} first and give the stream as `-`"
        )),
        InputError::Directory | InputError::Io(_) => None,
    };
    Trouble {
        what: format!("{}: {error}", quote(name.as_bytes())),
        hint,
    }
}

/// A failure that left nothing to report; it is not known of which side.
pub(crate) fn of_index(names: &(String, String), error: &IndexError) -> Trouble {
    Trouble {
        what: format!(
            "{} and {}: {error}",
            quote(names.0.as_bytes()),
            quote(names.1.as_bytes())
        ),
        hint: None,
    }
}

/// The first of the failures of an outcome: those of the input explain those of the walk.
pub(crate) fn of_outcome(names: &(String, String), outcome: &mut Outcome) -> Option<Trouble> {
    if let Some((side, error)) = outcome.failures.first() {
        let entries = match side {
            Side::Left => outcome.explained.entries.0,
            Side::Right => outcome.explained.entries.1,
        };
        let what = format!(
            "{}: after {entries} entries: {error}",
            quote(name(names, *side).as_bytes())
        );
        let hint = match error.kind() {
            std::io::ErrorKind::FileTooLarge => {
                "raise the limit on temporary files, or compare files instead of streams"
            }
            _ => "what was read before is in the report",
        };
        return Some(Trouble {
            what,
            hint: Some(hint.to_owned()),
        });
    }
    let (side, stop) = outcome.explained.stops.first()?;
    Some(of_stop(name(names, *side), stop))
}

fn of_stop(name: &str, stop: &Stop) -> Trouble {
    let entry = stop.name.as_ref().map(|entry| quote(entry));
    let place = match (entry, stop.inside) {
        (Some(entry), true) => format!("entry {} `{entry}`: ", stop.entries),
        (Some(entry), false) => format!("after entry {} `{entry}`: ", stop.entries),
        (None, _) => String::new(),
    };
    let hint = match &stop.error {
        IndexError::Tar(TarError::HeaderLimit { .. }) => {
            "raise the limit on extended headers if the archive can be trusted".to_owned()
        }
        IndexError::Tar(TarError::NotTar(_)) => {
            return Trouble {
                what: format!("{}: {}", quote(name.as_bytes()), stop.error),
                hint: None,
            };
        }
        IndexError::Tar(_) | IndexError::Io(_) | IndexError::TooMany(_) => format!(
            "the first {} entries were compared; see the report",
            stop.entries
        ),
    };
    Trouble {
        what: format!("{}: {place}{}", quote(name.as_bytes()), stop.error),
        hint: Some(hint),
    }
}
