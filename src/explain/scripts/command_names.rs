//! Tables of commands, by what they do to files.

/// Programs that read `DPKG_ROOT` themselves, seen in their own files: dpkg's,
/// init-system-helpers', debianutils' and passwd's shadowconfig.
pub(crate) const HELPERS: [&str; 19] = [
    "add-shell",
    "deb-systemd-helper",
    "deb-systemd-invoke",
    "dpkg",
    "dpkg-deb",
    "dpkg-divert",
    "dpkg-maintscript-helper",
    "dpkg-query",
    "dpkg-realpath",
    "dpkg-split",
    "dpkg-statoverride",
    "dpkg-trigger",
    "invoke-rc.d",
    "remove-shell",
    "shadowconfig",
    "update-alternatives",
    "update-rc.d",
    "update-shells",
    "confmodule",
];

/// Commands that neither read nor change files, or only say where a program is.
pub(crate) const HARMLESS: [&str; 55] = [
    ":",
    "[[",
    "alias",
    "apt-config",
    "basename",
    "break",
    "builtin",
    "cd",
    "clear",
    "continue",
    "date",
    "dirname",
    "echo",
    "eval",
    "exit",
    "export",
    "expr",
    "false",
    "getopt",
    "getopts",
    "gettext",
    "hash",
    "hostname",
    "id",
    "ischroot",
    "let",
    "local",
    "locale",
    "logger",
    "mktemp",
    "pgrep",
    "pidof",
    "printf",
    "pwd",
    "read",
    "readonly",
    "return",
    "runlevel",
    "seq",
    "set",
    "shift",
    "sleep",
    "tr",
    "trap",
    "true",
    "tty",
    "type",
    "umask",
    "uname",
    "unset",
    "wait",
    "which",
    "who",
    "whoami",
    "yes",
];

/// Commands that read the files they are given.
pub(crate) const READERS: [&str; 34] = [
    "awk",
    "cat",
    "cmp",
    "comm",
    "cut",
    "diff",
    "du",
    "egrep",
    "fgrep",
    "file",
    "find",
    "gawk",
    "getcap",
    "grep",
    "head",
    "ls",
    "mawk",
    "md5sum",
    "od",
    "readlink",
    "realpath",
    "rev",
    "sed",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "sort",
    "stat",
    "tac",
    "tail",
    "uniq",
    "wc",
    "zcat",
    "zgrep",
];

/// Of the readers, those whose first operand is a program or a pattern.
pub(crate) const WITH_PROGRAM: [&str; 7] = ["awk", "egrep", "fgrep", "gawk", "grep", "mawk", "sed"];

/// Commands that change the files they are given.
pub(crate) const WRITERS: [&str; 23] = [
    "chattr",
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "dd",
    "install",
    "ln",
    "mkdir",
    "mkfifo",
    "mknod",
    "mv",
    "patch",
    "restorecon",
    "rm",
    "rmdir",
    "setcap",
    "setfacl",
    "tee",
    "touch",
    "truncate",
    "unlink",
    "shred",
];

/// Commands that run the command after them.
pub(crate) const WRAPPERS: [&str; 8] = [
    "command", "env", "exec", "ionice", "nice", "nohup", "time", "xargs",
];

/// Where the outside is used on purpose: its programs, its kernel, its devices.
pub(crate) const OUTSIDES_OWN: [&str; 12] = [
    "/bin/",
    "/dev/",
    "/proc/",
    "/sbin/",
    "/sys/",
    "/run/systemd",
    "/tmp/",
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/share/debconf/",
    "/usr/share/dpkg/",
    "/usr/lib/dpkg/",
];

/// Whether a path is meant to be that of the outside system, when it is read.
pub(crate) fn is_outsides_own(path: &str) -> bool {
    OUTSIDES_OWN.iter().any(|place| path.starts_with(place))
}

/// Of those, where writing changes no file of the outside.
pub(crate) const NOT_FILES: [&str; 4] = ["/dev/", "/proc/", "/sys/", "/tmp/"];
