//! A call at its beginning: what it is about to do, to which path, and what is there now.

use nix::libc;
use nix::unistd::Pid;

use crate::trace::calls::{CallKind, Follow, Object, PathAt, is_writing};
use crate::trace::log::{Act, Before, Bytes};
use crate::trace::memory::Memory;
use crate::trace::registers::{Convention, Registers};
use crate::trace::view::{LastDirectories, Root, Start, View};
use crate::trace::walk::LastLink;

/// A call that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Begun {
    /// Its name.
    pub(crate) call: &'static str,
    /// What it is to do.
    pub(crate) act: Act,
    /// To which path, from the sandbox's root.
    pub(crate) path: Vec<u8>,
    /// What is there.
    pub(crate) before: Option<Before>,
    /// What it executes, if it does.
    pub(crate) program: Option<Program>,
    /// The package whose maintainer script it executes, if it does.
    pub(crate) package: Option<Bytes>,
    /// Whether it gives the process another root, and does nothing to a path.
    pub(crate) changes_root: bool,
}

impl Begun {
    fn new(call: &'static str, act: Act, path: Vec<u8>) -> Self {
        Self {
            call,
            act,
            path,
            before: None,
            program: None,
            package: None,
            changes_root: false,
        }
    }

    /// A call that gives the process another root.
    pub(crate) fn of_root(call: &'static str) -> Self {
        Self {
            changes_root: true,
            ..Self::new(call, Act::Look, vec![])
        }
    }
}

/// Sockets of the machine itself, in the first two bytes of an address (unix(7)).
const FAMILY: u64 = 1;
const FAMILY_SIZE: u64 = 2;

/// What execve(2) is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program {
    /// The arguments.
    pub(crate) argv: Vec<Bytes>,
    /// The environment's address.
    pub(crate) environment: u64,
}

/// A thread that stopped at the beginning of a call.
pub(crate) struct Beginning<'a> {
    pub(crate) thread: Pid,
    pub(crate) root: &'a Root,
    pub(crate) last: &'a LastDirectories,
    pub(crate) registers: Registers,
    pub(crate) convention: Convention,
}

