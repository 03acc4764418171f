//! Which user and group ids of the machine a sandbox gets.
//!
//! A sandbox's root is never the machine's: its ids are a range of subordinate ids (subuid(5),
//! subgid(5)). The one exception is a build on a directory of the machine itself that root
//! starts: shifted ids would make every file belong to nobody; see [`IdMap::identity`]. And if the
//! kernel gives no user namespaces, root's sandboxes have none: [`IdMap::callers`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many ids a Debian chroot needs: 0 to 65535, with `nobody` at 65534.
pub const IDS_NEEDED: u32 = 65_536;

/// First machine id given to root's sandboxes if `/etc/subuid` names none for root. It is above
/// what useradd(8) and systemd hand out, and below 2^31.
const ROOT_BASE: u32 = 1_879_048_192;

/// A contiguous map of a sandbox's ids `0..count` to ids of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdMap {
    /// Machine user id of the sandbox's user 0.
    pub uid_base: u32,
    /// Machine group id of the sandbox's group 0.
    pub gid_base: u32,
    /// How many ids, of both kinds.
    pub count: u32,
    /// Whether the sandbox has a user namespace of its own at all.
    pub namespace: UserNamespace,
}

/// Whose user namespace a sandbox is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserNamespace {
    /// One of its own.
    Own,
    /// That of root, who started it, on a machine without user namespaces. The sandbox's root
    /// lacks the capabilities that reach beyond files and mounts instead.
    Callers,
}

/// Why no map could be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdMapError {
    /// The user has no range, or only shorter ones.
    #[error("{file}: no range of {IDS_NEEDED} ids for `{user}`")]
    NoRange {
        /// `/etc/subuid` or `/etc/subgid`.
        file: &'static str,
        /// Login name.
        user: String,
    },
}

/// What is known of the user that asks for a map.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// Effective user id.
    pub uid: u32,
    /// Login name, which subuid(5) may use instead of the number.
    pub user: &'a str,
    /// Text of `/etc/subuid`.
    pub subuid: &'a str,
    /// Text of `/etc/subgid`.
    pub subgid: &'a str,
    /// Text of `/proc/sys/user/max_user_namespaces`; empty if the kernel has no such file.
    pub max_user_namespaces: &'a str,
    /// Text of `/proc/self/uid_map`, which tells whether all ids exist here.
    pub uid_map: &'a str,
}

impl IdMap {
    /// The machine's own ids: for root on a directory of the machine, or inside a container that
    /// has no further ids to give.
    #[must_use]
    pub fn identity() -> Self {
        Self {
            uid_base: 0,
            gid_base: 0,
            count: IDS_NEEDED,
            namespace: UserNamespace::Own,
        }
    }

    /// The ids of root, in whose user namespace the sandbox stays.
    #[must_use]
    pub fn callers() -> Self {
        Self {
            namespace: UserNamespace::Callers,
            ..Self::identity()
        }
    }

    /// The map for a build on a directory of the machine itself, started by the user with this
    /// effective id: root keeps its ids, because shifted ones would make every file nobody's.
    #[must_use]
    pub fn for_machine(&self, uid: u32) -> Self {
        match (uid, self.namespace) {
            (0, UserNamespace::Own) => Self::identity(),
            (0, UserNamespace::Callers) | (1.., _) => self.clone(),
        }
    }

    /// Whether the sandbox's root is the machine's (or the container's).
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.uid_base == 0
    }

    /// The map for an ordinary build.
    ///
    /// # Errors
    /// [`IdMapError::NoRange`] for a plain user without subordinate ids.
    pub fn for_user(caller: Caller<'_>) -> Result<Self, IdMapError> {
        let is_closed = matches!(caller.max_user_namespaces.trim(), "" | "0");
        if caller.uid == 0 && is_closed && has_enough_ids(caller.uid_map) {
            return Ok(Self::callers());
        }
        let uid_base = range_start(caller.subuid, caller);
        let gid_base = range_start(caller.subgid, caller);
        if caller.uid == 0 {
            if !has_all_ids(caller.uid_map) {
                return Ok(Self::identity());
            }
            return Ok(Self {
                uid_base: uid_base.unwrap_or(ROOT_BASE),
                gid_base: gid_base.unwrap_or(ROOT_BASE),
                count: IDS_NEEDED,
                namespace: UserNamespace::Own,
            });
        }
        let missing = |file| IdMapError::NoRange {
            file,
            user: caller.user.to_owned(),
        };
        Ok(Self {
            uid_base: uid_base.ok_or_else(|| missing("/etc/subuid"))?,
            gid_base: gid_base.ok_or_else(|| missing("/etc/subgid"))?,
            count: IDS_NEEDED,
            namespace: UserNamespace::Own,
        })
    }
}

