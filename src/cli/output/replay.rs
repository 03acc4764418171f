//! Leaves the script that repeats a failed step where the user can run it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bootstrap::error::FailedBuild;
use crate::text::shell::shell_quote;
use crate::verify::environment::cache_root;

/// The command that repeats a failed step, if it can be repeated and its script can be written.
pub(crate) fn command(failed: &FailedBuild) -> Option<String> {
    let directory = cache_root().ok()?.join("repeat");
    let script = failed
        .replay
        .is_possible()
        .then(|| write(&directory, failed))?;
    // The error of the step is what counts: without a script it has one line less.
    let path = script.ok()?;
    let path = shell_quote(&path.to_string_lossy());
    Some(format!("bash {path} >/dev/null"))
}

fn write(directory: &Path, failed: &FailedBuild) -> io::Result<PathBuf> {
    fs::create_dir_all(directory)?;
    let path = directory.join(format!("{}.sh", failed.stage.replace(' ', "-")));
    fs::write(&path, &failed.replay.script)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootstrap::transcript::BuildFailure;
    use crate::sandbox::replay::Replay;

    #[test]
    fn the_script_has_the_name_of_its_step() {
        let directory = tempfile::tempdir().unwrap();
        let failed = FailedBuild {
            stage: "altered outside".to_owned(),
            failure: BuildFailure::Silent,
            known: None,
            missing_package: None,
            tail: vec![],
            transcript: vec![],
            replay: Replay {
                script: "exit 3\n".to_owned(),
                ..Replay::default()
            },
        };
        let path = write(directory.path(), &failed).unwrap();
        assert_eq!(path, directory.path().join("altered-outside.sh"));
        assert_eq!(fs::read_to_string(path).unwrap(), "exit 3\n");
    }
}