impl Beginning<'_> {
    /// What a call is about to do; `None` if it is nothing to a path: its address is wrong, the
    /// file has no name any more, or it changes the root.
    pub(crate) fn read(&self, call: &'static str, kind: CallKind) -> Option<Begun> {
        let begun = |act, path| Begun::new(call, act, path);
        let object = |act, object| Some(begun(act, self.object(object)?));
        let at = |act, path| Some(begun(act, self.path(path)?));
        match kind {
            CallKind::Execute { program, argv } => Some(Begun {
                program: self.program(argv),
                ..begun(Act::Execute, self.path(program)?)
            }),
            CallKind::Open { path, flags } => self.open(call, path, self.registers.int(flags)),
            CallKind::OpenHow { path, how } => {
                let address = self.registers.argument(how);
                let flags = self.memory().number(address, 8).ok()?;
                self.open(call, path, i32::try_from(flags).ok()?)
            }
            CallKind::Create(path) => {
                self.open(call, path, libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC)
            }
            CallKind::Make(path) | CallKind::Symlink(path) => at(Act::Make, path),
            CallKind::Bind(address) => Some(begun(Act::Make, self.socket(address)?)),
            CallKind::Link { from, to } => {
                // A file without a name has no path.
                let from = self.path(from);
                at(from.map_or(Act::Make, |from| Act::Link(Bytes(from))), to)
            }
            CallKind::Rename { from, to } => at(Act::RenameTo(Bytes(self.path(to)?)), from),
            CallKind::Remove(path) => at(Act::Remove, path),
            CallKind::Mode { object: what, mode } => {
                let mode = self.registers.int(mode).cast_unsigned();
                object(Act::Mode(mode & 0o7777), what)
            }
            CallKind::Owner {
                object: what,
                owner,
            } => object(self.owner(owner), what),
            CallKind::Times(what) => object(Act::Times, what),
            CallKind::Resize(what) => object(Act::Resize, what),
            CallKind::Attribute(what) => object(Act::Attribute, what),
            CallKind::Mount(path) => at(Act::Mount, path),
            CallKind::Look(path) => at(Act::Look, path),
            CallKind::ChangeRoot | CallKind::Refuse => None,
        }
    }

    fn open(&self, call: &'static str, path: PathAt, flags: i32) -> Option<Begun> {
        // A file without a name (O_TMPFILE) gets one by linkat(2), if at all.
        if flags & libc::O_TMPFILE == libc::O_TMPFILE || flags & libc::O_PATH != 0 {
            return None;
        }
        let act = if is_writing(flags) {
            Act::Open {
                creates: flags & libc::O_CREAT != 0,
                empties: flags & libc::O_TRUNC != 0,
            }
        } else {
            Act::Read
        };
        // O_CREAT with O_EXCL, and O_NOFOLLOW, follow no link (open(2)).
        let exclusive = libc::O_CREAT | libc::O_EXCL;
        let is_last = flags & libc::O_NOFOLLOW != 0 || flags & exclusive == exclusive;
        let follow = if is_last { Follow::Never } else { path.follow };
        let path = self.path(PathAt { follow, ..path })?;
        Some(Begun::new(call, act, path))
    }

    fn owner(&self, position: usize) -> Act {
        let id = |position| {
            let id = self.registers.int(position).cast_unsigned();
            (id != u32::MAX).then_some(id)
        };
        Act::Owner {
            uid: id(position),
            gid: id(position + 1),
        }
    }

    fn program(&self, argv: usize) -> Option<Program> {
        let memory = self.memory();
        let words = memory.texts(self.registers.argument(argv)).ok()?;
        Some(Program {
            argv: words.into_iter().map(Bytes).collect(),
            environment: self.registers.argument(argv + 1),
        })
    }

    /// A variable of the environment at an address.
    pub(crate) fn variable(&self, environment: u64, name: &str) -> Option<Bytes> {
        let variables = self.memory().texts(environment).ok()?;
        let value = |entry: &Vec<u8>| {
            let value = entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
            Some(Bytes::from(value))
        };
        variables.iter().find_map(value)
    }

    fn object(&self, object: Object) -> Option<Vec<u8>> {
        match object {
            Object::Path(path) => self.path(path),
            Object::Descriptor(position) => self.view().descriptor(self.registers.int(position)),
        }
    }

    fn path(&self, at: PathAt) -> Option<Vec<u8>> {
        let text = self.memory().path(self.registers.argument(at.path));
        let descriptor = at.directory.map(|position| self.registers.int(position));
        let descriptor = descriptor.filter(|number| *number != libc::AT_FDCWD);
        let text = text.ok()?.unwrap_or_default();
        if text.is_empty() {
            // AT_EMPTY_PATH, and utimensat(2) without a path: the descriptor's own file.
            return self.view().descriptor(descriptor?);
        }
        let start = descriptor.map_or(Start::WorkingDirectory, Start::Descriptor);
        self.view().resolve(&text, start, self.last_link(at.follow))
    }

    /// The path of a socket's address; `None` for another kind of address.
    fn socket(&self, position: usize) -> Option<Vec<u8>> {
        let address = self.registers.argument(position);
        let length = usize::try_from(self.registers.int(position + 1)).ok()?;
        if self.memory().number(address, 2).ok()? != FAMILY {
            return None;
        }
        let start = address.checked_add(FAMILY_SIZE)?;
        let mut path = self.memory().path(start).ok()??;
        path.truncate(length.checked_sub(2)?);
        // An abstract address begins with a zero byte (unix(7)).
        let is_path = !path.is_empty();
        let resolve = || {
            self.view()
                .resolve(&path, Start::WorkingDirectory, LastLink::Meant)
        };
        is_path.then(resolve).flatten()
    }

    fn last_link(&self, follow: Follow) -> LastLink {
        let has = |position, flag| self.registers.int(position) & flag != 0;
        let is_followed = match follow {
            Follow::Always => true,
            Follow::Never => false,
            Follow::Unless(position) => !has(position, libc::AT_SYMLINK_NOFOLLOW),
            Follow::If(position) => has(position, libc::AT_SYMLINK_FOLLOW),
        };
        if is_followed {
            LastLink::Followed
        } else {
            LastLink::Meant
        }
    }

    fn memory(&self) -> Memory {
        Memory::new(self.thread, self.convention.address_size())
    }

    fn view(&self) -> View<'_> {
        View {
            process: self.thread,
            root: self.root,
            last: self.last,
        }
    }
}
