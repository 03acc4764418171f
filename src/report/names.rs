//! The words of the contract for wire enums, as serde writes them.

use crate::report::wire::build::ModeName;
use crate::report::wire::divergence::DivergenceName;
use crate::report::wire::matrix::RowOutside;
use crate::report::wire::outside::{AttemptEffect, EscapeChange};
use crate::report::wire::package::{DpkgRoot, PackageVerdictName};
use crate::report::wire::script::ScriptName;
use crate::report::wire::side::CompressionName;
use crate::report::wire::verdict::Verdict;

impl Verdict {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Divergent => "divergent",
            Self::Escaped => "escaped",
            Self::Unbuildable => "unbuildable",
            Self::Failed => "failed",
        }
    }
}

impl DivergenceName {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::LeftOnly => "left-only",
            Self::RightOnly => "right-only",
            Self::Moved => "moved",
            Self::Reordered => "reordered",
        }
    }
}

impl EscapeChange {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Removed => "removed",
            Self::Metadata => "metadata",
        }
    }
}

impl AttemptEffect {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::None => "none",
            Self::Refused => "refused",
        }
    }
}

impl ScriptName {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0.as_str()
    }
}

impl ModeName {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Chrootless => "chrootless",
        }
    }
}

impl CompressionName {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Lz4 => "lz4",
            Self::Lzip => "lzip",
            Self::Lzma => "lzma",
        }
    }
}

impl RowOutside {
    /// The word of the contract, or the suite.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Suite(suite) => suite,
        }
    }
}

impl PackageVerdictName {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Latent => "latent",
            Self::Incomplete => "incomplete",
            Self::Fails => "fails",
            Self::Unproven => "unproven",
        }
    }
}

impl DpkgRoot {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aware => "aware",
            Self::Helper => "helper",
            Self::Silent => "silent",
            Self::NoneNeeded => "none-needed",
            Self::Unread => "unread",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::maintainer_script::ScriptKind;

    /// Whether serde writes each value as the word beside it.
    fn are_as_written<T: serde::Serialize>(words: &[(T, &str)]) -> bool {
        words
            .iter()
            .all(|(value, word)| serde_json::json!(value) == serde_json::json!(word))
    }

    #[test]
    fn every_word_of_a_divergence_is_the_one_that_serde_writes() {
        use {AttemptEffect as A, DivergenceName as D, EscapeChange as E, ScriptKind as S};
        let kinds = [
            D::Changed,
            D::LeftOnly,
            D::RightOnly,
            D::Moved,
            D::Reordered,
        ];
        assert!(are_as_written(&kinds.map(|one| (one, one.as_str()))));
        let changes = [E::Created, E::Modified, E::Removed, E::Metadata];
        assert!(are_as_written(&changes.map(|one| (one, one.as_str()))));
        let effects = [A::Changed, A::None, A::Refused];
        assert!(are_as_written(&effects.map(|one| (one, one.as_str()))));
        let before = [S::Preinst, S::Prerm, S::Config].map(ScriptName);
        assert!(are_as_written(&before.map(|one| (one, one.as_str()))));
        let after = [S::Postinst, S::Postrm, S::Trigger].map(ScriptName);
        assert!(are_as_written(&after.map(|one| (one, one.as_str()))));
    }

    #[test]
    fn every_word_of_a_build_is_the_one_that_serde_writes() {
        use Verdict as W;
        use {CompressionName as C, ModeName as M};
        let verdicts = [
            W::Identical,
            W::Divergent,
            W::Escaped,
            W::Unbuildable,
            W::Failed,
        ];
        assert!(are_as_written(&verdicts.map(|one| (one, one.as_str()))));
        let modes = [M::Normal, M::Chrootless];
        assert!(are_as_written(&modes.map(|one| (one, one.as_str()))));
        let compressions = [
            C::None,
            C::Gzip,
            C::Zstd,
            C::Xz,
            C::Bzip2,
            C::Lz4,
            C::Lzip,
            C::Lzma,
        ];
        assert!(are_as_written(&compressions.map(|one| (one, one.as_str()))));
        let suite = RowOutside::Suite("bookworm".to_owned());
        let outsides = [RowOutside::Same, RowOutside::Different, suite];
        let words = ["same", "different", "bookworm"];
        assert_eq!(outsides.each_ref().map(RowOutside::as_str), words);
        for (outside, word) in outsides.into_iter().zip(words) {
            assert!(are_as_written(&[(outside, word)]));
        }
    }

    #[test]
    fn every_word_of_a_package_is_the_one_that_serde_writes() {
        use {DpkgRoot as R, PackageVerdictName as V};
        let verdicts = [V::Complete, V::Latent, V::Incomplete, V::Fails, V::Unproven];
        assert!(are_as_written(&verdicts.map(|one| (one, one.as_str()))));
        let roots = [R::Aware, R::Helper, R::Silent, R::NoneNeeded, R::Unread];
        assert!(are_as_written(&roots.map(|one| (one, one.as_str()))));
    }
}
