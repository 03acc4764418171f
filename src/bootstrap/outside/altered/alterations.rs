//! What is altered of an outside, as data.
//!
//! Each alteration is of what maintainer scripts, or tools that they run, are known to
//! read, and leaves mmdebstrap, apt and dpkg working. None takes a file away: that a file was
//! looked for in vain is not in the trace, that it was read is. A text that is added says
//! where it is from, so that it can be told apart wherever it turns up.

/// One kind of alteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alteration {
    /// Short and stable.
    pub name: &'static str,
    /// What is altered, one line.
    pub about: &'static str,
    /// A script for sh(1), run by root of a sandbox with the tree as its
    /// directory; see the prelude for the functions it has.
    pub shell: &'static str,
}

/// All alterations.
pub const ALTERATIONS: [Alteration; 16] = [
    Alteration {
        name: "accounts",
        about: "system accounts and groups have each other's ids, and there is one more of each",
        // `_apt` is apt's own, and ids from 1000 are nobody's business. passwd's postinst gives
        // up where `getent group shadow` says another id than 42: that is a leak, and it
        // would hide all others.
        shell: r#"kept=_apt
if [ -e var/lib/dpkg/info/passwd.postinst ]; then kept=shadow; fi
for file in etc/passwd etc/group; do
    is_file "$file" || continue
    awk -F: -v OFS=: -v kept="$kept" '
        { is_system = $3 > 0 && $3 < 1000 && $1 != "_apt" && $1 != kept }
        NR == FNR { if (is_system) ids[count++] = $3; next }
        is_system { $3 = ids[++at % count] }
        { print }' "$file" "$file" >/tmp/rotated
    cat /tmp/rotated >"$file"
done
add 'different-outside:x:977:977:different outside:/nonexistent:/usr/sbin/nologin' etc/passwd
add 'different-outside:x:977:' etc/group
add 'different-outside:!*:20000::::::' etc/shadow
add 'different-outside:!*::' etc/gshadow
add 'different-outside:977000:65536' etc/subuid etc/subgid"#,
    },
    Alteration {
        name: "account-defaults",
        about: "other ranges of ids, home directories and shells for new accounts",
        shell: r#"change 's/^\(SYS_UID_MIN\|SYS_GID_MIN\)[ \t].*/\1 300/; s/^#\(SYS_UID_MIN\|SYS_GID_MIN\)[ \t].*/\1 300/
s/^UMASK[ \t].*/UMASK 027/; s/^#\{0,1\}HOME_MODE[ \t].*/HOME_MODE 0711/' etc/login.defs
mark etc/login.defs etc/deluser.conf
make etc/adduser.conf 'FIRST_SYSTEM_UID=300' 'FIRST_SYSTEM_GID=300' 'DSHELL=/bin/different' 'DIR_MODE=0711'
change 's|^SHELL=.*|SHELL=/bin/different|' etc/default/useradd
add 'HOME=/home/different' etc/default/useradd"#,
    },
    Alteration {
        name: "names",
        about: "other names of the host, in hostname, hosts and mailname",
        shell: r"make etc/hostname different-outside
make etc/mailname different-outside.invalid
add '192.0.2.1 different-outside.invalid different-outside' etc/hosts
add 'different-outside 192.0.2.0' etc/networks
if is_file etc/machine-id; then echo d1ffe2e47d1ffe2e47d1ffe2e47d1ff0 >etc/machine-id; fi",
    },
    Alteration {
        name: "release",
        about: "another release by os-release, debian_version and issue",
        shell: r#"change 's/^VERSION_ID=.*/VERSION_ID="977"/; s/^VERSION=.*/VERSION="977 (different)"/
s/^VERSION_CODENAME=.*/VERSION_CODENAME=different/; s/^PRETTY_NAME=.*/PRETTY_NAME="Different outside"/' usr/lib/os-release
change 's/.*/977.0/' etc/debian_version
mark etc/issue etc/issue.net etc/motd"#,
    },
    Alteration {
        name: "shells",
        about: "other login shells, in shells, what it is made of, and its state",
        shell: r"add /bin/different-shell etc/shells var/lib/shells.state usr/share/debianutils/shells
make usr/share/debianutils/shells.d/different-outside /bin/different-shell-of-a-package",
    },
    Alteration {
        name: "libraries",
        about: "a further directory of libraries, in ld.so.conf.d and ld.so.cache",
        shell: r#"[ -d etc/ld.so.conf.d ] || exit 0
for library in usr/lib/*/libz.so.1; do
    [ -e "$library" ] || continue
    mkdir -p usr/local/lib/different-outside
    cp -L "$library" usr/local/lib/different-outside/libz.so.1
    echo /usr/local/lib/different-outside >etc/ld.so.conf.d/zz-different-outside.conf
    chroot . ldconfig
    break
done"#,
    },
    Alteration {
        name: "dpkg-options",
        about: "dpkg leaves out changelogs, as slim images have it (#808203)",
        shell: r"make etc/dpkg/dpkg.cfg.d/different-outside 'path-exclude=/usr/share/doc/*/changelog*'",
    },
    Alteration {
        name: "apt-options",
        about: "apt has dpkg leave out overrides of lintian",
        shell: r#"make etc/apt/apt.conf.d/99different-outside 'DPkg::Options:: "--path-exclude=/usr/share/lintian/*";'"#,
    },
    Alteration {
        name: "dpkg-database",
        about: "dpkg has a further package, a diversion and a changed mode, and alternatives were chosen by hand",
        shell: r#"if is_file var/lib/dpkg/status; then
    printf '\nPackage: different-outside\nStatus: install ok installed\nPriority: optional\nSection: misc\nMaintainer: Different Outside <root@localhost>\nArchitecture: all\nVersion: 977\nDescription: package of the outside alone\n' >>var/lib/dpkg/status
    printf '/.\n' >var/lib/dpkg/info/different-outside.list
    printf '%s\n' /usr/share/base-files/info.dir /usr/share/base-files/info.dir.different different-outside >>var/lib/dpkg/diversions
    printf 'root root 0600 /usr/share/base-files/motd\n' >>var/lib/dpkg/statoverride
fi
change '1s/^auto$/manual/' var/lib/dpkg/alternatives/*"#,
    },
    Alteration {
        name: "pam",
        about: "other templates, profiles and priorities of pam-auth-update",
        shell: r"mark usr/share/pam/common-account usr/share/pam/common-auth usr/share/pam/common-password usr/share/pam/common-session usr/share/pam/common-session-noninteractive
change 's/^Priority: .*/Priority: 1/' usr/share/pam-configs/*
make usr/share/pam-configs/different-outside 'Name: Different outside' 'Default: yes' 'Priority: 900' \
    'Session-Type: Additional' 'Session:' '	optional	pam_permit.so different_outside'
mark etc/pam.d/* etc/pam.conf
add different-outside var/lib/pam/seen",
    },
    Alteration {
        name: "debconf",
        about: "debconf has other answers, defaults and a further question, in another file",
        shell: r"change 's/^Value: true$/Value: no/; s/^Value: false$/Value: true/; s/^Value: no$/Value: false/' var/cache/debconf/config.dat
change 's/^Default: true$/Default: no/; s/^Default: false$/Default: true/; s/^Default: no$/Default: false/' var/cache/debconf/templates.dat
if is_file var/cache/debconf/config.dat; then
    printf 'Name: different/outside\nTemplate: different/outside\nValue: true\nOwners: different-outside\nFlags: seen\n\n' >>var/cache/debconf/config.dat
    printf 'Name: different/outside\nDescription: Different outside?\nType: boolean\nOwners: different/outside\n\n' >>var/cache/debconf/templates.dat
fi
mark etc/debconf.conf",
    },
    Alteration {
        name: "locale-and-time",
        about: "another time zone, locale and environment",
        shell: r"if [ -f usr/share/zoneinfo/Pacific/Chatham ]; then
    rm -f etc/localtime
    cp -L usr/share/zoneinfo/Pacific/Chatham etc/localtime
    echo Pacific/Chatham >etc/timezone
fi
add 'de_AT.UTF-8 UTF-8' etc/locale.gen
make etc/locale.conf 'LANG=de_AT.UTF-8'
make etc/default/locale 'LANG=de_AT.UTF-8'
add 'DIFFERENT_OUTSIDE=1' etc/environment",
    },
    Alteration {
        name: "templates",
        about: "other files to copy from: base-files, base-passwd, libc-bin and skel",
        shell: r"mark usr/share/base-files/* usr/share/libc-bin/* usr/share/adduser/* etc/skel/.bashrc etc/skel/.profile etc/skel/.bash_logout
make etc/skel/.different-outside 'different outside'
add 'different-outside:*:978:978:different outside:/nonexistent:/usr/sbin/nologin' usr/share/base-passwd/passwd.master
add 'different-outside:*:978:' usr/share/base-passwd/group.master",
    },
    Alteration {
        name: "name-services",
        about: "a further database of nsswitch, services and protocols",
        shell: r"add 'different-outside: files' etc/nsswitch.conf
add 'different-outside 977/tcp' etc/services
add 'different-outside 253 DIFFERENT' etc/protocols
add 'different-outside 977977' etc/rpc",
    },
    Alteration {
        name: "systemd",
        about: "further presets, users, temporary files, catalog and hardware of systemd and udev",
        shell: r#"make etc/systemd/system-preset/00-different-outside.preset 'disable *'
make usr/lib/systemd/system-preset/00-different-outside.preset 'disable *'
make usr/lib/sysusers.d/different-outside.conf 'u different-outside 979 "Different outside"'
make usr/lib/tmpfiles.d/different-outside.conf 'd /var/lib/different-outside 0711 - - -'
make usr/lib/udev/hwdb.d/99-different-outside.hwdb 'different:outside:*' ' ID_DIFFERENT=1'
make usr/lib/systemd/catalog/different-outside.catalog '-- d1ffe2e47d1ffe2e47d1ffe2e47d1ff0' 'Subject: Different outside' '' 'Different outside.'
make usr/lib/sysctl.d/99-different-outside.conf 'kernel.panic = 977'"#,
    },
    Alteration {
        name: "defaults",
        about: "further settings in etc/default, and of apt's, python's and certificates' lists",
        shell: r#"for file in etc/default/*; do
    case ${file##*/} in useradd | locale) ;; *) mark "$file" ;; esac
done
mark etc/python3/debian_config etc/fstab etc/mime.types etc/profile etc/bash.bashrc etc/inputrc
add '!mozilla/Different_Outside.crt' etc/ca-certificates.conf
make etc/apt/preferences.d/different-outside 'Package: different-outside' 'Pin: version *' 'Pin-Priority: -1'"#,
    },
];
