//! The words of the contract for wire enums, as serde writes them.

use crate::report::wire::build::ModeName;
use crate::report::wire::divergence::DivergenceName;
use crate::report::wire::matrix::RowOutside;
use crate::report::wire::outside::EscapeChange;
use crate::report::wire::package::{DpkgRoot, PackageVerdictName};
use crate::report::wire::script::ScriptName;
use crate::report::wire::side::CompressionName;

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

impl ScriptName {
    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preinst => "preinst",
            Self::Postinst => "postinst",
            Self::Prerm => "prerm",
            Self::Postrm => "postrm",
            Self::Config => "config",
            Self::Trigger => "trigger",
        }
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
            Self::Incomplete => "incomplete",
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

    /// Whether serde writes each value as the word beside it.
    fn are_as_written<T: serde::Serialize>(words: &[(T, &str)]) -> bool {
        words
            .iter()
            .all(|(value, word)| serde_json::json!(value) == serde_json::json!(word))
    }

    #[test]
    fn every_word_is_the_one_that_serde_writes() {
        use {CompressionName as C, DivergenceName as D, ScriptName as S};
        assert!(are_as_written(
            &[
                D::Changed,
                D::LeftOnly,
                D::RightOnly,
                D::Moved,
                D::Reordered
            ]
            .map(|one| (one, one.as_str()))
        ));
        assert!(are_as_written(
            &[
                EscapeChange::Created,
                EscapeChange::Modified,
                EscapeChange::Removed,
                EscapeChange::Metadata
            ]
            .map(|one| (one, one.as_str()))
        ));
        assert!(are_as_written(
            &[
                S::Preinst,
                S::Postinst,
                S::Prerm,
                S::Postrm,
                S::Config,
                S::Trigger
            ]
            .map(|one| (one, one.as_str()))
        ));
        assert!(are_as_written(
            &[ModeName::Normal, ModeName::Chrootless].map(|one| (one, one.as_str()))
        ));
        assert!(are_as_written(
            &[C::None, C::Gzip, C::Zstd, C::Xz, C::Bzip2, C::Lz4].map(|one| (one, one.as_str()))
        ));
        assert!(are_as_written(
            &[
                PackageVerdictName::Complete,
                PackageVerdictName::Incomplete,
                PackageVerdictName::Unproven
            ]
            .map(|one| (one, one.as_str()))
        ));
        assert!(are_as_written(
            &[
                DpkgRoot::Aware,
                DpkgRoot::Helper,
                DpkgRoot::Silent,
                DpkgRoot::NoneNeeded,
                DpkgRoot::Unread
            ]
            .map(|one| (one, one.as_str()))
        ));
        let suite = RowOutside::Suite("bookworm".to_owned());
        assert!(are_as_written(&[
            (RowOutside::Same, "same"),
            (RowOutside::Different, "different"),
            (suite.clone(), suite.as_str())
        ]));
    }
}
