//! A maintainer script that failed, read from what dpkg wrote.
//!
//! dpkg says `Setting up P (1.0) ...` before it runs a postinst, and `Preparing to unpack
//! .../P_1.0_all.deb ...` before a preinst; then come the script's own words. If the script fails,
//! dpkg says `dpkg: error processing package P (--configure):` and on the next line `installed P
//! package post-installation script subprocess returned error exit status 127`. dpkg 1.23 says
//! `old P package postinst maintainer script subprocess failed with exit status 127`. If a shell
//! finds the mistake, it says `…/P.postinst: 12: systemctl: not found`.

use crate::debian::maintainer_script::{ScriptKind, ScriptName};
use crate::debian::package_name::text_without_architecture;

/// Most lines of a script's own words that are kept, the last ones.
const WORDS: usize = 40;

/// What dpkg calls the scripts before 1.23.
const OLD_NAMES: [(&str, ScriptKind); 4] = [
    ("pre-installation", ScriptKind::Preinst),
    ("post-installation", ScriptKind::Postinst),
    ("pre-removal", ScriptKind::Prerm),
    ("post-removal", ScriptKind::Postrm),
];

/// A maintainer script that failed, as dpkg reports it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{package}.{} failed{}", script.as_str(), self.shell_words().iter().map(|word| format!(": {word}")).collect::<String>())]
pub struct FailedScript {
    /// Package name, without its architecture.
    pub package: String,
    /// Version of the package, if dpkg named it.
    pub version: Option<String>,
    /// Which of its scripts.
    pub script: ScriptKind,
    /// Its exit status.
    pub status: u8,
    /// What it and its children wrote, by lines; the last ones if there are many.
    pub words: Vec<String>,
}

/// What the shell that runs a script complained of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShellComplaint<'a> {
    /// Number of the line, from 1, if the shell named it.
    pub line: Option<usize>,
    /// Why it stopped there.
    pub why: &'a str,
}

impl FailedScript {
    /// The first script that dpkg reports as failed, in the lines of a build.
    pub(crate) fn read(lines: &[String]) -> Option<Self> {
        lines.iter().enumerate().find_map(|(at, line)| {
            let report = Report::read(line.trim())?;
            let before = lines.get(..at).unwrap_or_default();
            let from = before.iter().rposition(|line| Step::read(line).is_some());
            let step = from.and_then(|from| Step::read(lines.get(from)?));
            let words = before.get(from.map_or(at, |from| from + 1)..);
            let is_dpkgs = |line: &&String| line.starts_with("dpkg: error processing ");
            let words = words.unwrap_or_default().iter();
            let words: Vec<_> = words.take_while(|line| !is_dpkgs(line)).cloned().collect();
            let first = words.len().saturating_sub(WORDS);
            let version = step.filter(|step| step.package == report.package);
            Some(Self {
                package: report.package.to_owned(),
                version: version.map(|step| step.version),
                script: report.script,
                status: report.status,
                words: words.into_iter().skip(first).collect(),
            })
        })
    }

    /// Whose script it is.
    #[must_use]
    pub fn name(&self) -> ScriptName {
        ScriptName {
            package: self.package.clone(),
            script: self.script,
        }
    }

    /// What the shell that ran the script said last, if it said anything.
    #[must_use]
    pub fn shell_complaint(&self) -> Option<ShellComplaint<'_>> {
        let text = self.shell_words()?;
        let rest = text.strip_prefix("line ").unwrap_or(text);
        let numbered = rest.split_once(": ").and_then(|(number, why)| {
            let line = Some(number.parse().ok()?);
            Some(ShellComplaint { line, why })
        });
        Some(numbered.unwrap_or(ShellComplaint {
            line: None,
            why: rest,
        }))
    }

    /// What follows the name of the script in the last line that begins with it.
    fn shell_words(&self) -> Option<&str> {
        let script = self.script.as_str();
        // `P:arm64.postinst` of a package that is Multi-Arch: same.
        let named = format!("/{}.{script}: ", self.package);
        let with_architecture = format!("/{}:", self.package);
        let unpacked = format!("/tmp.ci/{script}: ");
        self.words.iter().rev().find_map(|line| {
            let whole = [&named, &unpacked].into_iter();
            let mut rests = whole.filter_map(|name| line.split_once(name.as_str()));
            let architecture = || {
                let (_, rest) = line.split_once(&with_architecture)?;
                rest.split_once(&format!(".{script}: "))
            };
            let (_, rest) = rests.next().or_else(architecture)?;
            Some(rest)
        })
    }
}

/// What dpkg says of a script that failed.
struct Report<'a> {
    package: &'a str,
    script: ScriptKind,
    status: u8,
}

