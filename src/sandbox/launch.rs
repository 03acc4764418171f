//! Starts a sandbox: starts the monitor, writes the id maps, hands out the command's output,
//! waits, and ends everything on an interrupt.

use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};

use crate::sandbox::idmap::{IdMap, UserNamespace};
use crate::sandbox::plan::{Plan, Refusal};
use crate::sandbox::protocol::{Channel, FromMonitor, Outcome, Progress, StageFailure, ToMonitor};
use crate::sandbox::stage_names;
use crate::sandbox::unfinished::Unfinished;

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
        name: name.clone(),
        child,
        control,
        interrupts,
        stdout,
        stderr,
    };
    interrupts.add(running.pid());
    let message = ToMonitor::Plan(Box::new(plan.clone()));
    running
        .control
        .send(&message)
        .map_err(launch_error("send the plan"))?;
    match running
        .control
        .receive()
        .map_err(launch_error("listen to the monitor"))?
    {
        Some(FromMonitor::Unshared) => {}
        Some(FromMonitor::Failed(failure)) => return Err(SandboxError::Stage { name, failure }),
        Some(FromMonitor::Progress(_) | FromMonitor::Done(_)) | None => {
            return Err(running.gone());
        }
    }
    match plan.ids.namespace {
        UserNamespace::Own => write_maps(&plan.ids, running.pid(), &name)?,
        UserNamespace::Callers => {}
    }
    running
        .control
        .send(&ToMonitor::Mapped)
        .map_err(launch_error("say that the maps are written"))?;
    Ok(running)
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

/// Writes `/proc/PID/{uid,gid}_map`: root directly, others with newuidmap(1) and newgidmap(1).
fn write_maps(ids: &IdMap, monitor: Pid, name: &str) -> Result<(), SandboxError> {
    let kinds = [
        ("newuidmap", "uid_map", ids.uid_base),
        ("newgidmap", "gid_map", ids.gid_base),
    ];
    for (program, file, base) in kinds {
        if geteuid().is_root() {
            let map = format!("0 {base} {}\n", ids.count);
            fs::write(format!("/proc/{monitor}/{file}"), map).map_err(|error| {
                SandboxError::Launch {
                    name: name.to_owned(),
                    step: "write the id maps",
                    error,
                }
            })?;
            continue;
        }
        let refused = |why: String| SandboxError::IdMap {
            name: name.to_owned(),
            program,
            why,
        };
        let output = Command::new(program)
            .args([
                monitor.to_string(),
                "0".to_owned(),
                base.to_string(),
                ids.count.to_string(),
            ])
            .output()
            .map_err(|error| refused(error.to_string()))?;
        if !output.status.success() {
            return Err(refused(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
    }
    Ok(())
}
