//! A tiny archive: one Essential package made of this machine's shell and dpkg, and the
//! packages of `testdata/packages`, served as `copy:` so that no network is needed.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::support::run;

/// Programs that mmdebstrap, dpkg and the test packages' scripts run inside the chroot.
const PROGRAMS: [&str; 35] = [
    "cat",
    "chmod",
    "chown",
    "cp",
    "date",
    "diff",
    "dpkg",
    "dpkg-deb",
    "dpkg-divert",
    "dpkg-query",
    "dpkg-split",
    "dpkg-statoverride",
    "dpkg-trigger",
    "echo",
    "env",
    "find",
    "grep",
    "id",
    "ldconfig",
    "ln",
    "ls",
    "mkdir",
    "mv",
    "readlink",
    "rm",
    "rmdir",
    "sed",
    "setcap",
    "sh",
    "start-stop-daemon",
    "tar",
    "test",
    "touch",
    "update-alternatives",
    "useradd",
];

/// The suite's name.
pub(crate) const SUITE: &str = "tiny";

/// A program of 64-bit ARM that ends with status 0, as small as Linux takes it: the ELF header,
/// one segment, and `mov x8, #93; mov x0, #0; svc #0`.
#[rustfmt::skip]
const ARM64_PROGRAM: [u8; 132] = [
    0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    2, 0, 0xb7, 0, 1, 0, 0, 0, 0x78, 0, 0x40, 0, 0, 0, 0, 0,
    64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 64, 0, 56, 0, 1, 0, 64, 0, 0, 0, 0, 0,
    1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0,
    132, 0, 0, 0, 0, 0, 0, 0, 132, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 1, 0, 0, 0, 0, 0, 0xa8, 0x0b, 0x80, 0xd2,
    0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4,
];

/// What the base's programs are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Programs {
    /// This machine's, which is of amd64.
    OfThisMachine,
    /// [`ARM64_PROGRAM`], each.
    OfArm64,
}

impl Programs {
    fn architecture(self) -> &'static str {
        match self {
            Self::OfThisMachine => "amd64",
            Self::OfArm64 => "arm64",
        }
    }
}

/// A repository in a directory.
#[derive(Debug)]
pub(crate) struct Repository {
    path: PathBuf,
    programs: Programs,
}

/// A cache and a repository for all tests that look at reports only.
pub(crate) static SHARED: LazyLock<(tempfile::TempDir, Repository)> = LazyLock::new(|| {
    let cache = run::directory();
    let repository = Repository::make(&cache.path().join("repository"));
    (cache, repository)
});

impl Repository {
    /// Builds all packages and the indices below `path`.
    pub(crate) fn make(path: &Path) -> Self {
        let names = ["behaving", "diverging", "escaping", "failing", "trying"];
        Self::made(path, Programs::OfThisMachine, &names)
    }

    /// The same for arm64, with programs that do nothing, and packages that execute one.
    pub(crate) fn of_arm64(path: &Path) -> Self {
        let names = ["behaving", "escaping", "executing", "executing-later"];
        Self::made(path, Programs::OfArm64, &names)
    }

    fn made(path: &Path, programs: Programs, names: &[&str]) -> Self {
        let pool = path.join("pool");
        fs::create_dir_all(&pool).expect("the pool is made");
        build_from(&testdata("tiny-base"), &pool, programs);
        for name in names {
            build_from(&testdata(name), &pool, programs);
        }
        Self::of(path, programs)
    }

    /// The base and packages whose sources lie in directories of their own.
    pub(crate) fn with(path: &Path, sources: &[PathBuf]) -> Self {
        let pool = path.join("pool");
        fs::create_dir_all(&pool).expect("the pool is made");
        build("tiny-base", &pool);
        for source in sources {
            build_from(source, &pool, Programs::OfThisMachine);
        }
        Self::of(path, Programs::OfThisMachine)
    }

    fn of(path: &Path, programs: Programs) -> Self {
        let repository = Self {
            path: path.to_owned(),
            programs,
        };
        repository.index();
        repository
    }

    /// The line of sources.list.
    pub(crate) fn mirror(&self) -> String {
        format!(
            "deb [trusted=yes] copy:{} {SUITE} main",
            self.path.to_string_lossy()
        )
    }

    /// A package file of the pool.
    pub(crate) fn deb(&self, name: &str) -> PathBuf {
        let mut debs = fs::read_dir(self.path.join("pool")).expect("the pool is there");
        let found = debs.find_map(|entry| {
            let path = entry.expect("the pool is readable").path();
            path.file_name()?
                .to_str()?
                .starts_with(&format!("{name}_"))
                .then_some(path)
        });
        found.expect("the package is there")
    }

    fn index(&self) {
        let architecture = self.programs.architecture();
        let packages_file = format!("main/binary-{architecture}/Packages");
        let place = self.path.join("dists").join(SUITE);
        let directory = place.join(format!("main/binary-{architecture}"));
        fs::create_dir_all(&directory).expect("dists is made");
        let mut debs: Vec<_> = fs::read_dir(self.path.join("pool"))
            .expect("the pool is there")
            .map(|e| e.expect("readable").path())
            .collect();
        debs.sort();
        let packages: String = debs.iter().map(|deb| stanza(deb)).collect();
        fs::write(directory.join("Packages"), &packages).expect("Packages is written");
        let digest = hex(&Sha256::digest(packages.as_bytes()));
        let release = format!(
            "Origin: twinroot tests\nSuite: {SUITE}\nCodename: {SUITE}\nDate: Thu, 09 Oct 2025 08:53:20 UTC\n\
             Architectures: {architecture}\nComponents: main\nSHA256:\n {digest} {} {packages_file}\n",
            packages.len()
        );
        fs::write(place.join("Release"), release).expect("Release is written");
    }
}

