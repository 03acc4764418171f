//! From system calls to what processes wrote, read and executed: a state machine.
//!
//! A process belongs to the maintainer script that its environment names
//! (`DPKG_MAINTSCRIPT_PACKAGE`, `_NAME`; deb-postinst(5), dpkg(1)). It inherits that, its root
//! and its working directory from the process that started it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::debian::temporary_root::inside;
use crate::trace::event::{Event, PathBase, TracedPath, events, joined, not_executable, refused};
use crate::trace::process::Process;
use crate::trace::record::{Trace, is_data, note};
use crate::trace::syscall::{Call, Lines};

/// What is known of a process while it runs.
#[derive(Debug, Clone)]
struct ProcessState {
    process: Arc<Process>,
    root: Vec<u8>,
    directory: Vec<u8>,
}

impl ProcessState {
    /// A process of which nothing was observed before.
    fn new() -> Self {
        Self {
            process: Arc::default(),
            root: b"/".to_vec(),
            directory: b"/".to_vec(),
        }
    }

    /// A path of this process, from the sandbox's root.
    fn resolve(&self, path: TracedPath) -> Vec<u8> {
        match path.base {
            PathBase::SandboxRoot => path.path,
            PathBase::ProcessRoot => joined(&self.root, &path.path),
            PathBase::WorkingDirectory => joined(&self.directory, &path.path),
        }
    }
}

/// An event, and which process it is of.
#[derive(Debug)]
struct TimedEvent {
    /// Number of the line on which its call began.
    began: u64,
    pid: u32,
    event: Event,
}

/// Takes strace's lines as they come.
#[derive(Debug, Default)]
pub struct Tracer {
    lines: Lines,
    events: Vec<TimedEvent>,
}

impl Tracer {
    /// Takes one line without its line break.
    pub fn take(&mut self, line: &str) {
        let Some(call) = self.lines.take(line) else {
            return;
        };
        for event in events_of(&call) {
            self.events.push(TimedEvent {
                began: call.began,
                pid: call.pid,
                event,
            });
        }
    }

    /// What the observed processes did, when all lines were taken.
    #[must_use]
    pub fn finish(mut self) -> Trace {
        // A child is there before the call that started it has returned.
        self.events.sort_by_key(|event| event.began);
        let mut replay = Replay {
            states: BTreeMap::new(),
            trace: Trace {
                lines: self.lines.count(),
                ..Trace::default()
            },
        };
        for TimedEvent { pid, event, .. } in self.events {
            replay.apply(pid, event);
        }
        replay.trace
    }
}

/// The events of a call: what it did, or what it was refused.
fn events_of(call: &Call) -> Vec<Event> {
    if call.result.starts_with("-1 EROFS ") {
        return refused(call).into_iter().collect();
    }
    if call.result.starts_with("-1 ENOEXEC ") {
        return not_executable(call).into_iter().collect();
    }
    if call.result.starts_with('-') || call.result.starts_with('?') {
        return vec![];
    }
    events(call)
}

/// The events in their order, applied to the processes one by one.
struct Replay {
    states: BTreeMap<u32, ProcessState>,
    trace: Trace,
}

