//! More on fields that are not content: capabilities, access lists, modes, links, times.

use crate::compare::comparison::{Divergence, FieldDivergence, SideEntry};
use crate::explain::content::bytes::{Order, u16_at, u32_at};
use crate::tar::number::Number;
use crate::tar::time::Timestamp;

/// `SOURCE_DATE_EPOCH` in seconds, where it is known.
pub type Epoch = Option<i64>;

/// What a person wants to know of a field's two values beyond the values, where there is
/// anything.
#[must_use]
pub fn field_detail(
    field: &FieldDivergence,
    divergence: &Divergence,
    epoch: Epoch,
) -> Option<String> {
    let sides = (divergence.left.as_deref(), divergence.right.as_deref());
    let (left, right) = (sides.0?, sides.1?);
    let both = |show: &dyn Fn(&SideEntry) -> Option<String>| {
        let shown = |side| show(side).unwrap_or_else(|| "none".to_owned());
        Some(format!("{} | {}\n", shown(left), shown(right)))
    };
    match field.name.as_str() {
        "xattr:security.capability" => {
            both(&|side| capabilities(side.entry.xattrs.get(&b"security.capability"[..])?))
        }
        "xattr:system.posix_acl_access" | "xattr:system.posix_acl_default" => {
            let name = field.name.strip_prefix("xattr:")?.as_bytes();
            both(&|side| access_list(side.entry.xattrs.get(name)?))
        }
        "mode" => both(&|side| symbolic(&side.entry.mode)),
        "mtime" => {
            let epoch = epoch?;
            both(&|side| Some(against(&side.entry.mtime, epoch)))
        }
        "linkname" => same_target(divergence, left, right),
        _ => None,
    }
}

/// Names of capabilities by bit (linux/capability.h).
const CAPABILITIES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// `cap_net_raw=ep`, as getcap(8) prints it. Layout: capabilities(7), `struct vfs_cap_data`: a
/// `u32` of version in the top byte and the effective bit in the lowest, then permitted and
/// inheritable, once for version 1 and twice since; version 3 ends with the user id of root.
fn capabilities(value: &[u8]) -> Option<String> {
    let order = Order::Little;
    let magic = u32_at(value, 0, order)?;
    let words = if magic >> 24 == 1 { 1 } else { 2 };
    let set = |first: usize| {
        let word = |number: usize| u32_at(value, 4 + number * 8 + first, order);
        let high = if words == 2 { word(1)? } else { 0 };
        Some(u64::from(high) << 32 | u64::from(word(0)?))
    };
    let (permitted, inheritable) = (set(0)?, set(4)?);
    let names = |bits: u64| {
        let names = (0..64).filter(|bit| bits >> bit & 1 == 1).map(|bit| {
            CAPABILITIES
                .get(bit)
                .map_or_else(|| bit.to_string(), |name| format!("cap_{name}"))
        });
        names.collect::<Vec<_>>().join(",")
    };
    let effective = if magic & 1 == 1 { "e" } else { "" };
    let mut sets = Vec::new();
    for (bits, flags) in [
        (permitted & inheritable, "ip"),
        (permitted & !inheritable, "p"),
        (inheritable & !permitted, "i"),
    ] {
        if bits != 0 {
            sets.push(format!("{}={effective}{flags}", names(bits)));
        }
    }
    if magic >> 24 == 3 {
        sets.push(format!("root id {}", u32_at(value, 20, order)?));
    }
    Some(sets.join(" "))
}

/// `user::rwx,group:4:r-x,other::r--`, as getfacl(1) prints it. Layout: acl(5), linux/posix_acl_xattr.h:
/// a `u32` of version 2, then entries of 8 bytes: `u16` tag, `u16` permissions, `u32` id.
fn access_list(value: &[u8]) -> Option<String> {
    let order = Order::Little;
    if u32_at(value, 0, order)? != 2 {
        return None;
    }
    let entry = |raw: &[u8]| {
        let (tag, bits) = (u16_at(raw, 0, order)?, u16_at(raw, 2, order)?);
        let id = u32_at(raw, 4, order)?;
        let (kind, named) = match tag {
            1 => ("user", false),
            2 => ("user", true),
            4 => ("group", false),
            8 => ("group", true),
            16 => ("mask", false),
            32 => ("other", false),
            _ => return None,
        };
        let id = if named { id.to_string() } else { String::new() };
        Some(format!("{kind}:{id}:{}", triple(u32::from(bits))))
    };
    let entries: Option<Vec<_>> = value.get(4..)?.chunks(8).map(entry).collect();
    entries.map(|entries| entries.join(","))
}

fn triple(bits: u32) -> String {
    [(4, 'r'), (2, 'w'), (1, 'x')]
        .into_iter()
        .map(|(bit, letter)| if bits & bit != 0 { letter } else { '-' })
        .collect()
}

