//! What a finding rests on.

use crate::compare::side::Side;
use crate::explain::command_line::CommandLine;
use crate::explain::maintainer_script::MaintainerScript;
use crate::trace::process::Script;

/// One piece of evidence. A `path` is of the chroot, without `./`; a `file` is of the outside,
/// absolute; a `run` is the run of a maintainer script.
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
    /// An entry that the finding is about.
    Entry {
        /// The entry.
        path: Vec<u8>,
    },
    /// An entry, and which of its fields differ.
    EntryFields {
        /// The entry.
        path: Vec<u8>,
        /// Names of the fields; none if only one archive has the entry.
        fields: Vec<String>,
    },
    /// An entry, and the command that wrote it last.
    WrittenBy {
        /// The entry.
        path: Vec<u8>,
        /// The command.
        command: CommandLine,
    },
    /// The command that wrote the entries of the finding.
    Writer {
        /// The command.
        command: CommandLine,
    },
    /// The command that set the owner of the entries of the finding.
    OwnerSetter {
        /// The command.
        command: CommandLine,
    },
    /// The command by which the script wrote the entries of the finding in the normal build.
    NormalCommand {
        /// The command.
        command: CommandLine,
    },
    /// An entry that names the temporary directory in which the chroot was made.
    NamesTemporaryRoot {
        /// The entry.
        path: Vec<u8>,
    },
    /// The script that makes the links of merged /usr in the normal build.
    LinksMadeBy {
        /// The run of the script.
        run: Script,
        /// The command that made them.
        command: CommandLine,
    },
    /// Links of merged /usr that are symlinks in one chroot and directories in the other.
    LinksAreDirectories {
        /// Names of the links, without a slash.
        links: Vec<String>,
    },
    /// A path of the outside, and the command that wrote it.
    OutsideWrittenBy {
        /// The path.
        file: Vec<u8>,
        /// The command.
        command: CommandLine,
    },
    /// A command of the normal build, and how many of the claimed entries it wrote inside.
    WroteInside {
        /// The command.
        command: CommandLine,
        /// How many of the entries, at least 1.
        entries: usize,
    },
    /// A further script that wrote an entry in the normal build and not in the chrootless one.
    LeftOutToo {
        /// The entry.
        path: Vec<u8>,
        /// The run in the normal build.
        run: Script,
        /// The command that wrote the entry there.
        command: CommandLine,
    },
    /// The user that an owner's id belongs to on the outside.
    OutsideUser {
        /// The entry.
        path: Vec<u8>,
        /// The user's name.
        name: String,
    },
    /// The group that an owner's id belongs to on the outside.
    OutsideGroup {
        /// The entry.
        path: Vec<u8>,
        /// The group's name.
        name: String,
    },
    /// An entry of which new lines stand in a file of the outside.
    NewLinesFrom {
        /// The entry.
        path: Vec<u8>,
        /// The file.
        file: Vec<u8>,
        /// How many of the new lines stand in the file.
        found: usize,
        /// How many lines are new.
        new: usize,
    },
    /// An entry that only lost lines: those that a file of the outside, which has the others,
    /// does not have.
    LinesMissingLike {
        /// The entry.
        path: Vec<u8>,
        /// The file.
        file: Vec<u8>,
        /// How many lines the entry and the file share.
        shared: usize,
        /// How many lines both do not have.
        missing: usize,
    },
    /// A command that a script ran.
    ScriptRan {
        /// The entry that the command wrote, if the evidence is about one.
        path: Option<Vec<u8>>,
        /// The run of the script.
        run: Script,
        /// The command.
        command: CommandLine,
    },
    /// What a trigger wrote in the normal build.
    TriggerRan {
        /// The entry.
        path: Vec<u8>,
        /// The run of the trigger.
        run: Script,
        /// The command that wrote the entry.
        command: CommandLine,
    },
    /// How many libraries the linker's caches of the two chroots have.
    LinkerCacheEntries {
        /// The cache.
        path: Vec<u8>,
        /// Number of libraries on the left.
        left: u64,
        /// Number of libraries on the right.
        right: u64,
    },
    /// Which scripts wrote an entry last.
    LastWriters {
        /// The entry.
        path: Vec<u8>,
        /// The last one in the normal build.
        normal: Script,
        /// The last one in the chrootless build.
        chrootless: Script,
    },
    /// The architectures of the dpkg that ordered the packages.
    DpkgArchitectures {
        /// Architecture of the chroot, and of dpkg in the normal build.
        chroot: String,
        /// Architecture of the outside, and of dpkg in the chrootless build.
        outside: String,
    },
    /// Which builds a script wrote an entry in.
    ScriptWroteIn {
        /// The entry.
        path: Vec<u8>,
        /// The builds.
        builds: Builds,
        /// The command that wrote it.
        command: CommandLine,
    },
    /// A file of the outside that was altered, and who read it.
    AlteredFileRead {
        /// The file.
        file: Vec<u8>,
        /// The command that read it.
        command: CommandLine,
        /// The script that the command ran for.
        run: Option<Script>,
    },
    /// An entry that has words of an altered file of the outside.
    HasWordsOf {
        /// The entry.
        path: Vec<u8>,
        /// The file.
        file: Vec<u8>,
    },
    /// A line of the script that the finding is about.
    ScriptLine {
        /// The script that the line stands in, never a trigger.
        script: MaintainerScript,
        /// Number of the line, from 1.
        number: usize,
        /// Text of the line with its continuations.
        text: String,
        /// Whether a test of `DPKG_ROOT` keeps the line from running.
        is_guarded: bool,
    },
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
