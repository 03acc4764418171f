//! The monitor stage: makes the namespaces and mounts, starts process 1, waits,
//! and has the trees audited when everything in the sandbox has ended.
//!
//! It keeps the machine's file tree and stays outside the build's pid and mount
//! namespaces, so the build can reach neither the upper nor the lower directories.

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use nix::fcntl::OFlag;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Gid, Uid, setgroups, sethostname, setresgid, setresuid, setsid};

use crate::sandbox::devices::mount_dev;
use crate::sandbox::exit_status::ExitStatus;
use crate::sandbox::fullness::watched;
use crate::sandbox::idmap::UserNamespace;
use crate::sandbox::mount_change::MountChange;
use crate::sandbox::mount_table::MountTable;
use crate::sandbox::mounts::{
    MountPoint, below, bind, failed, make_mount_point, make_read_only, mount_kind,
};
use crate::sandbox::places::Places;
use crate::sandbox::plan::{Access, AfterRun, Bind, Cover, Network, Plan};
use crate::sandbox::progress::{ProgressCounter, ProgressSender};
use crate::sandbox::protocol::{
    Activity, Channel, FromInit, FromMonitor, FromParent, Outcome, Proof, StageFailure, ToMonitor,
    ToParent, Warning,
};
use crate::sandbox::room::Room;
use crate::sandbox::stage::command::CommandRequest;
use crate::sandbox::stage::inherited;
use crate::sandbox::stage::init::InitRequest;
use crate::sandbox::stage_names;
use crate::sandbox::tracer::Traced;
use crate::sandbox::trees::{OpenLayer, Tree, WholeTree, copies, overlays, read_only};

