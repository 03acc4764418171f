//! What mmdebstrap and its children wrote on standard error, and what it means.
//!
//! mmdebstrap's exit status says no more than whether it succeeded; its `E:` and `W:`
//! lines are the message (mmdebstrap(1), 1.3.5 to 1.6.0).

use crate::sandbox::stage::init::EMULATION_WARNING;

/// A build's standard error, by lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    lines: Vec<String>,
}

/// How many lines of a failed build are shown.
const TAIL: usize = 12;
/// Lines shown before the first failure: the script's own words.
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

/// Words of apt and the fitting hint.
const HINTS: [(&str, &str); 11] = [
    (
        "did not find any indices for architecture",
        "does the mirror have this architecture? a directory of .debs may be MIRROR as well",
    ),
    (
        "is expired",
        "`--allow-expired` accepts an expired Release file while pinning",
    ),
    (
        "is not valid yet",
        "the clock of this machine is behind; set it",
    ),
    (
        "Mirror sync in progress",
        "the mirror is being updated; try again later, or name another MIRROR",
    ),
    (
        "Hash Sum mismatch",
        "the mirror is being updated; try again later, or name another MIRROR",
    ),
    (
        "File has unexpected size",
        "the mirror is being updated; try again later, or name another MIRROR",
    ),
    (
        "NO_PUBKEY",
        "give the suite's keys by `--keyring FILE`; Debian's are in debian-archive-keyring",
    ),
    (
        "does not have a Release file",
        "is the suite's name right, and does the mirror have it?",
    ),
    (
        "Temporary failure resolving",
        "pinning needs the network; a state that is pinned already needs none",
    ),
    (
        "Could not connect to",
        "is the mirror's address right, and does it answer?",
    ),
    (
        "Unable to locate package",
        "is the package's name right, and is it in this suite?",
    ),
];

/// A maintainer script that failed, as dpkg tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedScript {
    /// Package name.
    pub package: String,
    /// `postinst`, …
    pub script: String,
    /// The shell's or the program's last word, where there is one.
    pub word: Option<String>,
}

impl Transcript {
    /// Takes raw bytes; what is not UTF-8 is replaced, carriage returns end a line too.
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

    /// The warnings that make a normal build differ by itself.
    #[must_use]
    pub fn degraded(&self) -> Vec<String> {
        let is_degrading = |line: &&String| DEGRADING.iter().any(|words| line.contains(words));
        let lines = self.lines.iter().filter(is_degrading);
        lines
            .map(|line| line.trim_start_matches("W: ").to_owned())
            .collect()
    }

    /// The warning that the machine's emulators stayed in reach of a build that was to have none.
    #[must_use]
    pub fn emulation_warning(&self) -> Option<String> {
        let words = EMULATION_WARNING.trim_start_matches("W: ");
        let mut warnings = self.warnings().into_iter();
        warnings.find(|warning| warning.starts_with(words))
    }

    /// The one line that says why a build failed.
    #[must_use]
    pub fn message(&self) -> String {
        if let Some(failed) = self.failed_script() {
            let word = failed
                .word
                .map(|word| format!(": {word}"))
                .unwrap_or_default();
            return format!("{}.{} failed{word}", failed.package, failed.script);
        }
        let starts = |prefix: &'static str| move |line: &&String| line.starts_with(prefix);
        // apt's own errors come before mmdebstrap's, which only says that apt failed.
        let error = self
            .lines
            .iter()
            .find(starts("E: "))
            .or_else(|| self.lines.iter().find(starts("Err:")));
        let line = error.or_else(|| self.lines.last());
        line.map_or_else(
            || "it said nothing".to_owned(),
            |line| cut(line.trim_start_matches("E: ")),
        )
    }

