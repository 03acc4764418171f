//! A process of an observed build, and the maintainer script that it ran for, as plain data.

use crate::debian::temporary_root::is_temporary_root;

/// A run of a maintainer script.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Script {
    /// Binary package.
    pub package: String,
    /// `preinst`, `postinst`, …
    pub name: String,
    /// Its arguments: `configure`, `triggered /usr/bin`, …
    pub arguments: Vec<String>,
}

/// A process that wrote something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Process {
    /// The maintainer script it ran for.
    pub script: Option<Script>,
    /// The command line.
    pub argv: Vec<String>,
    /// The command line that the script itself ran, which this process may be a child of;
    /// empty for the script and for what runs for none.
    pub command: Vec<String>,
}

impl Process {
    /// Whether it is a command that a script itself ran, and no child of one.
    pub(crate) fn is_command(&self) -> bool {
        !self.command.is_empty() && self.command == self.argv
    }

    /// Whether it is mmdebstrap's own clean-up of a root that was packed already.
    pub(crate) fn removes_root(&self) -> bool {
        self.script.is_none() && removes_root(self.argv.iter().map(String::as_bytes))
    }
}

/// Whether a command line is mmdebstrap's clean-up of its temporary root.
pub(crate) fn removes_root<'w>(mut argv: impl DoubleEndedIterator<Item = &'w [u8]>) -> bool {
    let first = argv.next();
    let last = argv.next_back();
    let last = last.and_then(|word| std::str::from_utf8(word).ok());
    first == Some(b"rm") && last.is_some_and(is_temporary_root)
}
