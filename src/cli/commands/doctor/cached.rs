//! The whole cache, read.

use std::path::{Path, PathBuf};

use crate::bootstrap;
use crate::bootstrap::cache::{Cache, CacheEntry};
use crate::bootstrap::damage::Damage;
use crate::bootstrap::outside::OUTSIDES;
use crate::bootstrap::seal::{self, Depth};
use crate::cli::commands::doctor::check::{Answer, Check};
use crate::sandbox::launch::Interrupts;
use crate::text::quote;
use crate::text::shell::shell_quote;
use crate::verify;
use crate::verify::environment::cache_root;

/// The kinds of entries, and how each is read.
const KINDS: [(&str, &str, Depth); 3] = [
    ("frozen archive", "states", Depth::Contents),
    ("repository", "repositories", Depth::Whole),
    ("outside", "tarballs", Depth::Whole),
];

/// Checks every entry.
///
/// # Errors
/// There is no place for a cache, or it cannot be read.
pub(crate) fn checks() -> Result<Vec<Check>, verify::Error> {
    let root = cache_root()?;
    let mut checks = Vec::new();
    for (kind, directory, depth) in KINDS {
        add(&root.join(directory), (kind, depth), &mut checks)?;
    }
    if checks.is_empty() {
        let text = format!("{} is empty", quote(root.as_os_str().as_encoded_bytes()));
        checks.push(Check::new("cache", Answer::works(text)));
    }
    Ok(checks)
}

/// Checks the entries of one directory, and the outside systems that were made of them.
fn add(
    directory: &Path,
    (kind, depth): (&str, Depth),
    checks: &mut Vec<Check>,
) -> Result<(), bootstrap::Error> {
    if !directory.is_dir() {
        return Ok(());
    }
    // It looks only.
    let cache = Cache::open(directory, &|_| Ok(()))?;
    for key in cache.finished()? {
        // Held while it is read, so that no other run replaces it.
        let entry = cache.finished_entry(&key, &Interrupts::default())?;
        let Some(CacheEntry { path, .. }) = &entry else {
            continue;
        };
        checks.push(Check::new(kind, answer(path, depth)));
        let outsides: PathBuf = path.join(OUTSIDES);
        add(&outsides, ("outside", Depth::Whole), checks)?;
    }
    Ok(())
}

fn answer(entry: &Path, depth: Depth) -> Answer {
    let shown = quote(entry.as_os_str().as_encoded_bytes());
    match seal::check(entry, depth) {
        Ok(()) => Answer::Works(shown),
        Err(Damage::Seal) => Answer::weak_for_good(format!("{shown}: {}", Damage::Seal)),
        Err(damage) => {
            let seal = shell_quote(&entry.join(seal::NAME).to_string_lossy());
            let fix = format!("rm {seal}; the next run that needs it makes it again");
            Answer::weak(format!("{shown}: {damage}"), fix)
        }
    }
}
