//! What a user can do about an error, and which option an error is about.
//!
//! The layers below know no option of the command line: their errors have fields, and the advice
//! is here.

use std::io::ErrorKind;

use crate::bootstrap::emulation::{Missing, REGISTERED};
use crate::bootstrap::error::{EpochSource, Error, FailedBuild};
use crate::bootstrap::mirror::error::MirrorError;
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::transcript::AptProblem;
use crate::sandbox::idmap::IdMapError;
use crate::sandbox::launch::SandboxError;
use crate::sandbox::plan::shell_quote;

/// The sentence of an error, with the option that it is about in front.
pub(crate) fn sentence(error: &Error) -> String {
    match error {
        Error::LocalDeb { .. } => format!("--deb {error}"),
        Error::NoPackageIndex => format!("--deb: {error}"),
        Error::Emulator { .. } => format!("--arch {error}"),
        Error::OutsideLacksProgram { mode, .. } => format!("{} {error}", option_of(*mode)),
        Error::NoStrace => format!("--audit read-only: {error}"),
        Error::OutsideNotFound { .. } => format!("--outside {error}"),
        Error::NothingToMatch => format!("--outside matching: {error}"),
        Error::OutsideNotCopied => format!("--leak-check: {error}"),
        Error::ArtifactsLocked { .. } => format!("--keep {error}"),
        Error::EpochOutOfRange {
            origin: EpochSource::Given,
            epoch,
            now,
        } => format!("--source-date-epoch: {epoch} is not between 0 and now, {now}"),
        _ => error.to_string(),
    }
}

fn option_of(mode: BuildMode) -> &'static str {
    match mode {
        BuildMode::Normal(_) => "--mode-reference",
        BuildMode::Chrootless(_) => "--technique",
    }
}

/// What the user can do about an error.
pub(crate) fn of(error: &Error) -> Option<String> {
    match error {
        Error::Sandbox(error) => of_sandbox(error).map(str::to_owned),
        Error::File { error, .. } if error.kind() == ErrorKind::StorageFull => {
            Some("set XDG_CACHE_HOME to a directory on a larger file system".to_owned())
        }
        Error::BuildFailed(failed) => of_build(failed).map(str::to_owned),
        Error::MirrorLacksOutside { packages, .. } => Some(format!(
            "a matching outside needs {} too, from the same directory; or give --outside host",
            packages.join(", ")
        )),
        Error::MissingProgram { program, .. } => Some(format!("sudo apt-get install {program}")),
        Error::UserNamespaces(error) => Some(of_ids(error)),
        Error::NoEpoch => Some("give --source-date-epoch SECONDS".to_owned()),
        Error::LocalMirror(error) => of_mirror(error),
        Error::FileMirror { uri } => {
            Some(format!("write it copy:{}", uri.trim_start_matches("file:")))
        }
        Error::Emulator { missing, .. } => Some(of_emulator(missing)),
        Error::OutsideLacksProgram { program, .. } => Some(format!(
            "install {} there, or use --outside matching",
            program.package
        )),
        Error::NoStrace => Some("install strace there, or use --audit overlay".to_owned()),
        Error::OutsideNotFound { .. } => {
            Some("it takes `matching`, `host`, or a directory or tarball".to_owned())
        }
        Error::NothingToMatch => Some("it takes `host`, or a directory or tarball".to_owned()),
        Error::OutsideNotCopied => Some("use --outside matching, or a tarball".to_owned()),
        Error::File { .. }
        | Error::NoCacheDirectory
        | Error::InvalidEpoch { .. }
        | Error::EpochOutOfRange { .. }
        | Error::LocalDeb { .. }
        | Error::NoPackageIndex
        | Error::DigestMismatch { .. }
        | Error::ArtifactsLocked { .. } => None,
    }
}

fn of_sandbox(error: &SandboxError) -> Option<&'static str> {
    match error {
        SandboxError::Stage { .. } | SandboxError::IdMap { .. } | SandboxError::Launch { .. } => {
            Some("`twinroot doctor` says what this machine lacks")
        }
        SandboxError::Refused { .. } | SandboxError::Interrupted => None,
    }
}

fn of_build(failed: &FailedBuild) -> Option<&'static str> {
    let updated = "the mirror is being updated; try again later, or name another MIRROR";
    failed.known.map(|problem| match problem {
        AptProblem::NoIndices => {
            "does the mirror have this architecture? a directory of .debs may be MIRROR as well"
        }
        AptProblem::ExpiredRelease => {
            "`--allow-expired` accepts an expired Release file while pinning"
        }
        AptProblem::NotValidYet => "the clock of this machine is behind; set it",
        AptProblem::MirrorSync | AptProblem::HashMismatch | AptProblem::UnexpectedSize => updated,
        AptProblem::NoPubkey => {
            "give the suite's keys by `--keyring FILE`; Debian's are in debian-archive-keyring"
        }
        AptProblem::NoRelease => "is the suite's name right, and does the mirror have it?",
        AptProblem::Resolving => {
            "pinning needs the network; a state that is pinned already needs none"
        }
        AptProblem::Connect => "is the mirror's address right, and does it answer?",
        AptProblem::UnableToLocate => "is the package's name right, and is it in this suite?",
    })
}

