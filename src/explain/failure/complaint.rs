//! What programs say when they give up, by the words of coreutils, shadow, dpkg and the shells.

use crate::debian::failed_script::{FailedScript, ShellComplaint};
use crate::debian::temporary_root::TEMPORARY_ROOT;

/// A user or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// A user.
    User,
    /// A group.
    Group,
}

/// A user or a group, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Which of both.
    pub kind: AccountKind,
    /// Its name.
    pub name: String,
}

impl AccountKind {
    /// Absolute path of the file that has all of them.
    pub(crate) fn database(self) -> &'static [u8] {
        match self {
            Self::User => b"/etc/passwd",
            Self::Group => b"/etc/group",
        }
    }
}

impl Account {
    /// Whether a database has it (passwd(5), group(5)).
    pub(crate) fn is_in(&self, database: &[u8]) -> bool {
        let mut lines = database.split(|byte| *byte == b'\n');
        lines.any(|line| line.split(|byte| *byte == b':').next() == Some(self.name.as_bytes()))
    }
}

/// What a complaint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// There is no such account.
    NoAccount(Account),
    /// There is no such program.
    NoProgram(String),
    /// There is no such file or directory.
    NoFile(String),
    /// A line of a file of the chroot is not understood.
    NotUnderstood(FileLine),
    /// The file system is read-only.
    ReadOnly,
    /// `DPKG_ROOT` is the matter.
    NamesRoot,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// Its path in the chroot, with a slash before it.
    pub path: String,
    /// Number of the line, from 1.
    pub number: usize,
}

/// A line in which a program says why it gives up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// The program that says it.
    pub(crate) program: String,
    /// What it was given, as the line quotes it.
    pub(crate) operand: Option<String>,
    /// What it says.
    pub(crate) meaning: Meaning,
}

/// The last complaint in the words of a script.
pub(crate) fn last_complaint(failed: &FailedScript) -> Option<Complaint> {
    let of_shell = failed.shell_complaint().and_then(|shell| of_shell(&shell));
    of_shell.or_else(|| failed.words.iter().rev().find_map(|line| of_program(line)))
}

/// `no-such-program: not found`, `cannot create /x/y: Directory nonexistent`.
fn of_shell(complaint: &ShellComplaint<'_>) -> Option<Complaint> {
    let why = complaint.why;
    let missing = [": command not found", ": not found"];
    let mut missing = missing.iter().filter_map(|end| why.strip_suffix(end));
    let meaning = match missing.next() {
        // `exec: program: not found`
        Some(program) => Meaning::NoProgram(program.trim_start_matches("exec: ").to_owned()),
        None => of_words(why)?,
    };
    Some(Complaint {
        program: "sh".to_owned(),
        operand: None,
        meaning,
    })
}

/// `chown: invalid group: ‘root:crontab’`, `cat: /x: No such file or directory`.
fn of_program(line: &str) -> Option<Complaint> {
    of_reader(line).or_else(|| of_named_program(line))
}

/// `ROOT/usr/lib/sysusers.d/x.conf:3: Unknown modifier 'u!'.`, without the program's name.
fn of_reader(line: &str) -> Option<Complaint> {
    let (place, _) = line.split_once(": ")?;
    let (path, number) = place.rsplit_once(':')?;
    let below = path.strip_prefix(TEMPORARY_ROOT)?;
    let path = below.get(below.find('/')?..)?.to_owned();
    let number = number.parse().ok()?;
    let is_script = path.starts_with("/var/lib/dpkg/");
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    (!is_script).then_some(Complaint {
        // The line of the script that runs it is known by the file's name.
        program: name,
        operand: None,
        meaning: Meaning::NotUnderstood(FileLine { path, number }),
    })
}

fn of_named_program(line: &str) -> Option<Complaint> {
    let (program, why) = line.split_once(": ").unwrap_or(("", line));
    let program = program.rsplit('/').next().unwrap_or(program);
    let meaning = match (program, quoted(why)) {
        ("env", Some(name)) if is_missing(why) => Meaning::NoProgram(name.to_owned()),
        _ => of_words(why)?,
    };
    Some(Complaint {
        program: program.to_owned(),
        operand: quoted(why).map(str::to_owned),
        meaning,
    })
}

fn of_words(why: &str) -> Option<Meaning> {
    if why.contains("DPKG_ROOT") {
        return Some(Meaning::NamesRoot);
    }
    if why.contains("Read-only file system") {
        return Some(Meaning::ReadOnly);
    }
    account(why)
        .map(Meaning::NoAccount)
        .or_else(|| is_missing(why).then(|| path(why)).flatten())
}

fn is_missing(why: &str) -> bool {
    let ends = [
        "No such file or directory",
        "No such file",
        "Directory nonexistent",
    ];
    ends.iter().any(|end| why.ends_with(end))
}

/// The absolute path that a line names.
fn path(why: &str) -> Option<Meaning> {
    let words = why.split([' ', ':', '\'', '"', '`', '‘', '’']);
    let mut paths = words.filter(|word| word.starts_with('/'));
    paths
        .next_back()
        .map(|path| Meaning::NoFile(path.to_owned()))
}

/// The account that a line says is unknown.
fn account(why: &str) -> Option<Account> {
    let words = ["invalid", "unknown", "does not exist", "no such", "No such"];
    let is_unknown = words.iter().any(|word| why.contains(word));
    let name = quoted(why).filter(|_| is_unknown)?;
    let (before, after) = why.split_once(name)?;
    let has = |word: &str| before.contains(word) || after.contains(word);
    // `chown: invalid user: ‘a:b’` complains of the first name, `invalid group` of the second.
    let mut names = name.split([':', '.']);
    let first = names.next()?;
    let (kind, name) = match (has("group"), has("user")) {
        (true, _) => (AccountKind::Group, names.next().unwrap_or(first)),
        (false, true) => (AccountKind::User, first),
        (false, false) => return None,
    };
    (!name.is_empty()).then(|| Account {
        kind,
        name: name.to_owned(),
    })
}

/// The first quoted part of a line: `‘name’`, `'name'`, `` `name' ``, `"name"`.
fn quoted(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(['‘', '\'', '`', '"'])?;
    let (inside, _) = rest.split_once(['’', '\'', '"'])?;
    Some(inside)
}
