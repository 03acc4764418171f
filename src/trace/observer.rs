//! Traces a command and all that it starts, from process 1 of its sandbox.
//!
//! A thread runs freely between the calls that the filter stops it at. A maintainer script's own
//! shell stops at every call: what it asks the file system decides what it does, and it makes few
//! calls.

use std::rc::Rc;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::ptrace::Options;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::debian::maintainer_script::ScriptKind;
use crate::debian::temporary_root::inside;
use crate::sandbox::seccomp::refused::{REFUSED, RefusedCall, TOLD};
use crate::sandbox::{ExitStatus, Tracer, Tracing};
use crate::trace::added_filter::Borrowed;
use crate::trace::call::{Beginning, Begun};
use crate::trace::calls::{CALLS, Call, CallKind, Level};
use crate::trace::file_sizes::sizes_now;
use crate::trace::filter;
use crate::trace::foreseen::{Foreseen, foreseen};
use crate::trace::log::{Act, Bytes, Event, Gap, Image, Log};
use crate::trace::process::removes_root;
use crate::trace::registers::{Convention, Registers};
use crate::trace::relevant::{Actor, is_foreseeable, is_relevant, needs_before};
use crate::trace::stop::{Patience, Stop, Stopped, next};
use crate::trace::threads::{Filters, Starter, Threads};
use crate::trace::versions::{Versions, touched};
use crate::trace::view::{LastDirectories, look};

/// How often threads that a signal has stopped are asked whether they still are. ptrace(2) has
/// PTRACE_LISTEN for this, which safe code cannot reach.
const POLL: Duration = Duration::from_millis(2);

/// Sees what a build's processes do.
#[derive(Debug, Default)]
pub struct Observer {
    threads: Threads,
    /// Threads that a signal has stopped.
    suspended: Vec<Pid>,
    /// A signal that safe code cannot pass on to the process that it is for.
    undeliverable: Option<i32>,
    log: Log,
    last: LastDirectories,
    /// For each image, whether it is a maintainer script, or descends from one.
    actors: Vec<Actor>,
    /// What scripts made of the files that many scripts write.
    versions: Versions,
}

/// How a thread goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resume {
    /// Until the filter stops it.
    ToFilter,
    /// Until the next beginning or end of a call.
    ToCall,
}

impl Tracer for Observer {
    fn restrict(&self, tracing: Tracing) -> Result<(), String> {
        let level = match tracing {
            Tracing::Off | Tracing::Scripts => Level::Programs,
            Tracing::Changes => Level::Changes,
            Tracing::Everything => Level::Everything,
        };
        let program =
            filter::program(level).ok_or("the system calls of this machine are not known")?;
        seccompiler::apply_filter(&program).map_err(|error| error.to_string())
    }

    fn attach(&mut self, command: Pid, tracing: Tracing) -> Result<(), String> {
        self.log.sees_all_writers = matches!(tracing, Tracing::Changes | Tracing::Everything);
        let options = Options::PTRACE_O_TRACESYSGOOD
            | Options::PTRACE_O_TRACESECCOMP
            | Options::PTRACE_O_TRACEEXEC
            | Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACEVFORK
            | Options::PTRACE_O_TRACECLONE
            | Options::PTRACE_O_EXITKILL;
        ptrace::seize(command, options).map_err(|error| error.to_string())?;
        let filters = match tracing {
            Tracing::Off | Tracing::Scripts | Tracing::Changes => Filters::OfOthers,
            Tracing::Everything => Filters::OfScripts,
        };
        self.threads.begin(command, filters, &mut self.log);
        self.actors.push(Actor::Other);
        self.versions.ran(None, Actor::Other);
        Ok(())
    }

    fn follow(&mut self, command: Pid) -> Result<ExitStatus, String> {
        loop {
            let patience = if self.suspended.is_empty() {
                Patience::Endless
            } else {
                Patience::None
            };
            let stopped = next(patience).map_err(|error| error.to_string())?;
            let Some(stopped) = stopped else {
                thread::sleep(POLL);
                self.ask();
                continue;
            };
            if let Stop::Ended(status) = stopped.why {
                self.ended_thread(stopped.process, status);
                if stopped.process == command {
                    return Ok(status);
                }
                continue;
            }
            // ESRCH: it was killed meanwhile, and its end comes next.
            let _ = self.stopped(stopped);
            if let Some(signal) = self.undeliverable {
                return Err(format!("a process was sent the real-time signal {signal}"));
            }
        }
    }

    fn log(&mut self) -> String {
        (self.log.lines, self.log.left_out) = self.versions.finish();
        self.log.sizes = sizes_now(&self.log.events);
        serde_json::to_string(&self.log).unwrap_or_default()
    }
}

