//! From one system call to what it means: a process that began, moved, wrote or read.

use crate::audit::change::ChangeKind;
use crate::trace::syscall::Call;
use crate::trace::tracker::{Process, Script};
use crate::trace::value::{arguments, descriptor, string, strings};

/// What an observed process did that matters here.
#[derive(Debug)]
pub(crate) enum Event {
    Forked(u32),
    /// Another program, and which file was executed, where that is known.
    Execed(Process, Option<(Vec<u8>, Place)>),
    /// The kernel does not know the format of what was to be executed.
    NotExecutable(Vec<u8>, Place),
    Chrooted(Vec<u8>),
    ChangedDirectory(Vec<u8>, Place),
    Wrote(Vec<u8>, Place),
    /// Opened for writing: what was written, if anything, shows in the file.
    Opened(Vec<u8>),
    Refused(Vec<u8>, Place, ChangeKind),
    Read(Vec<u8>),
}

/// How a path is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// From the sandbox's root.
    Whole,
    /// From the process's own root.
    Chrooted,
    /// From its working directory.
    Relative,
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

/// What a call that succeeded did.
pub(crate) fn events(call: &Call) -> Vec<Event> {
    let values = arguments(&call.arguments);
    let value = |at: usize| values.get(at).copied().unwrap_or_default();
    let wrote = |at: usize| place(None, value(at)).into_iter().collect();
    let wrote_at = |at: usize| place(Some(value(at)), value(at + 1)).into_iter().collect();
    match call.name.as_str() {
        "clone" | "clone3" | "fork" | "vfork" => {
            call.result.parse().map(Event::Forked).into_iter().collect()
        }
        "execve" => vec![Event::Execed(process(value(1), value(2)), program(call))],
        "execveat" => vec![Event::Execed(process(value(2), value(3)), program(call))],
        "chdir" => path_argument(value(0))
            .map(|(path, place)| Event::ChangedDirectory(path, place))
            .into_iter()
            .collect(),
        "fchdir" => descriptor(value(0))
            .map(|path| Event::ChangedDirectory(path, Place::Whole))
            .into_iter()
            .collect(),
        "chroot" => string(value(0)).map(Event::Chrooted).into_iter().collect(),
        "open" => opened(value(1), &call.result),
        "openat" | "openat2" => opened(value(2), &call.result),
        "creat" => opened("O_WRONLY", &call.result),
        "rename" | "link" => [wrote(0), wrote(1)].into_iter().flatten().collect(),
        "renameat" | "renameat2" | "linkat" => {
            [wrote_at(0), wrote_at(2)].into_iter().flatten().collect()
        }
        "symlink" => wrote(1),
        "symlinkat" => wrote_at(1),
        "unlink" | "rmdir" | "mkdir" | "mknod" | "chmod" | "chown" | "lchown" | "utime"
        | "utimes" | "truncate" | "setxattr" | "lsetxattr" | "removexattr" | "lremovexattr" => {
            wrote(0)
        }
        "unlinkat" | "mkdirat" | "mknodat" | "fchmodat" | "fchmodat2" | "fchownat"
        | "futimesat" | "utimensat" => wrote_at(0),
        "fchmod" | "fchown" | "fsetxattr" | "fremovexattr" => descriptor(value(0))
            .map(|path| Event::Wrote(path, Place::Whole))
            .into_iter()
            .collect(),
        _ => vec![],
    }
}

/// The file that a call executes.
fn program(call: &Call) -> Option<(Vec<u8>, Place)> {
    let values = arguments(&call.arguments);
    let value = |at: usize| values.get(at).copied().unwrap_or_default();
    if call.name == "execve" {
        return path_argument(value(0));
    }
    // An empty path is the descriptor itself (AT_EMPTY_PATH).
    let directory = descriptor(value(0));
    match (path_argument(value(1))?, directory) {
        ((path, Place::Relative), Some(directory)) => {
            Some((joined(&directory, &path), Place::Whole))
        }
        (found, _) => Some(found),
    }
}

/// What could not be executed.
pub(crate) fn not_executable(call: &Call) -> Option<Event> {
    program(call).map(|(path, place)| Event::NotExecutable(path, place))
}

/// What a call would have done that failed because the file system is read-only. `Created`
/// may be `Modified`: whether the file was there is not in the call.
pub(crate) fn refused(call: &Call) -> Option<Event> {
    let values = arguments(&call.arguments);
    let value = |at: usize| values.get(at).copied().unwrap_or_default();
    // What was opened has no descriptor to read the path from; all else says it as if it had
    // been done, a new name after the old one.
    let (deed, kind) = match call.name.as_str() {
        "open" => (place(None, value(0)), opening(value(1))),
        "creat" => (place(None, value(0)), ChangeKind::Created),
        "openat" | "openat2" => (place(Some(value(0)), value(1)), opening(value(2))),
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
    match deed? {
        Event::Wrote(path, place) => Some(Event::Refused(path, place, kind)),
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

/// A path argument, with the directory it may start at.
fn place(directory: Option<&str>, path: &str) -> Option<Event> {
    let directory = directory.and_then(descriptor);
    let Some((path, place)) = path_argument(path) else {
        // `utimensat(3</x>, NULL, …)`: the descriptor itself.
        return directory.map(|path| Event::Wrote(path, Place::Whole));
    };
    Some(match (place, directory) {
        (Place::Relative, Some(directory)) => Event::Wrote(joined(&directory, &path), Place::Whole),
        _ => Event::Wrote(path, place),
    })
}

fn path_argument(text: &str) -> Option<(Vec<u8>, Place)> {
    let path = string(text)?;
    let place = if path.first() == Some(&b'/') {
        Place::Chrooted
    } else {
        Place::Relative
    };
    Some((path, place))
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
