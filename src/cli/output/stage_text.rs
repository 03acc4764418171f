//! The words of progress: names of stages, and how they ended.

use std::path::Path;

use indicatif::HumanCount;

use crate::bootstrap::damage::Damage;
use crate::bootstrap::mirror::MirrorContent;
use crate::bootstrap::mirror::work::WorkStep;
use crate::sandbox::protocol::{Activity, Progress};
use crate::tar::time::Timestamp;
use crate::text::quote;
use crate::verify::observer::{IsCached, Stage, StageResult};

/// A stage's name, in at most eleven characters if it is one of the common ones.
pub(crate) fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Mirror => "mirror",
        Stage::Freeze => "freeze",
        Stage::FreezeOutside => "freeze outside",
        Stage::Outside => "outside",
        Stage::Alter => "leak-check",
        Stage::Build(label) => label,
        Stage::SecondNormal => "normal 2",
        Stage::SecondChrootless => "chrootless 2",
    }
}

/// That another run holds a lock.
pub(crate) fn waiting(path: &Path) -> String {
    format!(
        "waiting for another twinroot that holds the lock on {}",
        path.to_string_lossy()
    )
}

/// That an entry of the cache is damaged.
pub(crate) fn damaged(path: &Path, damage: &Damage) -> String {
    let path = quote(path.as_os_str().as_encoded_bytes());
    format!("{path} is damaged: {damage}; it is made again")
}

/// How far the copying or auditing of the outside system is.
pub(crate) fn progress(progress: Progress) -> String {
    let verb = match progress.activity {
        Activity::Copying => "copying the outside",
        Activity::Waiting => return "running".to_owned(),
        Activity::Reading => "reading the outside",
        Activity::ReadingAgain => "reading the outside again",
    };
    let (objects, mib) = (
        HumanCount(progress.objects),
        HumanCount(progress.bytes >> 20),
    );
    format!("{verb}: {objects} objects, {mib} MiB")
}

/// How far the work on package files is.
pub(crate) fn files(done: usize, step: WorkStep) -> String {
    let verb = match step {
        WorkStep::Read => "read",
        WorkStep::Inspect => "looked at",
        WorkStep::Copy => "copied",
    };
    match done {
        1 => format!("1 package file {verb}"),
        done => format!("{done} package files {verb}"),
    }
}

fn mirror(content: &MirrorContent) -> String {
    match content {
        MirrorContent::Repository(suite) => suite.clone(),
        MirrorContent::PackageFiles { count, is_cached } => {
            let cached = if *is_cached { "   cached" } else { "" };
            match count {
                1 => format!("1 package file{cached}"),
                count => format!("{count} package files{cached}"),
            }
        }
    }
}

/// How a stage ended.
pub(crate) fn result(result: StageResult<'_>) -> String {
    match result {
        StageResult::Mirror { given, content } => format!("{given}   {}", mirror(content)),
        StageResult::Frozen {
            recipe,
            archive,
            cached,
        } => {
            let date = archive.release_date.map(|date| {
                let date = Timestamp::from_pax(date.to_string().as_bytes());
                format!(", {date}")
            });
            let packages = match archive.packages.len() {
                1 => "1 package".to_owned(),
                count => format!("{count} packages"),
            };
            format!(
                "{} {}{}   {packages}, {} MiB{}",
                recipe.suite,
                recipe.architecture,
                date.unwrap_or_default(),
                archive.bytes.div_ceil(1 << 20),
                word(cached)
            )
        }
        StageResult::OutsideIsMachine => "this machine".to_owned(),
        StageResult::OutsideIsDirectory(path) => path.to_string_lossy().into_owned(),
        StageResult::OutsideIsTarball(path, cached) => {
            format!("{}{}", path.to_string_lossy(), word(cached))
        }
        StageResult::OutsideMatches {
            recipe,
            mmdebstrap,
            cached,
        } => format!(
            "{} {} + mmdebstrap {}{}",
            recipe.suite,
            recipe.architecture,
            mmdebstrap.unwrap_or("?"),
            word(cached)
        ),
        StageResult::Altered(1, cached) => format!("1 file altered{}", word(cached)),
        StageResult::Altered(count, cached) => format!("{count} files altered{}", word(cached)),
        StageResult::Built => "built".to_owned(),
        StageResult::Compared { is_identical: true } => "identical".to_owned(),
        StageResult::Compared {
            is_identical: false,
        } => "divergent".to_owned(),
        StageResult::Observed(1) => "1 system call".to_owned(),
        StageResult::Observed(count) => format!("{count} system calls"),
    }
}

fn word(cached: IsCached) -> &'static str {
    match cached {
        IsCached::Cached => "   cached",
        IsCached::Made => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_is_done_and_how_much() {
        let said = |activity| {
            progress(Progress {
                activity,
                objects: 12_345,
                bytes: 98 << 20,
            })
        };
        assert_eq!(
            said(Activity::Copying),
            "copying the outside: 12,345 objects, 98 MiB"
        );
        assert_eq!(
            said(Activity::Reading),
            "reading the outside: 12,345 objects, 98 MiB"
        );
        assert_eq!(
            said(Activity::ReadingAgain),
            "reading the outside again: 12,345 objects, 98 MiB"
        );
    }
}