    /// What the user can do, where apt's words are known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let fits = |words: &str| self.lines.iter().any(|line| line.contains(words));
        HINTS
            .iter()
            .find(|(words, _)| fits(words))
            .map(|(_, hint)| (*hint).to_owned())
    }

    /// The lines worth reading: around the first package that dpkg could not process, else
    /// the last ones. Long lines, command lines with every package say, are cut.
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
    ///
    /// dpkg says `error processing package P (--configure):` and on the next line
    /// `installed P package post-installation script subprocess returned error exit
    /// status 127`; dpkg 1.23 says `old P package postinst maintainer script subprocess failed
    /// with exit status 127`. The shell says `…/P.postinst: 12: systemctl: not found` before.
    #[must_use]
    pub fn failed_script(&self) -> Option<FailedScript> {
        const KINDS: [(&str, &str); 4] = [
            ("pre-installation", "preinst"),
            ("post-installation", "postinst"),
            ("pre-removal", "prerm"),
            ("post-removal", "postrm"),
        ];
        self.lines.iter().find_map(|line| {
            let mut states = ["new ", "installed ", "old "].iter();
            let line = states.find_map(|state| line.trim().strip_prefix(state))?;
            let (package, rest) = line.split_once(" package ")?;
            let (_, script) = KINDS.iter().find(|(words, script)| {
                let newer = rest.strip_prefix(script);
                rest.starts_with(words)
                    || newer.is_some_and(|rest| rest.starts_with(" maintainer script "))
            })?;
            let is_failure = rest.contains("returned error") || rest.contains("failed with exit");
            is_failure.then(|| FailedScript {
                // `P:arm64` where that is not dpkg's own architecture.
                package: bare(package).to_owned(),
                script: (*script).to_owned(),
                word: self.word_of(package, script),
            })
        })
    }

    fn word_of(&self, package: &str, script: &str) -> Option<String> {
        let named = [
            format!("/{package}.{script}: "),
            format!("/{}.{script}: ", bare(package)),
            format!("/tmp.ci/{script}: "),
        ];
        let lines = self.lines.iter().rev();
        lines.into_iter().find_map(|line| {
            named.iter().find_map(|name| {
                line.split_once(name.as_str())
                    .map(|(_, word)| word.to_owned())
            })
        })
    }
}

/// A package's name without its architecture.
fn bare(package: &str) -> &str {
    package.split(':').next().unwrap_or(package)
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

    const SYSTEMD: &str = "\
I: installing remaining packages inside the chroot...
Setting up systemd (257.8-1~deb13u2) ...
/tmp/mmdebstrap.X/var/lib/dpkg/info/systemd.postinst: 12: systemd-machine-id-setup: not found
dpkg: error processing package systemd (--configure):
 installed systemd package post-installation script subprocess returned error exit status 127
Errors were encountered while processing:
 systemd
E: Sub-process env returned an error code (1)
E: run_chroot failed: E: env apt-get failed: code 100
";

    #[test]
    fn a_failed_script_is_named_with_its_last_word() {
        let transcript = Transcript::new(SYSTEMD.as_bytes());
        assert_eq!(
            transcript.message(),
            "systemd.postinst failed: 12: systemd-machine-id-setup: not found"
        );
        assert_eq!(transcript.tail().len(), 9);
    }

    #[test]
    fn a_failed_script_is_named_in_the_words_of_dpkg_1_23_without_its_architecture() {
        let transcript = Transcript::new(
            b"/tmp/mmdebstrap.X/var/lib/dpkg/info/p.postinst: 3: no: not found\n\
              dpkg: error processing package p:riscv64 (--install):\n \
              old p:riscv64 package postinst maintainer script subprocess failed with exit \
              status 127\nE: setup failed\n",
        );
        assert_eq!(transcript.message(), "p.postinst failed: 3: no: not found");
    }

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
    fn an_expired_release_file_brings_the_option_to_mind() {
        let transcript = Transcript::new(
            b"E: Release file for x is expired (invalid since 23d).\nE: apt-get update failed\n",
        );
        assert_eq!(
            transcript.message(),
            "Release file for x is expired (invalid since 23d)."
        );
        assert_eq!(
            transcript.hint(),
            Some("`--allow-expired` accepts an expired Release file while pinning".to_owned())
        );
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
    fn a_warning_that_emulators_stay_is_believed() {
        let of = |text: &str| Transcript::new(text.as_bytes()).emulation_warning();
        let words = "emulators of the machine stay in reach: EPERM".to_owned();
        assert_eq!(of(&format!("I: x\nW: {words}\n")), Some(words));
        assert_eq!(of("W: cannot execute mount\n"), None);
    }

    #[test]
    fn a_silent_failure_is_said_to_be_one() {
        assert_eq!(Transcript::default().message(), "it said nothing");
    }
}
