//! What explains divergences, in words: the title of a finding, what to do, and a bug report.

use crate::explain::basis::Basis;
use crate::explain::finding::{Finding, HOST_NAME, Reader, What};
use crate::explain::origin::Origin;
use crate::explain::scripts::Snippet;
use crate::report::sentences::archives;
use crate::text::quote;

/// Most files that a title names.
const NAMED: usize = 4;

/// How a read of files of the outside begins.
const READS: &str = "reads the outside's";

/// Where owners' names are looked up.
const ACCOUNTS: [&[u8]; 2] = [b"/etc/group", b"/etc/passwd"];

/// What happened and whose script it was, in one line.
#[must_use]
pub fn title(finding: &Finding) -> String {
    let what = what(finding);
    if let Some(origin) = &finding.origin {
        return format!("{}: {what}", of_origin(origin));
    }
    let Some(package) = &finding.package else {
        return what;
    };
    let version = finding.version.iter().map(|version| format!(" {version}"));
    let script = finding
        .script
        .map(|script| format!(", {}", script.as_str()));
    format!(
        "{package}{}{}: {what}",
        version.collect::<String>(),
        script.unwrap_or_default()
    )
}

/// `dh_installsystemd/13.11.4, in a, b and 3 more`
fn of_origin(origin: &Origin) -> String {
    let mut packages: Vec<&str> = Vec::new();
    for user in &origin.users {
        if !packages.contains(&user.package.as_str()) {
            packages.push(&user.package);
        }
    }
    let tool = tool(&origin.snippet);
    let named: Vec<&str> = packages.iter().take(NAMED).copied().collect();
    match packages.len().saturating_sub(NAMED) {
        0 => format!("{tool}, in {}", named.join(", ")),
        more => format!("{tool}, in {} and {more} more", named.join(", ")),
    }
}

/// `dh_installsystemd/13.11.4`
fn tool(snippet: &Snippet) -> String {
    let version = snippet.version.iter().map(|version| format!("/{version}"));
    format!("{}{}", snippet.tool, version.collect::<String>())
}

/// What happened, without whose script it was.
fn what(finding: &Finding) -> String {
    let phrase = match finding.basis {
        Basis::Archives => archives::phrase(&finding.what),
        Basis::Builds => None,
    };
    let phrase = phrase.unwrap_or_else(|| self::phrase(&finding.what));
    match &finding.what {
        What::StoredOtherwise { statements } => archives::summary(statements),
        What::TechniqueLosesPrivileges { technique } | What::TechniqueDiffers { technique } => {
            format!("{technique}: {phrase}")
        }
        What::ReadsOutside { reader, files } => match reader {
            Reader::Script => outside_files(files),
            Reader::Program { name } => {
                format!("{} {}", quote(name.as_bytes()), outside_files(files))
            }
        },
        // The links stand in the title only if no script is known that makes them.
        What::LinksNotMade { links } if finding.package.is_none() => {
            format!("{}: {phrase}", link_names(links))
        }
        What::OutsideToolVersion {
            program,
            package,
            outside,
            chroot,
        } => format!("{program} {phrase}: {package} {outside}, in the chroot {chroot}"),
        What::ForeignLdconfig { chroot, outside } => {
            format!("{phrase}: it is for {outside}, and the chroot is for {chroot}")
        }
        What::ToolWritesDifferently { program } => {
            format!("{} {phrase}", quote(program.as_bytes()))
        }
        _ => phrase.to_owned(),
    }
}