impl Observer {
    fn stopped(&mut self, stopped: Stopped) -> Result<(), Errno> {
        let thread = stopped.process;
        self.log.stops += 1;
        self.settle_writes(thread);
        match stopped.why {
            Stop::Ended(_) => Ok(()),
            Stop::Filtered => self.filtered(thread),
            Stop::Call => self.call(thread),
            Stop::Executed => self.executed(thread),
            Stop::Forked => {
                let child = number(ptrace::getevent(thread)?);
                if self.threads.forked(thread, child) {
                    // It has waited for this.
                    let _ = self.resume(child, 0);
                }
                self.resume(thread, 0)
            }
            Stop::Attached => {
                match self.threads.attached(thread, above) {
                    Starter::Known => {}
                    Starter::Told => return Ok(()),
                    Starter::Dead => self.adopt(thread),
                }
                self.resume(thread, 0)
            }
            Stop::Suspended => {
                self.suspended.push(thread);
                Ok(())
            }
            Stop::Signal(signal) => self.resume(thread, signal),
            Stop::Other => self.resume(thread, 0),
        }
    }

    /// Looks at the shared files that a thread has opened for writing: it may have written them
    /// since it stopped last.
    fn settle_writes(&mut self, thread: Pid) {
        let Some(state) = self.threads.get(thread) else {
            return;
        };
        let image = state.image;
        for path in state.writes.clone() {
            let mut holders = self.threads.writing(&path);
            holders.push(image);
            self.versions.settle(&path, &holders);
        }
    }

    fn ended_thread(&mut self, thread: Pid, status: ExitStatus) {
        self.settle_writes(thread);
        if let Some(state) = self.threads.get(thread) {
            self.log.ended(state.image, status);
        }
        self.suspended.retain(|suspended| *suspended != thread);
        for orphan in self.threads.ended(thread) {
            // ESRCH: it was killed, too.
            let _ = self.resume(orphan, 0);
        }
    }

    /// A thread was started by one that was killed before it could tell. Both run one program.
    fn adopt(&mut self, thread: Pid) {
        let line = std::fs::read(format!("/proc/{thread}/cmdline")).unwrap_or_default();
        let images = &self.log.images;
        let is_line = |image: usize| {
            let words = images.get(image).into_iter().flat_map(|image| &image.argv);
            let words: Vec<u8> = words
                .flat_map(|word| [&word.0, &b"\0"[..]].concat())
                .collect();
            words == line
        };
        self.threads.adopt(thread, is_line);
    }

    /// Asks threads that a signal has stopped whether they still are: each stops again before it
    /// does anything, and tells. What `SIGCONT` left behind does not tell: another thread may have
    /// taken it, and another `SIGSTOP` takes it away.
    fn ask(&mut self) {
        for thread in std::mem::take(&mut self.suspended) {
            // ESRCH: it was killed meanwhile.
            let _ = ptrace::interrupt(thread).and_then(|()| ptrace::cont(thread, None));
        }
    }

    /// At the beginning of a call that the filter knows.
    fn filtered(&mut self, thread: Pid) -> Result<(), Errno> {
        let word = ptrace::getevent(thread)?;
        let word = u16::try_from(word).unwrap_or(filter::UNKNOWN_MACHINE);
        if word & filter::UNKNOWN_MACHINE != 0 {
            self.log.gap = Some(Gap::UnknownMachine);
            return self.resume(thread, 0);
        }
        if word & TOLD != 0 {
            return self.refuse(thread, REFUSED.get(usize::from(word & !TOLD)));
        }
        let convention = if word & filter::COMPATIBLE == 0 {
            Convention::Native
        } else {
            Convention::Compatible
        };
        let call = CALLS.get(usize::from(word & !filter::COMPATIBLE));
        if let Some(call) = call {
            self.begin(thread, call, convention)?;
        }
        self.resume(thread, 0)
    }

    /// At the beginning of a call that is refused. The observer stands for the kernel: whatever it
    /// cannot do, the call is not made.
    fn refuse(&mut self, thread: Pid, call: Option<&RefusedCall>) -> Result<(), Errno> {
        let error = call.map_or(nix::libc::EPERM, |call| call.error);
        let registers = Registers::of(thread, Convention::Native)?.failing(error);
        registers.set(thread)?;
        if let (Some(call), Some(state)) = (call, self.threads.get(thread))
            && self.actor(thread).is_of_script()
        {
            self.log.did(Event {
                error,
                ..Event::new(state.image, call.name, Act::Machine, b"")
            });
        }
        self.resume(thread, 0)
    }

