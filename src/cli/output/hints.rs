//! What the user can do about an error; the one place below the arguments that names options.

use std::io::ErrorKind;
use std::path::Path;

use crate::bootstrap;
use crate::bootstrap::emulation::{Missing, REGISTERED};
use crate::bootstrap::error::FailedBuild;
use crate::bootstrap::mirror::error::MirrorError;
use crate::bootstrap::transcript::AptProblem;
use crate::bootstrap::unmet::UnmetDependency;
use crate::compare;
use crate::compare::flatten::FlattenProblem;
use crate::compare::stop::WalkError;
use crate::input::decode::WindowTooLarge;
use crate::input::kind::{Foreign, Kind};
use crate::report::Advice;
use crate::sandbox::idmap::IdMapError;
use crate::sandbox::launch::SandboxError;
use crate::sandbox::room::Room;
use crate::tar::error::TarError;
use crate::text::shell::shell_quote;
use crate::verify;
use crate::verify::memory::{MemoryLimit, TooLittleMemory};

/// What the reports of this program advise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hints;

impl Advice for Hints {
    fn of_comparison(&self, error: &compare::Error) -> Option<String> {
        of_comparison(error)
    }

    fn of_verification(&self, error: &verify::Error) -> Option<String> {
        of(error)
    }
}

fn of_comparison(error: &compare::Error) -> Option<String> {
    use compare::Error;
    let hint = match error {
        Error::Part(error) => return of_comparison(error),
        Error::Refused { refusal, .. } => return of_kind(refusal.kind).map(str::to_owned),
        Error::NotTar { .. } => "is it damaged, or was it cut at the front?",
        Error::Read { error, .. } if error.kind() == ErrorKind::FileTooLarge => {
            "raise the limit on temporary files, or compare files instead of streams"
        }
        Error::Read { error, .. } => match too_large_window(error) {
            Some(needed) => return Some(format!("--max-zstd-window {needed} gives it the memory")),
            None => "what was read before is in the report",
        },
        Error::Walk {
            error: WalkError::Tar(TarError::HeaderLimit { .. }),
            ..
        } => "raise the limit on extended headers if the archive can be trusted",
        Error::Walk { place, .. } if place.entries() == 0 => return None,
        Error::Walk { place, .. } if place.entries() == 1 => {
            "compared 1 entry before the error; see the report"
        }
        Error::Walk { place, .. } => {
            return Some(format!(
                "compared {} entries before the error; see the report",
                place.entries()
            ));
        }
        Error::Flatten {
            problem: FlattenProblem::NoImage(_),
            ..
        } => "leave out --flatten to compare what is no image",
        Error::NoTarball { .. } => "leave out --minimal to compare what is no tarball",
        Error::StdinTwice
        | Error::Flatten { .. }
        | Error::Open { .. }
        | Error::Ar { .. }
        | Error::Zip { .. }
        | Error::Listed { .. }
        | Error::Entry { .. }
        | Error::Either { .. } => {
            return None;
        }
    };
    Some(hint.to_owned())
}

/// What makes a tarball of most archives.
const BSDTAR: &str = "`bsdtar -cf OUT.tar @FILE`, of libarchive-tools, makes a tarball of it";

/// What makes an archive of something that is not read.
fn of_kind(kind: Kind) -> Option<&'static str> {
    let Kind::Foreign(foreign) = kind else {
        return match kind {
            Kind::Zip | Kind::Rpm => Some(BSDTAR),
            Kind::Empty => Some("did what should have made it fail?"),
            _ => None,
        };
    };
    Some(match foreign {
        Foreign::Ext => "`mount -o ro,loop FILE DIR` makes a directory of it",
        Foreign::SevenZip | Foreign::Iso | Foreign::Cpio => BSDTAR,
        Foreign::Squashfs => {
            "`sqfs2tar FILE > OUT.tar`, of squashfs-tools-ng, makes a tarball of it"
        }
        Foreign::Compress => "decompress it first with `gzip -dc` and give the stream as `-`",
        Foreign::OldLz4 => "decompress it first with `lz4 -dc` and give the stream as `-`",
        Foreign::Html => "was an error page downloaded in place of the archive?",
    })
}

/// Base-2 logarithm of the window that a zstd frame needs, if that is the error.
fn too_large_window(error: &std::io::Error) -> Option<u32> {
    let inner = error.get_ref()?.downcast_ref::<WindowTooLarge>()?;
    Some(inner.needed)
}

/// Advice in one line, if there is any.
pub(crate) fn of(error: &verify::Error) -> Option<String> {
    use verify::Error;
    let hint = match error {
        Error::Bootstrap(error) => return of_bootstrap(error),
        Error::UserNamespaces(error) => return Some(of_ids(error)),
        Error::Emulator(error) => return Some(of_emulator(error)),
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
        Error::OutsideNotCopyable => "use --outside matching, or a tarball",
        Error::TooLittleMemory(short) => return Some(of_memory(short)),
        Error::NoEpoch => "give --source-date-epoch SECONDS",
        Error::NoCacheDirectory => "set XDG_CACHE_HOME to a directory",
        Error::NoSuchProgram { .. } => {
            "the sandbox has a /tmp, a /run and a /dev of its own, and the outside's programs"
        }
        Error::EpochOutOfRange { .. } | Error::ArtifactsLocked { .. } => return None,
    };
    Some(hint.to_owned())
}

