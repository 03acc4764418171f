//! From one system call to what it means: a process that began, moved, wrote or read.

use crate::audit::change::ChangeKind;
use crate::trace::process::{Process, Script};
use crate::trace::syscall::Call;
use crate::trace::value::{arguments, descriptor, string, strings};

/// What an observed process did that matters here.
#[derive(Debug)]
pub(crate) enum Event {
    /// It started a process with this id.
    Forked(u32),
    /// It executed another program.
    Execed {
        /// What it is now.
        process: Process,
        /// The file that was executed, if that is known.
        program: Option<TracedPath>,
    },
    /// The kernel does not know the format of the file that it wanted to execute.
    NotExecutable(TracedPath),
    /// Its root is now this directory of its former root.
    Chrooted(Vec<u8>),
    /// Its working directory is now another.
    ChangedDirectory(TracedPath),
    /// It created, changed, renamed or removed a path.
    Wrote(TracedPath),
    /// It opened a file for writing; whether it wrote anything shows in the file. From the
    /// sandbox's root.
    Opened(Vec<u8>),
    /// It could not write, because the file system is read-only.
    Refused {
        /// The path.
        path: TracedPath,
        /// What it would have done.
        kind: ChangeKind,
    },
    /// It opened a file for reading. From the sandbox's root.
    Read(Vec<u8>),
}

/// A path as a call has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TracedPath {
    pub(crate) path: Vec<u8>,
    pub(crate) base: PathBase,
}

/// The directory that a path starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathBase {
    /// The sandbox's root.
    SandboxRoot,
    /// The process's own root.
    ProcessRoot,
    /// The process's working directory.
    WorkingDirectory,
}

impl TracedPath {
    /// The path of a descriptor.
    fn of_descriptor(path: Vec<u8>) -> Self {
        Self {
            path,
            base: PathBase::SandboxRoot,
        }
    }

    /// A quoted path argument.
    fn of_argument(text: &str) -> Option<Self> {
        let path = string(text)?;
        let base = if path.first() == Some(&b'/') {
            PathBase::ProcessRoot
        } else {
            PathBase::WorkingDirectory
        };
        Some(Self { path, base })
    }

    /// The same path in the directory of an open descriptor, which counts if it is relative.
    fn in_directory(self, directory: Option<Vec<u8>>) -> Self {
        match (self.base, directory) {
            (PathBase::WorkingDirectory, Some(directory)) => {
                Self::of_descriptor(joined(&directory, &self.path))
            }
            _ => self,
        }
    }
}

/// An absolute path below a root, without empty and `.` components; `..` is taken by name.
pub(crate) fn joined(root: &[u8], path: &[u8]) -> Vec<u8> {
    let mut out: Vec<&[u8]> = Vec::new();
    for part in root
        .split(|byte| *byte == b'/')
        .chain(path.split(|byte| *byte == b'/'))
    {
        match part {
            b"" | b"." => {}
            b".." => drop(out.pop()),
            part => out.push(part),
        }
    }
    [b"/", out.join(&b'/').as_slice()].concat()
}

/// The arguments of a call by their number; an empty text for one that is not there.
struct Arguments<'a>(Vec<&'a str>);

impl<'a> Arguments<'a> {
    fn of(call: &'a Call) -> Self {
        Self(arguments(&call.arguments))
    }

    fn get(&self, number: usize) -> &'a str {
        self.0.get(number).copied().unwrap_or_default()
    }

    /// Writing to the path that is this argument.
    fn wrote(&self, number: usize) -> Vec<Event> {
        wrote(None, self.get(number)).into_iter().collect()
    }

    /// Writing to the path after the directory that is this argument.
    fn wrote_at(&self, number: usize) -> Vec<Event> {
        let event = wrote(Some(self.get(number)), self.get(number + 1));
        event.into_iter().collect()
    }
}

/// What a call that succeeded did.
pub(crate) fn events(call: &Call) -> Vec<Event> {
    let values = Arguments::of(call);
    match call.name.as_str() {
        "clone" | "clone3" | "fork" | "vfork" => {
            call.result.parse().map(Event::Forked).into_iter().collect()
        }
        "execve" | "execveat" => vec![execed(call)],
        "chdir" => TracedPath::of_argument(values.get(0))
            .map(Event::ChangedDirectory)
            .into_iter()
            .collect(),
        "fchdir" => descriptor(values.get(0))
            .map(|path| Event::ChangedDirectory(TracedPath::of_descriptor(path)))
            .into_iter()
            .collect(),
        "chroot" => string(values.get(0))
            .map(Event::Chrooted)
            .into_iter()
            .collect(),
        "open" => opened(values.get(1), &call.result),
        "openat" | "openat2" => opened(values.get(2), &call.result),
        "creat" => opened("O_WRONLY", &call.result),
        "rename" | "link" => [values.wrote(0), values.wrote(1)]
            .into_iter()
            .flatten()
            .collect(),
        "renameat" | "renameat2" | "linkat" => [values.wrote_at(0), values.wrote_at(2)]
            .into_iter()
            .flatten()
            .collect(),
        "symlink" => values.wrote(1),
        "symlinkat" => values.wrote_at(1),
        "unlink" | "rmdir" | "mkdir" | "mknod" | "chmod" | "chown" | "lchown" | "utime"
        | "utimes" | "truncate" | "setxattr" | "lsetxattr" | "removexattr" | "lremovexattr" => {
            values.wrote(0)
        }
        "unlinkat" | "mkdirat" | "mknodat" | "fchmodat" | "fchmodat2" | "fchownat"
        | "futimesat" | "utimensat" => values.wrote_at(0),
        "fchmod" | "fchown" | "fsetxattr" | "fremovexattr" => descriptor(values.get(0))
            .map(|path| Event::Wrote(TracedPath::of_descriptor(path)))
            .into_iter()
            .collect(),
        _ => vec![],
    }
}