    /// At the beginning of any call of a script's own shell, or at the end of a call.
    fn call(&mut self, thread: Pid) -> Result<(), Errno> {
        let info = ptrace::syscall_info(thread)?;
        let Some(convention) = filter::convention(info.arch) else {
            self.log.gap = Some(Gap::UnknownMachine);
            return self.resume(thread, 0);
        };
        if info.op == nix::libc::PTRACE_SYSCALL_INFO_ENTRY {
            self.call_begins(thread, convention)?;
        } else {
            self.call_ends(thread, convention)?;
        }
        self.resume(thread, 0)
    }

    fn call_begins(&mut self, thread: Pid, convention: Convention) -> Result<(), Errno> {
        if self.actor(thread) != Actor::Script {
            return Ok(());
        }
        let number = Registers::of(thread, convention)?.number();
        let numbers = filter::numbers(convention);
        let looked = CALLS.iter().find(|call| {
            let of_call = numbers.and_then(|numbers| call.number(numbers));
            call.level == Level::Looks && of_call.map(u64::from) == Some(number)
        });
        match looked {
            Some(call) => self.begin(thread, call, convention),
            None => Ok(()),
        }
    }

    fn call_ends(&mut self, thread: Pid, convention: Convention) -> Result<(), Errno> {
        let is_script = self.actor(thread) == Actor::Script;
        let Some(state) = self.threads.get_mut(thread) else {
            return Ok(());
        };
        if std::mem::take(&mut state.is_executing) {
            return Ok(());
        }
        let result = Registers::of(thread, convention)?.result();
        match state.filters.clone() {
            Filters::Taking(borrowed) => {
                state.filters = Filters::OfScripts;
                return self.note_gap(borrowed.end(thread, convention));
            }
            Filters::OfOthers if is_script => {
                let borrowed = Borrowed::begin(thread, convention);
                state.filters =
                    borrowed.map_or(Filters::OfScripts, |one| Filters::Taking(Rc::new(one)));
                self.note_gap(borrowed.map(drop))?;
            }
            Filters::OfOthers | Filters::OfScripts => {}
        }
        self.ended(thread, result);
        Ok(())
    }