/// Watches what a build changes; both run where no build can reach them.
pub trait Auditor {
    /// Reads the trees before the command; counts what it reads.
    ///
    /// # Errors
    /// Something cannot be read.
    fn before(&mut self, trees: &[Tree], meter: &ProgressCounter<'_>) -> Result<(), String>;

    /// Reads them after everything in the sandbox has ended; returns its findings in a format
    /// of its own. Counts what it reads.
    ///
    /// # Errors
    /// Something cannot be read.
    fn after(&mut self, trees: &[Tree], meter: &ProgressCounter<'_>) -> Result<String, String>;
}

/// Where everything of the sandbox is mounted, in the monitor's own mount namespace.
/// Any existing directory serves: a tmpfs covers it, and all sources are open by then.
const WORKSPACE: &str = "/tmp";

pub(crate) fn run(auditor: &mut dyn Auditor) -> ExitCode {
    let Ok(mut launcher) = Channel::from_stdin() else {
        return ExitCode::FAILURE;
    };
    let message = match supervise(&mut launcher, auditor) {
        Ok(outcome) => FromMonitor::Done(outcome),
        Err(failure) => FromMonitor::Failed(failure),
    };
    // Nobody is left to be told when the launcher is gone.
    match launcher.send(&message) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn supervise(launcher: &mut Channel, auditor: &mut dyn Auditor) -> Result<Outcome, StageFailure> {
    let Some(ToMonitor::Plan { plan, room }) =
        launcher.receive().map_err(failed("read the plan"))?
    else {
        return Err(StageFailure {
            step: "read the plan".to_owned(),
            error: "there is none".to_owned(),
        });
    };
    setsid().map_err(failed("leave the terminal"))?;
    umask(Mode::from_bits_truncate(0o022));
    inherited::set_limits()?;
    unshare(namespaces(&plan)).map_err(failed("make the namespaces"))?;
    // It keeps the names of the machine's groups from the build (cgroup_namespaces(7)), and is owned
    // by the namespace above the build's. Some containers refuse it: then the names are seen.
    let _ = unshare(CloneFlags::CLONE_NEWCGROUP);
    // Opened in the new mount namespace, but still with the user's own ids: the
    // sandbox's root could not pass a home directory of mode 700.
    let sources = Sources::open(&plan, &room)?;
    take_ids(launcher)?;
    inherited::limit_processes()?;
    if let Some(hostname) = &plan.hostname {
        sethostname(hostname).map_err(failed("set the sandbox's hostname"))?;
    }
    let sender = ProgressSender::new(launcher);
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(None::<&str>, "/", None::<&str>, private, None::<&str>)
        .map_err(failed("make the mounts private"))?;
    let disk = sources.disk.as_ref().map(fd_path);
    let places = Places::make(Path::new(WORKSPACE), &room, disk.as_deref())?;
    let trees = build_tree(&plan, &sources, &places, &sender)?;
    if plan.after == AfterRun::Audit {
        auditor
            .before(&trees, &ProgressCounter::new(Activity::Reading, &sender))
            .map_err(failed("read the outside before the build"))?;
    }
    sender.command_runs();
    let (ended, fullness) = watched(&places.files, || run_init(&plan, &sources));
    let ended = ended?;
    let audit = match plan.after {
        AfterRun::Forget => None,
        AfterRun::Audit => Some(
            auditor
                .after(
                    &trees,
                    &ProgressCounter::new(Activity::ReadingAgain, &sender),
                )
                .map_err(failed("read what the build changed"))?,
        ),
    };
    Ok(Outcome {
        status: ended.status,
        audit,
        warnings: ended.warnings,
        traced: ended.traced,
        proof: ended.proof,
        mounts: ended.mounts,
        fullness,
    })
}

/// Waits for the id maps, and takes the sandbox's user 0.
fn take_ids(launcher: &mut Channel) -> Result<(), StageFailure> {
    launcher
        .send(&FromMonitor::Unshared)
        .map_err(failed("ask for the id maps"))?;
    match launcher.receive().map_err(failed("wait for the id maps"))? {
        Some(ToMonitor::Mapped) => {}
        Some(ToMonitor::Plan { .. }) | None => {
            return Err(StageFailure {
                step: "wait for the id maps".to_owned(),
                error: "none came".to_owned(),
            });
        }
    }
    become_root()
}

fn namespaces(plan: &Plan) -> CloneFlags {
    let own = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC | CloneFlags::CLONE_NEWUTS;
    let own = match plan.ids.namespace {
        UserNamespace::Own => own | CloneFlags::CLONE_NEWUSER,
        UserNamespace::Callers => own,
    };
    match plan.network {
        Network::None => own | CloneFlags::CLONE_NEWNET,
        Network::Machine => own,
    }
}

/// Takes the sandbox's user 0. The death signal is set last: the kernel forgets it
/// whenever a process changes its ids.
fn become_root() -> Result<(), StageFailure> {
    let zero = (Uid::from_raw(0), Gid::from_raw(0));
    setgroups(&[]).map_err(failed("drop the groups"))?;
    setresgid(zero.1, zero.1, zero.1).map_err(failed("take group 0"))?;
    setresuid(zero.0, zero.0, zero.0).map_err(failed("take user 0"))?;
    set_pdeathsig(Signal::SIGKILL).map_err(failed("die with the launcher"))
}

/// The plan's files and directories of the machine, open.
struct Sources {
    layers: Vec<OwnedFd>,
    binds: Vec<OwnedFd>,
    /// The directory on disk that the sandbox may fill.
    disk: Option<OwnedFd>,
    /// Our own program, if it is still where it was started from.
    program: Option<OwnedFd>,
}

impl Sources {
    fn open(plan: &Plan, room: &Room) -> Result<Self, StageFailure> {
        let open = |path: &Path| {
            nix::fcntl::open(path, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty())
                .map_err(failed(format!("open `{}`", path.to_string_lossy())))
        };
        Ok(Self {
            layers: plan
                .layers
                .iter()
                .map(|l| open(&l.lower))
                .collect::<Result<_, _>>()?,
            binds: plan
                .binds
                .iter()
                .map(|b| open(&b.source))
                .collect::<Result<_, _>>()?,
            disk: match room {
                Room::Memory { .. } => None,
                Room::Disk { directory } => Some(open(directory)?),
            },
            program: fs::read_link(OWN_PROGRAM)
                .ok()
                .and_then(|path| open(&path).ok()),
        })
    }
}

/// The program of this process.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// The program that process 1 is to run: our own through a read-only mount, which is where
/// `/proc/1/exe` leads to. The mount that this process was executed from is of another namespace,
/// and cannot be bound.
fn own_program(sources: &Sources) -> Result<PathBuf, StageFailure> {
    let own = PathBuf::from(OWN_PROGRAM);
    let identity = |path: &Path| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.dev(), metadata.ino()))
    };
    let source = sources.program.as_ref().map(fd_path);
    let Some(source) = source.filter(|source| identity(source) == identity(&own)) else {
        // It was replaced or removed meanwhile.
        return Ok(own);
    };
    let program = Path::new(WORKSPACE).join("twinroot");
    make_mount_point(&program, MountPoint::File)?;
    bind(&source, &program, Access::ReadOnly)?;
    Ok(program)
}

/// A path that reaches an open descriptor of this process, whatever lies on the way to it.
fn fd_path(fd: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", fd.as_raw_fd()))
}

/// Builds the sandbox's root below [`WORKSPACE`], all but `/proc`; the trees that a build may
/// change.
fn build_tree(
    plan: &Plan,
    sources: &Sources,
    places: &Places,
    sender: &ProgressSender<'_>,
) -> Result<Vec<Tree>, StageFailure> {
    let workspace = Path::new(WORKSPACE);
    let root = workspace.join("root");
    fs::create_dir(&root).map_err(failed("make the root's mount point"))?;

    let layers: Vec<_> = plan
        .layers
        .iter()
        .zip(&sources.layers)
        .map(|(layer, source)| OpenLayer {
            target: &layer.target,
            source: fd_path(source),
        })
        .collect();
    let mut trees = match plan.cover {
        Cover::Overlay => overlays(places, &plan.nodes, &layers)?,
        Cover::Copy => vec![copies(places, &plan.nodes, &layers, sender)?],
        Cover::ReadOnly => read_only(workspace, &plan.nodes, &layers)?,
    };
    mount_dev(workspace, &root.join("dev"))?;
    mount_sys(&root.join("sys"))?;
    places.mount_own("tmp", &root.join("tmp"), 0o1777)?;
    for (Bind { target, access, .. }, source) in plan.binds.iter().zip(&sources.binds) {
        let source = fd_path(source);
        let metadata = fs::metadata(&source)
            .map_err(failed(format!("look at `{}`", target.to_string_lossy())))?;
        let kind = if metadata.is_dir() {
            MountPoint::Directory
        } else {
            MountPoint::File
        };
        let target = below(&root, target);
        make_mount_point(&target, kind)?;
        bind(&source, &target, *access)?;
    }
    for own in ["/dev", "/dev/shm", "/tmp"] {
        trees.push(Tree::Whole(WholeTree::own(workspace, Path::new(own))?));
    }
    Ok(trees)
}

