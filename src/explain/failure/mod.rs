//! Why a maintainer script fails chrootless, by its own words and by what the outside lacks.

pub(crate) mod complaint;
pub(crate) mod failing_line;

use crate::debian::failed_script::FailedScript;
use crate::debian::maintainer_script::ScriptKind;
use crate::debian::maintainer_script::ScriptName;
use crate::debian::temporary_root::{TEMPORARY_ROOT, without_root};
use crate::explain::failure::complaint::{Meaning, last_complaint};
use crate::explain::failure::failing_line::failing_line;
use crate::explain::observations::OutsideFiles;

pub use crate::explain::failure::complaint::{Account, AccountKind, FileLine};
pub use crate::explain::failure::failing_line::FailingLine;

/// A maintainer script that fails chrootless and not in the normal build, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFailure {
    /// Name of the binary package.
    pub package: String,
    /// Its version, if dpkg named it.
    pub version: Option<String>,
    /// Which of its scripts.
    pub script: ScriptKind,
    /// The script's exit status.
    pub status: u8,
    /// The line of the script that failed, if it can be told.
    pub line: Option<FailingLine>,
    /// What the script and its children wrote; mmdebstrap's temporary directory is called `ROOT`.
    pub words: Vec<String>,
    /// Why it failed.
    pub cause: FailureCause,
    /// Scripts that had failed before, which may be why this one does.
    pub after: Vec<ScriptName>,
}

/// Why a script failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureCause {
    /// The chroots have an account that the outside lacks.
    OnlyInside(Account),
    /// The chroot of the normal build has an account that neither the other one nor the outside
    /// has.
    OnlyInNormal(Account),
    /// The outside lacks an account; whether the chroot has it is not known.
    NotOutside(Account),
    /// The outside lacks a program.
    NoProgram {
        /// Its name, as the script has it.
        program: String,
    },
    /// The outside lacks a file or directory.
    NoFile {
        /// Its absolute path.
        path: String,
    },
    /// The chroot lacked a file or directory when the script ran.
    NoFileInside {
        /// Its path in the chroot, with a slash before it.
        path: String,
    },
    /// A tool of the outside does not understand a file of the chroot, which the chroot's own tool
    /// understands: it is another version's.
    OutsideTool(FileLine),
    /// Something could not be written, because the file system was read-only.
    ReadOnly,
    /// The script itself complained of `DPKG_ROOT`.
    RefusesRoot,
    /// It is not known why.
    Unknown,
}

/// The systems that a failure is held against.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds closures")]
pub struct Systems<'a> {
    /// Reads a file of the chroot of the normal build; `None` if it is not known.
    pub normal: &'a OutsideFiles<'a>,
    /// Reads a file of the chroot of the chrootless build; `None` if it is not known.
    pub chrootless: &'a OutsideFiles<'a>,
    /// Reads a file of the outside.
    pub outside: &'a OutsideFiles<'a>,
    /// Whether the outside has a path.
    pub has_outside: &'a dyn Fn(&[u8]) -> bool,
}

/// Directories in which a build looks for programs.
const PROGRAMS: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

impl ScriptFailure {
    /// Explains the failure of a script with this text; `observed` is the number of the line that
    /// was seen to fail.
    #[must_use]
    pub fn explain(
        failed: &FailedScript,
        after: &[ScriptName],
        text: &[u8],
        observed: Option<usize>,
        systems: Systems<'_>,
    ) -> Self {
        let complaint = last_complaint(failed);
        let meaning = complaint.as_ref().map(|complaint| &complaint.meaning);
        let words = failed.words.iter();
        Self {
            package: failed.package.clone(),
            version: failed.version.clone(),
            script: failed.script,
            status: failed.status,
            line: failing_line(failed, observed, complaint.as_ref(), text),
            words: words.map(|line| without_root(line)).collect(),
            after: after.to_vec(),
            cause: meaning.map_or(FailureCause::Unknown, |meaning| systems.cause(meaning)),
        }
    }
}

impl Systems<'_> {
    /// What a complaint says, if the systems are as it says.
    fn cause(self, meaning: &Meaning) -> FailureCause {
        match meaning {
            Meaning::NoAccount(account) => self.account(account),
            Meaning::NoProgram(program) => self.program(program),
            Meaning::NoFile(path) => self.file(path),
            Meaning::NotUnderstood(line) => FailureCause::OutsideTool(line.clone()),
            Meaning::ReadOnly => FailureCause::ReadOnly,
            Meaning::NamesRoot => FailureCause::RefusesRoot,
        }
    }

    fn account(self, account: &Account) -> FailureCause {
        let database = account.kind.database();
        let has = |files: &OutsideFiles<'_>| {
            let content = files(database);
            content.is_some_and(|content| account.is_in(&content))
        };
        let account = || account.clone();
        match (has(self.outside), has(self.chrootless), has(self.normal)) {
            (true, _, _) => FailureCause::Unknown,
            (false, true, _) => FailureCause::OnlyInside(account()),
            (false, false, true) => FailureCause::OnlyInNormal(account()),
            (false, false, false) => FailureCause::NotOutside(account()),
        }
    }

    fn program(self, program: &str) -> FailureCause {
        if program.starts_with('/') {
            return self.file(program);
        }
        let mut places = PROGRAMS.iter();
        if places.any(|place| (self.has_outside)(format!("{place}/{program}").as_bytes())) {
            return FailureCause::Unknown;
        }
        FailureCause::NoProgram {
            program: program.to_owned(),
        }
    }

    fn file(self, path: &str) -> FailureCause {
        if let Some(rest) = path.strip_prefix(TEMPORARY_ROOT) {
            let inside = rest.find('/').and_then(|slash| rest.get(slash..));
            let path = inside.unwrap_or("/").to_owned();
            return FailureCause::NoFileInside { path };
        }
        if (self.has_outside)(path.as_bytes()) {
            return FailureCause::Unknown;
        }
        FailureCause::NoFile {
            path: path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
