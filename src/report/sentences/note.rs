//! What a comparison or a verification did not look at, in words.

use crate::compare::note::{ListProblem, Note};
use crate::compare::side::Side;
use crate::debian::maintainer_script::ScriptKind;
use crate::explain::agreement::Disagreement;
use crate::explain::scripts::interpret::effort::ReadLimit;
use crate::input::kind::Kind;
use crate::report::sentences::command_line;
use crate::text::quote;
use crate::verify;
use crate::verify::note::Wanted;

/// A note of a comparison.
pub(crate) fn of_comparison(note: &Note) -> String {
    match note {
        Note::VerdictOnly => "only the verdict was asked for: no entry was looked at".to_owned(),
        Note::NoDigest { contents, limit } => {
            format!(
                "no digest for {}: larger than {limit} bytes",
                divergent(*contents)
            )
        }
        Note::Omitted { contents } => {
            format!("{} not shown: contents were left out", are(*contents))
        }
        Note::TooLarge { contents, limit } => format!(
            "{} shown at the first difference only: larger than {limit} bytes",
            are(*contents)
        ),
        Note::NoRoom { contents } => {
            format!(
                "{} not shown: the limit on details is reached",
                are(*contents)
            )
        }
        Note::Cut { contents } => {
            format!(
                "{} shown in part: the limit on details is reached",
                are(*contents)
            )
        }
        Note::TimedOut => "Timeout exceeded; details may be incomplete.".to_owned(),
        Note::TwoSorts { left, right } => two_sorts(*left, *right),
        Note::BothEmpty => "both inputs are empty".to_owned(),
        Note::AsBytes { foreign } => {
            format!("the inputs were compared as bytes: one is {foreign}, which is not read")
        }
        Note::DirectoryLacks => "what a directory has none of was not compared: user and group \
            names, access and change times, other pax records, sparse maps, the spelling of headers, \
            the order of entries, padding, and what follows the last entry"
            .to_owned(),
        Note::Misnamed { side, blobs } => format!("{}: {}", word(*side), misnamed(*blobs)),
        Note::Flattened => "the roots that the layers make were compared, and not how the images \
            are stored: manifests, configurations, what upper layers hide"
            .to_owned(),
        Note::NotLookedInto { archives } => {
            format!("archives inside that were not looked into: {archives}")
        }
        Note::LayersLeft { side, after } => format!(
            "{}: layers after the first {after} of an image were not looked at",
            word(*side)
        ),
        Note::Listed { side, problem } => format!("{}: {}", word(*side), of_list(*problem)),
        Note::EntriesLeft { side, after } => {
            let side = word(*side);
            match after {
                1 => format!("{side}: entries after the first were not looked at"),
                count => format!("{side}: entries after the first {count} were not looked at"),
            }
        }
    }
}

fn word(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}

fn two_sorts(left: Kind, right: Kind) -> String {
    format!(
        "the inputs were compared as bytes: the left one is {left}, and the right one is {right}"
    )
}

fn misnamed(blobs: u64) -> String {
    match blobs {
        1 => "1 blob is not what its name says".to_owned(),
        blobs => format!("{blobs} blobs are not what their names say"),
    }
}

fn of_list(problem: ListProblem) -> String {
    let listed = |files: u64| match files {
        1 => "1 listed file is".to_owned(),
        files => format!("{files} listed files are"),
    };
    match problem {
        ListProblem::Absent(files) => {
            format!(
                "{} not beside the control file, and not compared",
                listed(files)
            )
        }
        ListProblem::Mislisted(files) => format!(
            "{} not of the size or digest that the control file says",
            listed(files)
        ),
        ListProblem::Cut => "the control file was read in part: it lists more than 10,000 files, \
            or has more than 16 MiB"
            .to_owned(),
    }
}

fn divergent(count: u64) -> String {
    match count {
        1 => "1 divergent content".to_owned(),
        count => format!("{count} divergent contents"),
    }
}

fn are(count: u64) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", divergent(count))
}

/// A note of a verification.
pub(crate) fn of_verification(note: &verify::note::Note) -> String {
    use verify::note::Note;
    match note {
        Note::NotCompared { failing: 1 } => {
            "nothing was compared: a script fails chrootless, and none may be passed over"
                .to_owned()
        }
        Note::NotCompared { failing } => format!(
            "nothing was compared: {failing} scripts fail chrootless, and at most {} may be passed over",
            failing - 1
        ),
        Note::LinesNotKept { files } => {
            let files: Vec<String> = files.iter().map(|file| quote(file)).collect();
            format!(
                "too large, or changed too often, to see which script wrote which line: {}",
                files.join(", ")
            )
        }
        Note::Failed(Wanted::Normal, error) => format!("cannot observe the normal build: {error}"),
        Note::Failed(Wanted::Chrootless, error) => {
            format!("cannot observe the chrootless build: {error}")
        }
    }
}

/// That an audit and the attempts disagree on a path of the outside.
pub(crate) fn of_disagreement(disagreement: &Disagreement) -> String {
    match disagreement {
        Disagreement::Untried { path, by: None } => format!(
            "{} of the outside changed, and no process was seen to act on it",
            quote(path)
        ),
        Disagreement::Untried { path, by: Some(by) } => format!(
            "{} of the outside changed, and no maintainer script was seen to act on it: {} wrote it",
            quote(path),
            command_line::shown(&by.words)
        ),
        Disagreement::Unseen { path, call, by } => format!(
            "{} of the outside did not change, although {call} by {} succeeded",
            quote(path),
            command_line::shown(&by.words)
        ),
    }
}

/// A note of a maintainer script that was not read to its end.
pub(crate) fn of_partly_read(package: &str, script: ScriptKind, limit: ReadLimit) -> String {
    let why = match limit {
        ReadLimit::Turns => "its loops have too many turns",
        ReadLimit::Nodes => "it runs too many commands",
        ReadLimit::Time => "that took too long",
    };
    let package = quote(package.as_bytes());
    format!(
        "the {} of {package} was read in part: {why}",
        script.as_str()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::command_line::CommandLine;

    #[test]
    fn a_disagreement_names_the_path() {
        let path = || b"/etc/a".to_vec();
        let command = || CommandLine {
            words: ["mkdir", "/etc/a"].map(str::to_owned).to_vec(),
        };
        let untried = |by| Disagreement::Untried { path: path(), by };
        let unseen = Disagreement::Unseen {
            path: path(),
            call: "mkdir".to_owned(),
            by: command(),
        };
        assert_eq!(
            [untried(None), untried(Some(command())), unseen].map(|one| of_disagreement(&one)),
            [
                "/etc/a of the outside changed, and no process was seen to act on it",
                "/etc/a of the outside changed, and no maintainer script was seen to act on it: \
                 mkdir /etc/a wrote it",
                "/etc/a of the outside did not change, although mkdir by mkdir /etc/a succeeded",
            ]
        );
    }

    #[test]
    fn a_script_that_was_read_in_part_comes_with_the_reason() {
        let said = |limit| of_partly_read("a", ScriptKind::Postinst, limit);
        assert_eq!(
            [ReadLimit::Turns, ReadLimit::Nodes, ReadLimit::Time].map(said),
            [
                "the postinst of a was read in part: its loops have too many turns",
                "the postinst of a was read in part: it runs too many commands",
                "the postinst of a was read in part: that took too long",
            ]
        );
    }
}
