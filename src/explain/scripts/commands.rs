//! What commands do to a system, by name.
//!
//! A command that is in no table counts as acting on the system it runs on: it is better to
//! show a line too many than to miss the one that wrote.

use crate::explain::scripts::interpret::value::Value;
use crate::explain::scripts::line::Act;

/// Programs that read `DPKG_ROOT` themselves, seen in their own files: dpkg's,
/// init-system-helpers', debianutils' and passwd's shadowconfig.
const HELPERS: [&str; 19] = [
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

/// Commands that neither read nor change files.
const HARMLESS: [&str; 49] = [
    ":",
    "[[",
    "alias",
    "apt-config",
    "basename",
    "break",
    "builtin",
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
];

/// A few more of them, and those that only say where a program is.
const HARMLESS_TOO: [&str; 6] = ["wait", "which", "who", "whoami", "yes", "cd"];

/// Commands that read the files they are given.
const READERS: [&str; 34] = [
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

/// Of these, the first operand is a program or a pattern.
const WITH_PROGRAM: [&str; 7] = ["awk", "egrep", "fgrep", "gawk", "grep", "mawk", "sed"];

/// Commands that change the files they are given.
const WRITERS: [&str; 23] = [
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
const WRAPPERS: [&str; 8] = [
    "command", "env", "exec", "ionice", "nice", "nohup", "time", "xargs",
];

/// Places that are the outside's on purpose: its programs, its kernel, its devices.
const OUTSIDES_OWN: [&str; 12] = [
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

/// What a command with its arguments does, given the directory it is run in.
pub(crate) fn acts(words: &[Value], directory: &Value) -> Vec<Act> {
    let Some((first, arguments)) = words.split_first() else {
        return Vec::new();
    };
    let shown = first.shown();
    if first.is_rooted() {
        return vec![Act::Rooted(rooted(first))];
    }
    let name = shown.rsplit('/').next().unwrap_or_default();
    match name {
        // A command that only a run would tell.
        "" | "*" => Vec::new(),
        "." | "source" => sourced(arguments),
        "test" | "[" => tested(arguments),
        "getent" => accounts(arguments),
        "dpkg" if has_option(arguments, &["--compare-versions", "--print-architecture"]) => {
            Vec::new()
        }
        "command" if has_option(arguments, &["-v", "-V"]) => Vec::new(),
        _ if name.starts_with("db_") || HELPERS.contains(&name) => {
            vec![Act::Helper(name.to_owned())]
        }
        _ if HARMLESS.contains(&name) || HARMLESS_TOO.contains(&name) => Vec::new(),
        _ if WRAPPERS.contains(&name) => {
            let is_option = |value: &&Value| {
                let text = value.shown();
                text.starts_with('-') || text.contains('=')
            };
            let options = arguments.iter().take_while(is_option).count();
            acts(arguments.get(options..).unwrap_or_default(), directory)
        }
        "sed" if has_option_like(arguments, "-i") || has_option_like(arguments, "--in-place") => {
            operands(name, arguments, directory, Act::Writes)
        }
        "find" if has_option(arguments, &["-delete", "-exec", "-execdir", "-ok"]) => {
            operands(name, arguments, directory, Act::Writes)
        }
        _ if READERS.contains(&name) => operands(name, arguments, directory, Act::Reads),
        _ if WRITERS.contains(&name) => writer(name, arguments, directory),
        _ if arguments.iter().any(Value::has_root) => vec![Act::Rooted(name.to_owned())],
        _ => vec![Act::Runs(if first.is_absolute() {
            shown
        } else {
            name.to_owned()
        })],
    }
}

/// What a redirection does.
pub(crate) fn redirected(target: &Value, writes: bool, directory: &Value) -> Option<Act> {
    file(
        target,
        directory,
        if writes { Act::Writes } else { Act::Reads },
    )
}

fn has_option(arguments: &[Value], options: &[&str]) -> bool {
    arguments
        .iter()
        .filter_map(Value::text)
        .any(|text| options.contains(&text.as_str()))
}

fn has_option_like(arguments: &[Value], option: &str) -> bool {
    arguments
        .iter()
        .any(|value| value.shown().starts_with(option))
}

/// A library of the outside is read as its programs are; other files are data.
fn sourced(arguments: &[Value]) -> Vec<Act> {
    let Some(path) = arguments.first() else {
        return Vec::new();
    };
    let shown = path.shown();
    if shown.ends_with("/debconf/confmodule") {
        return vec![Act::Helper("confmodule".to_owned())];
    }
    if shown.starts_with("/usr/") || shown.starts_with("/lib/") {
        return Vec::new();
    }
    file(path, &Value::default(), Act::Reads)
        .into_iter()
        .collect()
}

/// `getent` reads the accounts of the system it runs on.
fn accounts(arguments: &[Value]) -> Vec<Act> {
    let database = arguments.first().and_then(Value::text);
    match database.as_deref() {
        Some("passwd") => vec![Act::Reads("/etc/passwd".to_owned())],
        Some("group") => vec![Act::Reads("/etc/group".to_owned())],
        Some("shadow") => vec![Act::Reads("/etc/shadow".to_owned())],
        Some(_) | None => vec![Act::Runs("getent".to_owned())],
    }
}

/// The files that `test` looks at. Whether a program can be run is asked of the outside.
fn tested(arguments: &[Value]) -> Vec<Act> {
    let pairs = arguments.iter().zip(arguments.iter().skip(1));
    let looked = pairs.filter_map(|(operator, path)| {
        let operator = operator.text()?;
        let looks = operator.len() == 2
            && operator.starts_with('-')
            && operator.ends_with(|sign| "bcdefghLprsStuwxOGNk".contains(sign));
        let is_program = operator == "-x" && !path.shown().starts_with("/etc/");
        if !looks || (is_program && path.is_absolute()) {
            return None;
        }
        file(path, &Value::default(), Act::Reads)
    });
    looked.collect()
}

fn operands(
    name: &str,
    arguments: &[Value],
    directory: &Value,
    act: fn(String) -> Act,
) -> Vec<Act> {
    let is_operand = |value: &&Value| !value.shown().starts_with('-');
    let program_is_option = has_option(arguments, &["-e", "-f", "--expression"]);
    let skipped = usize::from(WITH_PROGRAM.contains(&name) && !program_is_option);
    let operands = arguments.iter().filter(is_operand).skip(skipped);
    operands
        .filter_map(|path| file(path, directory, act))
        .collect()
}

fn writer(name: &str, arguments: &[Value], directory: &Value) -> Vec<Act> {
    // The first operand of these is a mode or an owner.
    let takes_mode = matches!(name, "chmod" | "chown" | "chgrp" | "setcap" | "chattr");
    let skipped = usize::from(takes_mode && !has_option_like(arguments, "--reference"));
    let operands: Vec<&Value> = arguments
        .iter()
        .filter(|value| !value.shown().starts_with('-'))
        .skip(skipped)
        .collect();
    let (last, others) = match operands.split_last() {
        Some((last, others)) => (*last, others),
        None => return Vec::new(),
    };
    let is_symbolic = name == "ln"
        && arguments.iter().any(|value| {
            let text = value.shown();
            text == "--symbolic"
                || (text.starts_with('-') && !text.starts_with("--") && text.contains('s'))
        });
    let mut acts: Vec<Act> = match name {
        // The target of a symbolic link is text.
        "ln" if is_symbolic => Vec::new(),
        "cp" | "install" | "ln" => others
            .iter()
            .filter_map(|path| file(path, directory, Act::Reads))
            .collect(),
        _ => others
            .iter()
            .filter_map(|path| file(path, directory, Act::Writes))
            .collect(),
    };
    acts.extend(file(last, directory, Act::Writes));
    acts
}

/// A path inside the chroot.
fn rooted(path: &Value) -> String {
    let shown = path.shown();
    let inside = shown.strip_prefix("$DPKG_ROOT").unwrap_or(&shown);
    format!("/{}", inside.trim_start_matches('/'))
}

/// An act on a file: on the chroot's, on the outside's, or on none that is known.
fn file(path: &Value, directory: &Value, act: fn(String) -> Act) -> Option<Act> {
    if path.is_rooted() {
        return Some(Act::Rooted(rooted(path)));
    }
    let shown = if path.is_absolute() {
        path.shown()
    } else if path.is_relative() && directory.is_absolute() {
        format!("{}/{}", directory.shown(), path.shown())
    } else {
        // A relative path is the chroot's: scripts begin in its root.
        return None;
    };
    let is_path = shown
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/._+@:~-*?,=#{}[]".contains(&byte));
    let is_outsides_own = OUTSIDES_OWN.iter().any(|place| shown.starts_with(place))
        && (act(String::new()) == Act::Reads(String::new())
            || ["/dev/", "/proc/", "/sys/", "/tmp/"]
                .iter()
                .any(|place| shown.starts_with(place)));
    (is_path && !is_outsides_own).then(|| act(shown))
}

/// What tools are known to make: the tool, and the start of the paths.
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
