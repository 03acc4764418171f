//! `twinroot diffoscope`, called by the name `diffoscope` as its callers do.

mod consumers;
mod semantics;

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use crate::compare::control_files;
use crate::compare::packages::deb;
use crate::support::archive::{archive, file};
use crate::support::harness::Test;
use crate::support::run::{Ran, TWINROOT, run};

/// The tables of the modules.
pub(crate) const TABLES: &[&[Test]] = &[consumers::TESTS, semantics::TESTS];

/// A directory with pairs of all sorts, and a link called `diffoscope`. Each pair differs in one
/// line of the file `f`.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(TWINROOT, place.path("diffoscope")).unwrap();
        for (side, content) in [("a", b"1\n"), ("b", b"2\n")] {
            let entries = [file("./f", content)];
            fs::write(place.path(&format!("{side}.tar")), archive(&entries)).unwrap();
            let control = [file("./control", b"Package: hello\n")];
            let package = deb(&control, &entries);
            fs::write(place.path(&format!("{side}.deb")), &package).unwrap();
            place.write_directory(side, content);
            let changes = place.path(&format!("{side}-changes"));
            fs::create_dir(&changes).unwrap();
            fs::write(changes.join("hello.deb"), &package).unwrap();
            let list = control_files::control("1.0", &[("hello.deb", &package)]);
            fs::write(changes.join("hello.changes"), list).unwrap();
        }
        place
    }

    /// A directory whose metadata are known.
    fn write_directory(&self, name: &str, content: &[u8]) {
        let directory = self.path(name);
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("f"), content).unwrap();
        for (path, mode) in [(directory.join("f"), 0o644), (directory, 0o755)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let times = FileTimes::new().set_modified(UNIX_EPOCH);
            File::open(&path).unwrap().set_times(times).unwrap();
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names in the directory that were not there before a run.
    fn new_names(&self) -> Vec<String> {
        let known = ["a", "b", "diffoscope"];
        let entries = fs::read_dir(&self.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let is_new = |name: &String| {
            let stem = name.split(['.', '-']).next();
            !known.contains(&stem.unwrap_or_default())
        };
        let mut names: Vec<String> = names.filter(is_new).collect();
        names.sort();
        names
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.path("diffoscope"));
        command
            .current_dir(&self.0)
            .args(arguments)
            .env_remove("SOURCE_DATE_EPOCH")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run(&mut self.command(arguments))
    }
}

/// What a run gave that has nothing to say on standard error.
fn silent(status: i32, stdout: &str) -> Ran {
    Ran {
        status: Some(status),
        stdout: stdout.to_owned(),
        stderr: String::new(),
    }
}

/// What a run gave that could not be done.
fn trouble(stderr: &str) -> Ran {
    Ran {
        status: Some(2),
        stdout: String::new(),
        stderr: stderr.to_owned(),
    }
}

/// The text about `a.tar` and `b.tar`.
const TARS: &str = "\
DIVERGENT  a.tar | b.tar
  left       10.0 KiB  1 entry
  right      10.0 KiB  1 entry
1 divergent entry

./f
  content  sha256:4355a46b… (2 bytes) | sha256:53c234e5… (2 bytes)
    @@ -1 +1 @@
    -1
    +2
";

/// The JSON about two inputs that differ in the file of this name.
fn json(left: &str, right: &str, name: &str) -> String {
    let content = "\"unified_diff\":\"@@ -1,1 +1,1 @@\\n\
        -content: sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865 (2 bytes)\\n\
        +content: sha256:53c234e5e8472b6ac51c1ae1cab3fe06fad053beb8ebfd8977b010655bfdd3c3 (2 bytes)\\n\"";
    let lines = "\"source1\":\"content\",\"source2\":\"content\",\
        \"unified_diff\":\"@@ -1 +1 @@\\n-1\\n+2\\n\"";
    format!(
        "{{\"diffoscope-json-version\":1,\"source1\":\"{left}\",\"source2\":\"{right}\",\
         \"unified_diff\":null,\"comments\":[\"DIVERGENT: {left} | {right}\",\"1 divergent entry\"],\
         \"details\":[{{\"source1\":\"{name}\",\"source2\":\"{name}\",{content},\
         \"details\":[{{{lines}}}]}}]}}\n"
    )
}