/// What a process is after execve(2) or execveat(2).
fn execed(call: &Call) -> Event {
    let values = Arguments::of(call);
    let first = if call.name == "execve" { 1 } else { 2 };
    Event::Execed {
        process: process(values.get(first), values.get(first + 1)),
        program: program(call),
    }
}

/// The file that a call executes.
fn program(call: &Call) -> Option<TracedPath> {
    let values = Arguments::of(call);
    if call.name == "execve" {
        return TracedPath::of_argument(values.get(0));
    }
    // An empty path is the descriptor itself (AT_EMPTY_PATH).
    let directory = descriptor(values.get(0));
    Some(TracedPath::of_argument(values.get(1))?.in_directory(directory))
}

/// The file of a call that could not execute it.
pub(crate) fn not_executable(call: &Call) -> Option<Event> {
    program(call).map(Event::NotExecutable)
}

/// What a call would have done that failed because the file system is read-only. `Created`
/// may be `Modified`: the call does not say whether the file was there.
pub(crate) fn refused(call: &Call) -> Option<Event> {
    let values = Arguments::of(call);
    // What was opened has no descriptor to read the path from. All other calls name it as if
    // they had succeeded, a new name after the old one.
    let (event, kind) = match call.name.as_str() {
        "open" => (wrote(None, values.get(0)), opening(values.get(1))),
        "creat" => (wrote(None, values.get(0)), ChangeKind::Created),
        "openat" | "openat2" => (
            wrote(Some(values.get(0)), values.get(1)),
            opening(values.get(2)),
        ),
        "link" | "linkat" => (events(call).pop(), ChangeKind::Created),
        "symlink" | "symlinkat" | "mkdir" | "mkdirat" | "mknod" | "mknodat" => {
            (first(call), ChangeKind::Created)
        }
        "rename" | "renameat" | "renameat2" | "unlink" | "unlinkat" | "rmdir" => {
            (first(call), ChangeKind::Removed)
        }
        "truncate" => (first(call), ChangeKind::Modified),
        _ => (first(call), ChangeKind::Metadata),
    };
    match event? {
        Event::Wrote(path) => Some(Event::Refused { path, kind }),
        _ => None,
    }
}

fn first(call: &Call) -> Option<Event> {
    events(call).into_iter().next()
}

fn opening(flags: &str) -> ChangeKind {
    if flags.contains("O_CREAT") {
        ChangeKind::Created
    } else {
        ChangeKind::Modified
    }
}

/// What opening a file with these flags means.
fn opened(flags: &str, result: &str) -> Vec<Event> {
    let is_written = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"]
        .iter()
        .any(|flag| flags.contains(flag));
    let Some(path) = descriptor(result) else {
        return vec![];
    };
    if is_written {
        vec![Event::Opened(path)]
    } else if flags.contains("O_DIRECTORY") {
        vec![]
    } else {
        vec![Event::Read(path)]
    }
}

/// Writing to a path argument, with the directory it may start at.
fn wrote(directory: Option<&str>, path: &str) -> Option<Event> {
    let directory = directory.and_then(descriptor);
    let path = match TracedPath::of_argument(path) {
        Some(path) => path.in_directory(directory),
        // `utimensat(3</x>, NULL, …)`: the descriptor itself.
        None => TracedPath::of_descriptor(directory?),
    };
    Some(Event::Wrote(path))
}

fn process(argv: &str, environment: &str) -> Process {
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    let argv: Vec<String> = strings(argv).iter().map(text).collect();
    let variables = strings(environment);
    let variable = |name: &str| {
        variables
            .iter()
            .find_map(|entry| entry.strip_prefix(format!("{name}=").as_bytes()))
            .map(|value| String::from_utf8_lossy(value).into_owned())
    };
    let script = match (
        variable("DPKG_MAINTSCRIPT_PACKAGE"),
        variable("DPKG_MAINTSCRIPT_NAME"),
    ) {
        (Some(package), Some(name)) => {
            let is_script = |word: &String| {
                word.ends_with(&format!(".{name}")) || word.ends_with(&format!("tmp.ci/{name}"))
            };
            // The kernel puts the interpreter of `#!` elsewhere: argv[0] is the script still.
            let arguments = match argv.split_first() {
                Some((first, rest)) if is_script(first) => rest.to_vec(),
                _ => vec![],
            };
            Some(Script {
                package,
                name,
                arguments,
            })
        }
        _ => None,
    };
    Process {
        script,
        argv,
        command: vec![],
    }
}
