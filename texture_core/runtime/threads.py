"""The number of CPU threads of a command."""

import os


def default_threads():
    """Return the number of threads of a command: one fewer than the processors that this process may use, at least 1.

    OpenMP's threads wait for the slowest of them thousands of times a second. If another program holds one of their
    processors, a synthesis with all of them takes several times as long as with one thread, so one is left free. The
    environment variable ``OMP_NUM_THREADS`` goes first.
    """
    stated = os.environ.get("OMP_NUM_THREADS", "")
    if stated.isdecimal() and int(stated) > 0:
        return int(stated)
    # macOS and Windows know of no affinity.
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, processors - 1)