fn stanza(deb: &Path) -> String {
    let output = Command::new("dpkg-deb")
        .arg("--field")
        .arg(deb)
        .output()
        .expect("dpkg-deb runs");
    let control = String::from_utf8(output.stdout).expect("control files are UTF-8");
    let bytes = fs::read(deb).expect("the package is readable");
    let name = deb.file_name().expect("it has a name").to_string_lossy();
    let digest = hex(&Sha256::digest(&bytes));
    format!(
        "{control}Filename: pool/{name}\nSize: {}\nSHA256: {digest}\n\n",
        bytes.len()
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Builds one package of `testdata/packages` into a directory: `control`, maintainer
/// scripts beside it, files in `root/`.
pub(crate) fn build(name: &str, pool: &Path) {
    build_from(&testdata(name), pool, Programs::OfThisMachine);
}

fn testdata(name: &str) -> PathBuf {
    run::testdata("packages").join(name)
}

fn build_from(source: &Path, pool: &Path, programs: Programs) {
    let name = source.file_name().expect("it has a name").to_string_lossy();
    let tree = pool.with_file_name(format!("tree-{name}"));
    let debian = tree.join("DEBIAN");
    fs::create_dir_all(&debian).expect("the package's tree is made");
    for script in [
        "control", "triggers", "preinst", "postinst", "prerm", "postrm",
    ] {
        if let Ok(text) = fs::read_to_string(source.join(script)) {
            let native = format!("Architecture: {}\n", Programs::OfThisMachine.architecture());
            let wanted = format!("Architecture: {}\n", programs.architecture());
            let text = text.replace(&native, &wanted);
            let path = debian.join(script);
            fs::write(&path, text).expect("a control file is written");
            let mode = if ["control", "triggers"].contains(&script) {
                0o644
            } else {
                0o755
            };
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("its mode is set");
        }
    }
    if source.join("root").exists() {
        succeed(
            Command::new("cp")
                .arg("-rT")
                .arg(source.join("root"))
                .arg(&tree),
        );
    }
    if name == "tiny-base" {
        fill_base(&tree, programs);
    }
    for directory in ["", "DEBIAN"] {
        let path = tree.join(directory);
        fs::set_permissions(path, Permissions::from_mode(0o755)).expect("a mode is set");
    }
    succeed(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zgzip", "-z1", "--build"])
            .arg(&tree)
            .arg(pool),
    );
    fs::remove_dir_all(&tree).expect("the package's tree is removed");
}

fn fill_base(tree: &Path, programs: Programs) {
    let directories = [
        "dev",
        "etc/dpkg/dpkg.cfg.d",
        "var/lib/dpkg/alternatives",
        "etc",
        "opt",
        "proc",
        "root",
        "run",
        "sys",
        "tmp",
        "usr/bin",
        "usr/lib",
        "usr/lib64",
        "usr/sbin",
        "usr/share",
        "var/lib",
        "var/log",
        "var/cache",
    ];
    for directory in directories {
        fs::create_dir_all(tree.join(directory)).expect("a directory of the base is made");
    }
    for name in ["bin", "sbin", "lib", "lib64"] {
        symlink(format!("usr/{name}"), tree.join(name)).expect("an alias is made");
    }
    let files = [
        (
            "etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\ngames:x:77:77::/:/bin/sh\n",
        ),
        ("etc/group", "root:x:0:\nstaff:x:50:\ngames:x:77:\n"),
        ("etc/shadow", "root:*:20000:0:99999:7:::\n"),
        ("etc/gshadow", "root:*::\nstaff:*::\n"),
        ("etc/debian_version", "tiny/base\n"),
    ];
    for (path, text) in files {
        fs::write(tree.join(path), text).expect("a file of the base is written");
    }
    match programs {
        Programs::OfThisMachine => copy_programs(tree),
        Programs::OfArm64 => PROGRAMS.iter().for_each(|program| {
            executable(&tree.join("usr/bin").join(program), &ARM64_PROGRAM);
        }),
    }
}

/// This machine's programs and their libraries.
fn copy_programs(tree: &Path) {
    let mut files = BTreeSet::new();
    for program in PROGRAMS {
        let path = find(program);
        files.extend(libraries(&path));
        copy(&path, &tree.join("usr/bin").join(program));
    }
    for library in files {
        // `/lib` is an alias of `/usr/lib` in the base, whatever it is here.
        let inside = library
            .strip_prefix("/usr")
            .unwrap_or(&library)
            .strip_prefix("/")
            .expect("absolute");
        copy(&library, &tree.join("usr").join(inside));
    }
}

fn find(program: &str) -> PathBuf {
    let places = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
    let found = places
        .iter()
        .map(|place| Path::new(place).join(program))
        .find(|path| path.exists());
    found.unwrap_or_else(|| panic!("this machine has no {program}"))
}

/// The absolute paths that ldd(1) prints.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let output = Command::new("ldd").arg(program).output().expect("ldd runs");
    let text = String::from_utf8(output.stdout).expect("ldd writes UTF-8");
    text.split_whitespace()
        .filter(|word| word.starts_with('/'))
        .map(PathBuf::from)
        .collect()
}

fn copy(from: &Path, to: &Path) {
    let bytes = fs::read(from).expect("a program is readable");
    executable(to, &bytes);
}

fn executable(to: &Path, bytes: &[u8]) {
    fs::create_dir_all(to.parent().expect("it has a parent")).expect("the directory is made");
    fs::write(to, bytes).expect("a program is written");
    fs::set_permissions(to, Permissions::from_mode(0o755)).expect("its mode is set");
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("a command runs");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