impl Replay {
    fn apply(&mut self, pid: u32, event: Event) {
        let trace = &mut self.trace;
        let state = self.states.entry(pid).or_insert_with(ProcessState::new);
        match event {
            Event::Forked(child) => {
                let state = state.clone();
                let _ = self.states.insert(child, state);
            }
            Event::NotExecutable(path) => {
                let path = state.resolve(path);
                *trace.unexecutable.entry(path).or_default() += 1;
            }
            Event::Execed { process, program } => {
                if let Some(path) = program {
                    *trace.executed.entry(state.resolve(path)).or_default() += 1;
                }
                let process = process.inherited(&state.process);
                trace.scripts.extend(process.script.clone());
                state.process = Arc::new(process);
            }
            Event::Chrooted(path) => state.root = joined(&state.root, &path),
            Event::ChangedDirectory(path) => state.directory = state.resolve(path),
            Event::Wrote(path) => {
                if !state.process.removes_root() {
                    let path = state.resolve(path);
                    trace.wrote(&path, &state.process);
                    let _ = trace.altered.insert(path);
                }
            }
            Event::Opened(path) => trace.wrote(&path, &state.process),
            Event::Refused { path, kind } => {
                let path = state.resolve(path);
                trace.wrote(&path, &state.process);
                if inside(&path).is_none() {
                    let _ = trace.refused.entry(path).or_insert(kind);
                }
            }
            Event::Read(path) => {
                let is_kept = state.process.script.is_some() || is_data(&path);
                if is_kept && inside(&path).is_none() {
                    note(&mut trace.read, path, &state.process);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::process::Script;

    fn traced(lines: &[&str]) -> Trace {
        let mut tracer = Tracer::default();
        lines.iter().for_each(|line| tracer.take(line));
        tracer.finish()
    }

    fn process(name: &str, arguments: &[&str], argv: &[&str], command: &[&str]) -> Arc<Process> {
        Arc::new(Process {
            script: Some(Script {
                package: "p".to_owned(),
                name: name.to_owned(),
                arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            }),
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            command: command.iter().map(|word| (*word).to_owned()).collect(),
        })
    }

    #[test]
    fn a_script_outside_writes_where_its_words_say() {
        let trace = traced(&[
            r#"1 clone(flags=SIGCHLD <unfinished ...>"#,
            r#"2 execve("/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst", ["/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst", "configure", ""], ["DPKG_MAINTSCRIPT_PACKAGE=p", "DPKG_MAINTSCRIPT_NAME=postinst", "DPKG_ROOT=/tmp/mmdebstrap.x"]) = 0"#,
            r#"1 <... clone resumed>) = 2"#,
            r#"2 openat(AT_FDCWD</tmp/mmdebstrap.x>, "/etc/escaped", O_WRONLY|O_CREAT, 0666) = 3</etc/escaped>"#,
            r#"2 openat(AT_FDCWD</tmp/mmdebstrap.x>, "relative", O_WRONLY|O_CREAT, 0666) = 3</tmp/mmdebstrap.x/relative>"#,
            r#"2 clone(flags=SIGCHLD) = 3"#,
            r#"3 execve("/usr/bin/touch", ["touch", "a"], ["DPKG_MAINTSCRIPT_NAME=postinst", "DPKG_MAINTSCRIPT_PACKAGE=p"]) = 0"#,
            r#"3 openat(AT_FDCWD</>, "/usr/share/pam/common", O_RDONLY) = 3</usr/share/pam/common>"#,
            r#"3 utimensat(3</tmp/mmdebstrap.x/a>, NULL, NULL, 0) = 0"#,
            r#"3 unlink("/gone") = -1 ENOENT (No such file or directory)"#,
        ]);
        let script = process(
            "postinst",
            &["configure", ""],
            &[
                "/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst",
                "configure",
                "",
            ],
            &[],
        );
        let touch = process(
            "postinst",
            &["configure", ""],
            &["touch", "a"],
            &["touch", "a"],
        );
        assert_eq!(trace.wrote_outside(b"/etc/escaped"), [Arc::clone(&script)]);
        assert_eq!(trace.wrote_inside(b"relative"), [script]);
        assert_eq!(trace.wrote_inside(b"a"), [Arc::clone(&touch)]);
        assert_eq!(trace.readers(b"/usr/share/pam/common"), [touch]);
        assert_eq!(trace.wrote_outside(b"/gone"), []);
    }

    #[test]
    fn what_a_read_only_file_system_refused_is_known_by_its_path() {
        let trace = traced(&[
            r#"1 chdir("/etc") = 0"#,
            r#"1 openat(AT_FDCWD</etc>, "issue", O_WRONLY|O_CREAT|O_APPEND, 0666) = -1 EROFS (Read-only file system)"#,
            r#"1 mkdir("/srv/new", 0777) = -1 EROFS (Read-only file system)"#,
            r#"1 rename("/etc/a", "/etc/b") = -1 EROFS (Read-only file system)"#,
            r#"1 fchmodat(AT_FDCWD</etc>, "/opt", 0700) = -1 EROFS (Read-only file system)"#,
            r#"1 unlink("/gone") = -1 ENOENT (No such file or directory)"#,
        ]);
        let found = trace.refused(|path| path == b"/etc/issue");
        let found: Vec<_> = found
            .iter()
            .map(|change| format!("{} {}", change.path.escape_ascii(), change.kind.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                "/etc/a removed",
                "/etc/issue modified",
                "/opt metadata",
                "/srv/new created"
            ]
        );
    }

    #[test]
    fn removing_the_finished_root_writes_nothing_of_it() {
        let trace = traced(&[
            r#"1 execve("/bin/rm", ["rm", "--recursive", "/tmp/mmdebstrap.x"], ["PATH=/bin"]) = 0"#,
            r#"1 unlink("/tmp/mmdebstrap.x/etc/a") = 0"#,
            r#"1 execve("/bin/rm", ["rm", "/tmp/mmdebstrap.x/etc/b"], ["PATH=/bin"]) = 0"#,
            r#"1 unlink("/tmp/mmdebstrap.x/etc/b") = 0"#,
        ]);
        assert_eq!(trace.wrote_inside(b"etc/a"), []);
        assert_eq!(trace.wrote_inside(b"etc/b").len(), 1);
    }

    #[test]
    fn a_path_of_a_process_in_a_chroot_is_inside() {
        let trace = traced(&[
            r#"1 chroot("/tmp/mmdebstrap.x") = 0"#,
            r#"1 clone(flags=SIGCHLD) = 2"#,
            r#"2 execve("/bin/mv", ["mv", "a", "b"], ["DPKG_MAINTSCRIPT_PACKAGE=p", "DPKG_MAINTSCRIPT_NAME=preinst"]) = 0"#,
            r#"2 rename("/etc/a", "/etc/../etc/b") = 0"#,
            r#"2 chdir("/var")                      = 0"#,
            r#"2 unlink("lib/c") = 0"#,
        ]);
        let mv = process("preinst", &[], &["mv", "a", "b"], &[]);
        assert_eq!(trace.wrote_inside(b"etc/b"), [Arc::clone(&mv)]);
        assert_eq!(trace.wrote_inside(b"etc/a"), [Arc::clone(&mv)]);
        assert_eq!(trace.wrote_inside(b"var/lib/c"), [mv]);
    }

    #[test]
    fn who_reads_data_is_known_without_a_script_too() {
        let trace = traced(&[
            r#"1 execve("/usr/bin/dpkg", ["dpkg", "--root=/tmp/mmdebstrap.x"], ["PATH=/bin"]) = 0"#,
            r#"1 openat(AT_FDCWD</>, "/etc/dpkg/dpkg.cfg.d/a", O_RDONLY) = 3</etc/dpkg/dpkg.cfg.d/a>"#,
            r#"1 openat(AT_FDCWD</>, "/usr/lib/libc.so.6", O_RDONLY) = 3</usr/lib/libc.so.6>"#,
            r#"1 openat(AT_FDCWD</>, "/tmp/mmdebstrap.x/etc/a", O_RDONLY) = 3</tmp/mmdebstrap.x/etc/a>"#,
        ]);
        let dpkg = Arc::new(Process {
            script: None,
            argv: ["dpkg", "--root=/tmp/mmdebstrap.x"]
                .map(str::to_owned)
                .to_vec(),
            command: vec![],
        });
        assert_eq!(trace.readers(b"/etc/dpkg/dpkg.cfg.d/a"), [dpkg]);
        assert_eq!(trace.readers(b"/usr/lib/libc.so.6"), []);
        assert_eq!(trace.readers(b"/tmp/mmdebstrap.x/etc/a"), []);
    }

    #[test]
    fn programs_of_the_chroot_are_told_from_its_maintainer_scripts() {
        let trace = traced(&[
            r#"1 execve("/usr/bin/dpkg", ["dpkg"], []) = 0"#,
            r#"1 clone(flags=SIGCHLD) = 2"#,
            r#"1 execve("/tmp/mmdebstrap.x/var/lib/dpkg/info/p.postinst", ["p.postinst"], []) = 0"#,
            r#"1 execve("/tmp/mmdebstrap.x/var/lib/dpkg/tmp.ci/preinst", ["preinst"], []) = 0"#,
            r#"1 execve("/tmp/mmdebstrap.x/usr/bin/perl", ["perl"], []) = -1 ENOEXEC (Exec format error)"#,
            r#"1 execve("/tmp/mmdebstrap.x/usr/bin/true", ["true"], []) = -1 ENOENT (No such file or directory)"#,
            r#"2 chroot("/tmp/mmdebstrap.x") = 0"#,
            r#"2 chdir("/usr") = 0"#,
            r#"2 execve("bin/id", ["id"], []) = 0"#,
            r#"2 execveat(3</tmp/mmdebstrap.x/usr/sbin/ldconfig>, "", ["ldconfig"], [], AT_EMPTY_PATH) = 0"#,
        ]);
        assert_eq!(trace.executions(), 5);
        assert_eq!(
            trace.executed_inside().collect::<Vec<_>>(),
            [(&b"usr/bin/id"[..], 1), (b"usr/sbin/ldconfig", 1)]
        );
        assert_eq!(
            trace.unexecutable().collect::<Vec<_>>(),
            [(&b"/tmp/mmdebstrap.x/usr/bin/perl"[..], 1)]
        );
    }
}
