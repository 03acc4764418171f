//! The arguments of this process, before clap sees them: called by the name `diffoscope`, the program
//! is `twinroot diffoscope`, and there an argument `@FILE` stands for the lines of a file.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use crate::text::quote;

/// The name of the command, and of a link to the program that means it.
const DIFFOSCOPE: &str = "diffoscope";

/// How many files may name each other: more is a file that names itself.
const DEPTH: u8 = 16;

/// A file of arguments that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArgumentFileError {
    /// It cannot be read.
    #[error("@{}: {error}", quote(path.as_bytes()))]
    Read {
        /// Its path.
        path: OsString,
        /// Why not.
        error: io::Error,
    },
    /// It names a file that names a file, and so on.
    #[error("@{}: more than {DEPTH} files of arguments name each other", quote(path.as_bytes()))]
    TooDeep {
        /// Its path.
        path: OsString,
    },
}

/// The arguments that clap reads, the program's name first.
///
/// # Errors
/// A file of arguments cannot be used.
pub(crate) fn arguments(
    given: impl Iterator<Item = OsString>,
) -> Result<Vec<OsString>, ArgumentFileError> {
    let mut given = given.peekable();
    let program = given.next().unwrap_or_default();
    let is_link = Path::new(&program).file_name() == Some(OsStr::new(DIFFOSCOPE));
    let mut out = vec![program];
    if is_link {
        out.push(DIFFOSCOPE.into());
    } else {
        match given.next_if(|argument| argument == DIFFOSCOPE) {
            Some(command) => out.push(command),
            None => {
                out.extend(given);
                return Ok(out);
            }
        }
    }
    for argument in given {
        expand(argument, DEPTH, &mut out)?;
    }
    Ok(out)
}

/// Adds an argument, or the lines of the file that it names.
fn expand(argument: OsString, depth: u8, out: &mut Vec<OsString>) -> Result<(), ArgumentFileError> {
    let Some(path) = argument.as_bytes().strip_prefix(b"@") else {
        out.push(argument);
        return Ok(());
    };
    let path = OsStr::from_bytes(path).to_owned();
    if depth == 0 {
        return Err(ArgumentFileError::TooDeep { path });
    }
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) => return Err(ArgumentFileError::Read { path, error }),
    };
    let text = text.strip_suffix(b"\n").unwrap_or(&text);
    if text.is_empty() {
        return Ok(());
    }
    let mut lines = text.split(|byte| *byte == b'\n');
    lines.try_for_each(|line| expand(OsString::from_vec(line.to_vec()), depth - 1, out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[&str], expected: &[&str]) {
        let given = given.iter().map(OsString::from);
        let found = arguments(given).unwrap();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_link_called_diffoscope_is_the_command() {
        check(
            &["/usr/bin/diffoscope", "a", "b"],
            &["/usr/bin/diffoscope", "diffoscope", "a", "b"],
        );
        check(
            &["twinroot", "diffoscope", "a"],
            &["twinroot", "diffoscope", "a"],
        );
        check(
            &["twinroot", "compare", "@a", "b"],
            &["twinroot", "compare", "@a", "b"],
        );
    }

    #[test]
    fn a_file_of_arguments_has_one_a_line_and_may_name_another() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| format!("{}/{name}", directory.path().to_str().unwrap());
        std::fs::write(path("inner"), "a file\n").unwrap();
        std::fs::write(path("outer"), format!("--html\nx y\n@{}\n", path("inner"))).unwrap();
        std::fs::write(path("empty"), "").unwrap();
        let outer = format!("@{}", path("outer"));
        let empty = format!("@{}", path("empty"));
        check(
            &["diffoscope", &empty, &outer, "b"],
            &["diffoscope", "diffoscope", "--html", "x y", "a file", "b"],
        );
        std::fs::write(path("self"), format!("@{}", path("self"))).unwrap();
        let itself = ["diffoscope".to_owned(), format!("@{}", path("self"))];
        let error = arguments(itself.into_iter().map(OsString::from)).unwrap_err();
        assert!(matches!(error, ArgumentFileError::TooDeep { .. }));
    }
}
