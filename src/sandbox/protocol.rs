//! What the processes of one sandbox say to each other: one JSON value a line,
//! over a socket pair that is the stage's standard input.
//!
//! A socket serves both ways, and being standard input it needs no descriptor of
//! a fixed number, hence no unsafe code and nothing that a build could inherit.

use std::io;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use rustix::io::Errno;
use rustix::net::SendFlags;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::sandbox::exit_status::ExitStatus;
use crate::sandbox::fullness::Fullness;
use crate::sandbox::idmap::UserNamespace;
use crate::sandbox::mount_change::MountChange;
use crate::sandbox::plan::{Network, Plan};
use crate::sandbox::room::Room;
use crate::sandbox::tracer::Traced;

/// From the launcher to the monitor stage.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToMonitor {
    /// What to do; the first message.
    Plan {
        /// The sandbox.
        plan: Box<Plan>,
        /// Where it keeps what it writes.
        room: Room,
    },
    /// The id maps are written.
    Mapped,
}

/// From the monitor stage to the launcher.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromMonitor {
    /// The namespaces are there; write the id maps now.
    Unshared,
    /// How far it is, any number of times.
    Progress(Progress),
    /// The end.
    Done(Outcome),
    /// The sandbox could not be made.
    Failed(StageFailure),
}

/// From the monitor stage to the parent of process 1.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToParent {
    /// Which namespaces to make; the first message.
    Make {
        /// Whether a user namespace is among them.
        namespace: UserNamespace,
        /// Whether a network namespace is among them.
        network: Network,
    },
    /// The id maps are written, if there are any to be.
    Mapped,
}

/// From the parent of process 1 to the monitor stage, before there is a process 1.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromParent {
    /// The namespaces are there; write the id maps now.
    Unshared,
    /// What is said from now on is for process 1.
    Entered,
    /// They could not be made.
    Failed(StageFailure),
}

/// From the init stage to the monitor stage.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromInit {
    /// The command ended.
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// What could not be done as planned.
        warnings: Vec<Warning>,
        /// What was observed, if it was to be.
        traced: Option<Traced>,
        /// What was tried before the command was started.
        proof: Proof,
        /// Mounts that the command left or took away.
        mounts: Vec<MountChange>,
    },
    /// The command could not be started.
    Failed(StageFailure),
}

/// How a sandbox's command ended, and what the stages observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How the command ended.
    pub status: ExitStatus,
    /// What the audit returned, in its own format; `None` without an audit.
    pub audit: Option<String>,
    /// What the sandbox could not do as planned, without having failed.
    pub warnings: Vec<Warning>,
    /// What was observed; `None` if nothing was to be.
    pub traced: Option<Traced>,
    /// What process 1 tried before it started the command.
    pub proof: Proof,
    /// Mounts that the command left, or took away, in its own view.
    pub mounts: Vec<MountChange>,
    /// How full the room for what it writes was at most.
    pub fullness: Fullness,
}

/// What process 1 of a sandbox looked at and tried, to prove that the machine is out of reach. A
/// sandbox that it does not hold for runs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proof {
    /// Mounts that were looked at.
    pub mounts: usize,
    /// Attempts to undo a mount or to write a setting of the machine, all of which the kernel
    /// refused.
    pub refused: usize,
    /// The same attempts from one more user and mount namespace, all of which were refused too.
    pub nested: usize,
}

/// Something that a sandbox could not do as planned and went on without, or had to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Warning {
    /// The plan asked for no emulators, and those of the machine stay in reach: the kernel gives
    /// user namespaces no list of their own.
    EmulatorsStay {
        /// The kernel's reason for refusing the mount.
        error: String,
    },
    /// Processes ran on when the command had ended, and were ended.
    ProcessesEnded {
        /// Their arguments, joined by blanks.
        commands: Vec<Vec<u8>>,
    },
}

/// What the monitor stage does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activity {
    /// The sandbox gets copies of its trees.
    Copying,
    /// The audit reads the trees before the command.
    Reading,
    /// Nothing: it waits for the command.
    Waiting,
    /// The audit reads the trees after the command.
    ReadingAgain,
}

/// How far the monitor stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What it does.
    pub activity: Activity,
    /// Objects of the trees that were looked at, or copied.
    pub objects: u64,
    /// Bytes of contents that were read, or copied.
    pub bytes: u64,
}

/// A step of setting up the sandbox that the kernel refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{step}: {error}")]
pub struct StageFailure {
    /// What was done, with its object: ``mount overlay on `/` ``.
    pub step: String,
    /// The kernel's word for why not.
    pub error: String,
}

/// One end of the conversation.
#[derive(Debug)]
pub(crate) struct Channel {
    reader: BufReader<UnixStream>,
}

impl Channel {
    /// Our end, and the other as a child's standard input.
    pub(crate) fn pair() -> io::Result<(Self, Stdio)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((
            Self {
                reader: BufReader::new(ours),
            },
            Stdio::from(OwnedFd::from(theirs)),
        ))
    }

    /// The end that this process was given as standard input.
    pub(crate) fn from_stdin() -> io::Result<Self> {
        let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        Ok(Self {
            reader: BufReader::new(socket),
        })
    }

    pub(crate) fn send<T: Serialize>(&mut self, message: &T) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.reader.get_mut().write_all(&line)
    }

    /// Sends a message that may as well be dropped: the other side may be slow to read.
    pub(crate) fn send_at_once<T: Serialize>(&mut self, message: &T) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        let socket = self.reader.get_mut();
        match rustix::net::send(&*socket, &line, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
            Err(Errno::AGAIN) => Ok(()),
            // A line that was begun must be finished.
            sent => socket.write_all(line.get(sent?..).unwrap_or_default()),
        }
    }

    /// The next message; `None` when the other side is gone.
    pub(crate) fn receive<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(serde_json::from_str(&line)?)),
            // The other side died with something of ours unread.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_progress_is_one_line() {
        let message = FromMonitor::Progress(Progress {
            activity: Activity::ReadingAgain,
            objects: 12,
            bytes: 34,
        });
        let line = serde_json::to_string(&message).unwrap();
        assert_eq!(
            line,
            r#"{"Progress":{"activity":"ReadingAgain","objects":12,"bytes":34}}"#
        );
        let (ours, theirs) = UnixStream::pair().unwrap();
        let [mut ours, mut theirs] = [ours, theirs].map(|socket| Channel {
            reader: BufReader::new(socket),
        });
        ours.send_at_once(&message).unwrap();
        ours.send(&FromMonitor::Unshared).unwrap();
        let received = [
            theirs.receive::<FromMonitor>().unwrap(),
            theirs.receive().unwrap(),
        ];
        assert_eq!(
            format!("{received:?}"),
            format!("[Some({message:?}), Some(Unshared)]")
        );
    }
}
