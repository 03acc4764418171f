//! The monitor stage: makes the namespaces and mounts, starts process 1, waits,
//! and reads the upper directories when everything in the sandbox has ended.
//!
//! It keeps the machine's file tree and stays outside the build's pid and mount
//! namespaces, so the build can reach neither the upper nor the lower directories.

use std::fs::{self, Permissions};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid, setsid};

use rustix::fs::{CWD, OFlags, Timespec, Timestamps};

use super::init::InitRequest;
use super::mounts::{below, bind, failed, make_mount_point, make_nodes, mount_dev, mount_tmpfs};
use super::plan::{AfterRun, Bind, Layer, Network, Plan};
use super::wire::{Channel, FromInit, FromMonitor, Outcome, StageFailure, ToMonitor};

/// Reads what a build changed; returns its findings in a format of its own.
pub type AuditReader = fn(&[AuditedLayer]) -> Result<String, String>;

/// One layer as the audit finds it after a build.
#[derive(Debug, Clone)]
pub struct AuditedLayer {
    /// Where the build saw it.
    pub target: PathBuf,
    /// The unchanged tree.
    pub lower: PathBuf,
    /// What overlayfs recorded.
    pub upper: PathBuf,
    /// Metadata of the upper directory itself before the build. The lower one's may change
    /// meanwhile, where it is a directory of a machine in use.
    pub root_before: fs::Metadata,
    /// When the build began, in seconds since the epoch.
    pub started: i64,
}

/// Where everything of the sandbox is mounted, in the monitor's own mount namespace.
/// Any existing directory serves: a tmpfs covers it, and all sources are open by then.
const WORKSPACE: &str = "/tmp";

/// Soft limit of open files in a sandbox.
const OPEN_FILES: u64 = 1024;

pub(super) fn run(audit: AuditReader) -> ExitCode {
    let Ok(mut launcher) = Channel::from_stdin() else {
        return ExitCode::FAILURE;
    };
    let message = match supervise(&mut launcher, audit) {
        Ok(outcome) => FromMonitor::Done(outcome),
        Err(failure) => FromMonitor::Failed(failure),
    };
    // Nobody is left to be told when the launcher is gone.
    match launcher.send(&message) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn supervise(launcher: &mut Channel, audit: AuditReader) -> Result<Outcome, StageFailure> {
    let Some(ToMonitor::Plan(plan)) = launcher.receive().map_err(failed("read the plan"))? else {
        return Err(StageFailure {
            step: "read the plan".to_owned(),
            error: "there is none".to_owned(),
        });
    };
    setsid().map_err(failed("leave the terminal"))?;
    umask(Mode::from_bits_truncate(0o022));
    limit_open_files()?;
    unshare(namespaces(plan.network)).map_err(failed("make the namespaces"))?;
    // Opened in the new mount namespace, but still with the user's own ids: the
    // sandbox's superuser could not pass a home directory of mode 700.
    let sources = Sources::open(&plan)?;
    launcher
        .send(&FromMonitor::Unshared)
        .map_err(failed("ask for the id maps"))?;
    match launcher.receive().map_err(failed("wait for the id maps"))? {
        Some(ToMonitor::Mapped) => {}
        Some(ToMonitor::Plan(_)) | None => {
            return Err(StageFailure {
                step: "wait for the id maps".to_owned(),
                error: "none came".to_owned(),
            });
        }
    }
    become_superuser()?;
    let layers = build_tree(&plan, &sources)?;
    let ending = run_init(&plan)?;
    let audit = match plan.after {
        AfterRun::Forget => None,
        AfterRun::Audit => Some(audit(&layers).map_err(failed("read the upper directories"))?),
    };
    Ok(Outcome { ending, audit })
}

/// The caller's limits are not a build's: Debian's own default, and programs that close
/// every descriptor up to the limit take less time.
fn limit_open_files() -> Result<(), StageFailure> {
    let step = "limit open files";
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).map_err(failed(step))?;
    setrlimit(Resource::RLIMIT_NOFILE, OPEN_FILES.min(hard), hard).map_err(failed(step))
}

fn namespaces(network: Network) -> CloneFlags {
    let own = CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS;
    match network {
        Network::None => own | CloneFlags::CLONE_NEWNET,
        Network::Machine => own,
    }
}

/// Takes the sandbox's user 0. The death signal is set last: the kernel forgets it
/// whenever a process changes its ids.
fn become_superuser() -> Result<(), StageFailure> {
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
}

impl Sources {
    fn open(plan: &Plan) -> Result<Self, StageFailure> {
        let open = |path: &Path| {
            rustix::fs::open(
                path,
                OFlags::PATH | OFlags::CLOEXEC,
                rustix::fs::Mode::empty(),
            )
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
        })
    }
}

/// A path that reaches an open descriptor of this process, whatever lies on the way to it.
fn fd_path(fd: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", fd.as_raw_fd()))
}

