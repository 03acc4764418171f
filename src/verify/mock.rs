//! An executor without sandboxes: what each build gives is written down beforehand, and what was
//! run is written down while it runs.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::audit::change::{Change, ChangeKind};
use crate::audit::method::Method;
use crate::bootstrap;
use crate::bootstrap::build::Built;
use crate::bootstrap::error::FailedBuild;
use crate::bootstrap::freeze::state::FrozenArchive;
use crate::bootstrap::outside::OutsideSystem;
use crate::bootstrap::recipe::Recipe;
use crate::bootstrap::transcript::Transcript;
use crate::sandbox::idmap::{IdMap, UserNamespace};
use crate::sandbox::launch::{Interrupts, SandboxError};
use crate::sandbox::plan::Tracing;
use crate::sandbox::protocol::Proof;
use crate::sandbox::replay::Replay;
use crate::trace::record::Trace;
use crate::verify::executor::{Executor, Job};
use crate::verify::prepared::{Prepared, Snapshot};

/// What a build does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    /// Gives a tarball whose one file has this content.
    Tarball(&'static str),
    /// The same, and changes `/etc/escaped` of its outside.
    Escapes(&'static str),
    /// Fails before it has a tarball.
    Fails,
    /// The postinst of the first of these packages fails whose failure is not passed over; else
    /// it gives a tarball whose one file has the content `same`.
    ScriptsFail(&'static [&'static str]),
    /// Loses its observer if it is observed; else it gives a tarball whose one file has the content
    /// `same`.
    LosesObserver,
    /// Runs until another build's failure or a signal ends it.
    RunsUntilEnded,
    /// Is sent SIGINT while it runs.
    IsInterrupted,
}

/// The mock.
#[derive(Debug, Default)]
pub(crate) struct Mock {
    /// By the name of the plan; what is not named gives the tarball `same`.
    pub(crate) builds: BTreeMap<&'static str, Does>,
    /// The same for builds of a second pair.
    pub(crate) second: BTreeMap<&'static str, Does>,
    pub(crate) log: Mutex<Vec<String>>,
}

impl Mock {
    /// What was run, in the order in which it began.
    pub(crate) fn log(&self) -> Vec<String> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }

    /// The same, sorted, for builds that run at the same time.
    pub(crate) fn sorted_log(&self) -> Vec<String> {
        let mut log = self.log();
        log.sort();
        log
    }

    fn start(&self, verb: &str, name: &str) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(format!("{verb} {name}"));
    }
}

impl Executor for Mock {
    fn run(&self, job: Job<'_>, interrupts: &Interrupts) -> Result<Built, bootstrap::Error> {
        let name = job.plan.name.clone();
        let (verb, trace) = match job.plan.tracing {
            Tracing::Off => ("run", None),
            Tracing::Scripts => ("observe", Some(Trace::default())),
            Tracing::Changes | Tracing::Everything => (
                "observe all of",
                Some(Trace {
                    sees_all_writers: true,
                    ..Trace::default()
                }),
            ),
        };
        self.start(verb, &name);
        // Of the first pair, the chrootless build alone is observed, and only what scripts do.
        let is_second = match job.plan.tracing {
            Tracing::Off => false,
            Tracing::Scripts => name == "normal",
            Tracing::Changes | Tracing::Everything => true,
        };
        let does = if is_second {
            self.second.get(name.as_str())
        } else {
            self.builds.get(name.as_str())
        };
        let does = does.copied().unwrap_or(Does::Tarball("same"));
        let built = does.done(job, interrupts)?;
        Ok(Built { trace, ..built })
    }
}