    /// A script's process that lives on without the filter is not seen.
    fn note_gap(&mut self, outcome: Result<(), Errno>) -> Result<(), Errno> {
        match outcome {
            Err(Errno::ESRCH) => Err(Errno::ESRCH),
            Err(error) => {
                self.log.gap = Some(Gap::Filter(error as i32));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn begin(&mut self, thread: Pid, call: &Call, convention: Convention) -> Result<(), Errno> {
        let actor = self.actor(thread);
        if call.kind == CallKind::ChangeRoot {
            self.begin_root(thread, call);
            return Ok(());
        }
        if actor == Actor::Cleaner && !matches!(call.kind, CallKind::Execute { .. }) {
            return Ok(());
        }
        let Some(root) = self.threads.root(thread) else {
            return Ok(());
        };
        let beginning = Beginning {
            thread,
            root: &root,
            last: &self.last,
            registers: Registers::of(thread, convention)?,
            convention,
        };
        let begun = beginning.read(call.name, call.kind);
        let begun = begun.filter(|begun| is_relevant(actor, &begun.act, &begun.path));
        let begun = begun.map(|mut begun| {
            if needs_before(actor, &begun.act, &begun.path) {
                begun.before = Some(look(&begun.path));
            }
            if let Some(program) = &begun.program
                && is_script(&begun.path)
            {
                let package = beginning.variable(program.environment, "DPKG_MAINTSCRIPT_PACKAGE");
                begun.package = package;
            }
            begun
        });
        let Some(begun) = begun else {
            return Ok(());
        };
        if matches!(begun.act, Act::Remove | Act::Mount | Act::RenameTo(_)) {
            self.last.renamed(&begun.path);
        }
        if actor.is_of_script() {
            for path in touched(&begun.act, &begun.path) {
                self.versions.settle(path, &self.threads.writing(path));
            }
        }
        self.foresee(thread, actor, begun);
        Ok(())
    }

    /// Notes what will come of a call, or has the thread stop again when it is known.
    fn foresee(&mut self, thread: Pid, actor: Actor, begun: Begun) {
        let outcome = if is_foreseeable(actor, &begun.act, &begun.path) {
            foreseen(begun.call, &begun.act, &begun.path, look)
        } else {
            Foreseen::Unknown
        };
        match outcome {
            Foreseen::Success => self.returned(thread, begun, 0),
            Foreseen::Failure(error) if actor.is_of_script() => {
                self.returned(thread, begun, error);
            }
            Foreseen::Failure(_) => {}
            Foreseen::Unknown => {
                if let Some(state) = self.threads.get_mut(thread) {
                    state.begun = Some(begun);
                }
            }
        }
    }

    /// A thread is about to get another root. Which one is known only at the end of the call; until
    /// then the thread resolves nothing.
    fn begin_root(&mut self, thread: Pid, call: &Call) {
        self.last.forget();
        self.threads.roots_changed();
        if let Some(state) = self.threads.get_mut(thread) {
            state.begun = Some(Begun::of_root(call.name));
        }
    }

    /// A call has returned.
    fn ended(&mut self, thread: Pid, result: Result<i64, i32>) {
        let Some(state) = self.threads.get_mut(thread) else {
            return;
        };
        let Some(begun) = state.begun.take() else {
            return;
        };
        if begun.changes_root {
            self.threads.roots_changed();
            return;
        }
        let image = state.image;
        let is_of_script = self
            .actors
            .get(image)
            .is_some_and(|actor| actor.is_of_script());
        if is_of_script && result.is_ok() {
            for path in touched(&begun.act, &begun.path) {
                self.versions.changed(path, image);
                if matches!(begun.act, Act::Open { .. }) {
                    state.opened(path);
                }
            }
        }
        self.returned(thread, begun, result.err().unwrap_or_default());
    }

    /// Notes what a call did that has returned, or will return, with this error.
    fn returned(&mut self, thread: Pid, begun: Begun, error: i32) {
        let Some(state) = self.threads.get(thread) else {
            return;
        };
        self.log.did(Event {
            error,
            before: begun.before,
            ..Event::new(state.image, begun.call, begun.act, &begun.path)
        });
    }

    /// A thread runs another program now.
    fn executed(&mut self, thread: Pid) -> Result<(), Errno> {
        let former = number(ptrace::getevent(thread)?);
        self.threads.took_number(former, thread);
        let Some(state) = self.threads.get_mut(thread) else {
            return self.resume(thread, 0);
        };
        let begun = state.begun.take();
        let parent = state.image;
        if !self.log.sees_all_writers {
            // What dpkg has changed since the last script is not known.
            self.last.forget();
        }
        let (path, program, package) = match begun {
            Some(begun) => (begun.path, begun.program, begun.package),
            None => (vec![], None, None),
        };
        let argv = program.map(|program| program.argv).unwrap_or_default();
        let is_cleaner = || removes_root(argv.iter().map(|word| word.0.as_slice()));
        let actor = match (is_script(&path), self.actors.get(parent)) {
            (true, _) => Actor::Script,
            (false, Some(Actor::Script | Actor::OfScript)) => Actor::OfScript,
            (false, _) if is_cleaner() => Actor::Cleaner,
            (false, _) => Actor::Other,
        };
        self.actors.push(actor);
        self.versions.ran(Some(parent), actor);
        let image = self.log.ran(Image {
            parent: Some(parent),
            program: Bytes(path.clone()),
            argv,
            package,
            end: None,
        });
        state.image = image;
        // Only a script stops at the end of this call.
        state.is_executing = actor == Actor::Script;
        let event = Event::new(image, "execve", Act::Execute, &path);
        self.log.did(event);
        self.resume(thread, 0)
    }

    fn actor(&self, thread: Pid) -> Actor {
        let image = self.threads.get(thread).map(|state| state.image);
        let actor = image.and_then(|image| self.actors.get(image));
        actor.copied().unwrap_or(Actor::Other)
    }

    fn resume(&mut self, thread: Pid, signal: i32) -> Result<(), Errno> {
        let has_begun = self
            .threads
            .get(thread)
            .is_some_and(|one| one.begun.is_some() || matches!(one.filters, Filters::Taking(_)));
        let how = if has_begun || self.actor(thread) == Actor::Script {
            Resume::ToCall
        } else {
            Resume::ToFilter
        };
        let signal = match signal {
            0 => None,
            number => {
                let named = Signal::try_from(number).ok();
                if named.is_none() {
                    self.undeliverable = Some(number);
                }
                named
            }
        };
        match how {
            Resume::ToFilter => ptrace::cont(thread, signal),
            Resume::ToCall => ptrace::syscall(thread, signal),
        }
    }
}

/// Whether a path is that of a maintainer script in a chroot.
fn is_script(path: &[u8]) -> bool {
    inside(path).and_then(ScriptKind::from_path).is_some()
}

/// A thread's number in an event's message.
fn number(message: i64) -> Pid {
    Pid::from_raw(i32::try_from(message).unwrap_or_default())
}

/// The process that a thread is in, if it is not its first thread, or else the one above it
/// (proc_pid_status(5)).
fn above(thread: Pid) -> Option<Pid> {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).ok()?;
    let number = |name: &str| {
        let digits = status.lines().find_map(|line| line.strip_prefix(name))?;
        digits.trim().parse().ok().map(Pid::from_raw)
    };
    let process = number("Tgid:")?;
    if process == thread {
        number("PPid:")
    } else {
        Some(process)
    }
}
