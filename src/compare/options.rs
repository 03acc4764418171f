//! What a comparison leaves out, and its bounds.

use std::collections::BTreeMap;
use std::time::Duration;

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::tar::entry_path::EntryPath;
use crate::tar::error::TarLimits;

/// Largest content that a report has a digest of, in bytes. A stream holds this much of the entry
/// in hand, so that files and streams are reported alike.
pub(crate) const DIGESTED: u64 = 4 << 20;

/// Options of a comparison.
#[derive(Debug, Clone)]
pub struct Options {
    /// Field and archive names that do not count (`xattr`, `acl` and `pax` stand for all of theirs).
    pub ignore: Vec<String>,
    /// Paths that do not count.
    pub exclude: Exclude,
    /// How content is explained.
    pub content: ContentPolicy,
    /// How far the comparison goes.
    pub depth: Depth,
    /// Bounds.
    pub limits: Limits,
    /// Tells by the normalized path (no leading `./`, no trailing slash) which regular files'
    /// contents are wanted in [`Comparison::collected`](crate::compare::comparison::Comparison::collected).
    pub collect: Option<fn(&[u8]) -> bool>,
}

/// How content is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentPolicy {
    /// By a text difference or a hex window.
    Explain,
    /// By its size and digest only.
    Omit,
}

/// How far the comparison goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Every divergence is named and explained.
    Full,
    /// Only whether the bytes are equal.
    Verdict,
}

/// Bounds, each against a way to exhaust memory, disk or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bounds of extended headers.
    pub tar: TarLimits,
    /// Entries whose index is held in memory, from the first difference on; what is beyond goes
    /// to unlinked temporary files. About 120 bytes each for both sides at worst.
    pub entries: u64,
    /// Most bytes (zeros not counted) of a stream kept in a temporary file a side.
    pub spool: u64,
    /// Most bytes of one content that is shown as a difference of texts.
    pub content: u64,
    /// Most bytes of all explanations together.
    pub details: u64,
    /// Most time for one text difference.
    pub time: Duration,
    /// Most bytes of content kept on all divergences together; 0 keeps none.
    pub retain: u64,
    /// Most bytes of one content that is kept whole.
    pub retain_one: u64,
    /// Base-2 logarithm of the largest zstd window.
    pub zstd_window_log: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tar: TarLimits::default(),
            entries: 2_000_000,
            spool: 64 << 30,
            content: 1 << 20,
            details: 16 << 20,
            time: Duration::from_secs(2),
            retain: 64 << 20,
            retain_one: 16 << 20,
            zstd_window_log: 27,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ignore: Vec::new(),
            exclude: Exclude::default(),
            content: ContentPolicy::Explain,
            depth: Depth::Full,
            limits: Limits::default(),
            collect: None,
        }
    }
}

impl Options {
    /// The rule by which a field or archive name is ignored.
    #[must_use]
    pub fn ignores(&self, name: &str) -> Option<&str> {
        let class = name.split_once(':').map_or(name, |(class, _)| class);
        self.ignore
            .iter()
            .map(String::as_str)
            .find(|rule| *rule == name || *rule == class)
    }
}

/// Patterns of paths that do not count.
#[derive(Debug, Clone, Default)]
pub struct Exclude {
    patterns: Vec<String>,
    set: GlobSet,
}

impl Exclude {
    /// Compiles patterns. They match the whole normalized path as bytes; `*` stays within one
    /// component, `**` does not; a leading `./` or `/` is of no account.
    ///
    /// # Errors
    /// A pattern is malformed.
    pub fn new(patterns: &[String]) -> Result<Self, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let bare = pattern
                .trim_start_matches("./")
                .trim_start_matches('/')
                .trim_end_matches('/');
            let _ = set.add(
                GlobBuilder::new(bare)
                    .literal_separator(true)
                    .backslash_escape(true)
                    .build()?,
            );
        }
        Ok(Self {
            patterns: patterns.to_vec(),
            set: set.build()?,
        })
    }

    /// The first pattern that matches a path.
    #[must_use]
    pub fn matching(&self, path: &[u8]) -> Option<&str> {
        if self.patterns.is_empty() {
            return None;
        }
        let candidate = Candidate::from_bytes(EntryPath::new(path).as_bytes());
        let first = self.set.matches_candidate(&candidate).into_iter().min()?;
        self.patterns.get(first).map(String::as_str)
    }
}

/// How many divergences each rule took out.
pub type Ignored = BTreeMap<String, u64>;

#[cfg(test)]
mod tests {
    use crate::compare::options::Exclude;

    #[test]
    fn patterns_match_whole_normalized_paths_as_bytes() {
        let patterns = ["./var/log/*.log", "/etc/**", "a\\*"].map(str::to_owned);
        let exclude = Exclude::new(&patterns).unwrap_or_default();
        for (path, rule) in [
            (&b"./var/log/dpkg.log"[..], Some("./var/log/*.log")),
            (b"./var/log/apt/x.log", None),
            (b"etc/a/b\xff", Some("/etc/**")),
            (b"./a*", Some("a\\*")),
            (b"./ab", None),
        ] {
            assert_eq!(exclude.matching(path), rule, "{path:?}");
        }
    }
}
