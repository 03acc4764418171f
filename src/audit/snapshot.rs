//! What two manifests of one tree differ in; pure.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::audit::change::{Change, ChangeKind};
use crate::audit::difference::{Content, States, difference, one_sided, touched};
use crate::audit::manifest::{Manifest, ManifestEntry};
use crate::audit::value::AuditedField;
use crate::sandbox::trees::{TreeOrigin, WholeTree};

/// Adds what changed in a tree.
pub(crate) fn changes(
    tree: &WholeTree,
    before: &Manifest,
    after: &Manifest,
    changes: &mut Vec<Change>,
) {
    let full = |path: &Path| {
        let full = if is_root(path) {
            tree.target.clone()
        } else {
            tree.target.join(path)
        };
        full.into_os_string().as_bytes().to_vec()
    };
    let gone = names_gone(before, after);
    for (path, old) in before {
        let change = match after.get(path) {
            None => Some(one_sided(&full(path), ChangeKind::Removed)),
            Some(new) => {
                let content = if old.digest == new.digest {
                    Content::Same
                } else {
                    Content::Other
                };
                let states = States {
                    before: &old.node,
                    after: &new.node,
                    content,
                    started: tree.started,
                };
                let change = difference(&full(path), states)
                    .filter(|change| !lost_a_name_only(change, old, new, &gone))
                    .filter(|change| {
                        !is_root(path)
                            || tree.origin != TreeOrigin::Sandbox
                            || !is_time_only(change)
                    });
                change.or_else(|| {
                    let is_touched = old.node.ctime != new.node.ctime
                        && !is_root(path)
                        && !gone.contains(&old.node.inode);
                    is_touched.then(|| touched(&full(path)))
                })
            }
        };
        changes.extend(change);
    }
    let created = after.keys().filter(|path| !before.contains_key(*path));
    changes.extend(created.map(|path| one_sided(&full(path), ChangeKind::Created)));
}

/// Its change time says nothing: mounting something there is enough.
fn is_root(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

fn is_time_only(change: &Change) -> bool {
    change
        .fields
        .iter()
        .all(|field| field.field == AuditedField::Mtime)
}

/// Inodes that lost one of their names. The other names then have another link count and
/// change time without anybody having touched them.
fn names_gone(before: &Manifest, after: &Manifest) -> BTreeSet<u64> {
    before
        .iter()
        .filter(|(path, old)| {
            after
                .get(*path)
                .is_none_or(|new| new.node.inode != old.node.inode)
        })
        .map(|(_, old)| old.node.inode)
        .collect()
}

fn lost_a_name_only(
    change: &Change,
    old: &ManifestEntry,
    new: &ManifestEntry,
    gone: &BTreeSet<u64>,
) -> bool {
    old.node.inode == new.node.inode
        && new.node.links < old.node.links
        && gone.contains(&old.node.inode)
        && change
            .fields
            .iter()
            .all(|field| field.field == AuditedField::Nlink)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::audit::manifest::manifest;
    use crate::audit::value::Time;
    use crate::sandbox::progress::ProgressCounter;
    use crate::sandbox::protocol::Activity;

    /// What `act` changes in a tree with `a`, its other name `b`, and `c`.
    fn changed(act: impl FnOnce(&Path)) -> Vec<String> {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path();
        fs::write(root.join("a"), "a").unwrap();
        fs::hard_link(root.join("a"), root.join("b")).unwrap();
        fs::write(root.join("c"), "c").unwrap();
        // Reading changes access times here; a sandbox's file systems keep none.
        let without_atime = |mut manifest: Manifest| {
            for record in manifest.values_mut() {
                record.node.atime = Time {
                    seconds: 0,
                    nanoseconds: 0,
                };
            }
            manifest
        };
        let meter = ProgressCounter::silent(Activity::Reading);
        let before = without_atime(manifest(root, None, &meter).unwrap());
        act(root);
        let after = without_atime(manifest(root, Some(&before), &meter).unwrap());
        let whole = WholeTree {
            target: "/srv".into(),
            view: root.to_owned(),
            origin: TreeOrigin::Sandbox,
            started: 0,
        };
        let mut found = Vec::new();
        changes(&whole, &before, &after, &mut found);
        found
            .iter()
            .map(|change| {
                let fields: String = change
                    .fields
                    .iter()
                    .map(|field| format!(" {}", field.field))
                    .collect();
                let path = change.path.escape_ascii();
                format!("{path} {}{fields}", change.kind.as_str())
            })
            .collect()
    }

    #[test]
    fn the_other_name_of_a_removed_file_was_not_touched() {
        let found = changed(|root| fs::remove_file(root.join("a")).unwrap());
        assert_eq!(found, ["/srv/a removed"]);
    }

    #[test]
    fn a_new_name_shows_in_the_number_of_links() {
        let found = changed(|root| fs::hard_link(root.join("c"), root.join("d")).unwrap());
        assert_eq!(found, ["/srv/c metadata nlink", "/srv/d created"]);
    }

    #[test]
    fn what_was_put_back_shows_in_its_change_time() {
        let found = changed(|root| {
            let path = root.join("c");
            let times = fs::metadata(&path).unwrap().modified().unwrap();
            fs::write(&path, "other").unwrap();
            fs::write(&path, "c").unwrap();
            fs::File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(times)
                .unwrap();
        });
        assert_eq!(found, ["/srv/c metadata ctime"]);
    }

    #[test]
    fn what_is_read_is_counted_and_what_is_known_is_not_read_again() {
        let tree = tempfile::tempdir().unwrap();
        fs::write(tree.path().join("a"), "abc").unwrap();
        fs::write(tree.path().join("b"), "de").unwrap();
        let counted = |earlier: Option<&Manifest>| {
            let meter = ProgressCounter::silent(Activity::Reading);
            let manifest = manifest(tree.path(), earlier, &meter).unwrap();
            let progress = meter.progress();
            (manifest, (progress.objects, progress.bytes))
        };
        let (before, first) = counted(None);
        let (_, second) = counted(Some(&before));
        assert_eq!((first, second), ((3, 5), (3, 0)));
    }

    #[test]
    fn a_tree_that_nobody_touched_has_no_changes() {
        assert_eq!(changed(|_| ()), Vec::<String>::new());
    }
}
