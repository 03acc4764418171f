//! The traced threads, and which program each of them runs.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use nix::unistd::Pid;

use crate::trace::added_filter::Borrowed;
use crate::trace::call::Begun;
use crate::trace::log::{Image, Log};
use crate::trace::view::Root;

/// How many threads that have ended are remembered: the child of one may stop for the first time
/// after that.
const DEAD_MAX: usize = 64;

/// A traced thread.
#[derive(Debug)]
pub(crate) struct Thread {
    /// The program that it runs, by its position in the log.
    pub(crate) image: usize,
    /// The call that it is in, if that is looked at.
    pub(crate) begun: Option<Begun>,
    /// The filters that it has.
    pub(crate) filters: Filters,
    /// Whether it executes a program and has not returned from that.
    pub(crate) is_executing: bool,
    /// Its root, if that is known to be still its root.
    pub(crate) root: Option<KnownRoot>,
    /// Shared files that it has opened for writing, or its parent before it, the last one last.
    pub(crate) writes: Vec<Rc<[u8]>>,
}

/// What a thread has been made to stop at, and all that it starts.
#[derive(Debug, Clone)]
pub(crate) enum Filters {
    /// What processes of no maintainer script are.
    OfOthers,
    /// The same; it takes the filter for scripts now.
    Taking(Rc<Borrowed>),
    /// What processes of maintainer scripts are.
    OfScripts,
}

/// A root, and the number of changes of roots when it was looked up.
#[derive(Debug, Clone)]
pub(crate) struct KnownRoot {
    root: Root,
    at: u64,
}

/// A thread that stopped before the event that tells who started it.
#[derive(Debug, Clone, Copy)]
struct Early {
    thread: Pid,
    /// The process that it is in, if it is not its first thread, or else the one above it.
    above: Pid,
}

/// Who started a thread that has stopped for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Starter {
    /// It is known.
    Known,
    /// An event will tell.
    Told,
    /// Whoever it was has been killed before it could be told.
    Dead,
}

/// All traced threads.
#[derive(Debug, Default)]
pub(crate) struct Threads {
    threads: BTreeMap<Pid, Thread>,
    /// Threads that stopped before the event that tells who started them.
    early: Vec<Early>,
    /// Those that ended last.
    dead: VecDeque<Thread>,
    root_changes: u64,
}

impl Thread {
    /// One that it starts.
    fn child(&self) -> Self {
        Self {
            image: self.image,
            begun: None,
            filters: self.filters.clone(),
            is_executing: false,
            root: self.root.clone(),
            writes: self.writes.clone(),
        }
    }

    /// It has opened a shared file for writing.
    pub(crate) fn opened(&mut self, path: &[u8]) {
        if !self.writes.iter().any(|other| **other == *path) {
            self.writes.push(path.into());
        }
    }
}

impl Threads {
    pub(crate) fn get(&self, thread: Pid) -> Option<&Thread> {
        self.threads.get(&thread)
    }

    pub(crate) fn get_mut(&mut self, thread: Pid) -> Option<&mut Thread> {
        self.threads.get_mut(&thread)
    }

    /// The first thread of all.
    pub(crate) fn begin(&mut self, thread: Pid, filters: Filters, log: &mut Log) {
        let first = Thread {
            image: log.ran(Image::new(None, b"", &[])),
            begun: None,
            filters,
            is_executing: false,
            root: None,
            writes: Vec::new(),
        };
        let _ = self.threads.insert(thread, first);
    }

    /// A thread started another one. Says whether that has stopped already and waits.
    pub(crate) fn forked(&mut self, parent: Pid, child: Pid) -> bool {
        if let Some(parent) = self.threads.get(&parent) {
            let child_of = parent.child();
            let _ = self.threads.insert(child, child_of);
        }
        let waited = self.early.len();
        self.early.retain(|early| early.thread != child);
        self.early.len() < waited
    }

    /// A thread has stopped for the first time, or again; `above` finds the process that it is in,
    /// if it is not its first thread, or else the one above it.
    pub(crate) fn attached(
        &mut self,
        thread: Pid,
        above: impl FnOnce(Pid) -> Option<Pid>,
    ) -> Starter {
        if self.threads.contains_key(&thread) {
            return Starter::Known;
        }
        match above(thread).filter(|above| self.threads.contains_key(above)) {
            Some(above) => {
                self.early.push(Early { thread, above });
                Starter::Told
            }
            None => Starter::Dead,
        }
    }

    /// A thread was started by one that is dead: by the last of those of which `is_it` holds, told
    /// by its program, or else by the last one.
    pub(crate) fn adopt(&mut self, thread: Pid, is_it: impl Fn(usize) -> bool) {
        let mut dead = self.dead.iter().rev();
        let starter = dead.find(|one| is_it(one.image)).or(self.dead.back());
        if let Some(child) = starter.map(Thread::child) {
            let _ = self.threads.insert(thread, child);
        }
    }

    /// The thread `former` executed a program and has taken its process's own number; all other
    /// threads of the process are gone (execve(2)).
    pub(crate) fn took_number(&mut self, former: Pid, process: Pid) {
        if former != process
            && let Some(thread) = self.threads.remove(&former)
        {
            let _ = self.threads.insert(process, thread);
        }
    }

    /// A thread has ended. Gives those that it started and that have stopped already: nobody will
    /// tell of them any more.
    pub(crate) fn ended(&mut self, thread: Pid) -> Vec<Pid> {
        self.early.retain(|early| early.thread != thread);
        let Some(dead) = self.threads.remove(&thread) else {
            return vec![];
        };
        let is_its = |early: &Early| early.above == thread;
        let orphans: Vec<Pid> = self
            .early
            .extract_if(.., |early| is_its(early))
            .map(|early| early.thread)
            .collect();
        for orphan in &orphans {
            let _ = self.threads.insert(*orphan, dead.child());
        }
        if self.dead.len() == DEAD_MAX {
            drop(self.dead.pop_front());
        }
        self.dead.push_back(dead);
        orphans
    }

    /// The programs whose threads have opened a shared file for writing.
    pub(crate) fn writing(&self, path: &[u8]) -> Vec<usize> {
        let threads = self.threads.values();
        let writing = threads.filter(|one| one.writes.iter().any(|other| **other == *path));
        writing.map(|thread| thread.image).collect()
    }

    /// Some thread may have another root now, and with it all that share it.
    pub(crate) fn roots_changed(&mut self) {
        self.root_changes += 1;
    }

    /// A thread's root; `None` if the thread is gone.
    pub(crate) fn root(&mut self, thread: Pid) -> Option<Root> {
        let now = self.root_changes;
        let known = self.threads.get(&thread)?.root.clone();
        if let Some(known) = known.filter(|known| known.at == now) {
            return Some(known.root);
        }
        let root = Root::of(thread)?;
        if let Some(state) = self.threads.get_mut(&thread) {
            state.root = Some(KnownRoot {
                root: root.clone(),
                at: now,
            });
        }
        Some(root)
    }
}
