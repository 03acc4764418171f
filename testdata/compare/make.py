#!/usr/bin/env python3
"""Makes the pairs of this directory: NAME/left.tar and NAME/right.tar.

usage: make.py            run in this directory; expected.txt is written by hand

Every pair is one plain file, `./f` with the content `x`, and one difference. Blocks are
made by hand (POSIX pax(1), ustar interchange format), so that each byte is on purpose.
"""
import gzip
import os


def octal(value, width):
    return b"%0*o\0" % (width - 1, value)


def header(name=b"./f", mode=0o644, uid=0, gid=0, size=1, mtime=1700000000, flag=b"0",
           link=b"", magic=b"ustar\x0000", uname=b"", gname=b"", device=(0, 0), patch=()):
    block = bytearray(
        name.ljust(100, b"\0") + octal(mode, 8) + octal(uid, 8) + octal(gid, 8)
        + octal(size, 12) + octal(mtime, 12) + b" " * 8 + flag + link.ljust(100, b"\0")
        + magic + uname.ljust(32, b"\0") + gname.ljust(32, b"\0")
        + octal(device[0], 8) + octal(device[1], 8) + b"\0" * 167)
    for at, value in patch:
        block[at:at + len(value)] = value
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data, fill=b"\0"):
    return data + fill * (-len(data) % 512)


def entry(content=b"x", fill=b"\0", **fields):
    fields.setdefault("size", len(content))
    return header(**fields) + padded(content, fill)


def pax(records, flag=b"x"):
    body = b""
    for key, value in records:
        line = b" " + key + b"=" + value + b"\n"
        length = len(line)
        while length != len(line) + len(b"%d" % length):
            length = len(line) + len(b"%d" % length)
        body += b"%d" % length + line
    return header(name=b"PaxHeaders/f", size=len(body), mtime=0, flag=flag) + padded(body)


def sparse(spans, size, data):
    records = [(b"GNU.sparse.size", b"%d" % size), (b"GNU.sparse.numblocks", b"%d" % len(spans)),
               (b"GNU.sparse.map", b",".join(b"%d,%d" % span for span in spans))]
    return pax(records) + entry(data)


END = b"\0" * 1024
F = entry()


def one(**fields):
    return (F + END, entry(**fields) + END)


def record(key, left, right):
    return tuple(pax([(key, value)]) + F + END for value in (left, right))


def special(flag, **fields):
    return header(size=0, flag=flag, **fields)


CASES = {
    "type": one(flag=b"7"),
    "mode": one(mode=0o600),
    "uid": one(uid=7),
    "gid": one(gid=7),
    "uname": one(uname=b"daemon"),
    "gname": one(gname=b"tty"),
    "size": one(content=b"xy"),
    "mtime": record(b"mtime", b"1.5", b"1.25"),
    "atime": record(b"atime", b"1", b"2"),
    "ctime": record(b"ctime", b"1", b"2"),
    "linkname": (special(b"2", link=b"a") + END, special(b"2", link=b"b") + END),
    "device": (special(b"3", device=(1, 3)) + END, special(b"3", device=(1, 5)) + END),
    "content": one(content=b"y"),
    "xattr": record(b"SCHILY.xattr.user.a", b"1", b"\n2=\0"),
    "acl-access": record(b"SCHILY.acl.access", b"user::rwx", b"user::r--"),
    "acl-default": record(b"SCHILY.acl.default", b"user::rwx", b"user::r--"),
    "acl-other": record(b"SCHILY.acl.ace", b"owner@:r", b"owner@:w"),
    "pax": record(b"VENDOR.key", b"1", b"2"),
    "sparse": (sparse([(0, 2)], 8, b"x\0") + END, sparse([(0, 1)], 8, b"x") + END),
    "padding": one(fill=b"P"),
    "header-format": one(magic=b"ustar  \0"),
    "header-encoding": one(patch=[(100, b"   644 \0")]),
    "compression": (gzip.compress(F + END, 9, mtime=1), gzip.compress(F + END, 9, mtime=2)),
    "entry-order": (F + entry(name=b"./g") + END, entry(name=b"./g") + F + END),
    "trailing-blocks": (F + END, F + END + END),
    "trailing-data": (F + END, F + END + b"rest".ljust(512, b"\0")),
    "global-header": (pax([(b"comment", b"1")], b"g") + F + END, pax([(b"comment", b"2")], b"g") + F + END),
    "unexplained-bytes": (F + entry(name=b"./g") + END, F + b"\0" * 512 + entry(name=b"./g") + END),
    "left-only": (F + entry(name=b"./g", content=b"g") + END, F + END),
    "moved": (entry(content=b"same") + END, entry(name=b"./g", content=b"same") + END),
}

for name, pair in CASES.items():
    os.makedirs(name, exist_ok=True)
    for side, data in zip(("left", "right"), pair):
        with open(f"{name}/{side}.tar", "wb") as out:
            out.write(data)
