"""Stops and continues processes, as a shell with job control does, and counts what it is told."""

import os
import signal
import sys
import threading
import time

ROUNDS = 25


def told(child, flags):
    """What wait4(2) says of a child, within ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        process, status = os.waitpid(child, flags | os.WNOHANG)
        if process:
            return status
        time.sleep(0.0002)
    sys.exit("a child hangs")


def busy(threads):
    """A child that counts for ever in some threads, which may open a file each time."""

    def count():
        while True:
            os.close(os.open("/etc/passwd", os.O_RDONLY))

    child = os.fork()
    if child == 0:
        for _ in range(threads - 1):
            threading.Thread(target=count, daemon=True).start()
        count()
    return child


def end(child, number):
    os.kill(child, number)
    status = told(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == number, status


def stopped_and_continued(threads):
    """The parent waits for each stop and each continuation."""
    child = busy(threads)
    stops = continuations = 0
    for _ in range(ROUNDS):
        os.kill(child, signal.SIGSTOP)
        stops += os.WIFSTOPPED(told(child, os.WUNTRACED))
        os.kill(child, signal.SIGCONT)
        continuations += os.WIFCONTINUED(told(child, os.WCONTINUED))
    end(child, signal.SIGTERM)
    return stops, continuations


def continued_at_once(threads):
    """The parent stops a child again before that can have gone on, and waits for stops alone."""
    child = busy(threads)
    stops = 0
    for _ in range(ROUNDS):
        os.kill(child, signal.SIGSTOP)
        stops += os.WIFSTOPPED(told(child, os.WUNTRACED))
        os.kill(child, signal.SIGCONT)
    end(child, signal.SIGTERM)
    return stops


def not_waited_for(threads):
    """Stop and continuation cross each other; the child must be alive at the end."""
    child = busy(threads)
    for _ in range(ROUNDS):
        os.kill(child, signal.SIGSTOP)
        os.kill(child, signal.SIGCONT)
    end(child, signal.SIGTERM)
    return "ended"


def killed_while_stopped():
    child = busy(1)
    os.kill(child, signal.SIGSTOP)
    assert os.WIFSTOPPED(told(child, os.WUNTRACED))
    end(child, signal.SIGKILL)
    return "ended"


def beside_busy_ones():
    others = [busy(4), busy(4)]
    told = continued_at_once(1)
    for other in others:
        end(other, signal.SIGTERM)
    return told


print("stopped and continued", stopped_and_continued(1), stopped_and_continued(4))
print("continued at once", continued_at_once(1), continued_at_once(4))
print("not waited for", not_waited_for(1), not_waited_for(4))
print("killed while stopped", killed_while_stopped())
print("beside busy ones", beside_busy_ones())
