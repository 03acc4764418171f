//! Processes that a command left running, which end with its sandbox.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// How long processes that are about to end have time to: the rest of a pipe, for example.
const PATIENCE: Duration = Duration::from_millis(200);

/// How often they are looked at meanwhile.
const POLL: Duration = Duration::from_millis(5);

/// The commands of all other processes, by their arguments, after those that were about to end
/// have. Process 1 calls it, to which they all descend.
pub(crate) fn left_running() -> Vec<Vec<u8>> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match waitpid(None::<Pid>, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => thread::sleep(POLL),
            Ok(_) => {}
            // ECHILD: nothing is left, the ordinary case.
            Err(_) => return vec![],
        }
    }
    commands()
}

fn commands() -> Vec<Vec<u8>> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    let processes = entries.filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.parse::<u32>().ok().filter(|id| *id != 1)
    });
    // What has ended has no arguments.
    let lines = processes.filter_map(|id| fs::read(format!("/proc/{id}/cmdline")).ok());
    let mut commands: Vec<_> = lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let words = line.strip_suffix(b"\0").unwrap_or(&line);
            words
                .split(|byte| *byte == 0)
                .collect::<Vec<_>>()
                .join(&b' ')
        })
        .collect();
    commands.sort();
    commands.dedup();
    commands
}