impl<'a> Report<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut states = ["new ", "installed ", "old "].iter();
        let line = states.find_map(|state| line.strip_prefix(state))?;
        let (package, rest) = line.split_once(" package ")?;
        let older = OLD_NAMES.iter().find(|(name, _)| rest.starts_with(name));
        let older = older.map(|(_, script)| *script);
        let newer = || {
            let (name, _) = rest.split_once(" maintainer script ")?;
            ScriptKind::from_name(name)
        };
        let script = older.or_else(newer)?;
        let (_, status) = rest.split_once("exit status ")?;
        Some(Self {
            // `P:arm64` where that is not dpkg's own architecture.
            package: text_without_architecture(package),
            script,
            status: status.trim().parse().ok()?,
        })
    }
}

/// What dpkg says before it runs a script.
struct Step {
    package: String,
    version: String,
}

impl Step {
    fn read(line: &str) -> Option<Self> {
        if let Some(path) = line.strip_prefix("Preparing to unpack ") {
            let file = path.trim_end_matches(" ...").rsplit('/').next()?;
            let mut parts = file.strip_suffix(".deb")?.split('_');
            return Some(Self {
                package: parts.next()?.to_owned(),
                // apt's names of files have `%3a` for the colon of an epoch.
                version: parts.next()?.replace("%3a", ":"),
            });
        }
        let verbs = ["Setting up ", "Unpacking ", "Processing triggers for "];
        let rest = verbs.iter().find_map(|verb| line.strip_prefix(verb))?;
        let (package, rest) = rest.split_once(" (")?;
        let (version, _) = rest.split_once(')')?;
        Some(Self {
            package: text_without_architecture(package).to_owned(),
            version: version.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<FailedScript> {
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        FailedScript::read(&lines)
    }

    const SYSTEMD: &str = "\
I: installing remaining packages inside the chroot...
Setting up other (2) ...
its words
Setting up systemd:amd64 (257.8-1~deb13u2) ...
Creating group.
/tmp/mmdebstrap.X/var/lib/dpkg/info/systemd.postinst: 12: systemd-machine-id-setup: not found
dpkg: error processing package systemd (--configure):
 installed systemd package post-installation script subprocess returned error exit status 127
Errors were encountered while processing:
 systemd
E: Sub-process env returned an error code (1)
E: run_chroot failed: E: env apt-get failed: code 100
";

    #[test]
    fn a_failed_script_is_named_with_its_version_and_its_own_words() {
        let failed = read(SYSTEMD).unwrap();
        let shell = "/tmp/mmdebstrap.X/var/lib/dpkg/info/systemd.postinst: 12: \
                     systemd-machine-id-setup: not found";
        assert_eq!(
            failed,
            FailedScript {
                package: "systemd".to_owned(),
                version: Some("257.8-1~deb13u2".to_owned()),
                script: ScriptKind::Postinst,
                status: 127,
                words: vec!["Creating group.".to_owned(), shell.to_owned()],
            }
        );
        assert_eq!(
            failed.shell_complaint(),
            Some(ShellComplaint {
                line: Some(12),
                why: "systemd-machine-id-setup: not found",
            })
        );
        assert_eq!(
            failed.to_string(),
            "systemd.postinst failed: 12: systemd-machine-id-setup: not found"
        );
    }

    #[test]
    fn a_failed_preinst_is_named_in_the_words_of_dpkg_1_23_without_its_architecture() {
        let failed = read(
            "Unpacking other (1) ...\n\
             Preparing to unpack .../archives/p_1%3a3_riscv64.deb ...\n\
             chown: invalid user: 'x'\n\
             dpkg: error processing archive /var/cache/apt/archives/p_1%3a3_riscv64.deb (--install):\n \
             new p:riscv64 package preinst maintainer script subprocess failed with exit status 1\n\
             E: setup failed\n",
        )
        .unwrap();
        assert_eq!(failed.version.as_deref(), Some("1:3"));
        assert_eq!(failed.script, ScriptKind::Preinst);
        assert_eq!(failed.shell_complaint(), None);
        assert_eq!(failed.to_string(), "p.preinst failed");
    }

    #[test]
    fn a_script_without_words_has_none_and_dependent_packages_are_no_scripts() {
        let failed = read(
            "Setting up a (1) ...\ndpkg: error processing package a (--configure):\n \
             old a package postinst maintainer script subprocess failed with exit status 3\n",
        )
        .unwrap();
        assert_eq!((failed.status, failed.words.len()), (3, 0));
        assert_eq!(failed.to_string(), "a.postinst failed");
        let dependent = "dpkg: dependency problems prevent configuration of b:\n b depends on a\n";
        assert_eq!(read(dependent), None);
    }
}
