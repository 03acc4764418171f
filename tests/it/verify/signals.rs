//! Signals at random moments of every stage of a run: none is ignored, and nothing is left.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::harness::Test;
use crate::support::repository::Repository;
use crate::support::run::{TWINROOT, directory, run, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(signals_at_random_moments_of_all_stages_end_the_run_and_leave_nothing, needs: [Sandboxes, Root]),
    test!(what_kill_left_beside_outputs_is_removed_by_the_next_run),
    test!(what_kill_left_in_a_kept_directory_is_removed_by_the_next_run, needs: [Sandboxes, Root]),
    test!(a_second_signal_ends_the_run_at_once),
];

/// Signals of one whole run of the test; CI sends a part of them.
const VARIABLE: &str = "TWINROOT_SIGNALS";

/// What CI sends.
const PART: usize = 15;

/// How long a run may go on. The machine of the tests is busy: by hand, on a quiet one, 0.5 s.
const LONGEST: Duration = Duration::from_secs(2);

/// Where a signal meets a run.
#[derive(Debug, Clone, Copy)]
enum Stage {
    /// The archive is frozen.
    Cold,
    /// Another run holds a lock.
    Waiting,
    /// Builds run, the first pair or the second.
    Building,
    /// Two archives are compared and explained.
    Explaining,
    /// The report is written into a pipe that nobody reads.
    Writing,
    /// A pipe is opened that nobody reads.
    Opening,
}

const STAGES: [Stage; 6] = [
    Stage::Cold,
    Stage::Waiting,
    Stage::Building,
    Stage::Explaining,
    Stage::Writing,
    Stage::Opening,
];

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
}

impl Lab {
    fn new() -> Self {
        let directory = directory();
        let path = directory.path();
        let repository = Repository::make(&path.join("repository"));
        let ran = run(&mut verify_tiny(
            &path.join("warm"),
            &repository,
            &["--include=diverging"],
        ));
        assert_eq!(ran.status, Some(1), "{ran:?}");
        for (name, letter) in [("left.tar", b'a'), ("right.tar", b'b')] {
            archive(&path.join(name), letter);
        }
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
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn start(&self, stage: Stage) -> Child {
        let verify = |cache: &str| {
            let mut command = verify_tiny(&self.path(cache), &self.repository, &[]);
            command
                .args(["--include=diverging", "--keep"])
                .arg(self.path("kept"));
            command
        };
        let compare = |more: &[&str]| {
            let mut command = Command::new(TWINROOT);
            command
                .current_dir(self.directory.path())
                .args(["compare", "left.tar", "right.tar"])
                .args(more);
            command
        };
        let mut command = match stage {
            Stage::Cold => verify("cold"),
            Stage::Waiting | Stage::Building => verify("warm"),
            Stage::Explaining => compare(&["--json=report.json", "--text=report.txt"]),
            Stage::Writing => compare(&["--json=report.json", "--text=-"]),
            Stage::Opening => compare(&["--json=report.json", "--text=fifo"]),
        };
        // A pipe that nobody reads; the other runs write little.
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command.stdin(Stdio::null()).spawn().unwrap()
    }

    /// The longest time after which the signal is sent, in milliseconds.
    fn latest(stage: Stage) -> u64 {
        match stage {
            Stage::Cold => 4000,
            Stage::Building => 4000,
            Stage::Waiting | Stage::Explaining | Stage::Opening => 1000,
            Stage::Writing => 3000,
        }
    }

    /// What is left of a run.
    fn leftovers(&self) -> Vec<String> {
        let found = Command::new("find")
            .arg(self.directory.path())
            .args(["-name", "*.partial", "-o", "-name", ".twinroot-*"])
            .output()
            .unwrap();
        let files = String::from_utf8(found.stdout).unwrap();
        let mut left: Vec<_> = files.lines().map(str::to_owned).collect();
        let processes = fs::read_dir("/proc").unwrap();
        let lines = processes.filter_map(|entry| fs::read(entry.ok()?.path().join("cmdline")).ok());
        let name = self.directory.path().to_string_lossy().into_owned();
        left.extend(
            lines
                .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
                .filter(|line| line.contains(&name)),
        );
        left
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

fn signals_at_random_moments_of_all_stages_end_the_run_and_leave_nothing() {
    let wanted = std::env::var(VARIABLE).map_or(PART, |text| text.parse().unwrap());
    let lab = Lab::new();
    let mut random = Random(20_261_129);
    let (mut sent, mut done_before, mut longest) = (0, 0, Duration::ZERO);
    while sent < wanted {
        let stage = STAGES[(sent + done_before) % STAGES.len()];
        let signal = [1, 2, 15][random.below(3) as usize];
        let moment = Duration::from_millis(20 + random.below(Lab::latest(stage)));
        let _ = fs::remove_dir_all(lab.path("cold"));
        if matches!(stage, Stage::Waiting) {
            lab.lock.lock().unwrap();
        }
        let mut child = lab.start(stage);
        sleep(moment);
        if child.try_wait().unwrap().is_some() {
            done_before += 1;
            assert!(done_before < wanted * 4, "runs end before any signal");
        } else {
            let start = Instant::now();
            kill(signal, child.id());
            let status = child.wait().unwrap();
            let took = start.elapsed();
            let place = format!("{stage:?}, {signal} after {moment:?}, {took:?}: {status:?}");
            println!("{place}");
            // It may have been at its very end.
            let has_ended = status.code().is_some_and(|code| code < 2);
            let may_end = !matches!(stage, Stage::Waiting | Stage::Writing | Stage::Opening);
            assert!(
                status.signal() == Some(signal) || (has_ended && may_end),
                "{place}"
            );
            assert!(took < LONGEST, "{place}");
            longest = longest.max(took);
            sent += 1;
            // The kernel ends the processes of a sandbox one after the other.
            let deadline = Instant::now() + LONGEST;
            while !lab.leftovers().is_empty() && Instant::now() < deadline {
                sleep(Duration::from_millis(20));
            }
            assert_eq!(lab.leftovers(), Vec::<String>::new(), "{place}");
        }
        lab.lock.unlock().unwrap();
    }
    println!(
        "{sent} signals, the longest end took {longest:?}; {done_before} runs were done before"
    );
}

/// Starts a comparison that cannot write its report, and waits until it is at that.
fn blocked(directory: &Path) -> Child {
    for (name, letter) in [("left.tar", b'a'), ("right.tar", b'b')] {
        archive(&directory.join(name), letter);
    }
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
    let lab = directory();
    let mut child = blocked(lab.path());
    let start = Instant::now();
    kill(2, child.id());
    sleep(Duration::from_millis(20));
    kill(15, child.id());
    let status = child.wait().unwrap();
    assert!(matches!(status.signal(), Some(2 | 15)), "{status:?}");
    assert!(start.elapsed() < LONGEST);
    assert_eq!(names(lab.path()), ["left.tar", "right.tar"]);
}