/// What helps if an archive could not be frozen, or something could not be built.
pub(crate) fn of_bootstrap(error: &bootstrap::Error) -> Option<String> {
    use bootstrap::Error;
    match error {
        Error::Sandbox(error) => of_sandbox(error).map(str::to_owned),
        Error::Cache { path, error, .. } => of_cache(path, error.kind()),
        Error::BuildFailed(failed) => of_build(failed),
        Error::MirrorLacksOutside { packages, .. } => Some(format!(
            "a matching outside needs {} too, from the same directory; or give --outside host",
            packages.join(", ")
        )),
        Error::LocalMirror(error) => of_mirror(error),
        Error::NoSpace {
            room: Room::Memory { .. },
            ..
        } => Some(MORE_MEMORY.to_owned()),
        Error::NoSpace {
            room: Room::Disk { .. },
            ..
        } => Some("--work-dir DIR takes a directory on a larger file system".to_owned()),
        Error::TimedOut { .. } => Some("--timeout SECONDS gives each build more time".to_owned()),
        Error::ObserverLost { .. } => {
            Some("build without observation, or see what `twinroot doctor` says".to_owned())
        }
        Error::File { .. }
        | Error::LocalDeb { .. }
        | Error::NoPackageIndex
        | Error::TooManyMessages { .. }
        | Error::NoSuchScript(_)
        | Error::DigestMismatch { .. } => None,
    }
}

/// What helps if the files of a build do not fit into memory.
const MORE_MEMORY: &str = "--max-tmpfs SIZE gives the builds more memory, --jobs 1 gives all of it \
                           to one at a time, and --work-dir DIR has them on disk";

/// What helps if there is too little memory for a run.
fn of_memory(short: &TooLittleMemory) -> String {
    let TooLittleMemory { demand, limit } = short;
    let mut hints = Vec::new();
    if demand.builds > 1 {
        let one = demand.of_builds(1);
        let needed = match limit {
            MemoryLimit::Free(_) => one.memory(),
            MemoryLimit::Given(_) => one.files(),
        };
        hints.push(format!("--jobs 1 needs {} MiB", needed >> 20));
    }
    if demand.files() > 0 {
        let needed = demand.on_disk().memory();
        hints.push(format!(
            "--work-dir DIR keeps files on disk and needs {} MiB",
            needed >> 20
        ));
        hints.push(match limit {
            MemoryLimit::Free(_) => "--max-tmpfs SIZE tries it with less".to_owned(),
            MemoryLimit::Given(_) => "a larger --max-tmpfs does".to_owned(),
        });
    }
    hints.join("; ")
}

/// What helps if the cache cannot be used.
fn of_cache(path: &Path, kind: ErrorKind) -> Option<String> {
    let another = "set XDG_CACHE_HOME to a directory";
    match kind {
        ErrorKind::StorageFull => Some(format!("{another} on a larger file system")),
        ErrorKind::ReadOnlyFilesystem => Some(format!("{another} that can be written")),
        ErrorKind::PermissionDenied => {
            let path = shell_quote(&path.to_string_lossy());
            Some(format!("sudo rm -r {path}"))
        }
        _ => None,
    }
}

fn of_sandbox(error: &SandboxError) -> Option<&'static str> {
    match error {
        SandboxError::Stage { .. } | SandboxError::IdMap { .. } | SandboxError::Launch { .. } => {
            Some("`twinroot doctor` says what this machine lacks")
        }
        SandboxError::WorkDirectory { .. } => {
            Some("--work-dir takes a directory on a local file system, such as ext4 or xfs")
        }
        SandboxError::Refused { .. } | SandboxError::Interrupted => None,
    }
}

fn of_build(failed: &FailedBuild) -> Option<String> {
    match failed.known.as_ref()? {
        AptProblem::Unmet(unmet) => Some(of_unmet(unmet)),
        problem => of_apt(problem).map(str::to_owned),
    }
}

/// Which packages to give too, so that all that need one another have one version.
fn of_unmet(unmet: &[UnmetDependency]) -> String {
    let mut holders: Vec<&str> = unmet.iter().map(|one| one.holder.as_str()).collect();
    holders.sort_unstable();
    holders.dedup();
    let needed = unmet.first().map_or("", |one| one.needed.as_str());
    format!(
        "give `--deb` of {} too, in the version of {needed}; or build {needed} with the archive's \
         version",
        holders.join(", ")
    )
}

