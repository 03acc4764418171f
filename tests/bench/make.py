"""Inputs of the benchmark, and memory of a command.

usage: make.py shuffle IN OUT | change IN OUT | million LEFT RIGHT | small LEFT RIGHT
       | sparse LEFT RIGHT | memory COMMAND...
"""
import os, random, resource, subprocess, sys

BLOCK = 512


def header(name, size=0, mtime=1_700_000_000):
    b = bytearray(BLOCK)
    b[0:len(name)] = name
    b[100:136] = b"0000644\0" b"0000000\0" b"0000000\0" + b"%011o\0" % size
    b[136:148] = b"%011o\0" % mtime
    b[156:157] = b"0"
    b[257:265] = b"ustar\x0000"
    b[148:156] = b"%06o\0 " % (sum(b) + 8 * 32)
    return bytes(b)


def groups(data):
    """Start and end of every entry with its extended headers."""
    at, start = 0, 0
    while data[at:at + BLOCK].strip(b"\0"):
        size = int(data[at + 124:at + 136].strip(b"\0 "), 8)
        kind, at = data[at + 156:at + 157], at + BLOCK + (size + BLOCK - 1) // BLOCK * BLOCK
        if kind not in b"xLK":
            yield start, at
            start = at


def shuffle(source, target):
    data = open(source, "rb").read()
    spans = list(groups(data))
    tail = data[spans[-1][1]:]
    random.Random(1).shuffle(spans)
    with open(target, "wb") as out:
        for start, end in spans:
            out.write(data[start:end])
        out.write(tail)


def change(source, target):
    """Five entries with one byte of content changed, spread over the archive."""
    data = bytearray(open(source, "rb").read())
    files = [(start, end) for start, end in groups(bytes(data)) if 2 * BLOCK < end - start < 100_000]
    for start, end in files[::len(files) // 5][:5]:
        data[end - BLOCK] ^= 1
    open(target, "wb").write(data)


def million(left, right):
    for path, mtime in ((left, 1), (right, 2)):
        with open(path, "wb") as out:
            for n in range(1_000_000):
                out.write(header(b"./d%03d/f%06d" % (n // 1000, n), mtime=mtime if n == 500_000 else 0))
            out.write(b"\0" * 10_240)


def small(left, right):
    for path in (left, right):
        with open(path, "wb") as out:
            out.write((header(b"./f", 1) + b"x".ljust(BLOCK, b"\0")).ljust(10_240, b"\0"))


def sparse(left, right):
    for path, mtime in ((left, 1), (right, 2)):
        with open(path, "wb") as out:
            out.write(header(b"./a", 0, mtime) + header(b"./zeros", 10 << 30))
            out.truncate(10 * BLOCK + (10 << 30))


def memory(*command):
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)


if __name__ == "__main__":
    actions = {f.__name__: f for f in (shuffle, change, million, small, sparse, memory)}
    if len(sys.argv) < 3 or sys.argv[1] not in actions:
        sys.exit(__doc__)
    actions[sys.argv[1]](*sys.argv[2:])
