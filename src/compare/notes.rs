//! What was capped or not looked at, in a line for each reason, with counts.

use crate::compare::comparison::{Divergence, Side};
use crate::compare::diff::content::DIGESTED;
use crate::compare::options::{ContentPolicy, Depth, Options};
use crate::compare::pairing::index::Stop;

/// How the detail of a content begins that was not explained for want of room.
pub(crate) const FULL: &str = "left out: the explanations are full";

/// Notes on the divergences that are reported, and on where the walks ended.
pub(crate) fn of(
    divergences: &[Divergence],
    stops: &[(Side, Stop)],
    options: &Options,
) -> Vec<String> {
    let mut notes = Vec::new();
    if options.depth == Depth::Verdict {
        notes.push("only the verdict was asked for: no entry was looked at".to_owned());
    }
    let mut counts = Counts::default();
    for divergence in divergences {
        counts.add(divergence, options);
    }
    counts.tell(options, &mut notes);
    for (side, stop) in stops {
        let side = match side {
            Side::Left => "left",
            Side::Right => "right",
        };
        notes.push(format!(
            "{side}: entries after the first {} were not looked at",
            stop.entries
        ));
    }
    notes
}

/// Divergent contents by what was not done with them.
#[derive(Debug, Default)]
struct Counts {
    contents: u64,
    without_digest: u64,
    too_large: u64,
    full: u64,
    cut: u64,
}

impl Counts {
    fn add(&mut self, divergence: &Divergence, options: &Options) {
        let Some(field) = divergence.fields.iter().find(|one| one.name == "content") else {
            return;
        };
        let values = [&field.left, &field.right];
        let undigested = |value: &&Option<String>| {
            value
                .as_ref()
                .is_some_and(|value| !value.starts_with("sha256:"))
        };
        let sides = [&divergence.left, &divergence.right];
        let stored = sides.map(|side| side.as_ref().map_or(0, |side| side.entry.stored));
        let detail = field.detail.as_deref().unwrap_or_default();
        let full = detail == FULL;
        self.contents += 1;
        self.without_digest += u64::from(values.iter().any(undigested));
        self.full += u64::from(full);
        let large = stored.iter().any(|bytes| *bytes > options.limits.content);
        self.too_large += u64::from(large && !full);
        let cut = detail.ends_with(crate::text::diff::REST_LEFT_OUT);
        self.cut += u64::from(cut);
    }

    fn tell(&self, options: &Options, notes: &mut Vec<String>) {
        let mut tell = |count: u64, what: String| {
            if count > 0 {
                notes.push(format!("{count} divergent contents {what}"));
            }
        };
        tell(
            self.without_digest,
            format!("have no digest: larger than {DIGESTED} bytes"),
        );
        if options.content == ContentPolicy::Omit {
            tell(self.contents, "are not shown: `--no-content`".to_owned());
            return;
        }
        let limit = options.limits.content;
        tell(
            self.too_large,
            format!(
                "are shown at their first difference only: larger than {limit} bytes (`--max-content-diff`)"
            ),
        );
        tell(
            self.full,
            "are not shown: `--max-detail` is reached".to_owned(),
        );
        tell(
            self.cut,
            "are shown in part: `--max-detail` is reached".to_owned(),
        );
    }
}
