"""Processes that start others in every way, and what is told of them."""

import ctypes
import os
import subprocess
import sys

lab = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)


def shell(name, **named):
    """A shell that makes a file, if that is allowed."""
    words = ["/bin/sh", "-c", f"(: >{lab}/{name}) 2>/dev/null; exit 3"]
    return subprocess.call(words, **named)


def makes(name):
    try:
        os.mkdir(os.path.join(lab, name))
    except OSError:
        pass


def asks_to_be_traced():
    """PTRACE_TRACEME: refused where there is a tracer, and gone on without."""
    child = os.fork()
    if child == 0:
        libc.ptrace(0, 0, None, None)
        makes("of-traced")
        os._exit(5)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def traces_its_child():
    """PTRACE_ATTACH, and PTRACE_DETACH where that was allowed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reading, 1)
        makes("of-attached")
        os._exit(6)
    if libc.ptrace(16, child, None, None) == 0:
        os.waitpid(child, 0)
        libc.ptrace(17, child, None, None)
    os.write(writing, b"x")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def spawned():
    """posix_spawn(3) uses vfork, or clone with CLONE_VFORK."""
    words = ["sh", "-c", f"(: >{lab}/of-spawned) 2>/dev/null; exit 4"]
    child = os.posix_spawn("/bin/sh", words, {})
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def forked_twice():
    """A process of another session that its parent does not wait for."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            shell("of-orphan")
            os.write(writing, b"the orphan is done")
        os._exit(0)
    os.waitpid(child, 0)
    return os.read(reading, 100)


print("vfork", spawned())
print("no environment", shell("of-no-environment", env={}))
print("forked twice", forked_twice())
print("asks to be traced", asks_to_be_traced())
print("traces its child", traces_its_child())