/// What happened, without the facts of this finding.
pub(crate) fn phrase(what: &What) -> &'static str {
    match what {
        What::PackageSetsDiffer => "the package sets differ",
        What::StoredOtherwise { .. } => "many entries are stored in different ways",
        What::NormalBuildsDiffer => "plain nondeterminism: two builds of one mode differ here too",
        What::TechniqueLosesPrivileges { .. } | What::PrivilegesLost => {
            "set-id bits, extended attributes or access lists were lost"
        }
        What::TechniqueDiffers { .. } => "differs only with this technique",
        What::ReadsOutside { .. } => READS,
        What::ScriptFailed => "fails chrootless; what it does after that is missing",
        What::LinksNotMade { .. } => "aliases were not made",
        What::WroteOutside => "wrote on the outside",
        What::AccountsNotSetUp => "accounts were not set up inside",
        What::AccountDatabasesDiffer => "account databases differ",
        What::NamesTemporaryRoot => "the path of the temporary root got into a file",
        What::InodesInCache => "only inode numbers and times in a cache differ",
        What::LinkRoles => "the same hard links to one file, in other roles",
        What::LinesReordered => "the same lines in another order",
        What::OwnerLookedUpOutside => "an owner was resolved on the outside",
        What::MadeFromOutsideFile => "made from files of the outside",
        What::OutsideToolVersion { .. } => "of the outside is of another version",
        What::TimeNotClamped => "a time was not clamped to SOURCE_DATE_EPOCH",
        What::BuildTimeInContent => "the time of the build got into a file",
        What::TriggerNotRun => "did not run chrootless because no trigger activated it",
        What::ForeignLdconfig { .. } => {
            "the outside's ldconfig leaves out libraries of other architectures"
        }
        What::ConfiguredInAnotherOrder => "packages were configured in another order",
        What::ChangedNothing => "did not make these changes in the chroot when run chrootless",
        What::ActedOutside => {
            "acted on the outside when run chrootless, where it had no effect, and not in the chroot"
        }
        What::ChangedMore => "changed more in the chroot when run chrootless",
        What::DidNotMakeIt => "did not make it when run chrootless",
        What::MadeSomethingElse => "made something else when run chrootless",
        What::Random => "random by nature: a machine id or seed was made",
        What::Surroundings => "depends on the machine or the mirror that it was made with",
        What::ToolWritesDifferently { .. } => {
            "writes it differently; no maintainer script is involved"
        }
        What::ParentTimes => "directories in which entries differ have another time",
    }
}

/// That someone reads files of the outside.
pub(crate) fn outside_files(files: &[Vec<u8>]) -> String {
    let named = files.iter().take(NAMED).map(|file| match file.as_slice() {
        HOST_NAME => format!("name of the host ({})", quote(file)),
        file => quote(file),
    });
    let named = named.collect::<Vec<_>>().join(", ");
    match files.len().saturating_sub(NAMED) {
        0 => format!("{READS} {named}"),
        more => format!("{READS} {named} and {more} more"),
    }
}

/// `/bin, /lib`
pub(crate) fn link_names(links: &[String]) -> String {
    let names = links.iter().map(|link| format!("/{link}"));
    names.collect::<Vec<_>>().join(", ")
}

/// What to do about a finding, in one line.
#[must_use]
pub fn hint(finding: &Finding) -> Option<String> {
    let of_tool = finding.origin.as_ref().map(|origin| {
        let tool = tool(&origin.snippet);
        if origin.snippet.is_of_debhelper() {
            format!(
                "{tool} of debhelper put the line there: it is a bug of debhelper, not of a package"
            )
        } else {
            format!("{tool} put the line there: it is a bug of that tool, not of a package")
        }
    });
    of_tool.or_else(|| general_hint(finding).map(str::to_owned))
}

/// What to do about a finding whose script has no other origin.
fn general_hint(finding: &Finding) -> Option<&'static str> {
    let is_said = match finding.basis {
        Basis::Archives => archives::is_advised(&finding.what),
        Basis::Builds => true,
    };
    let hint = || not_a_bug(&finding.what).or_else(|| advice(&finding.what));
    is_said.then(hint).flatten()
}

