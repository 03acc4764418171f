"""Many threads that each open a file for writing, and a program that another thread executes."""

import os
import sys
import threading

THREADS = 200
lab = sys.argv[1]
barrier = threading.Barrier(THREADS + 1)


def tries(number):
    barrier.wait()
    try:
        os.close(os.open(os.path.join(lab, f"thread-{number}"), os.O_WRONLY | os.O_CREAT))
    except OSError:
        pass
    barrier.wait()
    if number == 7:
        # All other threads end, the first one too.
        os.execv("/bin/sh", ["sh", "-c", f"echo executed; (: >{lab}/executed) 2>/dev/null; exit 7"])
    threading.Event().wait()


for number in range(THREADS):
    threading.Thread(target=tries, args=[number]).start()
barrier.wait()
barrier.wait()