/// `rwxr-sr-x`, as ls(1) prints it.
fn symbolic(mode: &Number) -> Option<String> {
    let Number::Value(mode) = mode else {
        return None;
    };
    let mode = u32::try_from(*mode).ok()?;
    let special = [(0o4000, 6, 's'), (0o2000, 3, 's'), (0o1000, 0, 't')];
    let triples = special.map(|(bit, shift, letter)| {
        let mut text = triple(mode >> shift & 7);
        if mode & bit != 0 {
            let mark = match text.pop() {
                Some('x') => letter,
                _ => letter.to_ascii_uppercase(),
            };
            text.push(mark);
        }
        text
    });
    Some(triples.concat())
}

/// A time beside the epoch that all times of the archive are clamped to.
fn against(time: &Timestamp, epoch: i64) -> String {
    let Timestamp::Seconds {
        negative, whole, ..
    } = time
    else {
        return "no time".to_owned();
    };
    let Some(seconds) = i64::try_from(*whole)
        .ok()
        .map(|whole| if *negative { -whole } else { whole })
    else {
        return "beyond all clocks".to_owned();
    };
    match seconds.saturating_sub(epoch) {
        0 => "at SOURCE_DATE_EPOCH".to_owned(),
        after @ 1.. => format!("{after} s after SOURCE_DATE_EPOCH: not clamped"),
        before => format!("{} s before SOURCE_DATE_EPOCH", before.unsigned_abs()),
    }
}

/// Whether two link targets lead to the same place.
fn same_target(divergence: &Divergence, left: &SideEntry, right: &SideEntry) -> Option<String> {
    let place = |side: &SideEntry| resolved(&divergence.path, &side.entry.linkname);
    (place(left) == place(right)).then(|| "both lead to the same place\n".to_owned())
}

/// A target as components from the root of the archive.
fn resolved(path: &[u8], target: &[u8]) -> Vec<Vec<u8>> {
    let mut place: Vec<Vec<u8>> = Vec::new();
    let directory = path.split(|byte| *byte == b'/').collect::<Vec<_>>();
    let above = directory.split_last().map_or(&[][..], |(_, above)| above);
    let start = if target.starts_with(b"/") {
        &[][..]
    } else {
        above
    };
    for part in start
        .iter()
        .copied()
        .chain(target.split(|byte| *byte == b'/'))
    {
        match part {
            b"" | b"." => {}
            b".." => {
                let _ = place.pop();
            }
            part => place.push(part.to_vec()),
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_read_as_getcap_prints_them() {
        let raw = |words: [u32; 5]| words.map(u32::to_le_bytes).concat();
        let one = raw([0x0200_0001, 1 << 13, 0, 0, 0]);
        assert_eq!(capabilities(&one).as_deref(), Some("cap_net_raw=ep"));
        let two = raw([0x0200_0000, 1 << 10 | 1 << 12, 0, 1 << 8, 0]);
        assert_eq!(
            capabilities(&two).as_deref(),
            Some("cap_net_bind_service,cap_net_admin,cap_checkpoint_restore=p")
        );
        assert_eq!(capabilities(b"\x01"), None);
    }

    #[test]
    fn access_lists_read_as_getfacl_prints_them() {
        let entry = |tag: u16, bits: u16, id: u32| {
            [
                &tag.to_le_bytes()[..],
                &bits.to_le_bytes(),
                &id.to_le_bytes(),
            ]
            .concat()
        };
        let list = [
            2_u32.to_le_bytes().to_vec(),
            entry(1, 7, u32::MAX),
            entry(4, 5, u32::MAX),
            entry(8, 5, 4),
            entry(16, 5, u32::MAX),
            entry(32, 0, u32::MAX),
        ]
        .concat();
        assert_eq!(
            access_list(&list).as_deref(),
            Some("user::rwx,group::r-x,group:4:r-x,mask::r-x,other::---")
        );
    }

    #[test]
    fn modes_and_times_read_as_people_know_them() {
        let mode = |bits| symbolic(&Number::Value(bits));
        assert_eq!(mode(0o2755).as_deref(), Some("rwxr-sr-x"));
        assert_eq!(mode(0o1777).as_deref(), Some("rwxrwxrwt"));
        assert_eq!(mode(0o4644).as_deref(), Some("rwSr--r--"));
        let at = |text: &[u8]| against(&Timestamp::from_pax(text), 100);
        assert_eq!(at(b"100.5"), "at SOURCE_DATE_EPOCH");
        assert_eq!(at(b"103"), "3 s after SOURCE_DATE_EPOCH: not clamped");
        assert_eq!(at(b"40"), "60 s before SOURCE_DATE_EPOCH");
    }

    #[test]
    fn targets_that_lead_to_one_place_are_found() {
        assert_eq!(
            resolved(b"./usr/bin/awk", b"/etc/x"),
            resolved(b"./usr/bin/awk", b"../../etc/x")
        );
        assert_ne!(resolved(b"./a", b"b"), resolved(b"./a", b"c"));
    }
}