/// `/sys` of the sandbox's own network namespace; the machine's, read-only, if the kernel does
/// not grant one.
fn mount_sys(target: &Path) -> Result<(), StageFailure> {
    let flags = MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    if mount_kind("sysfs", target, flags, "").is_ok() {
        return Ok(());
    }
    let rbind = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some("/sys"), target, None::<&str>, rbind, None::<&str>)
        .map_err(failed("bind `/sys`"))?;
    let mounts = MountTable::open()?.read()?;
    let below = mounts.iter().map(|mount| Path::new(&mount.target));
    below
        .filter(|mounted| mounted.starts_with(target))
        .try_for_each(make_read_only)
}

/// What process 1 said at its end.
struct Ended {
    status: ExitStatus,
    warnings: Vec<Warning>,
    traced: Option<Traced>,
    proof: Proof,
    mounts: Vec<MountChange>,
}

/// Starts process 1, gives it the command and waits for its answer.
fn run_init(plan: &Plan, sources: &Sources) -> Result<Ended, StageFailure> {
    let (mut channel, stdin) = Channel::pair().map_err(failed("make a socket pair"))?;
    let mut child = Command::new(own_program(sources)?)
        .arg(stage_names::PARENT)
        .env_clear()
        .stdin(stdin)
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(failed("start process 1 of the sandbox"))?;
    let request = InitRequest {
        root: Path::new(WORKSPACE).join("root"),
        own_ids: plan.ids.is_identity().then_some(plan.ids.count),
        command: CommandRequest {
            command: plan.command.clone(),
            environment: plan.environment.clone(),
            directory: plan.directory.clone(),
            namespace: plan.ids.namespace,
            tracing: plan.tracing,
            rights: plan.rights,
        },
        emulation: plan.emulation,
    };
    make_namespaces(plan, &mut channel, child.id())?;
    channel
        .send(&request)
        .map_err(failed("tell process 1 what to do"))?;
    let word = channel
        .receive::<FromInit>()
        .map_err(failed("listen to process 1"));
    let status = child.wait().map_err(failed("wait for process 1"))?;
    match word? {
        Some(FromInit::Ended {
            status,
            warnings,
            traced,
            proof,
            mounts,
        }) => Ok(Ended {
            status,
            warnings,
            traced,
            proof,
            mounts,
        }),
        Some(FromInit::Failed(failure)) => Err(failure),
        None => Err(StageFailure {
            step: "run the sandbox".to_owned(),
            error: format!("process 1 ended early: {status}"),
        }),
    }
}

/// Has the parent of process 1 make the namespaces of the build, and gives them all ids of the
/// sandbox, unchanged.
fn make_namespaces(plan: &Plan, parent: &mut Channel, process: u32) -> Result<(), StageFailure> {
    let namespace = plan.ids.namespace;
    let make = ToParent::Make {
        namespace,
        network: plan.network,
    };
    let told = parent.send(&make);
    told.map_err(failed("tell the parent of process 1 what to make"))?;
    expect(parent, |word| matches!(word, FromParent::Unshared))?;
    match namespace {
        UserNamespace::Own => {
            let map = format!("0 0 {}\n", plan.ids.count);
            for file in ["uid_map", "gid_map"] {
                fs::write(format!("/proc/{process}/{file}"), &map)
                    .map_err(failed("write the build's id maps"))?;
            }
        }
        UserNamespace::Callers => {}
    }
    let told = parent.send(&ToParent::Mapped);
    told.map_err(failed("say that the build's id maps are written"))?;
    expect(parent, |word| matches!(word, FromParent::Entered))
}

/// Waits for one word of the parent of process 1.
fn expect(parent: &mut Channel, is_expected: fn(&FromParent) -> bool) -> Result<(), StageFailure> {
    let step = "listen to the parent of process 1";
    match parent.receive::<FromParent>().map_err(failed(step))? {
        Some(word) if is_expected(&word) => Ok(()),
        Some(FromParent::Failed(failure)) => Err(failure),
        Some(FromParent::Unshared | FromParent::Entered) | None => Err(StageFailure {
            step: step.to_owned(),
            error: "it ended early".to_owned(),
        }),
    }
}
