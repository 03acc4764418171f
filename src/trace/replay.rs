//! From what an observer saw to what it means: who wrote, read and tried what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nix::libc;

use crate::audit::change::ChangeKind;
use crate::debian::maintainer_script::{InfoFile, ScriptKind};
use crate::debian::temporary_root::inside;
use crate::trace::attempt;
use crate::trace::course::courses;
use crate::trace::known_names::KnownNames;
use crate::trace::left_behind::left_behind;
use crate::trace::line_history::LineHistories;
use crate::trace::log::{Act, Before, Event, Image, Log};
use crate::trace::process::{Process, Script};
use crate::trace::record::{Read, Trace, is_data, note};

/// Reads what an observer has sent.
///
/// # Errors
/// It is not what an observer sends.
pub(crate) fn from_json(json: &str) -> Result<Trace, serde_json::Error> {
    serde_json::from_str(json).map(|log| replay(&log))
}

/// What the observed processes did.
#[must_use]
pub fn replay(log: &Log) -> Trace {
    let processes = processes(&log.images);
    let mut trace = Trace {
        stops: log.stops,
        gap: log.gap,
        sees_all_writers: log.sees_all_writers,
        lines: LineHistories::new(&log.lines, &log.left_out, &processes),
        ..Trace::default()
    };
    trace
        .scripts
        .extend(processes.iter().filter_map(|one| one.script.clone()));
    trace.commands = commands(&processes);
    trace.courses = courses(log, &processes);
    trace.hosts = hosts(&log.images, &processes);
    let mut names = KnownNames::default();
    for event in &log.events {
        if let Some(process) = processes.get(event.image) {
            take(&mut trace, event, process, &names);
        }
        names.follow(event);
    }
    trace.attempts = attempt::attempts(log, &processes);
    trace.left_behind = left_behind(&log.events, &processes);
    trace
}

/// The commands that scripts themselves ran.
fn commands(processes: &[Arc<Process>]) -> Vec<Arc<Process>> {
    let is_command = |one: &&Arc<Process>| one.is_command();
    let all: BTreeSet<&Arc<Process>> = processes.iter().filter(is_command).collect();
    all.into_iter().cloned().collect()
}

/// The commands of scripts that ran scripts themselves, and which.
fn hosts(images: &[Image], processes: &[Arc<Process>]) -> BTreeMap<Arc<Process>, BTreeSet<Script>> {
    let mut hosts: BTreeMap<Arc<Process>, BTreeSet<Script>> = BTreeMap::new();
    for (image, process) in images.iter().zip(processes) {
        let parent = image.parent.and_then(|parent| processes.get(parent));
        let parent = parent.filter(|parent| !parent.command.is_empty());
        if let (true, Some(script), Some(parent)) =
            (process.command.is_empty(), &process.script, parent)
        {
            let scripts = hosts.entry(Arc::clone(parent)).or_default();
            let _ = scripts.insert(script.clone());
        }
    }
    hosts
}

/// Each program with the maintainer script that it ran for.
fn processes(images: &[Image]) -> Vec<Arc<Process>> {
    let mut processes: Vec<Arc<Process>> = Vec::with_capacity(images.len());
    for image in images {
        let parent = image.parent.and_then(|parent| processes.get(parent));
        let process = process(image, parent.map(Arc::as_ref));
        processes.push(Arc::new(process));
    }
    processes
}

fn process(image: &Image, parent: Option<&Process>) -> Process {
    let argv: Vec<String> = image.argv.iter().map(|word| text(&word.0)).collect();
    if let Some(script) = script(image, &argv) {
        return Process {
            script: Some(script),
            argv,
            command: vec![],
        };
    }
    let script = parent.and_then(|parent| parent.script.clone());
    let command = match parent {
        Some(parent) if script.is_some() && parent.command.is_empty() => argv.clone(),
        Some(parent) => parent.command.clone(),
        None => vec![],
    };
    Process {
        script,
        argv,
        command,
    }
}

