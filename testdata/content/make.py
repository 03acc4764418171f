#!/usr/bin/env python3
"""Makes the pairs of this directory: one or more for every format that contents are read as.

`make.py` writes CASE/left, CASE/right and CASE/path. CASE/expected.txt is what twinroot says of
them, written by hand and held by the test `every_pair_reads_as_expected`.
"""
import gzip
import io
import lzma
import os
import struct
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))


def case(name, path, left, right):
    place = os.path.join(HERE, name)
    os.makedirs(place, exist_ok=True)
    for side, content in (("left", left), ("right", right), ("path", path)):
        if isinstance(content, str):
            content = content.encode()
        with open(os.path.join(place, side), "wb") as out:
            out.write(content)


def ld_cache(generator, libraries):
    """glibc's format 1.1, little endian, with one extension: the generator."""
    strings, offsets = b"", []
    start = 48 + 24 * len(libraries)
    for name, path in libraries:
        places = []
        for text in (name, path):
            places.append(start + len(strings))
            strings += text.encode() + b"\0"
        offsets.append(places)
    strings += b"\0" * (-(start + len(strings)) % 4)
    at = start + len(strings)
    out = b"glibc-ld.so.cache1.1"
    out += struct.pack("<IIB3xI12x", len(libraries), len(strings), 2, at)
    for name, path in offsets:
        out += struct.pack("<iIIIQ", 0x0303, name, path, 0, 0)
    return out + strings + struct.pack("<IIIIII", 0xEAA42174, 1, 0, 0, at + 24, len(generator)) + generator.encode()


def elf(build_id, text, interpreter=b"/lib64/ld-linux-x86-64.so.2\0"):
    """An ELF file of 64 bits with sections and without segments."""
    note = struct.pack("<III4s", 4, len(build_id), 3, b"GNU\0") + build_id
    sections = [(b"", 0, b""), (b".interp", 1, interpreter), (b".note.gnu.build-id", 7, note), (b".text", 1, text)]
    names = b""
    places, at, body = [], 64, b""
    for name, kind, data in sections:
        places.append((len(names), kind, at + len(body), len(data)))
        names += name + b"\0"
        body += data + b"\0" * (-len(data) % 8)
    places.append((len(names), 3, at + len(body), 0))
    names += b".shstrtab\0"
    places[-1] = (*places[-1][:3], len(names))
    body += names + b"\0" * (-len(names) % 8)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0x1000, 0, 64 + len(body), 0, 64, 0, 0, 64, len(places), len(places) - 1)
    table = b"".join(struct.pack("<IIQQQQIIQQ", name, kind, 0, 0, offset, size, 0, 0, 4, 0) for name, kind, offset, size in places)
    return head + body + table


def gz(content, time, name=None):
    out = io.BytesIO()
    with gzip.GzipFile(filename=name or "", mode="wb", fileobj=out, mtime=time) as packed:
        packed.write(content)
    return out.getvalue()


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content, time in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), time
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def ar(members):
    out = b"!<arch>\n"
    for name, content, time in members:
        out += f"{name:<16}{time:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode() + content
        out += b"\n" * (len(content) % 2)
    return out


def rpm_header(name, time):
    """A name and a build time."""
    store = name + b"\0" * (-len(name) % 4)
    index = struct.pack(">8I", 1000, 6, 0, 1, 1006, 4, len(store), 1)
    store += struct.pack(">I", time)
    return b"\x8e\xad\xe8\x01" + struct.pack(">3I", 0, 2, len(store)) + index + store