/// Why a finding is not a bug of a package.
fn not_a_bug(what: &What) -> Option<&'static str> {
    match what {
        What::NormalBuildsDiffer => {
            Some("not about DPKG_ROOT: the script writes another file each time it runs")
        }
        What::InodesInCache => Some(
            "not a package bug: no two builds have the same, and the tool makes its cache anew",
        ),
        What::TechniqueLosesPrivileges { .. } => {
            Some("not a package bug: the technique keeps neither; userns does")
        }
        What::TechniqueDiffers { .. } => {
            Some("not a package bug: with userns the entry does not differ like this")
        }
        What::ReadsOutside {
            reader: Reader::Program { .. },
            ..
        } => Some("not a package bug: the tool reads the settings of the system that it runs on"),
        What::OutsideToolVersion { .. } => {
            Some("not a package bug: use an outside system of the chroot's own suite")
        }
        What::ForeignLdconfig { .. } => Some(
            "not a package bug: ldconfig knows the libraries of its own architecture only; the \
             first ldconfig that runs inside completes the cache",
        ),
        What::ConfiguredInAnotherOrder => {
            Some("not a package bug: the file is a backup of what the last configuration replaced")
        }
        What::ToolWritesDifferently { .. } => Some("not a package bug"),
        _ => None,
    }
}

/// How to fix what a finding is about.
fn advice(what: &What) -> Option<&'static str> {
    match what {
        What::ReadsOutside { files, .. } if files.iter().all(|file| is_of_accounts(file)) => Some(
            "names are safe for static ids only; chown by number, or look the name up below \
             \"$DPKG_ROOT\"",
        ),
        What::ReadsOutside { files, .. } if files.iter().all(|file| file == HOST_NAME) => {
            Some("leave it to the first boot: a chroot has no name of its own yet")
        }
        What::ReadsOutside { .. } => Some("read it below \"$DPKG_ROOT\""),
        What::LinksNotMade { .. } => Some(
            "bookworm and older need --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr to be \
             merged at all",
        ),
        What::WroteOutside | What::ActedOutside => Some(
            "give the command the root: a prefix of \"$DPKG_ROOT\", or --root=\"$DPKG_ROOT\" if \
             it has that option",
        ),
        What::NamesTemporaryRoot => Some("strip $DPKG_ROOT from what is written"),
        What::OwnerLookedUpOutside => Some(
            "names are safe for static ids only; chown by number, or let sysusers and tmpfiles do \
             it with --root",
        ),
        What::MadeFromOutsideFile => Some("read the source below \"$DPKG_ROOT\""),
        What::TimeNotClamped | What::BuildTimeInContent => {
            Some("take the time from SOURCE_DATE_EPOCH if it is set")
        }
        What::TriggerNotRun => Some(
            "the script that activates the trigger may have skipped that: dpkg-trigger heeds \
             DPKG_ROOT",
        ),
        What::Random => {
            Some("an image has an empty machine id and no seed; systemd makes both on first boot")
        }
        What::PrivilegesLost => {
            Some("fakeroot and some file systems keep neither; a user namespace does")
        }
        What::Surroundings => Some(
            "make both with the same hostname, resolv.conf and mirror, or overwrite them in a hook",
        ),
        _ => None,
    }
}

fn is_of_accounts(file: &[u8]) -> bool {
    ACCOUNTS.contains(&file)
}

