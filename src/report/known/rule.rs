//! One rule, and whether it matches a finding.

use base64::Engine as _;

use crate::compare::options::Exclude;
use crate::report::wire::divergence::{DivergenceName, DivergentAspect, DivergentEntry};
use crate::report::wire::outside::{Escape, EscapeChange};

/// One rule of a `--known` file.
#[derive(Debug, Clone)]
pub(crate) struct KnownRule {
    /// What reports call it: its conditions, in one line.
    pub(crate) name: String,
    /// Paths that it matches; all if there is no pattern.
    pub(crate) path: Option<Exclude>,
    /// Names of fields, aspects, kinds of divergence and changes; all if there is no list.
    pub(crate) fields: Option<Vec<String>>,
    /// The package that findings must be of.
    pub(crate) package: Option<String>,
    /// The technique that the build must be of.
    pub(crate) technique: Option<String>,
    /// The architecture that the chroot must be of.
    pub(crate) architecture: Option<String>,
    /// Why it is known.
    pub(crate) reason: Option<String>,
    /// The bug report.
    pub(crate) bug: Option<String>,
    /// The last day on which the rule holds, `YYYY-MM-DD`.
    pub(crate) expires: Option<String>,
    /// What it is about.
    pub(crate) about: About,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// Divergent entries.
    Entries,
    /// Aspects of the archives.
    Archive,
    /// Escapes.
    Escapes,
}

impl KnownRule {
    /// Whether the last day of the rule is before today, `YYYY-MM-DD`.
    pub(crate) fn has_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|last| last < today)
    }

    pub(crate) fn matches_entry(&self, row: &DivergentEntry) -> bool {
        let names = match row.kind {
            DivergenceName::Changed => row.fields.iter().map(|field| field.name.as_str()).collect(),
            kind => vec![kind.as_str()],
        };
        let path = bytes(&row.path, row.path_base64.as_deref());
        let moved = row.from.as_deref();
        let moved = moved.map(|from| bytes(from, row.from_base64.as_deref()));
        let left = row.left_path.as_deref();
        let left = left.map(|left| bytes(left, row.left_path_base64.as_deref()));
        let from = moved.or(left);
        self.about == About::Entries
            && self.matches_path(&path)
            && from.is_none_or(|from| self.matches_path(&from))
            && self.matches_package(row.package.as_deref())
            && self.covers(&names)
    }

    pub(crate) fn matches_aspect(&self, aspect: &DivergentAspect) -> bool {
        self.about == About::Archive && self.package.is_none() && self.covers(&[&aspect.name])
    }

    pub(crate) fn matches_escape(&self, escape: &Escape) -> bool {
        let fields: Vec<&str> = escape
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        // The name of the change stands for all of its fields.
        let is_covered = self.covers(&[escape.change.as_str()])
            || (escape.change == EscapeChange::Metadata && self.covers(&fields));
        self.about == About::Escapes
            && self.matches_path(escape.path.as_bytes())
            && self.matches_package(escape.package.as_deref())
            && is_covered
    }

    fn matches_path(&self, path: &[u8]) -> bool {
        let matching = self.path.as_ref().map(|glob| glob.matching(path).is_some());
        matching.unwrap_or(true)
    }

    fn matches_package(&self, package: Option<&str>) -> bool {
        let wanted = self.package.as_deref();
        wanted.is_none() || wanted == package
    }

    /// Whether the rule has every one of the names; a rule without names has all.
    fn covers(&self, names: &[&str]) -> bool {
        let Some(fields) = &self.fields else {
            return true;
        };
        let is_covered = |name: &&str| {
            let class = name.split_once(':').map_or(*name, |(class, _)| class);
            fields.iter().any(|field| field == name || field == class)
        };
        !names.is_empty() && names.iter().all(is_covered)
    }
}

/// The bytes of a name.
fn bytes(path: &str, base64: Option<&str>) -> Vec<u8> {
    let decoded = base64.map(|text| base64::engine::general_purpose::STANDARD.decode(text));
    match decoded {
        Some(Ok(bytes)) => bytes,
        Some(Err(_)) | None => path.as_bytes().to_vec(),
    }
}
