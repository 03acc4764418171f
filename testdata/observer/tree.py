"""Trees of processes that fork, open files and die at random: by themselves and by their parents."""

import os
import random
import signal
import sys

TREES, DEPTH, CHILDREN = 40, 3, 3


def grow(depth):
    """Grows branches, and ends this process."""
    random.seed()
    for _ in range(CHILDREN):
        child = os.fork()
        if child == 0:
            if depth:
                grow(depth - 1)
            os.close(os.open("/etc/passwd", os.O_RDONLY))
            os._exit(0)
        if random.random() < 0.5:
            os.kill(child, signal.SIGKILL)
    death = random.random()
    if death < 0.3:
        os.kill(os.getpid(), signal.SIGKILL)
    if death < 0.5:
        os.execv("/bin/true", ["true"])
    os._exit(0)


# All of the trees have the writing end of a pipe, which says when the last of them is dead.
reading, writing = os.pipe()
for _ in range(TREES):
    if os.fork() == 0:
        os.close(reading)
        grow(DEPTH)
os.close(writing)
signal.alarm(30)
assert os.read(reading, 1) == b""
print("all", TREES, "trees are dead")
