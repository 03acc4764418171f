//! What the rules look at: divergences, evidence, and what is claimed already.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::audit::change::Change;
use crate::compare::comparison::Divergence;
use crate::explain::content::explainer::Explainer;
use crate::explain::ownership::Owners;
use crate::explain::rules::Needs;
use crate::explain::scripts::package::Scripts;
use crate::trace::process::{Process, Script};
use crate::trace::trace::Trace;

/// Reads a file of the outside by its absolute path.
pub type OutsideFiles<'a> = dyn Fn(&[u8]) -> Option<Vec<u8>> + 'a;

/// Paths that differ between two tarballs, with the fields.
pub type Differing = BTreeMap<Vec<u8>, BTreeSet<String>>;

/// A technique, and what diverges without it.
#[derive(Debug, Clone)]
pub struct TechniqueCase {
    /// Its word.
    pub word: &'static str,
    /// What diverges when the same is built the plain way, in a user namespace.
    pub plain: Differing,
}

/// The architectures of a chroot and of its outside, which runs none of the chroot's programs.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// Of the chroot.
    pub chroot: String,
    /// Of the outside.
    pub outside: String,
}

/// All that is known beside the tarballs. `compare` knows nothing of it.
pub struct Evidence<'a> {
    /// What differs.
    pub divergences: &'a [Divergence],
    /// What the chrootless build changed on the outside.
    pub escapes: &'a [Change],
    /// The normal build under observation.
    pub normal: Option<&'a Trace>,
    /// The chrootless build under observation.
    pub chrootless: Option<&'a Trace>,
    /// Paths in which two normal builds differ, with the fields.
    pub control: Differing,
    /// The technique, where it is not the plain one and what the plain one gives is known.
    pub technique: Option<TechniqueCase>,
    /// Where the chroot is of another architecture than its outside.
    pub foreign: Option<Foreign>,
    /// Who ships what.
    pub owners: &'a Owners,
    /// Their maintainer scripts, read.
    pub scripts: &'a Scripts,
    /// Packages and versions of the left and the right chroot.
    pub packages: (BTreeMap<String, String>, BTreeMap<String, String>),
    /// Packages and versions of the outside.
    pub outside_packages: BTreeMap<String, String>,
    /// `SOURCE_DATE_EPOCH`, where it is known.
    pub epoch: Option<i64>,
    /// Files of the outside as they were before the builds.
    pub outside: &'a OutsideFiles<'a>,
    /// Absolute paths that were altered of an outside that is deliberately different; `None`
    /// where the outside is as it is.
    pub altered: Option<&'a BTreeSet<Vec<u8>>>,
}

impl std::fmt::Debug for Evidence<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Evidence")
            .field("divergences", &self.divergences.len())
            .field("escapes", &self.escapes.len())
            .finish_non_exhaustive()
    }
}

impl Evidence<'_> {
    /// Whether the builds that a rule needs were observed.
    pub(crate) fn has(&self, needs: Needs) -> bool {
        let (normal, chrootless) = (self.normal, self.chrootless);
        match needs {
            Needs::Nothing => true,
            Needs::Chrootless => chrootless.is_some(),
            Needs::Both => normal.is_some() && chrootless.is_some(),
        }
    }
}

/// The evidence, and what is claimed of it.
#[derive(Debug)]
pub struct Case<'a> {
    pub(crate) evidence: &'a Evidence<'a>,
    /// Title of the finding that claimed each divergence.
    claimed: Vec<Option<String>>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(evidence: &'a Evidence<'a>) -> Self {
        Self {
            evidence,
            claimed: vec![None; evidence.divergences.len()],
        }
    }

    /// Divergences that nothing has claimed.
    pub(crate) fn free(&self) -> impl Iterator<Item = (usize, &'a Divergence)> {
        let all = self.evidence.divergences.iter().enumerate();
        all.filter(|(at, _)| self.is_free(*at))
    }

    pub(crate) fn is_free(&self, at: usize) -> bool {
        self.claimed.get(at) == Some(&None)
    }

    /// Title of the finding that claimed a divergence.
    pub(crate) fn title(&self, at: usize) -> Option<&str> {
        self.claimed.get(at)?.as_deref()
    }

    pub(crate) fn claim(&mut self, finding: &crate::explain::rules::Finding) {
        for at in &finding.claims {
            if let Some(claimed) = self.claimed.get_mut(*at) {
                *claimed = Some(finding.title.clone());
            }
        }
    }

    /// Who wrote a path of the chroot in the normal build.
    pub(crate) fn normal_writers(&self, path: &[u8]) -> Vec<&'a Arc<Process>> {
        inside(self.evidence.normal, path)
    }

    /// Who wrote it in the chrootless build.
    pub(crate) fn chrootless_writers(&self, path: &[u8]) -> Vec<&'a Arc<Process>> {
        inside(self.evidence.chrootless, path)
    }

    /// The script that wrote it last in the chrootless build, and its process.
    pub(crate) fn last_chrootless(&self, path: &[u8]) -> Option<(&'a Script, &'a Process)> {
        scripts(&self.chrootless_writers(path)).pop()
    }

    /// `udev 257.9-1`, by the packages of the chroot.
    pub(crate) fn versioned(&self, package: &str) -> String {
        let (left, right) = &self.evidence.packages;
        match left.get(package).or_else(|| right.get(package)) {
            Some(version) => format!("{package} {version}"),
            None => package.to_owned(),
        }
    }
}

