"""Progress of a long computation: a progress bar on a terminal, periodic lines in a log file or for another program."""

import json
import math
import sys
import time
from contextlib import suppress
from pathlib import Path

from tqdm import tqdm


class Progress:
    """Show the progress of a computation; call it once per iteration.

    Parameters
    ----------
    label : str
        Name of the computation, e.g. "rain, full: synthesis".
    total : int
        Iterations.
    log_path : path, optional
        Log file for a line every `interval` seconds, at the start and at the end.
    interval : float
        Seconds.
    quiet : bool
        If true, show no bar on a terminal either.
    """

    def __init__(self, label, total, log_path=None, interval=10.0, quiet=False):
        self._label, self._total, self._interval = label, total, interval
        self._log = open(Path(log_path), "a", encoding="utf-8") if log_path else None  # noqa: SIM115
        hidden = quiet or not sys.stderr.isatty()
        self._bar = tqdm(total=total, desc=label, file=sys.stderr, disable=hidden, leave=False)
        self._start = self._last_line = time.monotonic()
        self._iteration = 0
        # The first iteration of this process, which is not 1 after resuming from a checkpoint.
        self._first = None
        self._values = {}

    def __enter__(self):
        self._write(f"{self._label}: {self._total} iterations at most")
        return self

    def __exit__(self, kind, error, trace):
        self._bar.close()
        outcome = "done" if kind is None else f"stopped by {kind.__name__}"
        self._write(f"{self._line()} | {outcome}")
        if self._log:
            with suppress(OSError):
                self._log.close()

    def __call__(self, iteration, values=None):
        """Report that `iteration` is done, with values (name to number) to show."""
        if self._first is None:
            self._first = iteration - 1
        self._values = {name: value for name, value in (values or {}).items() if not math.isnan(value)}
        self._bar.update(iteration - self._iteration)
        self._iteration = iteration
        if "total" in self._values:
            # A terminal line has room for one value; the log has all.
            self._bar.set_postfix({"loss": f"{self._values['total']:.2e}"}, refresh=False)
        now = time.monotonic()
        if now - self._last_line >= self._interval:
            self._last_line = now
            self._write(self._line())

    def note(self, text):
        """Write a message to the log or, without a log, to standard error."""
        if self._log:
            self._write(f"{self._label}: {text}")
        else:
            self._bar.write(f"{self._label}: {text}", file=sys.stderr)

    def _line(self):
        seconds = time.monotonic() - self._start
        speed = (self._iteration - (self._first or 0)) / seconds if seconds > 0 else 0.0
        parts = [f"{self._label}: iteration {self._iteration}/{self._total}"]
        parts += [f"{name} {value:.3e}" for name, value in self._values.items()]
        parts.append(f"{speed:.2f} iterations/s")
        if speed > 0:
            parts.append(f"{(self._total - self._iteration) / speed:.0f} s left")
        return " | ".join(parts)

    def _write(self, line):
        # A full disk must not stop the computation itself.
        if self._log:
            with suppress(OSError):
                print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}", file=self._log, flush=True)


class ProgressLines:
    """Print the progress of a computation to standard error for another program, one JSON object a line.

    Parameters
    ----------
    label : str
        Name of the computation.
    total : int
        Iterations.
    interval : float
        Seconds between two lines, at least; the first and the last iteration always have one.
    """

    def __init__(self, label, total, interval=0.2):
        self._label, self._total, self._interval = label, total, interval
        self._last_line = -math.inf

    def __enter__(self):
        self(0)
        return self

    def __exit__(self, kind, error, trace):
        pass

    def __call__(self, iteration, values=None):
        """Report that `iteration` is done."""
        now = time.monotonic()
        if now - self._last_line >= self._interval or iteration in (1, self._total):
            self._last_line = now
            line = {"progress": self._label, "iteration": iteration, "total": self._total}
            print(json.dumps(line), file=sys.stderr, flush=True)


def counting_on(progress, done):
    """Return a progress function for a later part of a computation, after `done` iterations; None if there is none."""
    if progress is None:
        return None
    return lambda iteration, terms: progress(done + iteration, terms)
