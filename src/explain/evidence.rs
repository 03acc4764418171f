//! What a finding rests on.

use crate::compare::comparison::Divergence;
use crate::compare::side::Side;
use crate::debian::maintainer_script::ScriptKind;
use crate::explain::command_line::CommandLine;
use crate::explain::observed_outside::Attempt;
use crate::explain::script_runs::ScriptRun;
use crate::trace::process::Script;

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A package that only one of the chroots has.
    PackageOnly {
        /// The chroot that has it.
        side: Side,
        /// The package.
        package: String,
        /// Its version.
        version: String,
    },
    /// A package that the chroots have in different versions.
    PackageVersions {
        /// The package.
        package: String,
        /// Its version on the left.
        left: String,
        /// Its version on the right.
        right: String,
    },
    /// The architectures of the dpkg that ordered the packages.
    DpkgArchitectures {
        /// Architecture of the chroot, and of dpkg in the normal build.
        chroot: String,
        /// Architecture of the outside, and of dpkg in the chrootless build.
        outside: String,
    },
    /// An entry of the chroot.
    Entry {
        /// Its path, without a leading `./`.
        path: Vec<u8>,
        /// What is known of it.
        fact: EntryFact,
    },
    /// A command that wrote what the finding claims.
    Command {
        /// The command.
        command: CommandLine,
        /// What it did.
        role: CommandRole,
    },
    /// A file of the outside.
    OutsideFile {
        /// Its absolute path.
        file: Vec<u8>,
        /// The command that wrote or read it.
        command: CommandLine,
        /// Which of both.
        access: OutsideAccess,
    },
    /// What the script that the finding is about did on the outside instead.
    Attempt(Attempt),
    /// Links of merged /usr that are symlinks in one chroot and directories in the other.
    LinksAreDirectories {
        /// Names of the links, without a slash.
        links: Vec<String>,
    },
    /// A line of the script that the finding is about.
    ScriptLine {
        /// The line.
        line: QuotedLine,
        /// In which builds it ran.
        ran: LineBuilds,
    },
    /// A line of the script that looks at a path of the outside, and decides whether a quoted line
    /// runs.
    ScriptTest {
        /// The line.
        line: QuotedLine,
        /// Number of the line that it decides on.
        decides: usize,
    },
    /// A line of the script that asks for a path that was there in one of the builds only.
    ScriptAsks {
        /// The line.
        line: QuotedLine,
        /// The absolute path.
        path: Vec<u8>,
        /// Whether it was there in the chrootless build, on the outside.
        is_outside: bool,
    },
}

/// A line of a maintainer script.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuotedLine {
    /// The package of the script, where a tool of debhelper brought the line into it: the finding may
    /// be about several packages.
    pub package: Option<String>,
    /// The script that it stands in, never a trigger.
    pub script: ScriptKind,
    /// Its number, from 1.
    pub number: usize,
    /// Its text with its continuations.
    pub text: String,
}

/// In which builds a quoted line ran, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineBuilds {
    /// In both, or it is not known.
    Any,
    /// A test of `DPKG_ROOT` keeps it from running chrootless.
    Guarded,
    /// It was seen to run in the normal build, and not in the chrootless one.
    Normal,
}

impl Evidence {
    /// Evidence on a divergent entry.
    pub(crate) fn on(divergence: &Divergence, fact: EntryFact) -> Self {
        Self::Entry {
            path: divergence.entry_path().as_bytes().to_vec(),
            fact,
        }
    }

    /// Evidence on the command of a run.
    pub(crate) fn of_command(run: ScriptRun<'_>, role: CommandRole) -> Self {
        Self::Command {
            command: CommandLine::of_script(run.process),
            role,
        }
    }
}

