//! What a comparison leaves out, and what limits it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::compare::fnmatch::glob_of;
use crate::tar::entry_path::EntryPath;
use crate::tar::error::TarLimits;

/// Largest content that gets a digest, in bytes. This much of the current entry of a stream is
/// held in memory, so that files and streams are reported alike.
pub(crate) const DIGESTED: u64 = 4 << 20;

/// Options of a comparison.
#[derive(Debug, Clone)]
pub struct Options {
    /// Names of fields and of aspects of archives that are ignored. `xattr`, `acl` and `pax` each
    /// stand for all fields of their class.
    pub ignore: Vec<String>,
    /// Paths that are ignored.
    pub exclude: Exclude,
    /// How content is explained.
    pub content: ContentPolicy,
    /// How far the comparison goes.
    pub depth: Depth,
    /// Which directories of an input that is one are walked.
    pub mounts: Mounts,
    /// What container images are compared as.
    pub images: Images,
    /// What is done with two inputs of different sorts.
    pub mismatch: Mismatch,
    /// What is done with names that contain a digest.
    pub digests: Digests,
    /// Whether the names of divergent entries are given.
    pub selection: Selection,
    /// Limits.
    pub limits: Limits,
    /// Tells from the normalized path (no leading `./`, no trailing slash) whether the content of
    /// a regular file is wanted in [`Comparison::collected`](crate::compare::comparison::Comparison::collected).
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

/// What is done with the mount points in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mounts {
    /// They are directories like others.
    Enter,
    /// What is mounted there is left out, as by `tar --one-file-system`.
    Pass,
}

/// What container images are compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Images {
    /// As the files of the image, and the layers among them.
    Stored,
    /// As the root that the layers make.
    Flattened,
}

/// What is done with two inputs of which only one has entries, or that have entries of two sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// They are trouble, because one of them is hardly what was meant.
    Refused,
    /// They are compared as bytes, unless one is a directory.
    AsBytes,
}

/// What is done with entries on one side each whose names contain a digest and are equal otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digests {
    /// They pair by what they hold.
    Paired,
    /// They stay on one side each.
    Apart,
}

/// Whether [`Comparison::names`](crate::compare::comparison::Comparison::names) is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// It is, which takes 16 bytes a divergent entry.
    Wanted,
    /// It stays empty.
    Unwanted,
}

/// How far the comparison goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Every divergence is named and explained.
    Full,
    /// Only whether the bytes are equal.
    Verdict,
}

/// Limits, each of which stops an archive from exhausting memory, disk or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Limits on extended headers.
    pub tar: TarLimits,
    /// Most entries, from the first difference on, whose index is held in memory; the rest of the
    /// index goes to unlinked temporary files. An entry takes at most about 120 bytes for both
    /// sides together.
    pub entries: u64,
    /// Most divergent entries of two archives that are held in memory; the rest goes to unlinked
    /// temporary files. One takes about 3 KiB.
    pub divergences: u64,
    /// Most bytes of each stream that are kept in a temporary file, not counting zeros.
    pub spool: u64,
    /// Largest content that is compared as text, in bytes.
    pub content: u64,
    /// Most bytes of all explanations together.
    pub details: u64,
    /// Most time that one text difference may take.
    pub time: Duration,
    /// Most bytes of content that are kept for all divergences together; 0 keeps none.
    pub retain: u64,
    /// Largest content that is kept whole, in bytes.
    pub retain_one: u64,
    /// Base-2 logarithm of the largest zstd window.
    pub zstd_window_log: u32,
    /// When explaining stops: from then on contents are neither shown nor kept, and archives
    /// inside are not looked into. Bytes and fields are compared to the end in any case.
    pub until: Option<Instant>,
}

impl Limits {
    /// Whether the time for explaining is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tar: TarLimits::default(),
            entries: 2_000_000,
            divergences: u64::MAX,
            spool: 64 << 30,
            content: 1 << 20,
            details: 16 << 20,
            time: Duration::from_secs(2),
            retain: 64 << 20,
            retain_one: 16 << 20,
            zstd_window_log: 27,
            until: None,
        }
    }
}

impl Options {
    /// These options; if only the verdict is wanted, but something is left out, those that find all:
    /// bytes alone do not tell then. Whether the compression counts, they do tell.
    pub(crate) fn settled(&self) -> Cow<'_, Self> {
        let leaves_out = self.ignore.iter().any(|name| name != "compression");
        if self.depth == Depth::Full || !leaves_out && self.exclude.is_empty() {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self {
            depth: Depth::Full,
            content: ContentPolicy::Omit,
            ..self.clone()
        })
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ignore: Vec::new(),
            exclude: Exclude::default(),
            content: ContentPolicy::Explain,
            depth: Depth::Full,
            mounts: Mounts::Enter,
            images: Images::Stored,
            mismatch: Mismatch::Refused,
            digests: Digests::Apart,
            selection: Selection::Unwanted,
            limits: Limits::default(),
            collect: None,
        }
    }
}

impl Options {
    /// The options, with all divergences held in memory.
    pub(crate) fn in_memory(&self) -> Self {
        let mut options = self.clone();
        options.limits.divergences = u64::MAX;
        options
    }

    /// The rule by which the name of a field or of an aspect is ignored, if there is one.
    #[must_use]
    pub fn ignores(&self, name: &str) -> Option<&str> {
        let class = name.split_once(':').map_or(name, |(class, _)| class);
        self.ignore
            .iter()
            .map(String::as_str)
            .find(|rule| *rule == name || *rule == class)
    }
}

