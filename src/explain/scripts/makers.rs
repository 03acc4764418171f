//! Which tools are known to make which files.

/// Tools, and how the paths of what they make begin.
const MAKES: [(&str, &str); 24] = [
    ("add-shell", "etc/shells"),
    ("addgroup", "etc/group"),
    ("addgroup", "etc/gshadow"),
    ("adduser", "etc/group"),
    ("adduser", "etc/gshadow"),
    ("adduser", "etc/passwd"),
    ("adduser", "etc/shadow"),
    ("adduser", "run/adduser"),
    ("groupadd", "etc/group"),
    ("groupadd", "etc/gshadow"),
    ("ldconfig", "etc/ld.so.cache"),
    ("ldconfig", "var/cache/ldconfig"),
    ("pam-auth-update", "etc/pam.d"),
    ("systemd-hwdb", "usr/lib/udev/hwdb.bin"),
    ("systemd-machine-id-setup", "etc/machine-id"),
    ("update-alternatives", "etc/alternatives"),
    ("update-ca-certificates", "etc/ssl/certs"),
    ("update-passwd", "etc/passwd"),
    ("update-rc.d", "etc/rc"),
    ("update-shells", "etc/shells"),
    ("update-shells", "var/lib/shells.state"),
    ("useradd", "etc/passwd"),
    ("useradd", "etc/shadow"),
    ("systemd-sysusers", "etc/passwd"),
];

/// Whether a tool is known to make a path.
pub(crate) fn makes(tool: &str, path: &str) -> bool {
    let name = tool.rsplit('/').next().unwrap_or(tool);
    MAKES
        .iter()
        .any(|(known, start)| *known == name && path.starts_with(start))
}
