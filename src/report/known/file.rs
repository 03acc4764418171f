//! The text of a `--known` file: rules in TOML, all of them read and checked before the work.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::compare;
use crate::compare::options::Exclude;
use crate::report::known::error::{RuleError, RulesError};
use crate::report::known::rule::{About, KnownRule};
use crate::report::wire::divergence::DivergenceName;
use crate::report::wire::outside::EscapeChange;
use crate::text::quote;

/// Kinds of divergence without fields, which stand for themselves in `fields`.
const KINDS: [DivergenceName; 4] = [
    DivergenceName::LeftOnly,
    DivergenceName::RightOnly,
    DivergenceName::Moved,
    DivergenceName::Reordered,
];

/// Changes of the outside, likewise.
const CHANGES: [EscapeChange; 4] = [
    EscapeChange::Created,
    EscapeChange::Modified,
    EscapeChange::Removed,
    EscapeChange::Metadata,
];

/// The rules of a file, in its order.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(crate) rules: Vec<KnownRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Spanned<WrittenRule>>,
}

/// A rule as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    path: Option<Spanned<String>>,
    fields: Option<Vec<Spanned<String>>>,
    package: Option<String>,
    technique: Option<String>,
    architecture: Option<String>,
    reason: Option<String>,
    bug: Option<String>,
    expires: Option<Spanned<Datetime>>,
    #[serde(default)]
    escape: bool,
    archive: Option<Vec<Spanned<String>>>,
}

/// What is wrong, and the offset of the byte at which it stands.
#[derive(Debug)]
struct Wrong {
    offset: usize,
    error: RuleError,
}

impl Rules {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The first line that is not TOML, or not a rule.
    pub fn read(text: &str) -> Result<Self, RulesError> {
        rules(text).map_err(|wrong| {
            let before = text.get(..wrong.offset).unwrap_or(text);
            RulesError {
                line: before.matches('\n').count() + 1,
                error: wrong.error,
            }
        })
    }

    /// Whether a rule has a last day, so that the report depends on today's date.
    #[must_use]
    pub fn has_dates(&self) -> bool {
        self.rules.iter().any(|rule| rule.expires.is_some())
    }
}

fn rules(text: &str) -> Result<Rules, Wrong> {
    let file: File = toml::from_str(text).map_err(|error| not_toml(text, &error))?;
    let rules = file.known.into_iter().map(|written| {
        let offset = written.span().start;
        rule(written.into_inner(), offset)
    });
    Ok(Rules {
        rules: rules.collect::<Result<_, _>>()?,
    })
}

fn not_toml(text: &str, error: &toml::de::Error) -> Wrong {
    let span = error.span().unwrap_or(0..0);
    let value = text.get(span.clone()).unwrap_or_default();
    Wrong {
        offset: span.start,
        error: RuleError::Toml {
            message: error.message().replace('\n', " "),
            value: value.lines().next().unwrap_or_default().to_owned(),
        },
    }
}

/// A rule that starts at an offset.
fn rule(written: WrittenRule, offset: usize) -> Result<KnownRule, Wrong> {
    let about = about(&written).map_err(|error| Wrong { offset, error })?;
    let fields = names(written.fields.as_deref(), is_field, RuleError::UnknownField)?;
    let aspects = names(
        written.archive.as_deref(),
        is_aspect,
        RuleError::UnknownAspect,
    )?;
    let path = written.path.as_ref().map(pattern).transpose()?;
    let expires = written.expires.as_ref().map(day).transpose()?;
    let fields = fields.or(aspects);
    Ok(KnownRule {
        name: name(&written, about, fields.as_deref()),
        path,
        fields,
        package: written.package,
        technique: written.technique,
        architecture: written.architecture,
        reason: written.reason,
        bug: written.bug,
        expires,
        about,
    })
}

/// What a rule is about by the keys that it has.
fn about(written: &WrittenRule) -> Result<About, RuleError> {
    let about = match (written.escape, &written.archive) {
        (true, Some(_)) => return Err(RuleError::ArchiveAndEscape),
        (true, None) => About::Escapes,
        (false, Some(_)) => About::Archive,
        (false, None) => About::Entries,
    };
    let (path, fields) = (written.path.is_some(), written.fields.is_some());
    match about {
        About::Archive if path || fields => Err(RuleError::ArchiveWithPath),
        About::Entries | About::Escapes if !path && written.package.is_none() => {
            Err(RuleError::Unconditional)
        }
        about => Ok(about),
    }
}

/// Names that are all known.
fn names(
    written: Option<&[Spanned<String>]>,
    is_known: fn(&str) -> bool,
    unknown: fn(String) -> RuleError,
) -> Result<Option<Vec<String>>, Wrong> {
    let Some(written) = written else {
        return Ok(None);
    };
    let checked = written.iter().map(|name| match is_known(name.get_ref()) {
        true => Ok(name.get_ref().clone()),
        false => Err(Wrong {
            offset: name.span().start,
            error: unknown(name.get_ref().clone()),
        }),
    });
    checked.collect::<Result<_, _>>().map(Some)
}

fn is_aspect(name: &str) -> bool {
    compare::archive_names()
        .iter()
        .any(|term| term.name == name)
}

fn is_field(name: &str) -> bool {
    KINDS.iter().any(|kind| kind.as_str() == name)
        || CHANGES.iter().any(|change| change.as_str() == name)
        || (compare::is_known(name) && !is_aspect(name))
}

fn pattern(path: &Spanned<String>) -> Result<Exclude, Wrong> {
    Exclude::new(std::slice::from_ref(path.get_ref())).map_err(|error| Wrong {
        offset: path.span().start,
        error: RuleError::Pattern(error),
    })
}

/// A date without a time, `YYYY-MM-DD`.
fn day(expires: &Spanned<Datetime>) -> Result<String, Wrong> {
    let value = expires.get_ref();
    match (value.date, value.time) {
        (Some(date), None) => Ok(date.to_string()),
        _ => Err(Wrong {
            offset: expires.span().start,
            error: RuleError::NotADate(value.to_string()),
        }),
    }
}

/// What reports call a rule: its conditions, in one line.
fn name(written: &WrittenRule, about: About, fields: Option<&[String]>) -> String {
    let mut words = Vec::new();
    match about {
        About::Entries => {}
        About::Archive => words.push("archive".to_owned()),
        About::Escapes => words.push("escape".to_owned()),
    }
    if let Some(path) = &written.path {
        words.push(quote(path.get_ref().as_bytes()));
    }
    let conditions = [
        ("package", &written.package),
        ("technique", &written.technique),
        ("architecture", &written.architecture),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            words.push(format!("{condition}={}", quote(value.as_bytes())));
        }
    }
    if let Some(fields) = fields {
        words.push(format!("({})", fields.join(", ")));
    }
    words.join(" ")
}