/// Merged /usr: what `/bin/sh` is in a tarball is `usr/bin/sh`, and the other way round.
fn inside<'a>(trace: Option<&'a Trace>, path: &[u8]) -> Vec<&'a Arc<Process>> {
    let path = bare(path);
    let other = match path.strip_prefix(b"usr/") {
        Some(rest) => rest.to_vec(),
        None => [b"usr/", path].concat(),
    };
    let writers = |path: &[u8]| trace.map_or(&[][..], |trace| trace.wrote_inside(path));
    writers(path).iter().chain(writers(&other)).collect()
}

/// A tarball's path without `./` and without a slash at its end.
#[must_use]
pub fn bare(path: &[u8]) -> &[u8] {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    path.strip_suffix(b"/").unwrap_or(path)
}

/// Whether an entry differs between two other tarballs as well, in all of its fields.
pub(crate) fn differs_there(differing: &Differing, divergence: &Divergence) -> bool {
    differing.get(bare(&divergence.path)).is_some_and(|fields| {
        let mut own = divergence.fields.iter();
        own.all(|field| fields.contains(&field.name))
    })
}

/// Whether a field differs.
pub(crate) fn has(divergence: &Divergence, name: &str) -> bool {
    divergence.fields.iter().any(|field| field.name == name)
}

/// Whether nothing but these fields differs.
pub(crate) fn has_only(divergence: &Divergence, names: &[&str]) -> bool {
    !divergence.fields.is_empty()
        && divergence
            .fields
            .iter()
            .all(|field| names.contains(&field.name.as_str()))
}

/// Whether two contents differ in dates and times only, by what they are.
pub(crate) fn is_about_time(divergence: &Divergence) -> bool {
    let explanation = divergence
        .contents()
        .and_then(|(left, right)| Explainer::default().explain(&divergence.path, left, right));
    explanation.is_some_and(|explanation| explanation.is_about_time())
}

/// The contract's word for a run of a script.
pub(crate) fn word(script: &Script) -> &str {
    match script.arguments.first().map(String::as_str) {
        Some("triggered") => "trigger",
        _ => &script.name,
    }
}

/// Whether two runs are of the same script.
pub(crate) fn is_same(one: &Script, other: &Script) -> bool {
    one.package == other.package && word(one) == word(other)
}

/// The scripts of one list that another lacks, in order.
pub(crate) fn lacking<'a>(
    scripts: &[(&'a Script, &'a Process)],
    other: &[(&Script, &Process)],
) -> Vec<(&'a Script, &'a Process)> {
    let lacks = |(script, _): &&(&Script, &Process)| by(other, script).is_none();
    scripts.iter().filter(lacks).copied().collect()
}

/// Scripts that wrote a path in the normal build and did not in the chrootless one, in order.
pub(crate) fn missing<'a>(case: &Case<'a>, path: &[u8]) -> Vec<(&'a Script, &'a Process)> {
    lacking(
        &scripts(&case.normal_writers(path)),
        &scripts(&case.chrootless_writers(path)),
    )
}

/// The process of a script.
pub(crate) fn by<'a>(scripts: &[(&Script, &'a Process)], script: &Script) -> Option<&'a Process> {
    let own = scripts.iter().find(|(other, _)| is_same(other, script));
    own.map(|(_, process)| *process)
}

/// The script that wrote a path last in the chrootless build, where the normal build's wrote
/// it as well: then not the script differs, but what it worked with.
pub(crate) fn same_script<'a>(case: &Case<'a>, path: &[u8]) -> Option<(&'a Script, &'a Process)> {
    let (script, process) = case.last_chrootless(path)?;
    by(&scripts(&case.normal_writers(path)), script)?;
    Some((script, process))
}

/// The different scripts of processes, each with its last process.
pub(crate) fn scripts<'a>(processes: &[&'a Arc<Process>]) -> Vec<(&'a Script, &'a Process)> {
    let mut found: Vec<(&Script, &Process)> = Vec::new();
    for process in processes {
        if let Some(script) = &process.script {
            found.retain(|(other, _)| !is_same(other, script));
            found.push((script, process));
        }
    }
    found
}
