"""Tries to change files below a directory, each by another call; nothing needs to succeed.

Prints nothing: what a call gives depends on whether the directory may be written.
"""

import ctypes
import mmap
import os
import struct
import sys

PAGE = mmap.PAGESIZE
AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
O_PATH = 0o10000000

libc = ctypes.CDLL(None)
lab = sys.argv[1]
os.chdir(lab)


def tries(what, *arguments, **named):
    try:
        return what(*arguments, **named)
    except OSError:
        return None


def raw(number, *arguments):
    """A system call by its number on x86_64, which the C library may have no function for."""
    return libc.syscall(ctypes.c_long(number), *map(word, arguments))


def word(value):
    return value if isinstance(value, bytes) else ctypes.c_long(value)


def at_page_end(path, beyond):
    """The address of a path that goes so many bytes beyond the end of a page.

    Where it ends with the page, nothing may be read beyond it.
    """
    area = mmap.mmap(-1, 2 * PAGE)
    AREAS.append(area)
    text = path + b"\0"
    start = PAGE + beyond - len(text)
    area[start : start + len(text)] = text
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    if beyond == 0:
        assert libc.mprotect(ctypes.c_void_p(address + PAGE), PAGE, 0) == 0
    return address + start


AREAS = []


def name(text):
    return os.path.join(lab, text)


def opened():
    """Files that are opened for writing."""
    directory = os.open(lab, os.O_RDONLY)
    writing = os.O_WRONLY | os.O_CREAT
    tries(os.open, "relative", writing)
    tries(os.open, "of-directory", writing, dir_fd=directory)
    tries(os.open, name("directory/../dotted"), writing)
    tries(os.open, "existing", os.O_WRONLY | os.O_APPEND)
    raw(85, name("by-creat").encode(), 0o644)
    raw(437, directory, b"by-openat2", struct.pack("QQQ", writing, 0o644, 0), 24)
    raw(2, at_page_end(b"across-pages", 5), writing, 0o644)
    raw(2, at_page_end(b"at-page-end", 0), writing, 0o644)
    os.symlink(name("led-to"), "/tmp/link")
    tries(os.open, "/tmp/link", writing)
    tries(os.open, "/tmp/link/../led-to", os.O_RDONLY)
    os.symlink(lab, "/tmp/directory-link")
    tries(os.open, "/tmp/directory-link/behind-link", writing)


def made_and_removed():
    directory = os.open("directory", os.O_RDONLY)
    tries(os.mkdir, "made", dir_fd=directory)
    tries(os.mkfifo, "pipe")
    tries(os.symlink, "target", "link-name")
    tries(os.link, "existing", "hard-link")
    by_descriptor = os.open("existing", O_PATH)
    libc.linkat(by_descriptor, b"", AT_FDCWD, b"hard-link-of-descriptor", AT_EMPTY_PATH)
    tries(os.rename, "renamed-from", "renamed-to")
    raw(316, AT_FDCWD, b"exchanged", directory, b"exchanged-with", 2)
    tries(os.unlink, "removed")
    tries(os.rmdir, "removed-directory")
    tries(os.unlink, "removed-link")


def changed():
    """Modes, owners, times, sizes and attributes, of a file each, by path and by descriptor."""
    names = ["chmod", "fchmod", "chown", "fchown", "fchownat", "utimes", "futimens"]
    by = {one: os.open(one, os.O_RDONLY) for one in names + ["setxattr", "fsetxattr"]}
    tries(os.chmod, "chmod", 0o600)
    tries(os.chmod, by["fchmod"], 0o600)
    tries(os.chown, "chown", 1, 1)
    tries(os.chown, by["fchown"], 1, 1)
    raw(260, by["fchownat"], b"", 1, 1, AT_EMPTY_PATH)
    tries(os.lchown, "lchown", 1, 1)
    tries(os.chown, "link-to-chown", 1, 1)
    tries(os.utime, "utimes", (1, 1))
    tries(os.utime, by["futimens"], (1, 1))
    tries(os.truncate, "truncate", 0)
    tries(os.setxattr, "setxattr", "user.tw", b"x")
    tries(os.setxattr, by["fsetxattr"], "user.tw", b"x")


def in_a_chroot():
    child = os.fork()
    if child == 0:
        os.chroot("directory")
        os.chdir("/")
        tries(os.open, "/in-chroot", os.O_WRONLY | os.O_CREAT)
        tries(os.mkdir, "../../out-of-chroot")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def of_32_bits():
    """mkdir(2) as a 32-bit program calls it: mov eax, 39; mov ebx, ADDRESS; int 0x80."""
    # MAP_32BIT: such a call has addresses of 4 bytes.
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40
    protection = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    area = mmap.mmap(-1, PAGE, flags=flags, prot=protection)
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    code = b"\x53\xb8\x27\0\0\0\xbb" + struct.pack("I", address + 64) + b"\xcd\x80\x5b\xc3"
    area[0 : len(code)] = code
    area[64:84] = b"of-32-bits".ljust(20, b"\0")
    ctypes.CFUNCTYPE(ctypes.c_int)(address)()


opened()
made_and_removed()
changed()
in_a_chroot()
of_32_bits()
