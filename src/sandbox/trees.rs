//! The machine's trees inside a sandbox, each covered in one of three ways, and what an audit needs
//! to watch them.

use std::fs;
use std::fs::{Metadata, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::fcntl::{OFlag, open};
use nix::mount::MsFlags;
use nix::sys::stat::Mode;
use rustix::fs::{CWD, Timespec, Timestamps};

use crate::sandbox::mounts::{MountPoint, below, bind, failed, make_mount_point, make_nodes};
use crate::sandbox::places::{OverlayDirectories, Places};
use crate::sandbox::plan::{Access, Node};
use crate::sandbox::progress::ProgressSender;
use crate::sandbox::protocol::StageFailure;

/// What a build may change.
#[derive(Debug, Clone)]
pub enum Tree {
    /// What a build changes is kept apart from what was there before.
    Layer(AuditedLayer),
    /// A build changes the file system itself.
    Whole(WholeTree),
}

/// One overlay as the audit finds it after a build.
#[derive(Debug, Clone)]
pub struct AuditedLayer {
    /// Where the build saw it.
    pub target: PathBuf,
    /// The unchanged tree.
    pub lower: PathBuf,
    /// What overlayfs recorded.
    pub upper: PathBuf,
    /// Metadata of the upper directory itself before the build. That of the lower directory may
    /// change meanwhile, if it is a directory of a machine in use.
    pub root_before: Metadata,
    /// When the build began, in seconds since the epoch.
    pub started: i64,
}

/// One file system, to be read before and after a build.
#[derive(Debug, Clone)]
pub struct WholeTree {
    /// Where the build sees it.
    pub target: PathBuf,
    /// Where the same tree is without what is mounted below it.
    pub view: PathBuf,
    /// What it holds.
    pub origin: TreeOrigin,
    /// When the build began, in seconds since the epoch.
    pub started: i64,
}

/// What such a file system holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeOrigin {
    /// The sandbox's own `/tmp` or `/dev`, which begins empty and which every build uses.
    Sandbox,
    /// A copy of the machine's trees that the sandbox shows.
    Copy,
}

impl WholeTree {
    /// A directory of the sandbox's own.
    pub(crate) fn own(workspace: &Path, target: &Path) -> Result<Self, StageFailure> {
        let name = target.to_string_lossy().replace('/', "-");
        let view = workspace.join(format!("view{name}"));
        let mounted = below(&workspace.join("root"), target);
        Self::new(&mounted, view, target, TreeOrigin::Sandbox)
    }

    fn new(
        mounted: &Path,
        view: PathBuf,
        target: &Path,
        origin: TreeOrigin,
    ) -> Result<Self, StageFailure> {
        make_mount_point(&view, MountPoint::Directory)?;
        // The bind is not recursive, so that what is mounted below stays out.
        bind(mounted, &view, Access::Writable)?;
        Ok(Self {
            target: target.to_owned(),
            view,
            origin,
            started: now(),
        })
    }
}

/// A layer of a plan, whose source was opened.
#[derive(Debug)]
pub(crate) struct OpenLayer<'a> {
    /// Where the sandbox sees it.
    pub(crate) target: &'a Path,
    /// A path by which this process reaches the source.
    pub(crate) source: PathBuf,
}

