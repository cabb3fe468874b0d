"""Progress of a long computation: a bar on a terminal, a line every so often in a log file."""

import math
import sys
import time
from contextlib import suppress
from pathlib import Path

from tqdm import tqdm


class Progress:
    """Show how far a computation is; call it once an iteration.

    Parameters
    ----------
    label : str
        What is computed, e.g. "rain, full: synthesis".
    total : int
        Iterations.
    log_path : path, optional
        A file that gets a line every `interval` seconds, one at the start and one at the end.
    interval : float
        Seconds.
    quiet : bool
        Whether there is no bar on a terminal either.
    """

    def __init__(self, label, total, log_path=None, interval=10.0, quiet=False):
        self._label, self._total, self._interval = label, total, interval
        self._log = open(Path(log_path), "a", encoding="utf-8") if log_path else None  # noqa: SIM115
        hidden = quiet or not sys.stderr.isatty()
        self._bar = tqdm(total=total, desc=label, file=sys.stderr, disable=hidden, leave=False)
        self._start = self._last_line = time.monotonic()
        self._iteration = 0
        # The first iteration of this process: one that goes on from a checkpoint did not do those before.
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
        """Tell that `iteration` is done, with the values (name to number) worth showing."""
        if self._first is None:
            self._first = iteration - 1
        self._values = {name: value for name, value in (values or {}).items() if not math.isnan(value)}
        self._bar.update(iteration - self._iteration)
        self._iteration = iteration
        if "total" in self._values:
            # On a line of a terminal there is place for one; a log has all.
            self._bar.set_postfix({"loss": f"{self._values['total']:.2e}"}, refresh=False)
        now = time.monotonic()
        if now - self._last_line >= self._interval:
            self._last_line = now
            self._write(self._line())

    def note(self, text):
        """Tell something else, in the log or, where there is none, on standard error."""
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
        # Where the disk is full, what the log would tell of goes on.
        if self._log:
            with suppress(OSError):
                print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}", file=self._log, flush=True)


def counting_on(progress, done):
    """The function for a later part, whose iterations come after `done` others; None where there is none."""
    if progress is None:
        return None
    return lambda iteration, terms: progress(done + iteration, terms)