/// A bug report about what a finding says.
#[must_use]
pub fn bug(finding: &Finding) -> Option<&'static str> {
    let is_dpkg_options = |file: &Vec<u8>| file.starts_with(b"/etc/dpkg/dpkg.cfg");
    match &finding.what {
        What::OwnerLookedUpOutside => Some("https://bugs.debian.org/969631"),
        What::ReadsOutside { files, .. } if files.iter().any(is_dpkg_options) => {
            Some("https://bugs.debian.org/808203")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::maintainer_script::ScriptKind;
    use crate::explain::origin::SnippetUser;
    use crate::explain::rule_id::RuleId;

    fn files(names: &[&str]) -> Vec<Vec<u8>> {
        names.iter().map(|name| name.as_bytes().to_vec()).collect()
    }

    fn program_reads(names: &[&str]) -> What {
        What::ReadsOutside {
            reader: Reader::Program {
                name: "dpkg".to_owned(),
            },
            files: files(names),
        }
    }

    fn technique() -> String {
        "fakeroot".to_owned()
    }

    /// Each kind of finding without a package, and its title.
    fn titles() -> Vec<(What, &'static str)> {
        [titles_of_data(), titles_of_builds(), titles_of_caches()].concat()
    }

    /// Findings about what is in an entry.
    fn titles_of_data() -> Vec<(What, &'static str)> {
        vec![
            (
                What::ActedOutside,
                "acted on the outside when run chrootless, where it had no effect, and not in \
                 the chroot",
            ),
            (What::PackageSetsDiffer, "the package sets differ"),
            (
                What::NormalBuildsDiffer,
                "plain nondeterminism: two builds of one mode differ here too",
            ),
            (
                What::TechniqueLosesPrivileges {
                    technique: technique(),
                },
                "fakeroot: set-id bits, extended attributes or access lists were lost",
            ),
            (
                What::TechniqueDiffers {
                    technique: technique(),
                },
                "fakeroot: differs only with this technique",
            ),
            (
                program_reads(&["/a", "/b", "/c", "/d", "/e"]),
                "dpkg reads the outside's /a, /b, /c, /d and 1 more",
            ),
            (
                What::LinksNotMade {
                    links: vec!["bin".to_owned(), "lib".to_owned()],
                },
                "/bin, /lib: aliases were not made",
            ),
            (What::WroteOutside, "wrote on the outside"),
            (What::AccountsNotSetUp, "accounts were not set up inside"),
            (What::AccountDatabasesDiffer, "account databases differ"),
            (
                What::NamesTemporaryRoot,
                "the path of the temporary root got into a file",
            ),
            (What::LinesReordered, "the same lines in another order"),
            (
                What::OwnerLookedUpOutside,
                "an owner was resolved on the outside",
            ),
            (What::MadeFromOutsideFile, "made from files of the outside"),
            (
                What::OutsideToolVersion {
                    program: "pwconv".to_owned(),
                    package: "passwd".to_owned(),
                    outside: "2".to_owned(),
                    chroot: "1".to_owned(),
                },
                "pwconv of the outside is of another version: passwd 2, in the chroot 1",
            ),
            (
                What::TimeNotClamped,
                "a time was not clamped to SOURCE_DATE_EPOCH",
            ),
        ]
    }

    /// Findings about caches and links.
    fn titles_of_caches() -> Vec<(What, &'static str)> {
        let title = "only inode numbers and times in a cache differ";
        let roles = "the same hard links to one file, in other roles";
        vec![(What::InodesInCache, title), (What::LinkRoles, roles)]
    }

    /// Findings about how an entry was made.
    fn titles_of_builds() -> Vec<(What, &'static str)> {
        vec![
            (
                What::BuildTimeInContent,
                "the time of the build got into a file",
            ),
            (
                What::TriggerNotRun,
                "did not run chrootless because no trigger activated it",
            ),
            (
                What::ForeignLdconfig {
                    chroot: "arm64".to_owned(),
                    outside: "amd64".to_owned(),
                },
                "the outside's ldconfig leaves out libraries of other architectures: it is for amd64, \
                 and the chroot is for arm64",
            ),
            (
                What::ConfiguredInAnotherOrder,
                "packages were configured in another order",
            ),
            (
                What::ChangedNothing,
                "did not make these changes in the chroot when run chrootless",
            ),
            (
                What::ChangedMore,
                "changed more in the chroot when run chrootless",
            ),
            (What::DidNotMakeIt, "did not make it when run chrootless"),
            (
                What::MadeSomethingElse,
                "made something else when run chrootless",
            ),
            (
                What::Random,
                "random by nature: a machine id or seed was made",
            ),
            (
                What::PrivilegesLost,
                "set-id bits, extended attributes or access lists were lost",
            ),
            (
                What::Surroundings,
                "depends on the machine or the mirror that it was made with",
            ),
            (
                What::ToolWritesDifferently {
                    program: "mkdir".to_owned(),
                },
                "mkdir writes it differently; no maintainer script is involved",
            ),
            (
                What::ParentTimes,
                "directories in which entries differ have another time",
            ),
        ]
    }

    #[test]
    fn each_kind_of_finding_has_a_title_and_a_hint_without_an_option_of_ours() {
        for (what, expected) in titles() {
            let finding = Finding::new(RuleId::Clock, what);
            assert_eq!(title(&finding), expected);
            let hint = hint(&finding).unwrap_or_default();
            assert!(!hint.contains("--outside"), "{hint}");
        }
    }

    #[test]
    fn of_archives_that_nobody_is_known_to_have_built_no_word_is_on_builds() {
        for (what, _) in titles() {
            // Rules that need builds do not find anything in archives.
            let is_of_builds = matches!(
                what,
                What::OwnerLookedUpOutside
                    | What::ReadsOutside { .. }
                    | What::WroteOutside
                    | What::AccountsNotSetUp
                    | What::MadeFromOutsideFile
                    | What::OutsideToolVersion { .. }
                    | What::TriggerNotRun
                    | What::ForeignLdconfig { .. }
                    | What::ChangedNothing
                    | What::ActedOutside
                    | What::ChangedMore
                    | What::DidNotMakeIt
                    | What::MadeSomethingElse
                    | What::ToolWritesDifferently { .. }
            );
            let finding = Finding {
                basis: Basis::Archives,
                ..Finding::new(RuleId::Clock, what)
            };
            let said = format!("{} {}", title(&finding), hint(&finding).unwrap_or_default());
            for word in ["DPKG_ROOT", "chroot", "script", "outside"] {
                assert!(is_of_builds || !said.contains(word), "{said}");
            }
        }
    }

    #[test]
    fn what_debhelper_brought_is_its_bug() {
        let user = |package: &str| SnippetUser {
            package: package.to_owned(),
            script: ScriptKind::Postinst,
            claims: Vec::new(),
            escapes: Vec::new(),
        };
        let snippet = Snippet {
            tool: "dh_x".to_owned(),
            version: Some("13.1".to_owned()),
        };
        let users = vec![user("a"), user("b"), user("b")];
        let finding = Finding {
            origin: Some(Origin { snippet, users }),
            ..Finding::new(RuleId::EscapedWrite, What::WroteOutside)
        };
        assert_eq!(title(&finding), "dh_x/13.1, in a, b: wrote on the outside");
        assert_eq!(
            hint(&finding).unwrap(),
            "dh_x/13.1 put the line there: it is a bug of that tool, not of a package"
        );
    }

    #[test]
    fn a_title_names_the_script_with_the_version_of_its_package() {
        let finding = Finding {
            package: Some("udev".to_owned()),
            version: Some("257.9-1".to_owned()),
            script: Some(ScriptKind::Trigger),
            ..Finding::new(RuleId::TriggerNotRun, What::TriggerNotRun)
        };
        assert_eq!(
            title(&finding),
            "udev 257.9-1, trigger: did not run chrootless because no trigger activated it"
        );
        let unknown = Finding {
            version: None,
            what: What::LinksNotMade {
                links: vec!["bin".to_owned()],
            },
            ..finding
        };
        assert_eq!(title(&unknown), "udev, trigger: aliases were not made");
    }

    #[test]
    fn the_hint_on_a_read_depends_on_who_read_what() {
        let finding = |reader: Reader, names: &[&str]| {
            let files = files(names);
            Finding::new(RuleId::ReadLeak, What::ReadsOutside { reader, files })
        };
        let cases = [
            (
                finding(Reader::Script, &["/etc/group"]),
                "names are safe for static ids only; chown by number, or look the name up below \
                 \"$DPKG_ROOT\"",
                None,
            ),
            (
                finding(Reader::Script, &["/etc/group", "/etc/x"]),
                "read it below \"$DPKG_ROOT\"",
                None,
            ),
            (
                Finding::new(RuleId::ReadLeak, program_reads(&["/etc/dpkg/dpkg.cfg.d/x"])),
                "not a package bug: the tool reads the settings of the system that it runs on",
                Some("https://bugs.debian.org/808203"),
            ),
        ];
        for (finding, expected, reported) in cases {
            let expected = Some(expected.to_owned());
            assert_eq!((hint(&finding), bug(&finding)), (expected, reported));
        }
    }
}