fn of_mirror(error: &MirrorError) -> Option<String> {
    match error {
        MirrorError::NoRelease { .. } => {
            Some("apt-ftparchive(1) and reprepro(1) make one".to_owned())
        }
        MirrorError::Unreadable { given, .. } => {
            Some(format!("chmod -R o+rX {}", shell_quote(given)))
        }
        MirrorError::InvalidSuite { .. }
        | MirrorError::NoSuite { .. }
        | MirrorError::ReleaseOfAnotherSuite { .. }
        | MirrorError::NotForArchitecture { .. }
        | MirrorError::NoPackages { .. }
        | MirrorError::NoPackageOf { .. }
        | MirrorError::Ambiguous { .. }
        | MirrorError::PackageFile { .. } => None,
    }
}

/// The command that gives a user ids for sandboxes.
pub(crate) fn of_ids(error: &IdMapError) -> String {
    let IdMapError::NoRange { user, .. } = error;
    format!("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}")
}

/// The command that has the kernel run programs of another architecture.
pub(crate) fn of_emulator(missing: &Missing) -> String {
    match missing {
        Missing::NotMounted { .. } => "sudo apt-get install qemu-user-static binfmt-support && \
                                       sudo mount -t binfmt_misc binfmt_misc \
                                       /proc/sys/fs/binfmt_misc && sudo update-binfmts --enable"
            .to_owned(),
        Missing::NotRegistered { name, .. } => format!(
            "sudo apt-get install qemu-user-static binfmt-support && sudo update-binfmts --enable \
             qemu-{name}"
        ),
        Missing::Disabled { name } => format!("echo 1 | sudo tee {REGISTERED}/qemu-{name}"),
        Missing::NotFixed { .. } => {
            "sudo apt-get install qemu-user-static, whose emulators are registered with F"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootstrap::transcript::BuildFailure;

    fn failed(known: Option<AptProblem>) -> Box<FailedBuild> {
        Box::new(FailedBuild {
            stage: "freeze".to_owned(),
            failure: BuildFailure::Message("Unable to locate package strace".to_owned()),
            known,
            missing_package: Some("strace".to_owned()),
            tail: vec![],
            transcript: vec![],
        })
    }

    #[test]
    fn a_user_without_ids_is_told_the_command() {
        let error = Error::UserNamespaces(IdMapError::NoRange {
            file: "/etc/subuid",
            user: "jo".to_owned(),
        });
        assert_eq!(
            of(&error),
            Some(
                "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 jo"
                    .to_owned()
            )
        );
        assert_eq!(
            sentence(&error),
            "user namespaces: /etc/subuid: no range of 65536 ids for `jo`"
        );
    }

    #[test]
    fn an_expired_release_file_brings_the_option_to_mind() {
        let error = Error::BuildFailed(failed(Some(AptProblem::ExpiredRelease)));
        assert_eq!(
            of(&error),
            Some("`--allow-expired` accepts an expired Release file while pinning".to_owned())
        );
        assert_eq!(of(&Error::BuildFailed(failed(None))), None);
    }

    #[test]
    fn a_directory_without_the_packages_of_the_outside_is_told_from_a_wrong_name() {
        let error = Error::MirrorLacksOutside {
            packages: vec!["gpg".to_owned(), "strace".to_owned()],
            failed: failed(Some(AptProblem::UnableToLocate)),
        };
        assert_eq!(sentence(&error), "freeze: Unable to locate package strace");
        assert_eq!(
            of(&error),
            Some(
                "a matching outside needs gpg, strace too, from the same directory; or give \
                 --outside host"
                    .to_owned()
            )
        );
    }

    #[test]
    fn an_error_about_an_option_names_it() {
        let error = Error::EpochOutOfRange {
            origin: EpochSource::Given,
            epoch: -1,
            now: 7,
        };
        assert_eq!(
            sentence(&error),
            "--source-date-epoch: -1 is not between 0 and now, 7"
        );
        let error = Error::EpochOutOfRange {
            origin: EpochSource::Release,
            epoch: 9,
            now: 7,
        };
        assert_eq!(
            sentence(&error),
            "the Release date: 9 is not between 0 and now, 7"
        );
    }

    #[test]
    fn whatever_keeps_an_emulator_from_running_comes_with_the_command_that_fixes_it() {
        let name = || "ppc64le".to_owned();
        let architecture = || "ppc64el".to_owned();
        let hints = [
            Missing::NotMounted {
                architecture: architecture(),
            },
            Missing::NotRegistered {
                architecture: architecture(),
                name: name(),
            },
            Missing::Disabled { name: name() },
            Missing::NotFixed { name: name() },
        ]
        .map(|missing| of_emulator(&missing));
        assert_eq!(
            hints,
            [
                "sudo apt-get install qemu-user-static binfmt-support && sudo mount -t \
                 binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc && sudo update-binfmts --enable",
                "sudo apt-get install qemu-user-static binfmt-support && sudo update-binfmts \
                 --enable qemu-ppc64le",
                "echo 1 | sudo tee /proc/sys/fs/binfmt_misc/qemu-ppc64le",
                "sudo apt-get install qemu-user-static, whose emulators are registered with F",
            ]
        );
    }
}
