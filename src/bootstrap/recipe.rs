//! What is to be built, as the user asked for it.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::bootstrap::local_deb::LocalDeb;
use crate::bootstrap::local_mirror::LocalMirror;
use crate::text::hex::hex;

/// Version of what the cache says of a frozen archive: one that is described in another way is
/// frozen again.
const DESCRIPTION: &str = "3";

/// One chroot, however it is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// Suite or code name, as mmdebstrap takes it.
    pub suite: String,
    /// mmdebstrap's MIRROR; its own default where there is none.
    pub mirror: Option<String>,
    /// What that stands for, where the user named a directory.
    pub local_mirror: Option<LocalMirror>,
    /// mmdebstrap's `--variant`.
    pub variant: String,
    /// Further packages.
    pub include: Vec<String>,
    /// apt options, `Key "value"`.
    pub aptopts: Vec<String>,
    /// Files or directories of OpenPGP keys.
    pub keyrings: Vec<PathBuf>,
    /// Further lines of sources.list.
    pub extra_repos: Vec<String>,
    /// Package files that replace the archive's.
    pub debs: Vec<LocalDeb>,
    /// Debian architecture, `amd64`.
    pub architecture: String,
}

impl Recipe {
    /// A suite's Essential set for amd64, and nothing else.
    #[cfg(test)]
    pub(crate) fn of(suite: &str) -> Self {
        Self {
            suite: suite.to_owned(),
            mirror: None,
            local_mirror: None,
            variant: "essential".to_owned(),
            include: vec![],
            aptopts: vec![],
            keyrings: vec![],
            extra_repos: vec![],
            debs: vec![],
            architecture: "amd64".to_owned(),
        }
    }

    /// The key of this recipe's frozen archive in the cache: the digest of all that decides what
    /// is fetched, with the suite in front for people.
    ///
    /// `maker` is what else decides it: the version of the machine's mmdebstrap, the id map, and
    /// the packages that are fetched for the outside.
    #[must_use]
    pub fn state_key(&self, maker: &str) -> String {
        let mut digest = Sha256::new();
        let mut field = |name: &str, value: &str| {
            // Lengths keep two lists from running into one another.
            digest.update(format!("{name} {}\n{value}\n", value.len()));
        };
        field("description", DESCRIPTION);
        field("suite", &self.suite);
        field("mirror", self.mirror.as_deref().unwrap_or_default());
        if let Some(local) = &self.local_mirror {
            field("local-mirror", &local.sha256);
        }
        field("variant", &self.variant);
        field("architecture", &self.architecture);
        field("maker", maker);
        let lists = [
            ("include", &self.include),
            ("aptopt", &self.aptopts),
            ("extra-repo", &self.extra_repos),
        ];
        for (name, values) in lists {
            values.iter().for_each(|value| field(name, value));
        }
        self.keyrings
            .iter()
            .for_each(|path| field("keyring", &path.to_string_lossy()));
        self.debs.iter().for_each(|deb| field("deb", &deb.sha256));
        let word: String = self
            .suite
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .take(40)
            .collect();
        let mut digest = hex(&digest.finalize());
        digest.truncate(16);
        format!("{word}-{}-{digest}", self.variant)
    }

    /// The recipe of a matching outside of another architecture: the same suite and packages,
    /// from `mirror` where one is given, and never from the chroot's directory, which has the
    /// packages of the chroot alone. Local packages that would not run there stay out.
    #[must_use]
    pub fn for_outside(&self, architecture: &str, mirror: Option<&str>) -> Self {
        let runs = |deb: &&LocalDeb| deb.architecture == "all" || deb.architecture == architecture;
        let own = match self.local_mirror {
            Some(_) => None,
            None => self.mirror.clone(),
        };
        Self {
            architecture: architecture.to_owned(),
            mirror: mirror.map(str::to_owned).or(own),
            local_mirror: None,
            debs: self.debs.iter().filter(runs).cloned().collect(),
            ..self.clone()
        }
    }

    /// Whether fetching takes more than HTTP.
    #[must_use]
    pub fn has_https_mirror(&self) -> bool {
        let mirrors = self.mirror.iter().chain(&self.extra_repos);
        mirrors.into_iter().any(|line| line.contains("https:"))
    }

    /// MIRROR as the user wrote it, if there is one.
    #[must_use]
    pub fn given_mirror(&self) -> Option<&str> {
        let local = self.local_mirror.as_ref();
        local
            .map(|local| local.given.as_str())
            .or(self.mirror.as_deref())
    }

    /// Paths of the machine that the mirrors name (`copy:/srv/repo`).
    #[must_use]
    pub fn local_mirrors(&self) -> Vec<PathBuf> {
        let words = self
            .mirror
            .iter()
            .chain(&self.extra_repos)
            .flat_map(|line| line.split_whitespace());
        words
            .filter_map(|word| word.strip_prefix("copy:"))
            .map(|path| PathBuf::from(format!("/{}", path.trim_start_matches('/'))))
            .collect()
    }

    /// A mirror that cannot be frozen, if the recipe has one.
    ///
    /// apt installs from `file:` in place and copies nothing, so the pool would lack it.
    #[must_use]
    pub fn file_mirror(&self) -> Option<&str> {
        let words = self
            .mirror
            .iter()
            .chain(&self.extra_repos)
            .flat_map(|line| line.split_whitespace());
        words.into_iter().find(|word| word.starts_with("file:"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        Recipe::of("trixie")
    }

    #[test]
    fn recipes_that_fetch_different_things_have_different_states() {
        let base = recipe();
        let key = base.state_key("mmdebstrap 1");
        assert!(key.starts_with("trixie-essential-"), "{key}");
        let others = [
            Recipe {
                variant: "apt".into(),
                ..base.clone()
            },
            Recipe {
                include: vec!["a".into(), "b".into()],
                ..base.clone()
            },
            Recipe {
                include: vec!["a,b".into()],
                ..base.clone()
            },
            Recipe {
                aptopts: vec!["a".into()],
                ..base.clone()
            },
        ];
        let mut keys: Vec<_> = others
            .iter()
            .map(|other| other.state_key("mmdebstrap 1"))
            .collect();
        keys.push(key);
        keys.push(base.state_key("mmdebstrap 2"));
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 6);
    }

    #[test]
    fn local_mirrors_are_known_by_their_method() {
        let recipe = Recipe {
            mirror: Some("deb [trusted=yes] copy:///srv/repo tiny main".into()),
            extra_repos: vec!["deb copy:/tmp/x ./".into()],
            ..recipe()
        };
        assert_eq!(
            recipe.local_mirrors(),
            [PathBuf::from("/srv/repo"), PathBuf::from("/tmp/x")]
        );
        assert_eq!(recipe.file_mirror(), None);
    }
}