fn of_apt(problem: &AptProblem) -> Option<&'static str> {
    let updated = "the mirror is being updated; try again later, or name another MIRROR";
    Some(match problem {
        AptProblem::NoIndices => {
            "does the mirror have this architecture? a directory of .debs may be MIRROR as well"
        }
        AptProblem::ExpiredRelease => "`--allow-expired` accepts an expired Release file",
        AptProblem::NotValidYet => "the clock of this machine is behind; set it",
        AptProblem::MirrorSync | AptProblem::HashMismatch | AptProblem::UnexpectedSize => updated,
        AptProblem::NoPubkey => {
            "give the suite's keys by `--keyring FILE`; Debian's are in debian-archive-keyring"
        }
        AptProblem::NoRelease => "is the suite's name right, and does the mirror have it?",
        AptProblem::Resolving => {
            "freezing an archive needs the network; one that is frozen already needs none"
        }
        AptProblem::Connect => "is the mirror's address right, and does it answer?",
        AptProblem::UnableToLocate => "is the package's name right, and is it in this suite?",
        AptProblem::Unmet(_) => return None,
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
    use crate::compare::side::Side;
    use crate::compare::stop::StopPlace;
    use crate::input::source::InputError;
    use crate::sandbox::replay::Replay;

    fn failed(known: Option<AptProblem>) -> Box<FailedBuild> {
        Box::new(FailedBuild {
            stage: "freeze".to_owned(),
            failure: BuildFailure::Message("Unable to locate package fakeroot".to_owned()),
            known,
            missing_package: Some("fakeroot".to_owned()),
            tail: vec![],
            transcript: vec![],
            replay: Replay::default(),
        })
    }

    #[test]
    fn who_raises_a_version_is_told_which_packages_hold_the_old_one() {
        let unmet = |holder: &str| UnmetDependency {
            holder: holder.to_owned(),
            needed: "perl-base".to_owned(),
            relation: "= 1".to_owned(),
            offered: "1.1".to_owned(),
        };
        let unmet = vec![unmet("perl"), unmet("libperl5.40"), unmet("perl")];
        let error = bootstrap::Error::BuildFailed(failed(Some(AptProblem::Unmet(unmet))));
        assert_eq!(
            of_bootstrap(&error).unwrap(),
            "give `--deb` of libperl5.40, perl too, in the version of perl-base; or build \
             perl-base with the archive's version"
        );
    }

    #[test]
    fn a_user_without_ids_is_told_the_command() {
        let error = verify::Error::UserNamespaces(IdMapError::NoRange {
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
    }

    fn stopped(entries: u64, error: TarError) -> compare::Error {
        compare::Error::Walk {
            side: Side::Right,
            input: "right.tar".to_owned(),
            place: StopPlace::AtStart { entries },
            error: WalkError::Tar(error),
        }
    }

    fn unread(kind: ErrorKind) -> compare::Error {
        compare::Error::Read {
            side: Side::Left,
            input: "left.tar".to_owned(),
            entries: 1,
            error: kind.into(),
        }
    }

    fn unopened(error: InputError) -> compare::Error {
        compare::Error::Open {
            side: Side::Left,
            input: "left.tar".to_owned(),
            error,
        }
    }

    #[test]
    fn what_ends_a_comparison_comes_with_a_way_on() {
        let table = [
            (unopened(InputError::Directory), None),
            (
                unread(ErrorKind::FileTooLarge),
                Some("raise the limit on temporary files, or compare files instead of streams"),
            ),
            (
                unread(ErrorKind::BrokenPipe),
                Some("what was read before is in the report"),
            ),
            (
                stopped(
                    1,
                    TarError::HeaderLimit {
                        offset: 1024,
                        size: 2,
                        limit: 1,
                    },
                ),
                Some("raise the limit on extended headers if the archive can be trusted"),
            ),
            (
                stopped(1, TarError::Dangling(512)),
                Some("compared 1 entry before the error; see the report"),
            ),
            (
                stopped(2, TarError::Dangling(512)),
                Some("compared 2 entries before the error; see the report"),
            ),
            (compare::Error::StdinTwice, None),
        ];
        for (error, hint) in table {
            assert_eq!(of_comparison(&error).as_deref(), hint, "{error:?}");
        }
    }

    #[test]
    fn an_expired_release_file_brings_the_option_to_mind() {
        let error = bootstrap::Error::BuildFailed(failed(Some(AptProblem::ExpiredRelease)));
        assert_eq!(
            of_bootstrap(&error),
            Some("`--allow-expired` accepts an expired Release file".to_owned())
        );
        assert_eq!(
            of_bootstrap(&bootstrap::Error::BuildFailed(failed(None))),
            None
        );
    }

    #[test]
    fn a_directory_without_the_packages_of_the_outside_is_told_from_a_wrong_name() {
        let error = bootstrap::Error::MirrorLacksOutside {
            packages: vec!["gpg".to_owned(), "fakeroot".to_owned()],
            failed: failed(Some(AptProblem::UnableToLocate)),
        };
        assert_eq!(
            of_bootstrap(&error),
            Some(
                "a matching outside needs gpg, fakeroot too, from the same directory; or give \
                 --outside host"
                    .to_owned()
            )
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
