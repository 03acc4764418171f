//! The file of `--known`: rules in TOML, each read to the last word before anything is built.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::compare;
use crate::compare::options::Exclude;
use crate::text::quote;

/// Words that stand for a divergence without fields, or for what happened outside.
const KINDS: [&str; 8] = [
    "left-only",
    "right-only",
    "moved",
    "reordered",
    "created",
    "modified",
    "removed",
    "metadata",
];

/// The rules of a file, in its order.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(crate) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// What reports call it.
    pub(crate) name: String,
    pub(crate) path: Option<Exclude>,
    pub(crate) fields: Option<Vec<String>>,
    pub(crate) package: Option<String>,
    pub(crate) technique: Option<String>,
    pub(crate) architecture: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) bug: Option<String>,
    /// The last day, `YYYY-MM-DD`.
    pub(crate) expires: Option<String>,
    pub(crate) about: About,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Entries,
    Archive,
    Escapes,
}

/// Why a file of rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct RulesError {
    /// From 1.
    pub line: usize,
    /// What is wrong, with the value; one line.
    pub what: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Spanned<Written>>,
}

/// A rule as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
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

impl Rules {
    /// Reads a file's text.
    ///
    /// # Errors
    /// The first line that is no TOML, or no rule.
    pub fn read(text: &str) -> Result<Self, RulesError> {
        let at = |offset: usize| {
            let before = text.get(..offset).unwrap_or(text);
            before.matches('\n').count() + 1
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let value = text.get(span.clone()).unwrap_or_default();
            let value = value.lines().next().unwrap_or_default();
            let message = error.message().replace('\n', " ");
            RulesError {
                line: at(span.start),
                what: if value.is_empty() {
                    message
                } else {
                    format!("{message}: {}", quote(value.as_bytes()))
                },
            }
        })?;
        let rules = file.known.into_iter().map(|written| {
            let line = at(written.span().start);
            rule(written.into_inner(), line, &at)
        });
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
        })
    }

    /// Whether a rule ends on some day, so that the report depends on today's.
    #[must_use]
    pub fn has_dates(&self) -> bool {
        self.rules.iter().any(|rule| rule.expires.is_some())
    }
}

fn rule(written: Written, line: usize, at: &dyn Fn(usize) -> usize) -> Result<Rule, RulesError> {
    let wrong = |line: usize, what: String| RulesError { line, what };
    let about = match (written.escape, &written.archive) {
        (true, Some(_)) => {
            let what = "a rule is about `archive` aspects or an `escape`, not both";
            return Err(wrong(line, what.to_owned()));
        }
        (true, None) => About::Escapes,
        (false, Some(_)) => About::Archive,
        (false, None) => About::Entries,
    };
    if about == About::Archive && (written.path.is_some() || written.fields.is_some()) {
        let what = "`archive` aspects have neither `path` nor `fields`".to_owned();
        return Err(wrong(line, what));
    }
    if about != About::Archive && written.path.is_none() && written.package.is_none() {
        let what = "a rule needs a `path`, a `package` or `archive` aspects".to_owned();
        return Err(wrong(line, what));
    }
    for field in written.fields.iter().flatten() {
        if !is_field(field.get_ref()) {
            let name = quote(field.get_ref().as_bytes());
            let what = format!("no field is called `{name}`");
            return Err(wrong(at(field.span().start), what));
        }
    }
    for aspect in written.archive.iter().flatten() {
        let is_known = compare::archive_names()
            .iter()
            .any(|term| term.name == aspect.get_ref());
        if !is_known {
            let name = quote(aspect.get_ref().as_bytes());
            let what = format!("no aspect of archives is called `{name}`");
            return Err(wrong(at(aspect.span().start), what));
        }
    }
    let path = written.path.as_ref().map(|path| {
        Exclude::new(std::slice::from_ref(path.get_ref())).map_err(|error| {
            let line = at(path.span().start);
            wrong(
                line,
                format!("path: {}", quote(error.to_string().as_bytes())),
            )
        })
    });
    let expires = written.expires.as_ref().map(|expires| {
        let line = at(expires.span().start);
        let value = expires.get_ref();
        match (value.date, value.time) {
            (Some(date), None) => Ok(date.to_string()),
            _ => Err(wrong(
                line,
                format!("expires: `{value}` is no date, for example 2027-01-31"),
            )),
        }
    });
    let names = |words: &Option<Vec<Spanned<String>>>| {
        let words = words.as_ref()?;
        Some(
            words
                .iter()
                .map(|word| word.get_ref().clone())
                .collect::<Vec<_>>(),
        )
    };
    let fields = names(&written.fields).or_else(|| names(&written.archive));
    let name = name(&written, about, fields.as_deref());
    Ok(Rule {
        name,
        path: path.transpose()?,
        fields,
        package: written.package,
        technique: written.technique,
        architecture: written.architecture,
        reason: written.reason,
        bug: written.bug,
        expires: expires.transpose()?,
        about,
    })
}

fn is_field(name: &str) -> bool {
    let is_aspect = compare::archive_names()
        .iter()
        .any(|term| term.name == name);
    KINDS.contains(&name) || (compare::is_known(name) && !is_aspect)
}

/// What reports call a rule: its conditions, in one line.
fn name(written: &Written, about: About, fields: Option<&[String]>) -> String {
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