/// In which spelling patterns match a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Spelling {
    /// Normalized, from the root of the inputs on.
    #[default]
    Normalized,
    /// As the archive has it that the entry is in.
    AsWritten,
}

/// Patterns of paths that are ignored.
#[derive(Debug, Clone, Default)]
pub struct Exclude {
    patterns: Vec<String>,
    /// The part of the inputs whose paths are matched; empty for the inputs themselves.
    part: Vec<u8>,
    spelling: Spelling,
    set: GlobSet,
}

impl Exclude {
    /// Compiles patterns. They match the whole normalized path as bytes. `*` stays within one
    /// component, `**` does not. A leading `./` or `/` makes no difference.
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
            part: Vec::new(),
            spelling: Spelling::Normalized,
            set: set.build()?,
        })
    }

    /// Compiles patterns of fnmatch(3), whose `*` and `?` match a slash too. They match the whole
    /// name as the archive spells it that the entry is in, be it a part of the input.
    ///
    /// # Errors
    /// The patterns together are too large.
    pub fn as_written(patterns: &[String]) -> Result<Self, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let glob = glob_of(pattern);
            let mut builder = GlobBuilder::new(&glob);
            builder.literal_separator(false).backslash_escape(false);
            let _ = set.add(builder.build()?);
        }
        Ok(Self {
            patterns: patterns.to_vec(),
            part: Vec::new(),
            spelling: Spelling::AsWritten,
            set: set.build()?,
        })
    }

    /// Whether there are no patterns.
    fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The same patterns for the paths of an archive that is a part of this one.
    #[must_use]
    pub(crate) fn inside(&self, part: &[u8]) -> Self {
        let part = match (self.part.is_empty(), part.is_empty()) {
            (true, _) => part.to_vec(),
            (false, true) => self.part.clone(),
            (false, false) => within(&self.part, part),
        };
        Self {
            part,
            ..self.clone()
        }
    }

    /// The first pattern that matches a path.
    #[must_use]
    pub fn matching(&self, path: &[u8]) -> Option<&str> {
        if self.patterns.is_empty() {
            return None;
        }
        let whole = within(&self.part, path);
        let candidate = Candidate::from_bytes(match self.spelling {
            Spelling::Normalized => EntryPath::new(&whole).as_bytes(),
            Spelling::AsWritten => path,
        });
        let first = self.set.matches_candidate(&candidate).into_iter().min()?;
        self.patterns.get(first).map(String::as_str)
    }
}

/// The name of an entry in an archive that is a part of the inputs: `./usr/` of `data.tar` is
/// `data.tar/usr/`, and its root is `data.tar/`. Without a part the name stays as it is spelled.
pub(crate) fn within(part: &[u8], name: &[u8]) -> Vec<u8> {
    if part.is_empty() {
        return name.to_vec();
    }
    let path = EntryPath::new(name);
    let mut out = [part, b"/", path.from_root()].concat();
    if name.ends_with(b"/") && !path.is_root() {
        out.push(b'/');
    }
    out
}

/// How many divergences each rule took out.
pub type Ignored = BTreeMap<String, u64>;

#[cfg(test)]
mod tests {
    use crate::compare::options::{Exclude, within};

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
        let inside = Exclude::new(&["data.tar/etc/**".to_owned()]).unwrap_or_default();
        let inside = inside.inside(b"data.tar");
        assert_eq!(inside.matching(b"./etc/a"), Some("data.tar/etc/**"));
        assert_eq!(inside.matching(b"./usr/a"), None);
    }

    #[test]
    fn patterns_of_fnmatch_match_names_as_they_are_written() {
        for (pattern, name, is_matched) in [
            ("./etc/*", "./etc/a/b", true),
            ("./etc/*", "etc/a", false),
            ("etc/hostname", "./etc/hostname", false),
            ("*.pyc", "./usr/lib/a.pyc", true),
            ("./**/a", "./x/y/a", true),
            ("./**/a", "./a", false),
            ("./?", "./a", true),
            ("./{a,b}", "./a", false),
            ("./{a,b}", "./{a,b}", true),
            ("./[!a]", "./a", false),
            ("./[!a]", "./b", true),
            ("./[^a]", "./a", true),
            ("./[^a]", "./^", true),
            ("./[]]", "./]", true),
            ("./[a", "./[a", true),
            ("./a\\*", "./a\\b", true),
            ("./A", "./a", false),
        ] {
            let exclude = Exclude::as_written(&[pattern.to_owned()]).unwrap_or_default();
            let found = exclude.matching(name.as_bytes());
            assert_eq!(found, is_matched.then_some(pattern), "{pattern} {name}");
            let inside = exclude.inside(b"data.tar");
            assert_eq!(inside.matching(name.as_bytes()), found);
        }
    }

    #[test]
    fn the_name_of_a_part_stands_before_the_path() {
        for (part, name, path) in [
            ("data.tar", "./usr/", "data.tar/usr/"),
            ("data.tar", "./usr/bin/x", "data.tar/usr/bin/x"),
            ("data.tar", "./", "data.tar/"),
            ("a/b", "/c", "a/b/c"),
            ("", "./c", "./c"),
        ] {
            assert_eq!(within(part.as_bytes(), name.as_bytes()), path.as_bytes());
        }
    }
}
