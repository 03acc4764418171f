//! What the rules look at beside the tarballs: observed builds, and the system that they ran on.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::change::Change;
use crate::debian::maintainer_script::ScriptName;
use crate::explain::observed_outside::Audited;
use crate::trace::record::Trace;

/// Reads a file of the outside by its absolute path; `None` if there is no such file.
pub type OutsideFiles<'a> = dyn Fn(&[u8]) -> Option<Vec<u8>> + 'a;

/// Paths that differ between two tarballs, without a leading `./`, each with the names of the
/// fields that differ.
pub type DifferingPaths = BTreeMap<Vec<u8>, BTreeSet<String>>;

/// A technique, and what differs without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TechniqueObservation {
    /// Name of the technique.
    pub name: String,
    /// What differs from the reference if the same is built in a user namespace.
    pub ordinary: DifferingPaths,
}

/// The architectures of a chroot and of an outside that can run none of the chroot's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Architectures {
    /// Architecture of the chroot.
    pub chroot: String,
    /// Architecture of the outside.
    pub outside: String,
}

/// What is known of the two builds beside their tarballs.
pub struct Observations<'a> {
    /// What is known of the changes that the chrootless build made on the outside.
    pub audited: Audited<'a>,
    /// Trace of a normal build.
    pub normal: Option<&'a Trace>,
    /// Trace of a chrootless build.
    pub chrootless: Option<&'a Trace>,
    /// Scripts that fail chrootless, and whose failure was passed over.
    pub passed_over: Vec<ScriptName>,
    /// What differs between two builds of one mode.
    pub control: DifferingPaths,
    /// The technique of the chrootless build; `None` if it is the ordinary one, or if nothing
    /// was built with the ordinary one.
    pub technique: Option<TechniqueObservation>,
    /// The architectures, if the chroot is of another one than the outside.
    pub foreign: Option<Architectures>,
    /// Packages of the outside and their versions.
    pub outside_packages: BTreeMap<String, String>,
    /// `SOURCE_DATE_EPOCH` in seconds since 1970, if it is known.
    pub epoch: Option<i64>,
    /// Files of the outside as they were before the builds.
    pub outside: &'a OutsideFiles<'a>,
    /// Absolute paths that were altered on the outside for a leak check; `None` if it was not
    /// altered.
    pub altered: Option<&'a BTreeSet<Vec<u8>>>,
    /// The kernel's name of the host, if it was altered for a leak check.
    pub host_name: Option<&'a str>,
}

impl<'a> Observations<'a> {
    /// The known changes of the outside.
    #[must_use]
    pub fn escapes(&self) -> &'a [Change] {
        match self.audited {
            Audited::Changes(changes) => changes,
            Audited::Unwatched => &[],
        }
    }

    /// The observed builds.
    pub(crate) fn builds(&self) -> Vec<&'a Trace> {
        self.normal.into_iter().chain(self.chrootless).collect()
    }

    /// Nothing was observed: there are only the tarballs, and maybe an epoch.
    #[must_use]
    pub fn none(epoch: Option<i64>) -> Self {
        Self {
            audited: Audited::Unwatched,
            normal: None,
            chrootless: None,
            passed_over: Vec::new(),
            control: DifferingPaths::new(),
            technique: None,
            foreign: None,
            outside_packages: BTreeMap::new(),
            epoch,
            outside: &|_| None,
            altered: None,
            host_name: None,
        }
    }
}

impl std::fmt::Debug for Observations<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Observations")
            .field("audited", &self.audited)
            .field("normal", &self.normal.is_some())
            .field("chrootless", &self.chrootless.is_some())
            .finish_non_exhaustive()
    }
}
