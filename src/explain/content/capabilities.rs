//! File capabilities: capabilities(7), the extended attribute `security.capability`.

use std::fmt;

use crate::explain::content::bytes::{Order, u32_at};

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

/// The capabilities that a program file gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileCapabilities {
    /// Whether the permitted ones are effective at once.
    pub effective: bool,
    /// A bit for each permitted capability.
    pub permitted: u64,
    /// A bit for each inheritable capability.
    pub inheritable: u64,
    /// The user id of root in the namespace that the file belongs to.
    pub root_id: Option<u32>,
}

impl FileCapabilities {
    /// Reads `struct vfs_cap_data`: a `u32` with the version in the top byte and the effective bit
    /// in the lowest, then permitted and inheritable, once for version 1 and twice since; version
    /// 3 ends with the user id of root. All are little-endian. `None` if the value is cut.
    pub(crate) fn read(value: &[u8]) -> Option<Self> {
        let word = |at: usize| u32_at(value, at, Order::Little);
        let magic = word(0)?;
        let version = magic >> 24;
        let set = |low: usize| {
            let high = if version == 1 { 0 } else { word(low + 8)? };
            Some(u64::from(high) << 32 | u64::from(word(low)?))
        };
        Some(Self {
            effective: magic & 1 == 1,
            permitted: set(4)?,
            inheritable: set(8)?,
            root_id: if version == 3 { Some(word(20)?) } else { None },
        })
    }
}

impl fmt::Display for FileCapabilities {
    /// `cap_net_raw=ep`, as getcap(8) prints it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            permitted,
            inheritable,
            ..
        } = *self;
        let effective = if self.effective { "e" } else { "" };
        let sets = [
            (permitted & inheritable, "ip"),
            (permitted & !inheritable, "p"),
            (inheritable & !permitted, "i"),
        ];
        let sets = sets.into_iter().filter(|(bits, _)| *bits != 0);
        let sets = sets.map(|(bits, flags)| format!("{}={effective}{flags}", names(bits)));
        let root = self.root_id.map(|id| format!("root id {id}"));
        let words: Vec<String> = sets.chain(root).collect();
        out.write_str(&words.join(" "))
    }
}

/// Names of a set of capabilities; the number of a bit that has no name.
fn names(bits: u64) -> String {
    let names = (0..64).filter(|bit| bits >> bit & 1 == 1).map(|bit| {
        CAPABILITIES
            .get(bit)
            .map_or_else(|| bit.to_string(), |name| format!("cap_{name}"))
    });
    names.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_read_as_getcap_prints_them() {
        let shown = |words: &[u32]| {
            let raw: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            FileCapabilities::read(&raw).map(|capabilities| capabilities.to_string())
        };
        let cases: [(&[u32], Option<&str>); 5] = [
            (&[0x0200_0001, 1 << 13, 0, 0, 0], Some("cap_net_raw=ep")),
            (
                &[0x0200_0000, 1 << 10 | 1 << 12, 0, 1 << 8, 0],
                Some("cap_net_bind_service,cap_net_admin,cap_checkpoint_restore=p"),
            ),
            (&[0x0100_0000, 1, 1], Some("cap_chown=ip")),
            (
                &[0x0300_0001, 0, 1 << 1, 0, 0, 1000],
                Some("cap_dac_override=ei root id 1000"),
            ),
            (&[0x0200_0001, 1], None),
        ];
        for (words, expected) in cases {
            assert_eq!(shown(words).as_deref(), expected, "{words:x?}");
        }
        assert_eq!(FileCapabilities::read(b"\x01"), None);
    }
}
