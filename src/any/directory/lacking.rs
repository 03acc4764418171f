//! What an archive has and a directory lacks: of these nothing is compared between the two.

use crate::compare::comparison::Comparison;
use crate::compare::note::Note;
use crate::compare::options::Options;

/// Fields and aspects that a directory has none of, or has by chance.
const LACKING: [&str; 13] = [
    "uname",
    "gname",
    "atime",
    "ctime",
    "pax",
    "sparse",
    "padding",
    "header-format",
    "header-encoding",
    "entry-order",
    "trailing-blocks",
    "trailing-data",
    "global-header",
];

/// The options with these left out.
pub(crate) fn without_lacking(options: &Options) -> Options {
    let mut options = options.clone();
    options.ignore.extend(LACKING.map(str::to_owned));
    // The compression of an archive is no difference to a directory either.
    options.ignore.push("compression".to_owned());
    options
}

/// The result without the counts of what the user did not ask to ignore, and with a note instead.
pub(crate) fn restored(mut found: Comparison, options: &Options) -> Comparison {
    let is_own = |rule: &str| LACKING.contains(&rule) || rule == "compression";
    let by_user = |rule: &str| options.ignore.iter().any(|one| one == rule);
    found
        .ignored
        .retain(|rule, _| by_user(rule) || !is_own(rule));
    found.notes.push(Note::DirectoryLacks);
    found
}
