//! What mmdebstrap and its children wrote on standard error, and what it means.
//!
//! mmdebstrap's exit status says only whether it succeeded. Its lines that begin with `E:` and `W:`
//! say why (mmdebstrap(1), versions 1.3.5 to 1.6.0).

use crate::bootstrap::unmet::{UnmetDependency, unmet};
use crate::debian::failed_script::FailedScript;
use crate::sandbox::exit_status::ExitStatus;

/// A build's standard error, by lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    lines: Vec<String>,
}

/// Most lines of a failed build that are shown.
const TAIL: usize = 12;
/// Most lines that are shown before the first failure; the script wrote them.
const BEFORE: usize = 8;
/// Most characters of a line that is shown.
const LINE_MAX: usize = 200;

/// Warnings after which the normal build is no longer a sound reference.
const DEGRADING: [&str; 9] = [
    "cannot execute mount",
    "Can't exec \"mount\"",
    "skipping bind-mounting ./dev/",
    "skipping mount sysfs",
    "skipping mounting of sysfs",
    "skipping mounting /proc",
    "cannot mount because",
    "no entry in /etc/subuid",
    "cannot infer signed-by value",
];

/// What apt writes about each problem. The first row whose words occur counts.
const APT_WORDS: [(&str, AptProblem); 11] = [
    (
        "did not find any indices for architecture",
        AptProblem::NoIndices,
    ),
    ("is expired", AptProblem::ExpiredRelease),
    ("is not valid yet", AptProblem::NotValidYet),
    ("Mirror sync in progress", AptProblem::MirrorSync),
    ("Hash Sum mismatch", AptProblem::HashMismatch),
    ("File has unexpected size", AptProblem::UnexpectedSize),
    ("NO_PUBKEY", AptProblem::NoPubkey),
    ("does not have a Release file", AptProblem::NoRelease),
    ("Temporary failure resolving", AptProblem::Resolving),
    ("Could not connect to", AptProblem::Connect),
    (UNABLE_TO_LOCATE, AptProblem::UnableToLocate),
];

/// What apt writes before the name of a package that is in no index.
const UNABLE_TO_LOCATE: &str = "Unable to locate package";

/// What programs write if a file system has no space left: the C library's words for ENOSPC, and
/// apt's before it downloads (apt-pkg's `install.cc`).
const NO_SPACE: [&str; 2] = [
    "No space left on device",
    "You don't have enough free space in",
];

/// A problem that apt reports and that a user can do something about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AptProblem {
    /// The mirror has no indices for the architecture.
    NoIndices,
    /// The Release file is no longer valid.
    ExpiredRelease,
    /// The Release file becomes valid in the future.
    NotValidYet,
    /// The mirror says that it is being updated.
    MirrorSync,
    /// A file does not have the digest that its index names.
    HashMismatch,
    /// A file does not have the size that its index names.
    UnexpectedSize,
    /// The Release file is signed with a key that apt does not have.
    NoPubkey,
    /// There is no such suite on the mirror.
    NoRelease,
    /// The mirror's name cannot be resolved.
    Resolving,
    /// The mirror does not answer.
    Connect,
    /// A package is in no index.
    UnableToLocate,
    /// Packages need others in another version than the one to be installed; at least one.
    Unmet(Vec<UnmetDependency>),
}

/// Why mmdebstrap failed, in the words of the program that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildFailure {
    /// A maintainer script failed.
    #[error(transparent)]
    Script(Box<FailedScript>),
    /// Packages need others in another version than the one to be installed; at least one.
    #[error("{}", words(.0))]
    Unmet(Vec<UnmetDependency>),
    /// A line of the transcript says why.
    #[error("{0}")]
    Message(String),
    /// mmdebstrap wrote nothing.
    #[error("it exited without output")]
    Silent,
    /// A signal ended mmdebstrap.
    #[error("mmdebstrap {0}")]
    Signal(ExitStatus),
}

