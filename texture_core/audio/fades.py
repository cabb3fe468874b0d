"""Fade the beginning and the end of a sound."""

import numpy as np


def fade_gain(positions, length, fade):
    """Compute the gain of a fade-in and a fade-out, each half a period of a raised cosine.

    Parameters
    ----------
    positions : numpy.ndarray
        Integer sample positions, 0 to `length` - 1.
    length : int
        Samples of the whole sound.
    fade : int
        Samples of each fade, at most half of `length`; 0 for none.

    Returns
    -------
    numpy.ndarray
        float32, as `positions`: near 0 at both ends, 1 between the fades.
    """
    if fade == 0:
        return np.ones(np.shape(positions), dtype=np.float32)
    from_end = np.minimum(positions, length - 1 - positions) + 0.5
    return np.sin(np.pi / 2 * np.minimum(from_end / fade, 1)).astype(np.float32) ** 2
