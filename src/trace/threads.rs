//! The traced threads, and which program each of them runs.

use std::collections::BTreeMap;

use nix::unistd::Pid;

use crate::trace::added_filter::Borrowed;
use crate::trace::call::Begun;
use crate::trace::log::{Image, Log};
use crate::trace::view::Root;

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
}

/// What a thread has been made to stop at, and all that it starts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Filters {
    /// Where it becomes another program.
    Programs,
    /// The same; it takes the filter for scripts now.
    Taking(Borrowed),
    /// Where it may change something, too.
    Changes,
}

/// A root, and the number of changes of roots when it was looked up.
#[derive(Debug, Clone)]
pub(crate) struct KnownRoot {
    root: Root,
    at: u64,
}

/// All traced threads.
#[derive(Debug, Default)]
pub(crate) struct Threads {
    threads: BTreeMap<Pid, Thread>,
    /// Threads that stopped before the event that tells who started them.
    early: Vec<Pid>,
    root_changes: u64,
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
        };
        let _ = self.threads.insert(thread, first);
    }

    /// A thread started another one. Says whether that has stopped already and waits.
    pub(crate) fn forked(&mut self, parent: Pid, child: Pid) -> bool {
        if let Some(parent) = self.threads.get(&parent) {
            let child_of = Thread {
                image: parent.image,
                begun: None,
                filters: parent.filters,
                is_executing: false,
                root: parent.root.clone(),
            };
            let _ = self.threads.insert(child, child_of);
        }
        let waited = self.early.len();
        self.early.retain(|early| *early != child);
        self.early.len() < waited
    }

    /// A thread has stopped for the first time. Says whether it is known who started it.
    pub(crate) fn attached(&mut self, thread: Pid) -> bool {
        let is_known = self.threads.contains_key(&thread);
        if !is_known {
            self.early.push(thread);
        }
        is_known
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

    pub(crate) fn ended(&mut self, thread: Pid) {
        let _ = self.threads.remove(&thread);
        self.early.retain(|early| *early != thread);
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
