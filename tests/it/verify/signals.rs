//! Signals at random moments of every stage of a run: none is ignored, and nothing is left.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::harness::Test;
use crate::support::repository::{Repository, SUITE};
use crate::support::run::{TWINROOT, directory, run, twinroot, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(signals_at_random_moments_of_all_stages_end_the_run_and_leave_nothing, needs: [Sandboxes, Root]),
    test!(what_kill_left_beside_outputs_is_removed_by_the_next_run),
    test!(what_kill_left_in_a_kept_directory_is_removed_by_the_next_run, needs: [Sandboxes, Root]),
    test!(a_second_signal_ends_the_run_at_once),
];

/// How many signals are sent; CI sends [`PART`].
const VARIABLE: &str = "TWINROOT_SIGNALS";

/// One for each stage.
const PART: usize = STAGES.len();

/// How long a run may go on. The machine of the tests is busy; on a quiet one it is 0.5 s.
const LONGEST: Duration = Duration::from_secs(2);

/// HUP, INT, QUIT, TERM.
const SIGNALS: [i32; 4] = [1, 2, 3, 15];

/// Where a signal meets a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// `verify` with an empty cache: from freezing on.
    Cold,
    /// Another run holds a lock of the cache.
    Waiting,
    /// `verify` with a warm cache: both pairs of builds, and what follows.
    Exploring,
    /// `build`, which writes its tarball as it comes.
    Single,
    /// `audit` of a command that never ends.
    Auditing,
    /// Two archives are compared and explained, and reports are written.
    Explaining,
    /// The report is written into a pipe that nobody reads.
    Writing,
    /// A pipe is opened that nobody reads.
    Opening,
}

const STAGES: [Stage; 8] = [
    Stage::Cold,
    Stage::Waiting,
    Stage::Exploring,
    Stage::Single,
    Stage::Auditing,
    Stage::Explaining,
    Stage::Writing,
    Stage::Opening,
];

impl Stage {
    /// Whether it ends without a signal.
    fn ends(self) -> bool {
        !matches!(
            self,
            Self::Waiting | Self::Auditing | Self::Writing | Self::Opening
        )
    }
}

/// Numerical Recipes' generator: the same moments in every run of the test.
struct Random(u32);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u64::from(self.0 >> 8) % limit
    }
}

struct Lab {
    directory: tempfile::TempDir,
    repository: Repository,
    /// Held while a run waits.
    lock: File,
    /// How long `verify` takes with an empty cache.
    cold: Duration,
}

/// What a signal came to.
struct End {
    status: ExitStatus,
    took: Duration,
    /// Processes of the run that are there although it has ended.
    processes: Vec<String>,
}