/// The maintainer script that a program is, if it is one: dpkg executes it by its path in the
/// chroot.
fn script(image: &Image, argv: &[String]) -> Option<Script> {
    let path = inside(&image.program.0)?;
    let kind = ScriptKind::from_path(path)?;
    let package = match InfoFile::from_path(path) {
        Some(file) => text(file.package),
        None => text(&image.package.as_ref()?.0),
    };
    Some(Script {
        package,
        name: kind.as_str().to_owned(),
        arguments: argv.get(1..).unwrap_or_default().to_vec(),
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn take(trace: &mut Trace, event: &Event, process: &Arc<Process>, names: &KnownNames<'_>) {
    let path = event.path.0.as_slice();
    match (&event.act, event.error) {
        (Act::Execute, 0) => *trace.executed.entry(path.to_vec()).or_default() += 1,
        (Act::Execute, libc::ENOEXEC) => {
            *trace.unexecutable.entry(path.to_vec()).or_default() += 1;
        }
        (Act::Execute, _) => {}
        (Act::Read, 0) => {
            read(trace, event, process);
            let is_kept = process.script.is_some() || is_data(path);
            if is_kept && inside(path).is_none() {
                note(&mut trace.read, path.to_vec(), process);
            }
        }
        (Act::Read | Act::Look, _) => read(trace, event, process),
        (_, 0 | libc::EROFS) => wrote(trace, event, process, names),
        _ => {}
    }
}

/// What a script itself asks of the outside, or of the chroot.
fn read(trace: &mut Trace, event: &Event, process: &Arc<Process>) {
    let path = event.path.0.as_slice();
    if let Some(path) = inside(path) {
        let path = [b"/", path].concat();
        if process.script.is_some() && process.command.is_empty() && decides(&path) {
            let _ = trace.asked_inside.insert(Read {
                path,
                is_there: event.error == 0,
                process: Arc::clone(process),
            });
        }
        return;
    }
    let is_script = process.script.is_some() && process.command.is_empty();
    let is_tool = process.script.is_some() && asks_for_accounts(process);
    if (is_script && decides(path)) || (is_tool && ACCOUNTS.contains(&path)) {
        let read = Read {
            path: event.path.0.clone(),
            is_there: event.error == 0,
            process: Arc::clone(process),
        };
        if !trace.decided_by.contains(&read) {
            trace.decided_by.push(read);
        }
    }
}

/// The outside's accounts.
const ACCOUNTS: [&[u8]; 4] = [
    b"/etc/passwd",
    b"/etc/group",
    b"/etc/shadow",
    b"/etc/gshadow",
];

/// Whether a process tells by its exit status whether an account is there, or makes none that is:
/// `useradd` reads, and gives up before it locks or writes anything.
fn asks_for_accounts(process: &Process) -> bool {
    const TOOLS: [&str; 14] = [
        "addgroup", "adduser", "chage", "delgroup", "deluser", "getent", "groupadd", "groupdel",
        "groupmod", "id", "passwd", "useradd", "userdel", "usermod",
    ];
    let program = process.argv.first().map_or("", String::as_str);
    let name = program.rsplit('/').next().unwrap_or_default();
    TOOLS.contains(&name)
}

/// Where the outside keeps what a script may decide by; programs, libraries and what their start
/// reads are elsewhere.
fn decides(path: &[u8]) -> bool {
    const PLACES: [&[u8]; 11] = [
        b"/boot/",
        b"/etc/",
        b"/home/",
        b"/opt/",
        b"/root/",
        b"/run/",
        b"/srv/",
        b"/usr/local/etc/",
        b"/usr/local/share/",
        b"/usr/share/",
        b"/var/",
    ];
    const OF_PROGRAMS: [&[u8]; 9] = [
        b"/etc/ld.so.",
        b"/etc/perl",
        b"/usr/share/perl",
        b"/usr/local/share/perl",
        b"/usr/share/locale",
        b"/etc/locale.alias",
        b"/etc/nsswitch.conf",
        b"/etc/localtime",
        b"/usr/share/zoneinfo",
    ];
    PLACES.iter().any(|place| path.starts_with(place))
        && !OF_PROGRAMS.iter().any(|place| path.starts_with(place))
}

fn wrote(trace: &mut Trace, event: &Event, process: &Arc<Process>, names: &KnownNames<'_>) {
    if process.removes_root() {
        return;
    }
    let mut paths = vec![event.path.0.as_slice()];
    if let Act::RenameTo(to) = &event.act {
        paths.push(&to.0);
    }
    if let (Act::Link(from), 0) = (&event.act, event.error) {
        trace.wrote(&from.0, process);
        trace.handle(&from.0, process);
    }
    trace.set(&event.path.0, &event.act, process);
    for path in paths {
        trace.wrote(path, process);
        if !sets(&event.act) {
            trace.handle(path, process);
        }
        if names.may_be_changed_by(event) {
            trace.wrote_name(path, process);
        }
        if event.error == 0 && !matches!(event.act, Act::Open { .. }) {
            let _ = trace.altered.insert(path.to_vec());
        }
    }
    if event.error == libc::EROFS && inside(&event.path.0).is_none() {
        let kind = refused(&event.act, event.before);
        let _ = trace.refused.entry(event.path.0.clone()).or_insert(kind);
        if let Act::RenameTo(to) = &event.act {
            let kind = ChangeKind::Created;
            let _ = trace.refused.entry(to.0.clone()).or_insert(kind);
        }
    }
}

/// Whether a call changes neither names nor bytes.
fn sets(act: &Act) -> bool {
    matches!(
        act,
        Act::Mode(_) | Act::Owner { .. } | Act::Times | Act::Attribute
    )
}

/// What a call would have done that failed because the file system is read-only. `Created` may
/// be `Modified` where nobody looked what was there.
fn refused(act: &Act, before: Option<Before>) -> ChangeKind {
    match act {
        Act::Open { creates: true, .. } if !matches!(before, Some(Before::There { .. })) => {
            ChangeKind::Created
        }
        Act::Make | Act::Link(_) => ChangeKind::Created,
        Act::RenameTo(_) | Act::Remove => ChangeKind::Removed,
        Act::Open { .. } | Act::Resize => ChangeKind::Modified,
        Act::Mode(_)
        | Act::Owner { .. }
        | Act::Times
        | Act::Attribute
        | Act::Mount
        | Act::Machine
        | Act::Execute
        | Act::Read
        | Act::Look => ChangeKind::Metadata,
    }
}

#[cfg(test)]
mod tests;