impl Transcript {
    /// Splits raw bytes into lines. What is not UTF-8 is replaced, and a carriage return ends a
    /// line, too.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let lines = text
            .split(['\n', '\r'])
            .map(str::trim_end)
            .filter(|line| !line.is_empty());
        Self {
            lines: lines.map(str::to_owned).collect(),
        }
    }

    /// mmdebstrap's warnings, without their `W: `.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.lines
            .iter()
            .filter_map(|line| line.strip_prefix("W: "))
            .map(str::to_owned)
            .collect()
    }

    /// The warnings of things that alone make a normal build differ.
    #[must_use]
    pub fn degraded(&self) -> Vec<String> {
        let is_degrading = |line: &&String| DEGRADING.iter().any(|words| line.contains(words));
        let lines = self.lines.iter().filter(is_degrading);
        lines
            .map(|line| line.trim_start_matches("W: ").to_owned())
            .collect()
    }

    /// Why the build failed.
    #[must_use]
    pub fn failure(&self) -> BuildFailure {
        if let Some(script) = self.failed_script() {
            return BuildFailure::Script(Box::new(script));
        }
        let unmet = unmet(&self.lines);
        if !unmet.is_empty() {
            return BuildFailure::Unmet(unmet);
        }
        let starts = |prefix: &'static str| move |line: &&String| line.starts_with(prefix);
        // apt's own errors come before mmdebstrap's, which only says that apt failed.
        let error = self
            .lines
            .iter()
            .find(starts("E: "))
            .or_else(|| self.lines.iter().find(starts("Err:")));
        match error.or_else(|| self.lines.last()) {
            None => BuildFailure::Silent,
            Some(line) => BuildFailure::Message(cut(line.trim_start_matches("E: "))),
        }
    }

    /// The problem that apt reported, if its words are known.
    #[must_use]
    pub fn apt_problem(&self) -> Option<AptProblem> {
        let fits = |words: &str| self.lines.iter().any(|line| line.contains(words));
        let known = APT_WORDS.iter().find(|(words, _)| fits(words));
        let known = known.map(|(_, problem)| problem.clone());
        let unmet = || Some(unmet(&self.lines)).filter(|unmet| !unmet.is_empty());
        known.or_else(|| unmet().map(AptProblem::Unmet))
    }

    /// Whether a program said that there is no space left.
    #[must_use]
    pub fn lacks_space(&self) -> bool {
        let says = |line: &String| NO_SPACE.iter().any(|words| line.contains(words));
        self.lines.iter().any(says)
    }

    /// The first package that apt found in no index.
    #[must_use]
    pub fn missing_package(&self) -> Option<&str> {
        self.lines.iter().find_map(|line| {
            let (_, name) = line.split_once(UNABLE_TO_LOCATE)?;
            Some(name.trim())
        })
    }

    /// The lines that are worth reading: those around the first package that dpkg could not process,
    /// or else the last ones. Long lines are cut, such as a command line that names every package.
    #[must_use]
    pub fn tail(&self) -> Vec<String> {
        let last = self.lines.len().saturating_sub(TAIL);
        let failed = |line: &String| line.starts_with("dpkg: error processing ");
        let first = self.lines.iter().position(failed);
        let from = first.map_or(last, |line| line.saturating_sub(BEFORE).min(last));
        let lines = self.lines.iter().skip(from).take(TAIL);
        lines.map(|line| cut(line)).collect()
    }

    /// The first maintainer script that dpkg reports as failed.
    #[must_use]
    pub fn failed_script(&self) -> Option<FailedScript> {
        FailedScript::read(&self.lines)
    }
}

/// What is unmet, in one line.
fn words(unmet: &[UnmetDependency]) -> String {
    let all: Vec<String> = unmet.iter().map(ToString::to_string).collect();
    all.join("; ")
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(LINE_MAX) {
        Some((at, _)) => format!("{} …", line.get(..at).unwrap_or_default()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_shown_are_those_around_the_first_failure_and_cut() {
        let mut text: String = (0..30).map(|line| format!("before {line}\n")).collect();
        text.push_str("dpkg: error processing package p (--configure):\n");
        text.extend((0..30).map(|line| format!("after {line}\n")));
        text.push_str(&"x".repeat(1_000));
        let tail = Transcript::new(text.as_bytes()).tail();
        assert_eq!(tail.len(), TAIL);
        assert_eq!(tail.first().map(String::as_str), Some("before 22"));
        assert_eq!(tail.get(BEFORE + 1).map(String::as_str), Some("after 0"));
        let long = Transcript::new("é".repeat(1_000).as_bytes()).tail();
        assert_eq!(long, [format!("{} …", "é".repeat(LINE_MAX))]);
    }

    #[test]
    fn an_expired_release_file_is_a_known_problem() {
        let transcript = Transcript::new(
            b"E: Release file for x is expired (invalid since 23d).\nE: apt-get update failed\n",
        );
        assert_eq!(
            transcript.failure().to_string(),
            "Release file for x is expired (invalid since 23d)."
        );
        assert_eq!(transcript.apt_problem(), Some(AptProblem::ExpiredRelease));
    }

    #[test]
    fn degrading_warnings_are_told_from_others() {
        let transcript = Transcript::new(b"W: skipping mount sysfs\nW: something else\nI: fine\n");
        assert_eq!(transcript.degraded(), ["skipping mount sysfs"]);
        assert_eq!(
            transcript.warnings(),
            ["skipping mount sysfs", "something else"]
        );
    }

    #[test]
    fn a_package_that_apt_does_not_know_is_named() {
        let transcript = Transcript::new(b"Reading...\nE: Unable to locate package fakeroot\n");
        assert_eq!(transcript.missing_package(), Some("fakeroot"));
        assert_eq!(transcript.apt_problem(), Some(AptProblem::UnableToLocate));
        assert_eq!(Transcript::default().missing_package(), None);
    }

    #[test]
    fn a_failure_without_output_is_said_to_be_one() {
        assert_eq!(
            Transcript::default().failure().to_string(),
            "it exited without output"
        );
    }
}