/// An overlay over each layer, and one over the root's own nodes.
pub(crate) fn overlays(
    places: &Places,
    nodes: &[Node],
    layers: &[OpenLayer<'_>],
) -> Result<Vec<Tree>, StageFailure> {
    let mut trees = Vec::new();
    if !nodes.is_empty() {
        let skeleton = skeleton(&places.workspace, nodes)?;
        trees.push(overlay(places, 0, &skeleton, Path::new("/"))?);
    }
    for layer in layers {
        trees.push(overlay(places, trees.len(), &layer.source, layer.target)?);
    }
    Ok(trees)
}

/// One directory with copies of all layers, by cp(1).
pub(crate) fn copies(
    places: &Places,
    nodes: &[Node],
    layers: &[OpenLayer<'_>],
    sender: &ProgressSender<'_>,
) -> Result<Tree, StageFailure> {
    let root = places.workspace.join("root");
    places.mount_own("copy", &root, 0o755)?;
    make_nodes(&root, nodes)?;
    sender.filling(&root, || {
        layers
            .iter()
            .try_for_each(|layer| copy(&layer.source, &below(&root, layer.target), layer.target))
    })?;
    let tree = WholeTree::new(
        &root,
        places.workspace.join("view"),
        Path::new("/"),
        TreeOrigin::Copy,
    )?;
    Ok(Tree::Whole(tree))
}

/// Binds every layer read-only: nothing of it can change, so there is nothing to watch.
pub(crate) fn read_only(
    workspace: &Path,
    nodes: &[Node],
    layers: &[OpenLayer<'_>],
) -> Result<Vec<Tree>, StageFailure> {
    let root = workspace.join("root");
    if !nodes.is_empty() {
        bind(&skeleton(workspace, nodes)?, &root, Access::ReadOnly)?;
    }
    for layer in layers {
        bind(&layer.source, &below(&root, layer.target), Access::ReadOnly)?;
    }
    Ok(vec![])
}

fn skeleton(workspace: &Path, nodes: &[Node]) -> Result<PathBuf, StageFailure> {
    let skeleton = workspace.join("skeleton");
    fs::create_dir(&skeleton).map_err(failed("make the root's skeleton"))?;
    make_nodes(&skeleton, nodes)?;
    Ok(skeleton)
}

/// Mounts one overlay. The upper directory starts with the lower one's own metadata,
/// because overlayfs shows the upper's for the root of the mount.
fn overlay(
    places: &Places,
    number: usize,
    lower: &Path,
    target: &Path,
) -> Result<Tree, StageFailure> {
    let step = || format!("mount overlay on `{}`", target.to_string_lossy());
    let own = places.files.join(format!("layer{number}"));
    let (upper, work) = (own.join("upper"), own.join("work"));
    fs::create_dir_all(&upper).map_err(failed(step()))?;
    fs::create_dir_all(&work).map_err(failed(step()))?;
    copy_metadata(lower, &upper).map_err(failed(step()))?;
    let root_before = fs::metadata(&upper).map_err(failed(step()))?;
    let directories = OverlayDirectories {
        lower,
        upper: &upper,
        work: &work,
    };
    let mount_point = below(&places.workspace.join("root"), target);
    places.mount_overlay(directories, &mount_point, MsFlags::empty())?;
    Ok(Tree::Layer(AuditedLayer {
        target: target.to_owned(),
        lower: lower.to_owned(),
        upper,
        root_before,
        started: now(),
    }))
}

fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
}

fn copy_metadata(from: &Path, to: &Path) -> std::io::Result<()> {
    let metadata = fs::metadata(from)?;
    // An owner without an id in this sandbox shows as nobody, to whom nothing can be given.
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

/// Copies everything of a tree that can be copied. Files that vanish meanwhile, because the machine
/// is in use, and special files that cannot be made are left out.
fn copy(source: &Path, to: &Path, target: &Path) -> Result<(), StageFailure> {
    let step = || format!("copy `{}`", target.to_string_lossy());
    let directory =
        open(source, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty()).map_err(failed(step()))?;
    fs::create_dir_all(to).map_err(failed(step()))?;
    let output = Command::new("cp")
        .args(["--archive", "--one-file-system", "/proc/self/fd/0/."])
        .arg(to)
        .env("LC_ALL", "C")
        .stdin(Stdio::from(directory))
        .stdout(Stdio::null())
        .output()
        .map_err(failed(step()))?;
    let harmless = ["No such file or directory", "cannot create special file"];
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = text
        .lines()
        .find(|line| !harmless.iter().any(|words| line.contains(words)));
    match first {
        Some(line) if !output.status.success() => Err(failed(step())(line)),
        _ => Ok(()),
    }
}
