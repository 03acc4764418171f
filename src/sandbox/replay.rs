//! A shell script that repeats a plan without twinroot, for whoever looks for the reason why its
//! command failed.
//!
//! The script makes the same user namespace, covers the same trees and binds the same files as the
//! stages do, with unshare(1), setpriv(1) and mount(8), and then runs the same command. It differs
//! in what only the stages can do: it does not prove that nothing of the machine is writable, mounts
//! are not locked, no call is refused, nothing limits what it takes, there is no audit, and a
//! sandbox without a user namespace keeps root's capabilities.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::sandbox::devices::DEVICES;
use crate::sandbox::idmap::{IdMap, UserNamespace};
use crate::sandbox::plan::{Access, Bind, Cover, Emulation, Layer, Network, Node, Plan};
use crate::text::shell::shell_quote;

/// Where the script builds the sandbox's root: any directory that has no source of a mount.
const WORKSPACE: &str = "/mnt";

/// Descriptor of the first source; bash uses those below 10 itself.
const FIRST_DESCRIPTOR: usize = 10;

/// Makes `/dev` as [`crate::sandbox::devices::mount_dev`] does, in `$root`.
const DEV: &str = r#"mkdir -p "$root/dev"
mount -t tmpfs -o nosuid,noatime,mode=755 tmpfs "$root/dev"
for name in DEVICES; do
    touch "$root/dev/$name"
    mount --bind "/dev/$name" "$root/dev/$name"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
ln -s pts/ptmx "$root/dev/ptmx"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t tmpfs -o nosuid,noatime,mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
mkdir -p "$root/sys" "$root/proc" "$root/tmp"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys" || mount --rbind /sys "$root/sys"
mount -t tmpfs -o nosuid,noatime,mode=1777 tmpfs "$root/tmp"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
"#;

/// The functions that the script is written with. Sources are given by descriptor, because the
/// sandbox's root cannot pass a home directory of mode 700.
const FUNCTIONS: &str = r#"root=WORKSPACE/root
layers=0
overlay() { # DESCRIPTOR TARGET
    own=WORKSPACE/layer$layers
    layers=$((layers + 1))
    mkdir -p "$own/upper" "$own/work" "$root$2"
    chmod --reference="/proc/self/fd/$1" "$own/upper"
    mount -t overlay -o "lowerdir=/proc/self/fd/$1,upperdir=$own/upper,workdir=$own/work,userxattr" \
        overlay "$root$2"
}
copy() { # DESCRIPTOR TARGET
    mkdir -p "$root$2"
    cp --archive -x "/proc/self/fd/$1/." "$root$2"
}
bind() { # DESCRIPTOR TARGET
    if [ -d "/proc/self/fd/$1" ]; then
        mkdir -p "$root$2"
    else
        mkdir -p "$root${2%/*}"
        [ -e "$root$2" ] || touch "$root$2"
    fi
    mount --no-canonicalize --bind "/proc/self/fd/$1" "$root$2"
}
read_only() { # DESCRIPTOR TARGET
    bind "$1" "$2"
    flags=$(findmnt --noheadings --output VFS-OPTIONS --mountpoint "$root$2" | tail -n 1)
    mount -o "remount,bind,ro${flags#r[ow]}" "$root$2"
}
"#;

/// What repeats a step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replay {
    /// A bash script that runs the plan's command in a sandbox like the plan's. It writes what
    /// the command writes, to standard output and standard error, and ends with its exit status.
    ///
    /// It is to be run by the same user, with util-linux 2.38 or later.
    pub script: String,
    /// Files and directories of the machine that the sandbox sees.
    pub sources: Vec<PathBuf>,
}

impl Replay {
    /// What repeats the command of a plan.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let layers = plan.layers.iter().map(|layer| layer.lower.clone());
        let binds = plan.binds.iter().map(|bind| bind.source.clone());
        Self {
            script: script(plan),
            sources: layers.chain(binds).collect(),
        }
    }

    /// Whether all that the sandbox saw is still there. What a failed step fetched or made is not.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.sources.iter().all(|source| source.exists())
    }
}

