//! Starts a sandbox: starts the monitor, writes the id maps, hands out the command's output,
//! waits, and ends everything on an interrupt.

use std::io;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::sandbox::id_maps::{MapFailure, write_maps};
use crate::sandbox::idmap::UserNamespace;
use crate::sandbox::plan::{Plan, Refusal};
use crate::sandbox::protocol::{Channel, FromMonitor, Outcome, Progress, StageFailure, ToMonitor};
use crate::sandbox::room::Room;
use crate::sandbox::stage_names;
use crate::sandbox::unfinished::Unfinished;
use crate::sandbox::work_directory::{WorkDirectory, WorkDirectoryError};

/// Why a sandbox could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The plan is not safe.
    #[error("sandbox {name}: refused: {refusal}")]
    Refused {
        /// The plan's name.
        name: String,
        /// What is wrong with it.
        refusal: Refusal,
    },
    /// A stage could not be set up.
    #[error("sandbox {name}: {failure}")]
    Stage {
        /// The plan's name.
        name: String,
        /// The step, and why it failed.
        failure: StageFailure,
    },
    /// The launcher itself could not do its part.
    #[error("sandbox {name}: {step}: {error}")]
    Launch {
        /// The plan's name.
        name: String,
        /// What was done.
        step: &'static str,
        /// Why not.
        error: io::Error,
    },
    /// newuidmap(1) or newgidmap(1) refused.
    #[error("sandbox {name}: {program}: {why}")]
    IdMap {
        /// The plan's name.
        name: String,
        /// `newuidmap` or `newgidmap`.
        program: &'static str,
        /// Its message.
        why: String,
    },
    /// The sandbox cannot keep what it writes in the directory that it was to.
    #[error("work directory {}: {error}", directory.to_string_lossy())]
    WorkDirectory {
        /// The directory.
        directory: PathBuf,
        /// Why not.
        error: WorkDirectoryError,
    },
    /// A signal asked for the end.
    #[error("interrupted")]
    Interrupted,
}

/// Stands for a signal where there was none.
const CANCELLED: i32 = -1;

/// The signals that asked for the end, and the sandboxes to be ended by them.
#[derive(Debug, Default)]
pub struct Interrupts {
    signal: AtomicI32,
    monitors: Mutex<Vec<Pid>>,
    /// How long one sandbox may run, in seconds; 0 for as long as it takes.
    longest_build: AtomicU64,
    /// Where each sandbox keeps what it writes.
    room: OnceLock<Room>,
    /// Whether another program has the terminal, and with it what is typed to interrupt.
    is_terminal_lent: AtomicBool,
    /// What is removed if a signal finds the run at work that does not look for signals.
    pub unfinished: Unfinished,
}

impl Interrupts {
    /// Called from the thread that receives signals: ends every running sandbox.
    pub fn raise(&self, signal: i32) {
        self.signal.store(signal, Ordering::SeqCst);
        for monitor in self
            .monitors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            // A monitor that has just ended is still our unreaped child: the id is its own.
            let _ = kill(*monitor, Signal::SIGKILL);
        }
    }

    /// Leaves SIGINT to a program that has the terminal while it runs.
    pub(crate) fn lend_terminal<T>(&self, run: impl FnOnce() -> T) -> T {
        self.is_terminal_lent.store(true, Ordering::SeqCst);
        let result = run();
        self.is_terminal_lent.store(false, Ordering::SeqCst);
        result
    }

    /// Whether SIGINT is for another program.
    pub(crate) fn is_terminal_lent(&self) -> bool {
        self.is_terminal_lent.load(Ordering::SeqCst)
    }

    /// Limits the time of each sandbox that builds something.
    pub fn limit_builds(&self, longest: Duration) {
        self.longest_build
            .store(longest.as_secs(), Ordering::SeqCst);
    }

    /// How long a sandbox that builds something may run.
    #[must_use]
    pub fn longest_build(&self) -> Option<Duration> {
        let seconds = self.longest_build.load(Ordering::SeqCst);
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    /// Decides where each sandbox keeps what it writes; once.
    pub fn keep_in(&self, room: Room) {
        let _ = self.room.set(room);
    }

    /// Where each sandbox keeps what it writes.
    #[must_use]
    pub fn room(&self) -> &Room {
        self.room.get_or_init(Room::of_machine)
    }

    /// Ends every sandbox without a signal: the work of the others has become useless.
    pub fn cancel(&self) {
        let number = self.signal().unwrap_or(CANCELLED);
        self.raise(number);
    }

    /// The signal that asked for the end.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        Some(self.signal.load(Ordering::SeqCst)).filter(|signal| *signal > 0)
    }

    /// Whether the end was asked for, by a signal or by [`Interrupts::cancel`].
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.signal.load(Ordering::SeqCst) != 0
    }

    fn add(&self, monitor: Pid) {
        self.monitors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(monitor);
        if self.is_raised() {
            self.raise(self.signal.load(Ordering::SeqCst));
        }
    }

    fn remove(&self, monitor: Pid) {
        self.monitors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|pid| *pid != monitor);
    }
}

/// A sandbox whose command runs.
///
/// The thread that launched it must outlive it: the kernel sends the death signal
/// when the parent *thread* ends (prctl(2), PR_SET_PDEATHSIG).
#[derive(Debug)]
pub struct Running<'a> {
    name: String,
    child: Child,
    control: Channel,
    interrupts: &'a Interrupts,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    /// Removed when nothing of the sandbox runs any more.
    _work: Option<WorkDirectory<'a>>,
}

