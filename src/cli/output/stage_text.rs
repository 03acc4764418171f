//! The words of progress: names of stages, and how they ended.

use std::path::Path;

use crate::tar::time::Timestamp;
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
        Stage::ObserveNormal => "observe 1",
        Stage::ObserveChrootless => "observe 2",
        Stage::ObserveAltered => "observe 3",
        Stage::Control => "control",
    }
}

/// That another run holds a lock.
pub(crate) fn waiting(path: &Path) -> String {
    format!(
        "waiting for another twinroot that holds the lock on {}",
        path.to_string_lossy()
    )
}

/// How a stage ended.
pub(crate) fn result(result: StageResult<'_>) -> String {
    match result {
        StageResult::Mirror { given, what } => format!("{given}   {what}"),
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
