"""Segments of one signal looked for in another: how a collage is found."""

import numpy as np
import scipy.fft

from texture_core.errors import ParameterError

SEGMENT_SECONDS = 0.25
# A segment with a correlation above it stands in the other signal.
COPIED = 0.5
# Places of the original weaker than this, against its strongest, correlate as if they were this strong.
_ENERGY_FLOOR = 1e-6


def standardize(target, synthesis):
    """Standardise each bin of two log spectrograms (bins, frames) by the target's statistics, and centre each frame."""
    mean, deviation = target.mean(axis=1, keepdims=True), target.std(axis=1, keepdims=True)
    deviation = np.maximum(deviation, 1e-3 * deviation.max() + np.finfo(np.float32).tiny)
    sides = [(np.asarray(side, dtype=np.float64) - mean) / deviation for side in (target, synthesis)]
    return tuple(side - side.mean(axis=0) for side in sides)


def best_correlations(target, synthesis, length, *, polarity=True):
    """Search the target for each segment of the synthesis.

    Parameters
    ----------
    target, synthesis : numpy.ndarray
        (rows, n) and (rows, m).
    length : int
        Columns of a segment; a remainder at the end of the synthesis is ignored.
    polarity : bool
        If false, ignore the sign of the correlation.

    Returns
    -------
    numpy.ndarray
        (m // length,), each the maximum over all places of the correlation divided by the norms of the segment and of
        the place; 0 for a segment of zeros.

    Raises
    ------
    ParameterError
        If either side is shorter than a segment.
    """
    if min(target.shape[1], synthesis.shape[1]) < length:
        found = " and ".join(f"{side.shape[1] / length * SEGMENT_SECONDS:.3f}" for side in (target, synthesis))
        raise ParameterError(
            f"patchwork: expected at least {SEGMENT_SECONDS} s of target and synthesis, found {found} s; use a longer "
            "recording or remove this score"
        )
    transform_length = scipy.fft.next_fast_len(target.shape[1], real=True)
    spectrum = scipy.fft.rfft(target, transform_length, axis=1)
    total = np.concatenate([[0.0], np.cumsum(np.square(target).sum(axis=0))])
    energy = total[length:] - total[:-length]
    norms = np.sqrt(np.maximum(energy, _ENERGY_FLOOR * energy.max()))
    best = []
    for start in range(0, synthesis.shape[1] - length + 1, length):
        segment = synthesis[:, start : start + length]
        cross = (spectrum * scipy.fft.rfft(segment, transform_length, axis=1).conj()).sum(axis=0)
        # Segments must not wrap around, so only places of whole segments count.
        correlation = scipy.fft.irfft(cross, transform_length)[: len(norms)]
        correlation = (correlation if polarity else np.abs(correlation)) / norms
        norm = np.sqrt(np.square(segment).sum())
        best.append(correlation.max() / norm if norm > 0 else 0.0)
    return np.array(best)
