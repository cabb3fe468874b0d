"""How a texture of any length is divided into windows, each a synthesis of a few seconds.

A window begins with the last frames of the window before, held as they are, so that the features which straddle the
seam are part of its statistics. The last frames of a window, which fewer features see than the others, are left out and
made anew by the next one. A loop's last window ends with the first frames of the first, held too.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """One synthesis among those that a long texture is made of.

    Attributes
    ----------
    frames : int
        All of the synthesis.
    head, tail : int
        Frames that it begins and ends with, held.
    start, stop : int
        The range of frames that goes into the texture.
    """

    frames: int
    head: int
    tail: int
    start: int
    stop: int


def plan_windows(frames, longest, overlap, settling, loop):
    """Divide a texture into windows of nearly equal lengths.

    Parameters
    ----------
    frames : int
        Of the texture.
    longest : int
        Frames that a window may have; well above 2 * (overlap + settling).
    overlap : int
        Frames that a window takes over from the one before.
    settling : int
        Frames that a window makes past those that it hands on.
    loop : bool
        Whether the last frame is followed by the first.

    Returns
    -------
    tuple of Window
        One alone, of all frames, where `longest` allows it.
    """
    if frames <= longest:
        return (Window(frames, 0, 0, 0, frames),)
    count = 1
    total = math.inf
    while total > count * longest:
        count += 1
        total = frames + (count - 1) * (overlap + settling) + (settling + overlap if loop else 0)
    windows = []
    for number in range(count):
        length = total * (number + 1) // count - total * number // count
        is_last = number == count - 1
        head = overlap if number else 0
        tail = overlap if loop and is_last else 0
        start = head or (settling if loop else 0)
        windows.append(Window(length, head, tail, start, length - (tail if is_last else settling)))
    return tuple(windows)


def plan_short_windows(frames, shortest, overlap, settling):
    """Divide a texture whose statistics change into as many windows as there can be.

    Parameters
    ----------
    shortest : int
        Frames that a window must have, where the texture has them; above 2 * (overlap + settling).
    frames, overlap, settling
        As of `plan_windows`.

    Returns
    -------
    tuple of Window
    """
    shared = overlap + settling
    count = max((frames - shared) // (shortest - shared), 1)
    return plan_windows(frames, -(-(frames + (count - 1) * shared) // count), overlap, settling, False)