impl Lab {
    fn new() -> Self {
        let directory = directory();
        let path = directory.path();
        let repository = Repository::make(&path.join("repository"));
        fs::create_dir(path.join("tmp")).unwrap();
        let start = Instant::now();
        let ran = run(&mut verify_tiny(
            &path.join("warm"),
            &repository,
            &["--include=diverging"],
        ));
        assert_eq!(ran.status, Some(1), "{ran:?}");
        let cold = start.elapsed();
        pair(path);
        let fifo = Command::new("mkfifo").arg(path.join("fifo")).status();
        assert!(fifo.unwrap().success());
        let states = path.join("warm/twinroot/states");
        let mut locks = fs::read_dir(&states)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let lock = locks.find(|path| path.extension().is_some_and(|end| end == "lock"));
        let lock = File::open(lock.unwrap()).unwrap();
        Self {
            directory,
            repository,
            lock,
            cold,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn start(&self, stage: Stage) -> Child {
        let with_cache = |cache: &str, arguments: &[&str]| {
            let mut command = twinroot(&self.path(cache));
            command.args(arguments).arg("--outside=host");
            command
        };
        let mirror = self.repository.mirror();
        let what = [SUITE, &mirror, "--include=diverging"];
        let verify = |cache| {
            let out = ["verify", "--json=report.json", "--keep=kept"];
            with_cache(cache, &[&out[..], &what].concat())
        };
        let compare = |text: &str| {
            let mut command = Command::new(TWINROOT);
            command.args(["compare", "left.tar", "right.tar", "--json=report.json"]);
            command.arg(format!("--text={text}"));
            command
        };
        let mut command = match stage {
            Stage::Cold => verify("cold"),
            Stage::Waiting | Stage::Exploring => verify("warm"),
            Stage::Single => {
                let arguments = ["build", SUITE, "out.tar", &mirror, "--mode=normal"];
                with_cache("warm", &[&arguments[..], &["--include=diverging"]].concat())
            }
            Stage::Auditing => {
                let mut command = twinroot(&self.path("warm"));
                command.args(["audit", "--json=report.json", "--", "sleep", "1234"]);
                command
            }
            Stage::Explaining => compare("report.txt"),
            Stage::Writing => compare("-"),
            Stage::Opening => compare("fifo"),
        };
        // A pipe that nobody reads; the other runs write little.
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command.current_dir(self.directory.path());
        command.env("TMPDIR", self.path("tmp"));
        command.stdin(Stdio::null()).spawn().unwrap()
    }

    /// The longest time after which the signal is sent.
    fn latest(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Cold | Stage::Exploring => self.cold,
            Stage::Single => self.cold / 2,
            Stage::Writing => Duration::from_secs(2),
            Stage::Waiting | Stage::Auditing | Stage::Explaining | Stage::Opening => {
                Duration::from_secs(1)
            }
        }
    }

    /// Has a run end by a signal; `None` if it was done before.
    fn end(&self, stage: Stage, signal: i32, moment: Duration) -> Option<End> {
        let mut child = self.start(stage);
        sleep(moment);
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        let processes = below(child.id());
        let start = Instant::now();
        kill(signal, child.id());
        let status = child.wait().unwrap();
        let took = start.elapsed();
        // The kernel ends the processes of a sandbox one after the other.
        let deadline = Instant::now() + LONGEST;
        let left = || processes.iter().filter(|process| process.is_there());
        while left().count() > 0 && Instant::now() < deadline {
            sleep(Duration::from_millis(20));
        }
        let processes = left().map(|process| process.words.clone()).collect();
        Some(End {
            status,
            took,
            processes,
        })
    }

    /// Files and mounts that are left of a run, and outputs that are not whole.
    fn leftovers(&self) -> Vec<String> {
        let place = self.directory.path();
        let unfinished = Command::new("find")
            .arg(place)
            .args(["-name", "*.partial", "-o", "-name", ".twinroot-*"])
            .args(["-o", "-name", "core*", "-o", "-path"])
            .arg(place.join("tmp/*"))
            .output()
            .unwrap();
        let unfinished = String::from_utf8(unfinished.stdout).unwrap();
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let here = place.to_string_lossy();
        let mounts = mounts.lines().filter(|line| line.contains(&*here));
        let mut left: Vec<_> = unfinished
            .lines()
            .chain(mounts)
            .map(str::to_owned)
            .collect();
        let cut = |name: &str, is_whole: fn(&[u8]) -> bool| {
            let bytes = fs::read(place.join(name)).ok()?;
            (!is_whole(&bytes)).then(|| format!("{name} is cut"))
        };
        let json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).is_ok();
        left.extend(cut("report.json", json));
        left.extend(cut("report.txt", |bytes| bytes.ends_with(b"\n")));
        left.extend(cut("out.tar", |bytes| bytes.ends_with(&[0; 1024])));
        left
    }

    /// Removes what a run may have made.
    fn clear(&self) {
        for name in ["cold", "kept"] {
            let _ = fs::remove_dir_all(self.path(name));
        }
        for name in ["report.json", "report.txt", "out.tar"] {
            let _ = fs::remove_file(self.path(name));
        }
    }
}

/// A process of the machine.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Process {
    id: u32,
    /// In clock ticks since the machine's start: another process may get the id.
    start: String,
    words: String,
}

impl Process {
    /// The process and its parent's id.
    fn read(id: u32) -> Option<(Self, u32)> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let words = fs::read(format!("/proc/{id}/cmdline")).ok()?;
        // The name before it may hold anything (proc_pid_stat(5)).
        let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let parent = fields.get(1)?.parse().ok()?;
        let process = Self {
            id,
            start: (*fields.get(19)?).to_owned(),
            words: String::from_utf8_lossy(&words).replace('\0', " "),
        };
        Some((process, parent))
    }

    fn is_there(&self) -> bool {
        Self::read(self.id).is_some_and(|(now, _)| now == *self)
    }
}

/// The processes below one.
fn below(root: u32) -> Vec<Process> {
    let entries = fs::read_dir("/proc").unwrap();
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut others: Vec<(Process, u32)> = ids.filter_map(Process::read).collect();
    let (mut known, mut found) = (BTreeSet::from([root]), Vec::new());
    loop {
        let (new, rest): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|(_, parent)| known.contains(parent));
        if new.is_empty() {
            return found;
        }
        known.extend(new.iter().map(|(process, _)| process.id));
        found.extend(new.into_iter().map(|(process, _)| process));
        others = rest;
    }
}