def cpio(members):
    out = b""
    for number, (name, content, mode) in enumerate([*members, ("TRAILER!!!", b"", 0)]):
        fields = [number, mode, 0, 0, 1, 1700000000, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        out += b"070701" + "".join(f"{field:08x}" for field in fields).encode() + name.encode() + b"\0"
        out += b"\0" * (-len(out) % 4) + content
        out += b"\0" * (-len(out) % 4)
    return out


def deb(control, time):
    packed = lzma.compress(tar([("./control", control, time)]), format=lzma.FORMAT_XZ)
    data = gz(tar([("./usr/share/doc/x/copyright", b"free\n", 1700000000)]), 0)
    return ar([("debian-binary", b"2.0\n", time), ("control.tar.xz", packed, time), ("data.tar.gz", data, time)])


def locales(names):
    head = 56
    strings, slots = b"", []
    start = head + 12 * (len(names) + 1)
    for name in names:
        slots.append(struct.pack("<III", 7, start + len(strings), 0))
        strings += name.encode() + b"\0"
    slots.append(bytes(12))
    fields = [0xDE020109, 0, head, len(names), len(slots), start, len(strings), len(strings)]
    return struct.pack("<14I", *fields, *([0] * 6)) + b"".join(slots) + strings


PASSWD = "root:x:0:0:root:/root:/bin/bash\n"
case("passwd", "./etc/passwd",
     PASSWD + "messagebus:x:100:107::/nonexistent:/usr/sbin/nologin\n_apt:x:42:65534::/nonexistent:/usr/sbin/nologin\n",
     PASSWD + "_apt:x:100:65534::/nonexistent:/usr/sbin/nologin\n")
case("group", "./etc/group", "root:x:0:\nadm:x:4:syslog\ncrontab:x:101:\n", "root:x:0:\nadm:x:4:\n")
case("shadow", "./etc/shadow-",
     "root:*:20416:0:99999:7:::\n_apt:!:20416::::::\nme:$y$j9T$abc:20416:0:99999:7:::\n",
     "root:*:20417:0:99999:7:::\n_apt:*:20416::::::\nme:$y$j9T$abd:20416:0:99999:7:::\n")
case("gshadow", "./etc/gshadow", "root:*::\nshadow:*::\nutmp:!::\n", "shadow:*::\nroot:*::\nutmp:*::\n")
case("shells", "./etc/shells", "# /etc/shells: valid login shells\n/bin/sh\n/usr/bin/sh\n/bin/bash\n",
     "# /etc/shells: valid login shells\n/bin/bash\n/bin/sh\n")
case("files-list", "./var/lib/dpkg/info/hello.list", "/.\n/usr\n/usr/bin/hello\n", "/.\n/usr\n/usr/bin\n/usr/bin/hello\n")
case("triggers", "./var/lib/dpkg/triggers/File", "/lib/x interest-a\n/usr/lib/x libc-bin\n", "/usr/lib/x libc-bin\n/lib/x interest-a\n")
STATUS = "Package: dash\nStatus: install ok installed\nVersion: 0.5.12-12\nConffiles:\n /etc/a 0123\n"
case("status", "./var/lib/dpkg/status",
     STATUS + "\nPackage: sed\nStatus: install ok installed\nVersion: 4.9-2\nPriority: required\n",
     STATUS.replace("/etc/a 0123", "/etc/a 0124") + "\nPackage: sed\nStatus: install ok unpacked\nVersion: 4.9-2\n\nPackage: hello\nVersion: 1\n")
case("debconf", "./var/cache/debconf/config.dat",
     "Name: debconf/frontend\nTemplate: debconf/frontend\nValue: dialog\nOwners: debconf\n\nName: tzdata/Areas\nTemplate: tzdata/Areas\n",
     "Name: debconf/frontend\nTemplate: debconf/frontend\nValue: noninteractive\nOwners: debconf\n")
case("diversions", "./var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\ndash\n", "/bin/sh\n/bin/sh.distrib\n:\n/a\n/a.real\nx\n")
case("statoverride", "./var/lib/dpkg/statoverride", "root messagebus 4754 /usr/lib/dbus-daemon-launch-helper\n",
     "root 107 4754 /usr/lib/dbus-daemon-launch-helper\n")
case("md5sums", "./var/lib/dpkg/info/sed.md5sums", "0" * 32 + "  bin/sed\n", "1" * 32 + "  bin/sed\n" + "2" * 32 + "  usr/share/doc/sed\n")
AWK = "auto\n/usr/bin/awk\nnawk\n/usr/bin/nawk\n\n/usr/bin/mawk\n5\n/usr/bin/mawk\n\n"
case("alternatives", "./var/lib/dpkg/alternatives/awk", AWK, AWK.replace("auto", "manual")[:-1] + "/usr/bin/gawk\n10\n/usr/bin/gawk\n\n")
case("lastlog", "./var/log/lastlog", bytes(292 * 2), bytes(292))
case("machine-id", "./etc/machine-id", "uninitialized\n", "0123456789abcdef0123456789abcdef\n")
case("random-seed", "./var/lib/systemd/random-seed", bytes(range(256)) * 2, bytes(reversed(range(256))) * 2)
case("ld-so-cache", "./etc/ld.so.cache",
     ld_cache("ldconfig (Debian GLIBC 2.41-12) stable release version 2.41", [("libc.so.6", "/lib/x86_64-linux-gnu/libc.so.6"), ("libm.so.6", "/lib/x86_64-linux-gnu/libm.so.6")]),
     ld_cache("ldconfig (Debian GLIBC 2.36-9) stable release version 2.36", [("libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6")]))
case("elf", "./usr/bin/true", elf(bytes(range(20)), b"\x90" * 16), elf(bytes(range(1, 21)), b"\x90" * 12 + b"\xcc" * 8))
case("gzip", "./usr/share/doc/x/changelog.gz", gz(b"x (1) unstable\n\n  * one\n", 1700000000, "changelog"), gz(b"x (1) unstable\n\n  * two\n", 0))
case("gzip-time", "./usr/share/info/dir.gz", gz(b"same\n", 1700000000), gz(b"same\n", 1700000001))
case("deb", "./var/cache/apt/archives/x_1_all.deb", deb(b"Package: x\nVersion: 1\n", 1700000000), deb(b"Package: x\nVersion: 2\n", 1700000001))
case("cpio", "./boot/initrd.img", cpio([("init", b"#!/bin/sh\n", 0o100755), ("etc", b"", 0o040755)]), cpio([("init", b"#!/bin/sh -e\n", 0o100644)]))
case("dumpdir", "./home/", b"Yf\0Dsub\0\0", b"Nf\0Dsub\0Ynew\0\0")
case("rpm-header", "header", rpm_header(b"hello\0", 1700000000), rpm_header(b"hallo\0", 1700000001))
case("tar", "./srv/inner.tar", tar([("./etc/hostname", b"left\n", 1700000000), ("./a", b"", 0)]), tar([("./etc/hostname", b"right\n", 1700000000)]))
case("tar-of-tars", "./srv/outer.tar",
     tar([("a.tar", tar([("b.tar", tar([("c.tar", tar([("deep", b"1", 0)]), 0)]), 0)]), 0)]),
     tar([("a.tar", tar([("b.tar", tar([("c.tar", tar([("deep", b"2", 0)]), 0)]), 0)]), 0)]))


def hwdb(version, nodes):
    return b"KSLPHHRH" + struct.pack("<9Q", version, 80 + nodes, 80, 24, 16, 32, 80, nodes, 0) + bytes(nodes)


case("hwdb", "./usr/lib/udev/hwdb.bin", hwdb(257, 48), hwdb(252, 24))


def catalog(messages):
    return b"RHHHKSLP" + struct.pack("<IIQQQ", 0, 0, 40, messages, 56) + bytes(56 * messages)


case("catalog", "./var/lib/systemd/catalog/database", catalog(2), catalog(1))
case("locale-archive", "./usr/lib/locale/locale-archive", locales(["C.utf8", "de_DE.utf8"]), locales(["C.utf8", "en_US.utf8"]))
case("pyc-time", "./usr/lib/python3/dist-packages/__pycache__/x.cpython-313.pyc",
     struct.pack("<H2sIII", 3571, b"\r\n", 0, 1700000000, 12) + b"code", struct.pack("<H2sIII", 3571, b"\r\n", 0, 1700000009, 12) + b"code")
case("pyc-hash", "./usr/lib/python3/dist-packages/__pycache__/y.cpython-313.pyc",
     struct.pack("<H2sI8s", 3571, b"\r\n", 3, bytes(8)) + b"code", struct.pack("<H2sI8s", 3571, b"\r\n", 3, bytes(range(8))) + b"edoc")
case("text-order", "./etc/some.conf", "a\nb\nc\n", "c\na\nb\n")
case("text-log", "./var/log/some.log", "2026-11-24 08:13:11 status installed\ndone 08:13:12.5\n", "2026-11-24 08:14:52 status installed\ndone 08:14:53.25\n")
case("json", "./config.json",
     '{"architecture": "amd64", "config": {"Env": ["A=1", "B=2"], "Labels": {}}}\n',
     '{"config": {"Env": ["A=2", "B=2", "C=3"]}, "architecture": "amd64"}\n')
case("control-file", "./hello_1.0_amd64.buildinfo",
     "Format: 1.0\nSource: hello\nBinary: hello\nVersion: 1.0\nChecksums-Sha256:\n 01ab 5 hello_1.0_amd64.deb\n"
     "Installed-Build-Depends:\n gcc (= 12),\n libc6 (= 2.36)\nEnvironment:\n LANG=\"C.UTF-8\"\n",
     "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
     "Format: 1.0\nSource: hello\nBinary: hello\nVersion: 1.0\nChecksums-Sha256:\n 02cd 7 hello_1.0_amd64.deb\n"
     "Installed-Build-Depends:\n gcc (= 13),\n libc6 (= 2.36)\nEnvironment:\n LANG=\"de_DE.UTF-8\"\n LC_ALL=\"C\"\n"
     "-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n")
case("text-blanks", "./etc/some.conf", "a  b\n", "a b\n\n")
case("text-ends", "./etc/some.conf", "a\r\nb\r\n", "a\nb")
case("unknown", "./srv/unknown", b"\x00\x01\x02", b"\x00\x01\x03")
