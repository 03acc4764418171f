//! Runs a plan under strace(1), whose output comes through a pipe in the sandbox.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::{fs, thread};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::bootstrap::error::{Error, at};
use crate::sandbox::plan::{Access, Bind, Plan};
use crate::trace::record::Trace;
use crate::trace::tracker::Tracer;

/// Path of the program that observes, without the leading slash.
pub const PROGRAM: &str = "usr/bin/strace";

/// Where the sandbox finds the pipe that the observer writes to.
const PIPE: &str = "/tmp/twinroot/trace/pipe";

/// System calls that start processes or change files; those with a `?` are unknown to some
/// versions.
const CALLS: &str = "execve,?execveat,clone,?clone3,?fork,?vfork,chroot,chdir,fchdir,\
?open,openat,?openat2,?creat,?rename,renameat,?renameat2,?unlink,unlinkat,?rmdir,?mkdir,mkdirat,\
?mknod,mknodat,?symlink,symlinkat,?link,linkat,?chmod,fchmod,fchmodat,?fchmodat2,\
?chown,fchown,?lchown,fchownat,?utime,?utimes,?futimesat,utimensat,truncate,\
setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr";

/// Has `run` run a plan under observation; returns what `run` returned, and what the plan's
/// processes did.
///
/// # Errors
/// Those of `run`, or the pipe cannot be made.
pub fn observe<T>(
    mut plan: Plan,
    run: impl FnOnce(&Plan) -> Result<T, Error>,
) -> Result<(T, Trace), Error> {
    let place = Path::new("a temporary directory");
    let directory = tempfile::Builder::new()
        .prefix("twinroot-trace-")
        .tempdir()
        .map_err(at(place, "make"))?;
    let pipe = directory.path().join("pipe");
    // Out here, the sandbox's root is another user.
    fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o711))
        .and_then(|()| mkfifo(&pipe, Mode::from_bits_truncate(0o600)).map_err(Into::into))
        .and_then(|()| fs::set_permissions(&pipe, PermissionsExt::from_mode(0o622)))
        .map_err(at(&pipe, "make"))?;
    plan.command = observed(plan.command);
    plan.binds.push(pipe_bind(directory.path()));
    // A pipe that is opened for reading and writing does not wait for its other end, and the
    // reader sees no end as long as this is open.
    let held = OpenOptions::new().read(true).write(true).open(&pipe);
    let held = held.map_err(at(&pipe, "open"))?;
    let reading = File::open(&pipe).map_err(at(&pipe, "open"))?;
    thread::scope(|scope| {
        let reader = scope.spawn(|| read(reading));
        let outcome = run(&plan);
        drop(held);
        let trace = reader.join().unwrap_or_default();
        Ok((outcome?, trace))
    })
}

fn read(pipe: File) -> Trace {
    let mut tracer = Tracer::default();
    let mut lines = BufReader::with_capacity(256 << 10, pipe);
    let mut line = Vec::new();
    // An error is the end of the pipe: the build's exit status says how it ended.
    while let Ok(1..) = lines.read_until(b'\n', &mut line) {
        tracer.take(String::from_utf8_lossy(&line).trim_end_matches('\n'));
        line.clear();
    }
    tracer.finish()
}

/// The command that runs another one and observes it.
fn observed(command: Vec<String>) -> Vec<String> {
    let mut words = vec![
        "strace".to_owned(),
        "--follow-forks".to_owned(),
        "--seccomp-bpf".to_owned(),
        "--quiet=all".to_owned(),
        "--decode-fds=path".to_owned(),
        "--string-limit=4096".to_owned(),
        "--abbrev=!execve,execveat".to_owned(),
        "--signal=none".to_owned(),
        format!("--trace={CALLS}"),
        format!("--output={PIPE}"),
        "--".to_owned(),
    ];
    words.extend(command);
    words
}

/// Where the sandbox sees the directory of the pipe.
fn pipe_bind(directory: &Path) -> Bind {
    Bind {
        source: directory.to_owned(),
        target: Path::new(PIPE)
            .parent()
            .unwrap_or(Path::new("/tmp"))
            .to_owned(),
        access: Access::Writable,
    }
}