/// All sources of mounts are opened in the new mount namespace, but with the user's own ids.
fn script(plan: &Plan) -> String {
    let sources = plan
        .layers
        .iter()
        .map(|layer| layer.lower.as_path())
        .chain(plan.binds.iter().map(|bind| bind.source.as_path()));
    let opened: String = (FIRST_DESCRIPTOR..)
        .zip(sources)
        .map(|(descriptor, source)| format!("exec {descriptor}<{}\n", quoted(source)))
        .collect();
    let network = match plan.network {
        Network::None => " --net",
        Network::Machine => "",
    };
    let namespaces = format!("--mount --ipc --uts{network}");
    let name = &plan.name;
    let inside = inside(plan);
    let init = "unshare --pid --fork --kill-child bash -eu -s <<'INSIDE'";
    let about = format!(
        "#!/bin/bash\n# Repeats the step {name} of twinroot: the same command in the same sandbox, \
         but without an audit.\nset -eu\n"
    );
    if plan.ids.namespace == UserNamespace::Callers || plan.ids.is_identity() {
        return format!(
            "{about}exec unshare {namespaces} bash -eu -s <<'SANDBOX'\n\
             {opened}exec {init}\n{inside}INSIDE\nSANDBOX\n"
        );
    }
    let maps = write_maps(&plan.ids);
    format!(
        "{about}unshare --user --keep-caps {namespaces} bash -eu -s <<'SANDBOX' &\n\
         {opened}until read -r _ </proc/self/gid_map; do sleep 0.1; done\n\
         exec setpriv --reuid=0 --regid=0 --clear-groups \\\n    {init}\n{inside}INSIDE\n\
         SANDBOX\n{maps}wait \"$sandbox\"\n"
    )
}

/// Gives the ids to the user namespace of the last background process.
fn write_maps(ids: &IdMap) -> String {
    let (users, groups, count) = (ids.uid_base, ids.gid_base, ids.count);
    format!(
        "sandbox=$!\ntrap 'kill \"$sandbox\"' INT TERM\n\
         while [ \"/proc/$sandbox/ns/user\" -ef /proc/self/ns/user ]; do sleep 0.1; done\n\
         if [ \"$(id -u)\" = 0 ]; then\n    \
         echo 0 {users} {count} >\"/proc/$sandbox/uid_map\"\n    \
         echo 0 {groups} {count} >\"/proc/$sandbox/gid_map\"\n\
         else\n    \
         newuidmap \"$sandbox\" 0 {users} {count}\n    \
         newgidmap \"$sandbox\" 0 {groups} {count}\n\
         fi\n"
    )
}

/// What is done in the namespaces.
fn inside(plan: &Plan) -> String {
    let mut out = format!("mount -t tmpfs -o mode=755 tmpfs {WORKSPACE}\n");
    out.push_str(&FUNCTIONS.replace("WORKSPACE", WORKSPACE));
    out.push_str("mkdir \"$root\"\n");
    for node in &plan.nodes {
        out.push_str(&make_node(node));
    }
    let cover = match plan.cover {
        Cover::Overlay => "overlay",
        Cover::Copy => "copy",
        Cover::ReadOnly => "read_only",
    };
    let mut descriptors = FIRST_DESCRIPTOR..;
    for (Layer { target, .. }, descriptor) in plan.layers.iter().zip(&mut descriptors) {
        let _ = writeln!(out, "{cover} {descriptor} {}", quoted(target));
    }
    out.push_str(&DEV.replace("DEVICES", &DEVICES.join(" ")));
    for (Bind { target, access, .. }, descriptor) in plan.binds.iter().zip(&mut descriptors) {
        let verb = match access {
            Access::ReadOnly => "read_only",
            Access::Writable => "bind",
        };
        let _ = writeln!(out, "{verb} {descriptor} {}", quoted(target));
    }
    match plan.emulation {
        Emulation::Machine => {}
        Emulation::None => out.push_str(
            "mount -t binfmt_misc binfmt_misc \"$root/proc/sys/fs/binfmt_misc\" || true\n",
        ),
    }
    if let Some(hostname) = &plan.hostname {
        let _ = writeln!(out, "hostname {}", shell_quote(hostname));
    }
    let _ = writeln!(
        out,
        "exec chroot \"$root\" env --ignore-environment --chdir={} {} </dev/null",
        quoted(&plan.directory),
        plan.command_line()
    );
    out
}

fn make_node(node: &Node) -> String {
    match node {
        Node::Directory { path, mode } => {
            format!("mkdir -p -m {mode:o} \"$root\"{}\n", quoted(path))
        }
        Node::File { path } => format!("touch \"$root\"{}\n", quoted(path)),
        Node::Symlink { path, target } => {
            format!("ln -s {} \"$root\"{}\n", quoted(target), quoted(path))
        }
    }
}