/// Builds the sandbox's root below [`WORKSPACE`], all but `/proc`.
fn build_tree(plan: &Plan, sources: &Sources) -> Result<Vec<AuditedLayer>, StageFailure> {
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(None::<&str>, "/", None::<&str>, private, None::<&str>)
        .map_err(failed("make the mounts private"))?;
    let workspace = Path::new(WORKSPACE);
    mount_tmpfs(workspace, 0o755)?;
    let root = workspace.join("root");
    fs::create_dir(&root).map_err(failed("make the root's mount point"))?;

    let mut audited = Vec::new();
    if !plan.nodes.is_empty() {
        let skeleton = workspace.join("skeleton");
        fs::create_dir(&skeleton).map_err(failed("make the root's skeleton"))?;
        make_nodes(&skeleton, &plan.nodes)?;
        audited.push(mount_layer(workspace, 0, &skeleton, Path::new("/"))?);
    }
    for (Layer { target, .. }, lower) in plan.layers.iter().zip(&sources.layers) {
        audited.push(mount_layer(
            workspace,
            audited.len(),
            &fd_path(lower),
            target,
        )?);
    }
    mount_dev(&root.join("dev"))?;
    mount_sys(&root.join("sys"))?;
    mount_tmpfs(&root.join("tmp"), 0o1777)?;
    for (Bind { target, access, .. }, source) in plan.binds.iter().zip(&sources.binds) {
        let source = fd_path(source);
        let is_directory = fs::metadata(&source)
            .map_err(failed(format!("look at `{}`", target.to_string_lossy())))?
            .is_dir();
        let target = below(&root, target);
        make_mount_point(&target, is_directory)?;
        bind(&source, &target, *access)?;
    }
    Ok(audited)
}

/// Mounts one overlay. The upper directory starts with the lower one's own metadata,
/// because overlayfs shows the upper's for the root of the mount.
fn mount_layer(
    workspace: &Path,
    number: usize,
    lower: &Path,
    target: &Path,
) -> Result<AuditedLayer, StageFailure> {
    let step = || format!("mount overlay on `{}`", target.to_string_lossy());
    let own = workspace.join(format!("layer{number}"));
    let (upper, work) = (own.join("upper"), own.join("work"));
    fs::create_dir_all(&upper).map_err(failed(step()))?;
    fs::create_dir_all(&work).map_err(failed(step()))?;
    copy_metadata(lower, &upper).map_err(failed(step()))?;
    let root_before = fs::metadata(&upper).map_err(failed(step()))?;
    let options = format!(
        "lowerdir={},upperdir={},workdir={},userxattr",
        lower.to_string_lossy(),
        upper.to_string_lossy(),
        work.to_string_lossy()
    );
    let mount_point = below(&workspace.join("root"), target);
    mount(
        Some("overlay"),
        &mount_point,
        Some("overlay"),
        MsFlags::MS_NOATIME,
        Some(options.as_str()),
    )
    .map_err(failed(step()))?;
    Ok(AuditedLayer {
        target: target.to_owned(),
        lower: lower.to_owned(),
        upper,
        root_before,
        started: now(),
    })
}

fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
}

fn copy_metadata(from: &Path, to: &Path) -> std::io::Result<()> {
    let metadata = fs::metadata(from)?;
    // Owners that are not of this sandbox show as nobody and cannot be given away.
    if chown(to, Some(metadata.uid()), Some(metadata.gid())).is_err() {
        chown(to, Some(0), Some(0))?;
    }
    fs::set_permissions(to, Permissions::from_mode(metadata.mode() & 0o7777))?;
    let time = |tv_sec, tv_nsec| Timespec { tv_sec, tv_nsec };
    let times = Timestamps {
        last_access: time(metadata.atime(), metadata.atime_nsec()),
        last_modification: time(metadata.mtime(), metadata.mtime_nsec()),
    };
    rustix::fs::utimensat(CWD, to, &times, rustix::fs::AtFlags::empty())?;
    Ok(())
}

/// `/sys` of the sandbox's own network namespace; the machine's, read-only, where the
/// kernel doesn't grant one.
fn mount_sys(target: &Path) -> Result<(), StageFailure> {
    let flags = MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    if super::mounts::mount_kind("sysfs", target, flags, "").is_ok() {
        return Ok(());
    }
    let rbind = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some("/sys"), target, None::<&str>, rbind, None::<&str>).map_err(failed("bind `/sys`"))
}

/// Starts process 1, gives it the command and waits for its word.
fn run_init(plan: &Plan) -> Result<super::wire::Ending, StageFailure> {
    let (mut channel, stdin) = Channel::pair().map_err(failed("make a socket pair"))?;
    let mut child = Command::new("/proc/self/exe")
        .arg(super::INIT)
        .env_clear()
        .stdin(stdin)
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(failed("start process 1 of the sandbox"))?;
    let request = InitRequest {
        root: Path::new(WORKSPACE).join("root"),
        protect_proc: plan.ids.is_identity(),
        command: plan.command.clone(),
        environment: plan.environment.clone(),
    };
    channel
        .send(&request)
        .map_err(failed("tell process 1 what to do"))?;
    let word = channel
        .receive::<FromInit>()
        .map_err(failed("listen to process 1"));
    let status = child.wait().map_err(failed("wait for process 1"))?;
    match word? {
        Some(FromInit::Ended(ending)) => Ok(ending),
        Some(FromInit::Failed(failure)) => Err(failure),
        None => Err(StageFailure {
            step: "run the sandbox".to_owned(),
            error: format!("process 1 ended early: {status}"),
        }),
    }
}