impl Does {
    fn done(self, job: Job<'_>, interrupts: &Interrupts) -> Result<Built, bootstrap::Error> {
        match self {
            Self::Tarball(content) => {
                (job.sink)(Box::new(Cursor::new(tarball(content))));
                Ok(built(&[]))
            }
            Self::Escapes(content) => {
                (job.sink)(Box::new(Cursor::new(tarball(content))));
                Ok(built(&[Change {
                    path: b"/etc/escaped".to_vec(),
                    kind: ChangeKind::Created,
                    fields: Vec::new(),
                }]))
            }
            Self::Fails => {
                // As a process does, which has an output before it has anything to write.
                (job.sink)(Box::new(Cursor::new(Vec::new())));
                Err(failed(&job.plan.name, b"E: it failed\n"))
            }
            Self::ScriptsFail(packages) => {
                let is_passed_over = |package: &&&str| {
                    let script = format!("/{package}.postinst");
                    job.plan.command.iter().any(|word| word.contains(&script))
                };
                match packages.iter().find(|package| !is_passed_over(package)) {
                    None => Self::Tarball("same").done(job, interrupts),
                    Some(package) => {
                        (job.sink)(Box::new(Cursor::new(Vec::new())));
                        Err(failed(&job.plan.name, &script_failed(package)))
                    }
                }
            }
            Self::LosesObserver => match job.plan.tracing {
                Tracing::Off => Self::Tarball("same").done(job, interrupts),
                Tracing::Scripts | Tracing::Changes | Tracing::Everything => {
                    Err(bootstrap::Error::ObserverLost {
                        stage: job.plan.name.clone(),
                        why: "it was killed".to_owned(),
                    })
                }
            },
            Self::RunsUntilEnded => {
                while !interrupts.is_raised() {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(SandboxError::Interrupted.into())
            }
            Self::IsInterrupted => {
                interrupts.raise(2);
                Err(SandboxError::Interrupted.into())
            }
        }
    }
}

/// A tar archive with the one file `./etc/file`.
fn tarball(content: &str) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_path("./etc/file").unwrap();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    let mut archive = tar::Builder::new(Vec::new());
    archive.append(&header, content.as_bytes()).unwrap();
    archive.into_inner().unwrap()
}

fn built(changes: &[Change]) -> Built {
    Built {
        transcript: Transcript::default(),
        transcript_bytes: b"I: done\n".to_vec(),
        changes: changes.to_vec(),
        audit_took: Duration::ZERO,
        warnings: vec![],
        trace: None,
        proof: Proof::default(),
    }
}

/// What dpkg says if a postinst fails.
fn script_failed(package: &str) -> Vec<u8> {
    format!(
        "Setting up {package} (1) ...\nchown: invalid group: 'root:own'\n\
         dpkg: error processing package {package} (--configure):\n \
         old {package} package postinst maintainer script subprocess failed with exit status 1\n"
    )
    .into_bytes()
}

fn failed(name: &str, said: &[u8]) -> bootstrap::Error {
    let transcript = Transcript::new(said);
    bootstrap::Error::BuildFailed(Box::new(FailedBuild {
        stage: name.to_owned(),
        failure: transcript.failure(),
        known: None,
        missing_package: None,
        tail: Vec::new(),
        transcript: said.to_vec(),
        replay: Replay::default(),
    }))
}

/// What builds of the mock are given: nothing of it is looked at, but for the outside system and
/// the frozen archive, which are directories.
pub(crate) fn prepared(outside: &Path, frozen: &Path, audit: Method) -> Prepared {
    let ids = IdMap {
        uid_base: 100_000,
        gid_base: 100_000,
        count: 65_536,
        namespace: UserNamespace::Own,
    };
    Prepared {
        recipe: Recipe::of("trixie"),
        archive: FrozenArchive {
            suite: "trixie".to_owned(),
            variant: "essential".to_owned(),
            release_date: None,
            sha256: String::new(),
            packages: BTreeMap::new(),
            bytes: 0,
        },
        snapshot: Snapshot {
            lists: frozen.join("lists"),
            pool: frozen.join("pool"),
            subordinate_ids: "/subordinate-ids".into(),
        },
        epoch: 1_700_000_000,
        outside: OutsideSystem::of_tree(outside.to_owned(), ids),
        outside_tree: None,
        audit,
        foreign_to: None,
        passed_over: None,
        locks: Vec::new(),
    }
}