fn quoted(path: &Path) -> String {
    shell_quote(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::plan::{AfterRun, Rights, Tracing};

    fn plan(ids: IdMap) -> Plan {
        Plan {
            name: "normal".to_owned(),
            ids,
            nodes: vec![],
            layers: vec![Layer {
                lower: "/cache/root".into(),
                target: "/".into(),
            }],
            cover: Cover::Overlay,
            binds: vec![Bind {
                source: "/cache/a pool".into(),
                target: "/tmp/twinroot/pool".into(),
                access: Access::ReadOnly,
            }],
            network: Network::None,
            command: vec!["mmdebstrap".into(), "it's".into()],
            environment: vec![("LANG".into(), "C.UTF-8".into())],
            directory: "/".into(),
            hostname: Some("other".to_owned()),
            emulation: Emulation::None,
            after: AfterRun::Audit,
            tracing: Tracing::Off,
            rights: Rights::Scripts,
        }
    }

    /// The script without what every script has.
    fn outline(ids: IdMap) -> String {
        let script = Replay::new(&plan(ids)).script;
        script
            .replace(&FUNCTIONS.replace("WORKSPACE", WORKSPACE), "# FUNCTIONS\n")
            .replace(&DEV.replace("DEVICES", &DEVICES.join(" ")), "# DEV\n")
    }

    const INSIDE: &str = "mount -t tmpfs -o mode=755 tmpfs /mnt\n# FUNCTIONS\nmkdir \"$root\"\n\
        overlay 10 /\n# DEV\nread_only 11 /tmp/twinroot/pool\n\
        mount -t binfmt_misc binfmt_misc \"$root/proc/sys/fs/binfmt_misc\" || true\n\
        hostname other\n\
        exec chroot \"$root\" env --ignore-environment --chdir=/ LANG=C.UTF-8 mmdebstrap \
        'it'\\''s' </dev/null\nINSIDE\nSANDBOX\n";

    const ABOUT: &str = "#!/bin/bash\n# Repeats the step normal of twinroot: the same command in \
        the same sandbox, but without an audit.\nset -eu\n";

    #[test]
    fn the_script_of_root_without_a_user_namespace_makes_all_others() {
        assert_eq!(
            outline(IdMap::callers()),
            format!(
                "{ABOUT}exec unshare --mount --ipc --uts --net bash -eu -s <<'SANDBOX'\n\
                 exec 10</cache/root\nexec 11<'/cache/a pool'\n\
                 exec unshare --pid --fork --kill-child bash -eu -s <<'INSIDE'\n{INSIDE}"
            )
        );
    }

    #[test]
    fn the_script_gives_a_user_namespace_the_ids_of_the_plan() {
        let ids = IdMap {
            uid_base: 100_000,
            gid_base: 200_000,
            count: 65_536,
            namespace: UserNamespace::Own,
        };
        assert_eq!(
            outline(ids),
            format!(
                "{ABOUT}unshare --user --keep-caps --mount --ipc --uts --net bash -eu -s \
                 <<'SANDBOX' &\nexec 10</cache/root\nexec 11<'/cache/a pool'\n\
                 until read -r _ </proc/self/gid_map; do sleep 0.1; done\n\
                 exec setpriv --reuid=0 --regid=0 --clear-groups \\\n    \
                 unshare --pid --fork --kill-child bash -eu -s <<'INSIDE'\n{INSIDE}\
                 sandbox=$!\ntrap 'kill \"$sandbox\"' INT TERM\n\
                 while [ \"/proc/$sandbox/ns/user\" -ef /proc/self/ns/user ]; do sleep 0.1; done\n\
                 if [ \"$(id -u)\" = 0 ]; then\n    \
                 echo 0 100000 65536 >\"/proc/$sandbox/uid_map\"\n    \
                 echo 0 200000 65536 >\"/proc/$sandbox/gid_map\"\n\
                 else\n    \
                 newuidmap \"$sandbox\" 0 100000 65536\n    \
                 newgidmap \"$sandbox\" 0 200000 65536\n\
                 fi\nwait \"$sandbox\"\n"
            )
        );
    }

    #[test]
    fn a_step_whose_files_are_gone_cannot_be_repeated() {
        assert!(!Replay::new(&plan(IdMap::callers())).is_possible());
    }
}
