"""Estimates of computing times, from the textures that this machine has made."""

import platform
from contextlib import suppress
from statistics import median

from texture_core.errors import StorageError
from texture_core.records.files import read_json, write_json

_KEPT = 50
_RECENT = 5


class Speed:
    """Measured computing times, kept in a file.

    Parameters
    ----------
    path : path
    threads : int
        Number of threads of each command. Times with another number or from another machine are discarded.
    """

    def __init__(self, path, threads):
        self._path, self._machine = path, f"{platform.node()}, {threads} threads"
        self._measured = []
        if path.exists():
            try:
                kept = read_json(path)
                if kept["machine"] == self._machine:
                    self._measured = [
                        {name: float(times[name]) for name in ("cost", "rate", "start")}
                        | {"after": None if times["after"] is None else float(times["after"])}
                        for times in kept["measured"]
                    ]
            except (StorageError, KeyError, TypeError, ValueError):
                # The file is damaged; times are measured again.
                pass

    @property
    def known(self):
        """Whether anything has been measured."""
        return bool(self._measured)

    @property
    def after(self):
        """Estimated seconds for the picture and the scores of a texture; 0 if unknown."""
        return median([times["after"] for times in self._measured if times["after"] is not None][-_RECENT:] or [0.0])

    def add(self, *, cost, rate, start, after):
        """Add the times of one texture.

        Parameters
        ----------
        cost : float
            Relative cost, see `texture_core.app.settings.relative_cost`.
        rate : float
            Seconds of computing per second of sound.
        start : float
            Seconds until the computation began.
        after : float or None
            Seconds that the picture and the scores took; None without scores.
        """
        self._measured = [*self._measured, {"cost": cost, "rate": rate, "start": start, "after": after}][-_KEPT:]
        # The times are known until the app ends; a full disk must not cost the texture.
        with suppress(StorageError):
            write_json(self._path, {"machine": self._machine, "measured": self._measured})

    def seconds(self, cost, duration, *, scored):
        """Estimate the time for a texture from recent ones, preferably of the same cost; None if there are none.

        Parameters
        ----------
        cost : float
            Relative cost.
        duration : float
            Seconds of sound.
        scored : bool
            Whether the texture is compared with its recording, which morphs are not.
        """
        if not self._measured:
            return None
        alike = [times for times in self._measured if times["cost"] == cost] or self._measured
        rate = cost * median(times["rate"] / times["cost"] for times in alike[-_RECENT:])
        start = median(times["start"] for times in self._measured[-_RECENT:])
        return start + rate * duration + (self.after if scored else 0.0)
