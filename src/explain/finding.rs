//! What explains one or more divergences, as facts: `report::sentences` makes the words.

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::basis::Basis;
use crate::explain::evidence::Evidence;
use crate::explain::origin::{Origin, SnippetUser};
use crate::explain::ownership::Owner;
use crate::explain::rule_id::RuleId;
use crate::explain::scripts::Snippet;
use crate::explain::statements::Statement;

/// Most pieces of evidence of findings that are joined to one. What it claims is listed apart.
const EVIDENCE: usize = 1000;

/// What explains one or more divergences or escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: RuleId,
    /// What was known of how the archives were made.
    pub basis: Basis,
    /// What happened.
    pub what: What,
    /// The binary package whose script it was, if one is known.
    pub package: Option<String>,
    /// The version of that package in the chroot.
    pub version: Option<String>,
    /// The script.
    pub script: Option<ScriptKind>,
    /// The part of the script that debhelper added and that the lines stand in that did it, if
    /// they are known to.
    pub part: Option<Snippet>,
    /// The part of the script that it was, if a tool of debhelper added it.
    pub origin: Option<Origin>,
    /// What the finding rests on.
    pub evidence: Vec<Evidence>,
    /// How much more it rests on, which is left out because it is much of the same.
    pub more_evidence: usize,
    /// The lines of shared files that it is about; other findings may claim the same entries.
    pub lines: Vec<OwnLines>,
    /// Positions of the divergences that it claims, ascending.
    pub claims: Vec<usize>,
    /// Positions of the escapes that belong to it, ascending.
    pub escapes: Vec<usize>,
}

/// What of a differing file a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLines {
    /// Name of the entry, as the archive spells it.
    pub entry: Vec<u8>,
    /// The same without a leading `./`.
    pub path: Vec<u8>,
    /// Lines of the left file that the right one lacks, in their order. A line of a record has the
    /// record's name before it.
    pub left: Vec<Vec<u8>>,
    /// Lines of the right file that the left one lacks.
    pub right: Vec<Vec<u8>>,
}

impl Finding {
    /// A finding on two builds that names no package, has no evidence and claims nothing yet.
    #[must_use]
    pub fn new(rule: RuleId, what: What) -> Self {
        Self {
            rule,
            basis: Basis::Builds,
            what,
            package: None,
            version: None,
            script: None,
            part: None,
            origin: None,
            evidence: Vec::new(),
            more_evidence: 0,
            lines: Vec::new(),
            claims: Vec::new(),
            escapes: Vec::new(),
        }
    }

    /// The finding with more evidence.
    #[must_use]
    pub fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// The finding with these claims.
    #[must_use]
    pub fn claiming(mut self, claims: Vec<usize>) -> Self {
        self.claims = claims;
        self
    }

    /// Adds the claims, escapes and evidence of a finding that says the same.
    pub(crate) fn join(&mut self, mut other: Self) {
        self.claims.append(&mut other.claims);
        self.escapes.append(&mut other.escapes);
        self.lines.append(&mut other.lines);
        self.more_evidence += other.more_evidence;
        for evidence in other.evidence {
            if self.evidence.len() >= EVIDENCE {
                self.more_evidence += 1;
            } else if !self.evidence.contains(&evidence) {
                self.evidence.push(evidence);
            }
        }
    }

    /// A finding that says the same of the same script, without evidence and claims.
    #[must_use]
    pub(crate) fn without_evidence(&self) -> Self {
        Self {
            package: self.package.clone(),
            version: self.version.clone(),
            script: self.script,
            part: self.part.clone(),
            ..Self::new(self.rule, self.what.clone())
        }
    }

    /// All scripts that a claimed divergence is held against: several if a tool of debhelper
    /// brought the same into each of them.
    #[must_use]
    pub fn owners_of_claim(&self, at: usize) -> Vec<Owner> {
        let users = self.origin.iter().flat_map(|origin| &origin.users);
        let users = users.filter(|user| user.claims.contains(&at));
        let owners: Vec<Owner> = users
            .map(|user| Owner {
                package: user.package.clone(),
                script: Some(user.script),
            })
            .collect();
        if owners.is_empty() {
            self.owner_of_claim(at).into_iter().collect()
        } else {
            owners
        }
    }

    /// The script that a claimed divergence is held against.
    #[must_use]
    pub fn owner_of_claim(&self, at: usize) -> Option<Owner> {
        self.owner(|user| user.claims.contains(&at))
    }

    /// The script that an escape is held against.
    #[must_use]
    pub fn owner_of_escape(&self, at: usize) -> Option<Owner> {
        self.owner(|user| user.escapes.contains(&at))
    }