/// A part of cache keys, so that another text makes another cache.
impl fmt::Display for IdMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace == UserNamespace::Callers {
            return f.write_str("those of root, without a user namespace");
        }
        let last = |base: u32| u64::from(base) + u64::from(self.count) - 1;
        write!(
            f,
            "users {}-{}, groups {}-{}",
            self.uid_base,
            last(self.uid_base),
            self.gid_base,
            last(self.gid_base)
        )
    }
}

/// First id of the caller's first range that is long enough.
fn range_start(table: &str, caller: Caller<'_>) -> Option<u32> {
    let number = caller.uid.to_string();
    table.lines().find_map(|line| {
        let mut fields = line.trim().split(':');
        let (owner, start, count) = (fields.next()?, fields.next()?, fields.next()?);
        let count: u32 = count.parse().ok()?;
        let is_theirs = owner == caller.user || owner == number;
        (is_theirs && count >= IDS_NEEDED).then(|| start.parse().ok())?
    })
}

/// Whether `/proc/self/uid_map` has ids from 0 on that are enough for a chroot.
#[must_use]
pub fn has_enough_ids(uid_map: &str) -> bool {
    let first = uid_map.lines().next().unwrap_or_default();
    let mut numbers = first.split_whitespace().map(str::parse::<u32>);
    let (inside, count) = (numbers.next(), numbers.nth(1));
    inside == Some(Ok(0)) && matches!(count, Some(Ok(IDS_NEEDED..)))
}

/// Whether `/proc/self/uid_map` says that this is the initial user namespace.
fn has_all_ids(uid_map: &str) -> bool {
    uid_map.split_whitespace().eq(["0", "0", "4294967295"])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "         0          0 4294967295\n";

    fn caller<'a>(uid: u32, subuid: &'a str, uid_map: &'a str) -> Caller<'a> {
        Caller {
            uid,
            user: "jo",
            subuid,
            subgid: subuid,
            max_user_namespaces: "15000\n",
            uid_map,
        }
    }

    #[test]
    fn a_plain_user_gets_the_first_range_that_is_long_enough() {
        let table = "al:1:65536\njo:100000:1000\njo:200000:65536\n";
        assert_eq!(
            IdMap::for_user(caller(1000, table, ALL)),
            Ok(IdMap {
                uid_base: 200_000,
                gid_base: 200_000,
                count: 65_536,
                namespace: UserNamespace::Own,
            })
        );
    }

    #[test]
    fn a_range_may_be_given_by_number() {
        assert_eq!(
            IdMap::for_user(caller(1000, "1000:300000:70000", ALL)).map(|m| m.to_string()),
            Ok("users 300000-365535, groups 300000-365535".to_owned())
        );
    }

    #[test]
    fn a_plain_user_without_a_range_is_refused() {
        let error = IdMap::for_user(caller(1000, "", ALL)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/etc/subuid: no range of 65536 ids for `jo`"
        );
    }

    #[test]
    fn root_gets_shifted_ids_without_any_table() {
        let map = IdMap::for_user(caller(0, "", ALL)).unwrap();
        assert!(!map.is_identity());
    }

    #[test]
    fn root_needs_no_user_namespace_and_a_plain_user_does() {
        for closed in ["", "0\n"] {
            let caller = Caller {
                max_user_namespaces: closed,
                ..caller(0, "", ALL)
            };
            assert_eq!(IdMap::for_user(caller), Ok(IdMap::callers()));
            let plain = Caller {
                uid: 1000,
                ..caller
            };
            assert!(IdMap::for_user(plain).is_err());
        }
        assert_eq!(IdMap::callers().for_machine(0), IdMap::callers());
        // Root of a single id is not root.
        let single = Caller {
            max_user_namespaces: "0\n",
            ..caller(0, "", "0 1000 1\n")
        };
        assert_eq!(IdMap::for_user(single), Ok(IdMap::identity()));
    }

    #[test]
    fn root_of_a_container_keeps_its_ids() {
        assert_eq!(
            IdMap::for_user(caller(0, "", "0 100000 65536\n")),
            Ok(IdMap::identity())
        );
    }
}