/// Starts a sandbox, its standard input coming from nowhere.
///
/// # Errors
/// A refused plan, or a machine that lacks what a sandbox needs.
pub fn launch<'a>(plan: &Plan, interrupts: &'a Interrupts) -> Result<Running<'a>, SandboxError> {
    let name = plan.name.clone();
    if let Some(refusal) = plan.refusal() {
        return Err(SandboxError::Refused { name, refusal });
    }
    let launch_error = |step| {
        let name = name.clone();
        move |error| SandboxError::Launch { name, step, error }
    };
    let work = work_directory(plan, interrupts)?;
    let room = match &work {
        None => interrupts.room().clone(),
        Some(work) => Room::Disk {
            directory: work.open(),
        },
    };
    let (control, stdin) = Channel::pair().map_err(launch_error("make a socket pair"))?;
    let mut child = Command::new("/proc/self/exe")
        .arg(stage_names::MONITOR)
        .env_clear()
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(launch_error("start the monitor"))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut running = Running {
        name,
        child,
        control,
        interrupts,
        stdout,
        stderr,
        _work: work,
    };
    interrupts.add(running.pid());
    running.tell(plan, room)?;
    Ok(running)
}

impl Running<'_> {
    /// Tells the monitor the plan, and gives it its ids.
    fn tell(&mut self, plan: &Plan, room: Room) -> Result<(), SandboxError> {
        let name = self.name.clone();
        let launch_error = |step| {
            let name = name.clone();
            move |error| SandboxError::Launch { name, step, error }
        };
        let message = ToMonitor::Plan {
            plan: Box::new(plan.clone()),
            room,
        };
        self.control
            .send(&message)
            .map_err(launch_error("send the plan"))?;
        match self
            .control
            .receive()
            .map_err(launch_error("listen to the monitor"))?
        {
            Some(FromMonitor::Unshared) => {}
            Some(FromMonitor::Failed(failure)) => {
                return Err(SandboxError::Stage { name, failure });
            }
            Some(FromMonitor::Progress(_) | FromMonitor::Done(_)) | None => {
                return Err(self.gone());
            }
        }
        match plan.ids.namespace {
            UserNamespace::Own => {
                write_maps(&plan.ids, self.pid()).map_err(|failure| of_maps(failure, &name))?;
            }
            UserNamespace::Callers => {}
        }
        self.control
            .send(&ToMonitor::Mapped)
            .map_err(launch_error("say that the maps are written"))
    }
}

/// The sandbox's own directory, if it is not to keep what it writes in memory.
fn work_directory<'a>(
    plan: &Plan,
    interrupts: &'a Interrupts,
) -> Result<Option<WorkDirectory<'a>>, SandboxError> {
    match interrupts.room() {
        Room::Memory { .. } => Ok(None),
        Room::Disk { directory } => {
            let made = WorkDirectory::make(directory, &plan.ids, &interrupts.unfinished);
            let made = made.map_err(|error| SandboxError::WorkDirectory {
                directory: directory.clone(),
                error,
            });
            made.map(Some)
        }
    }
}

fn of_maps(failure: MapFailure, name: &str) -> SandboxError {
    let name = name.to_owned();
    match failure {
        MapFailure::Write(error) => SandboxError::Launch {
            name,
            step: "write the id maps",
            error,
        },
        MapFailure::Program { program, why } => SandboxError::IdMap { name, program, why },
    }
}

impl Running<'_> {
    /// The command's standard output; once.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.stdout.take()
    }

    /// The command's standard error; once.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.stderr.take()
    }

    /// Waits for the command's end and the audit; `watch` is given what the monitor says of
    /// itself meanwhile.
    ///
    /// # Errors
    /// The sandbox could not be set up, or was ended by an interrupt.
    pub fn wait(mut self, watch: &dyn Fn(Progress)) -> Result<Outcome, SandboxError> {
        loop {
            let word = self
                .control
                .receive()
                .map_err(|error| SandboxError::Launch {
                    name: self.name.clone(),
                    step: "listen to the monitor",
                    error,
                })?;
            return match word {
                Some(FromMonitor::Progress(progress)) => {
                    watch(progress);
                    continue;
                }
                Some(FromMonitor::Done(outcome)) => Ok(outcome),
                Some(FromMonitor::Failed(failure)) => Err(SandboxError::Stage {
                    name: self.name.clone(),
                    failure,
                }),
                Some(FromMonitor::Unshared) | None => Err(self.gone()),
            };
        }
    }

    /// The monitor's process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or(i32::MAX))
    }

    /// The monitor ended without a word: an interrupt, or somebody killed it.
    fn gone(&self) -> SandboxError {
        if self.interrupts.is_raised() {
            return SandboxError::Interrupted;
        }
        let failure = StageFailure {
            step: "run".to_owned(),
            error: "the monitor was killed".to_owned(),
        };
        SandboxError::Stage {
            name: self.name.clone(),
            failure,
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // Already ended in the ordinary case; killing what is left is the point of the rest.
        let _ = self.child.kill();
        self.interrupts.remove(self.pid());
        let _ = self.child.wait();
    }
}
