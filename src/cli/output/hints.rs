//! What the user can do about an error; the one place below the arguments that names options.

use crate::verify;

/// Advice in one line, if there is any.
pub(crate) fn of(error: &verify::Error) -> Option<String> {
    use verify::Error;
    let hint = match error {
        Error::Bootstrap(error) => return error.hint(),
        Error::UserNamespaces(error) => return Some(error.hint()),
        Error::Emulator(error) => return Some(error.mend()),
        Error::MissingProgram { program, .. } => {
            return Some(format!("sudo apt-get install {program}"));
        }
        Error::OutsideLacksProgram { package, .. } => {
            return Some(format!(
                "install {package} there, or use --outside matching"
            ));
        }
        Error::FileMirror { mirror } => {
            let path = mirror.trim_start_matches("file:");
            return Some(format!("write it copy:{path}"));
        }
        Error::Outside { .. } => "--outside takes `matching`, `host`, or a directory or tarball",
        Error::NothingToMatch => "--outside takes `host`, or a directory or tarball",
        Error::NoStrace => "install strace there, or use --audit overlay",
        Error::OutsideNotCopyable => "use --outside matching, or a tarball",
        Error::NoEpoch => "give --source-date-epoch SECONDS",
        Error::NoCacheDirectory => "set XDG_CACHE_HOME to a directory",
        Error::EpochOutOfRange { .. } | Error::ArtifactsLocked { .. } => return None,
    };
    Some(hint.to_owned())
}