    fn owner(&self, is_its: impl Fn(&SnippetUser) -> bool) -> Option<Owner> {
        let users = self.origin.iter().flat_map(|origin| &origin.users);
        let mut users = users.filter(|user| is_its(user));
        let of_user = users.next().map(|user| Owner {
            package: user.package.clone(),
            script: Some(user.script),
        });
        of_user.or_else(|| {
            Some(Owner {
                package: self.package.clone()?,
                script: self.script,
            })
        })
    }

    /// Whether two findings say the same of the same part of the same script, so that they are one.
    #[must_use]
    pub fn is_same_cause(&self, other: &Self) -> bool {
        (&self.what, &self.package, &self.version) == (&other.what, &other.package, &other.version)
            && (self.script, &self.part) == (other.script, &other.part)
    }
}

/// Where the kernel shows its name of the host. uname(2), and with it `hostname`, tells it without
/// a file.
pub(crate) const HOST_NAME: &[u8] = b"/proc/sys/kernel/hostname";

/// What happened. Each kind belongs to one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The chroots have different packages, or versions of them.
    PackageSetsDiffer,
    /// Two archives store many entries in different ways.
    StoredOtherwise {
        /// What is the same in many entries.
        statements: Vec<Statement>,
    },
    /// Two normal builds differ in the same fields.
    NormalBuildsDiffer,
    /// The technique keeps no set-id bits, extended attributes or access lists.
    TechniqueLosesPrivileges {
        /// Name of the technique.
        technique: String,
    },
    /// The entry differs with this technique and not in a user namespace.
    TechniqueDiffers {
        /// Name of the technique.
        technique: String,
    },
    /// Altered files of the outside were read, and their data got into the chroot.
    ReadsOutside {
        /// Who read them.
        reader: Reader,
        /// The files, and directories that were listed, by absolute path, ascending; that of the
        /// kernel's name of the host also if the name was told without it.
        files: Vec<Vec<u8>>,
    },
    /// The script fails chrootless, before it wrote the entry.
    ScriptFailed,
    /// Links of merged /usr are directories in one of the chroots.
    LinksNotMade {
        /// Names of the links, without a slash.
        links: Vec<String>,
    },
    /// The script wrote paths of the outside.
    WroteOutside,
    /// The script set up accounts in the normal build and not in the chrootless one.
    AccountsNotSetUp,
    /// Account databases differ, and no script is known that left something out.
    AccountDatabasesDiffer,
    /// A file or link names the temporary directory in which the chroot was made.
    NamesTemporaryRoot,
    /// A cache has other inode numbers and times of the files that it is about.
    InodesInCache,
    /// The same names share one file, in other roles.
    LinkRoles,
    /// A file has the same lines in another order.
    LinesReordered,
    /// An owner's name was looked up in the accounts of the outside.
    OwnerLookedUpOutside,
    /// A file was made from a file of the outside.
    MadeFromOutsideFile,
    /// The tool that made the file has another version on the outside than in the chroot.
    OutsideToolVersion {
        /// Name of the program.
        program: String,
        /// The package that ships it.
        package: String,
        /// Its version on the outside.
        outside: String,
        /// Its version in the chroot.
        chroot: String,
    },
    /// A time is later than `SOURCE_DATE_EPOCH`.
    TimeNotClamped,
    /// Contents differ in dates and times only.
    BuildTimeInContent,
    /// A trigger ran in the normal build and not in the chrootless one.
    TriggerNotRun,
    /// ldconfig of an outside of another architecture made the linker's cache.
    ForeignLdconfig {
        /// Architecture of the chroot.
        chroot: String,
        /// Architecture of the outside.
        outside: String,
    },
    /// dpkg configured the packages in another order.
    ConfiguredInAnotherOrder,
    /// The script wrote the entry in the normal build only.
    ChangedNothing,
    /// The script wrote the entry in the normal build, and in the chrootless one acted on the same
    /// path of the outside, without effect.
    ActedOutside,
    /// The script wrote the entry in the chrootless build only.
    ChangedMore,
    /// The script wrote the entry in both builds, and the chrootless chroot does not have it.
    DidNotMakeIt,
    /// The script wrote the entry in both builds, in different ways.
    MadeSomethingElse,
    /// A machine id or a random seed was made.
    Random,
    /// Set-id bits, extended attributes or access lists are in one of the archives only.
    PrivilegesLost,
    /// The entry is taken from the machine, or written for the mirror.
    Surroundings,
    /// mmdebstrap, apt or dpkg itself wrote the entry, in different ways.
    ToolWritesDifferently {
        /// Name of the program.
        program: String,
    },
    /// Directories have other times because entries in them differ.
    ParentTimes,
}

/// Who read a file of the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    /// The script that the finding names.
    Script,
    /// A program that ran for no script.
    Program {
        /// Its name.
        name: String,
    },
}