/// What is known of an entry. A `run` is the run of a maintainer script; a `file` is of the
/// outside, absolute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryFact {
    /// Nothing but that the finding is about it.
    Claimed,
    /// Names of the fields that differ; none if only one archive has the entry.
    Fields(Vec<String>),
    /// What a hard link leads to on each side; `None` if it is the file there.
    LinkRole {
        /// On the left.
        left: Option<Vec<u8>>,
        /// On the right.
        right: Option<Vec<u8>>,
    },
    /// It names the temporary directory in which the chroot was made.
    NamesTemporaryRoot,
    /// The chrootless content has the path of that directory in it, among other differences.
    TemporaryRootStored {
        /// How many times more than the normal content, at least 1.
        times: usize,
    },
    /// The command that wrote it last.
    WrittenBy(CommandLine),
    /// The builds in which a script wrote it.
    WrittenIn {
        /// The builds.
        builds: Builds,
        /// The command that wrote it.
        command: CommandLine,
    },
    /// Lines of it differ because of a command.
    LinesBy {
        /// The builds in which its script changed what the lines are about.
        builds: Builds,
        /// How many lines of both contents together, at least 1.
        lines: usize,
        /// The command.
        command: CommandLine,
    },
    /// A script ran the command that wrote it.
    WrittenByScript {
        /// The run of the script.
        run: Script,
        /// The command.
        command: CommandLine,
    },
    /// A trigger ran the command that wrote it in the normal build.
    WrittenByTrigger {
        /// The run of the trigger.
        run: Script,
        /// The command.
        command: CommandLine,
    },
    /// A further script wrote it in the normal build and not in the chrootless one.
    LeftOutToo {
        /// The run in the normal build.
        run: Script,
        /// The command that wrote it there.
        command: CommandLine,
    },
    /// The scripts that wrote it last.
    LastWriters {
        /// The last one in the normal build.
        normal: Script,
        /// The last one in the chrootless build.
        chrootless: Script,
    },
    /// The user on the outside that its owner's id belongs to.
    OutsideUser(String),
    /// The group on the outside that its group's id belongs to.
    OutsideGroup(String),
    /// New lines of it stand in a file of the outside.
    NewLinesFrom {
        /// The file.
        file: Vec<u8>,
        /// How many of the new lines stand in the file.
        found: usize,
        /// How many lines are new, at least 1.
        new: usize,
    },
    /// It only lost lines: those that a file of the outside, which has the others, does not have.
    LinesMissingLike {
        /// The file.
        file: Vec<u8>,
        /// How many lines the entry and the file share.
        shared: usize,
        /// How many lines both do not have.
        missing: usize,
    },
    /// It has words of an altered file of the outside.
    HasWordsOf {
        /// The file.
        file: Vec<u8>,
    },
    /// It is a directory whose time differs, beside what the finding is about, because entries in
    /// it do.
    TimeOfEntries,
    /// It is the linker's cache.
    LinkerCacheEntries {
        /// Number of libraries in the left cache.
        left: usize,
        /// Number of libraries in the right cache.
        right: usize,
    },
}

impl EntryFact {
    /// The command that wrote an entry last, by a run.
    pub(crate) fn written_by(run: ScriptRun<'_>) -> Self {
        Self::WrittenBy(CommandLine::of_script(run.process))
    }

    /// That a script wrote an entry in the normal build only, beside the script that this is held
    /// against.
    pub(crate) fn left_out_too(run: ScriptRun<'_>) -> Self {
        Self::LeftOutToo {
            run: run.script.clone(),
            command: CommandLine::of_script(run.process),
        }
    }
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommandRole {
    /// It wrote the entries of the finding.
    Wrote,
    /// It set the owner of the entries of the finding.
    SetOwner,
    /// It wrote the entries of the finding, in the normal build only.
    WroteInNormalBuild,
    /// It wrote this many of the claimed entries inside in the normal build, at least 1.
    WroteInside(usize),
    /// It made the links of merged /usr in the normal build, in this run.
    MadeLinks(Script),
    /// It ran for this run.
    RanFor(Script),
}

/// How a command used a file of the outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutsideAccess {
    /// It wrote the file.
    Wrote,
    /// It read the file, which was altered, for this run of a maintainer script or for none.
    Read(Option<Script>),
}

/// Observed builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Builds {
    /// The normal one only.
    Normal,
    /// The chrootless one only.
    Chrootless,
    /// Both.
    Both,
}
