"""Plan the windows of a texture of any length, each of which is a synthesis of a few seconds.

A window begins with the last frames of the previous window, held fixed, so that features across the seam count in its
statistics. The last frames of a window, which fewer features cover, are discarded and synthesised again in the next
one. The last window of a loop ends with the first frames of the first window, also held fixed.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """One of the windows of a long texture.

    Attributes
    ----------
    frames : int
        Number of frames of the synthesis.
    head, tail : int
        Number of fixed frames at the start and at the end.
    start, stop : int
        Range of the frames that become part of the texture.
    """

    frames: int
    head: int
    tail: int
    start: int
    stop: int


def plan_windows(frames, longest, overlap, settling, loop):
    """Divide a texture into windows of nearly equal length.

    Parameters
    ----------
    frames : int
        Number of frames of the texture.
    longest : int
        Maximum number of frames of a window; well above 2 * (overlap + settling).
    overlap : int
        Frames that a window takes over from the previous one.
    settling : int
        Frames at the end of a window that are discarded.
    loop : bool
        Whether the texture is a loop.

    Returns
    -------
    tuple of Window
        A single window if `longest` allows it.
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
    """Divide a texture with changing statistics into as many windows as possible.

    Parameters
    ----------
    shortest : int
        Minimum number of frames of a window, if the texture has as many; above 2 * (overlap + settling).
    frames, overlap, settling
        See `plan_windows`.

    Returns
    -------
    tuple of Window
    """
    shared = overlap + settling
    count = max((frames - shared) // (shortest - shared), 1)
    return plan_windows(frames, -(-(frames + (count - 1) * shared) // count), overlap, settling, False)