/// Two archives that differ in every entry.
fn pair(directory: &Path) {
    for (name, letter) in [("left.tar", b'a'), ("right.tar", b'b')] {
        archive(&directory.join(name), letter);
    }
}

/// An archive of many entries with this letter in them.
fn archive(path: &Path, letter: u8) {
    let mut builder = tar::Builder::new(File::create(path).unwrap());
    for number in 0..20_000 {
        let mut header = tar::Header::new_ustar();
        header.set_path(format!("directory/{number}")).unwrap();
        header.set_size(4);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, &[letter; 4][..]).unwrap();
    }
    builder.into_inner().unwrap().flush().unwrap();
}

fn kill(signal: i32, process: u32) {
    let status = Command::new("kill")
        .args([format!("-{signal}"), process.to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[expect(clippy::print_stdout, reason = "it is read when many are sent by hand")]
fn signals_at_random_moments_of_all_stages_end_the_run_and_leave_nothing() {
    let wanted = std::env::var(VARIABLE).map_or(PART, |text| text.parse().unwrap());
    let lab = Lab::new();
    let mut random = Random(20_261_129);
    let (mut sent, mut tried) = (0, 0);
    while sent < wanted {
        let stage = STAGES[tried % STAGES.len()];
        let signal = SIGNALS[random.below(4) as usize];
        let latest = lab.latest(stage).as_millis();
        let moment = Duration::from_millis(20 + random.below(latest as u64));
        tried += 1;
        assert!(tried < wanted * 4 + 8, "runs end before any signal");
        lab.clear();
        if stage == Stage::Waiting {
            lab.lock.lock().unwrap();
        }
        let end = lab.end(stage, signal, moment);
        lab.lock.unlock().unwrap();
        let Some(end) = end else { continue };
        sent += 1;
        let End { status, took, .. } = end;
        let place = format!("{stage:?}, {signal} after {moment:?}, {took:?}: {status:?}");
        // It may have been at its very end.
        let has_ended = stage.ends() && status.code().is_some_and(|code| code < 2);
        assert!(status.signal() == Some(signal) || has_ended, "{place}");
        assert!(took < LONGEST, "{place}");
        assert_eq!(end.processes, Vec::<String>::new(), "{place}");
        assert_eq!(lab.leftovers(), Vec::<String>::new(), "{place}");
        println!("{place}");
    }
}

/// Starts a comparison that cannot write its report, and waits until it is at that.
fn blocked(directory: &Path) -> Child {
    pair(directory);
    let child = Command::new(TWINROOT)
        .current_dir(directory)
        .args([
            "compare",
            "left.tar",
            "right.tar",
            "--json=report.json",
            "--text=-",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while names(directory).len() < 3 && Instant::now() < deadline {
        sleep(Duration::from_millis(10));
    }
    child
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn what_kill_left_beside_outputs_is_removed_by_the_next_run() {
    let lab = directory();
    let mut child = blocked(lab.path());
    kill(9, child.id());
    child.wait().unwrap();
    let left = names(lab.path());
    assert!(
        left.iter().any(|name| name.starts_with(".twinroot-")),
        "{left:?}"
    );
    let ran = run(Command::new(TWINROOT).current_dir(lab.path()).args([
        "compare",
        "left.tar",
        "left.tar",
        "--json=report.json",
    ]));
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(names(lab.path()), ["left.tar", "right.tar"]);
}

fn what_kill_left_in_a_kept_directory_is_removed_by_the_next_run() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let kept = lab.path().join("kept");
    fs::create_dir(&kept).unwrap();
    fs::write(kept.join(".twinroot-fakeroot.tar.partial"), "x").unwrap();
    fs::write(kept.join("notes"), "x").unwrap();
    let keep = format!("--keep={}", kept.to_string_lossy());
    let ran = run(&mut verify_tiny(
        lab.path(),
        &repository,
        &["--include=behaving", &keep],
    ));
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let left = names(&kept);
    assert!(left.iter().all(|name| !name.starts_with('.')), "{left:?}");
    assert!(left.contains(&"notes".to_owned()));
}

fn a_second_signal_ends_the_run_at_once() {
    // On a busy machine, the first signal may have ended it before the second is sent.
    let ended_by_second = (0..5).any(|_| {
        let lab = directory();
        let mut child = blocked(lab.path());
        kill(2, child.id());
        sleep(Duration::from_millis(20));
        kill(15, child.id());
        let status = child.wait().unwrap();
        assert!(matches!(status.signal(), Some(2 | 15)), "{status:?}");
        assert_eq!(names(lab.path()), ["left.tar", "right.tar"]);
        status.signal() == Some(15)
    });
    assert!(ended_by_second);
}
