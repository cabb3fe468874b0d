"""The memory of processes over time, by what they do."""

import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.soak.study import SCRIPTS

# The kind of the process that computes for all the hours; every other is new in each round.
LIBRARY = "library"
# Between two looks, and between two values of that process, s.
INTERVAL, STEADY_INTERVAL = 0.25, 10.0
MEGABYTE = 1e6


def kind_of(command):
    """What a process of the soak does: ``snakemake``, the name of a rule's script, or ``library``.

    Parameters
    ----------
    command : list of str

    Returns
    -------
    str or None
        None for any other process.
    """
    if SCRIPTS in " ".join(command[1:2]):
        return Path(command[1]).stem.split(".")[-1]
    if command[1:3] == ["-m", "benchmarks.soak.library"]:
        return LIBRARY
    if command[1:3] == ["-m", "snakemake"]:
        return "snakemake"
    return None


class MemoryWatch:
    """Looks at the descendants of this process in the background.

    Attributes
    ----------
    peaks : dict of str to list
        For each other kind of process, of each process that ended: hours since the start when it was last seen, and
        the most memory it had until then, MB (1e6 bytes).
    steady : list
        Of the `LIBRARY` process: hours, and the memory it had then, MB.
    """

    def __init__(self):
        self.began = time.monotonic()
        self.peaks = defaultdict(list)
        self.steady = []
        self._alive = {}
        self._latest = -1.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join()
        self._look()
        self._end(self._alive)

    def hours(self):
        """Since the start."""
        return (time.monotonic() - self.began) / 3600

    def _watch(self):
        while not self._stopped.wait(INTERVAL):
            self._look()

    def _look(self):
        seen, hours = {}, self.hours()
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess, OSError, KeyError):
                kind = kind_of(process.cmdline())
                if kind:
                    now, peak = memory_of(process.pid)
                    # A process takes the name of what it runs after it began.
                    seen[process.pid, process.create_time()] = kind, hours, peak
                    if kind == LIBRARY and hours - self._latest >= STEADY_INTERVAL / 3600:
                        self._latest = hours
                        self.steady.append((hours, now))
        self._end({key: value for key, value in self._alive.items() if key not in seen})
        self._alive = seen

    def _end(self, processes):
        for kind, hours, peak in processes.values():
            if kind != LIBRARY:
                self.peaks[kind].append((hours, peak))


def memory_of(pid):
    """What a process has in memory now, and the most that it had, MB, as Linux counts them.

    Raises
    ------
    OSError, KeyError
        If the process has ended.
    """
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return tuple(int(fields[name].split()[0]) * 1024 / MEGABYTE for name in ("VmRSS", "VmHWM"))
