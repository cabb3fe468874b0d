"""Segments of one signal looked for in another: how a collage is found."""

import numpy as np
import scipy.fft

from texture_core.errors import ParameterError

SEGMENT_SECONDS = 0.25
# A segment with a correlation above it stands in the other signal.
COPIED = 0.5
# Places of the original weaker than this, against its strongest, correlate as if they were this strong.
_ENERGY_FLOOR = 1e-6
# Columns of the original.
_LONGEST_TRANSFORM, _BLOCK = 8192, 2048


def standardize(target, synthesis):
    """Standardise each bin of two log spectrograms (bins, frames) by the target's statistics, and centre each frame."""
    mean, deviation = target.mean(axis=1, keepdims=True), target.std(axis=1, keepdims=True)
    deviation = np.maximum(deviation, 1e-3 * deviation.max() + np.finfo(np.float32).tiny)
    sides = tuple(side.astype(np.float64) for side in (target, synthesis))
    for side in sides:
        # In place, because a long target takes much memory.
        side -= mean
        side /= deviation
        side -= side.mean(axis=0)
    return sides


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
    total = np.concatenate([[0.0], np.cumsum(np.square(target).sum(axis=0))])
    energy = total[length:] - total[:-length]
    norms = np.sqrt(np.maximum(energy, _ENERGY_FLOOR * energy.max()))
    starts = range(0, synthesis.shape[1] - length + 1, length)
    segments = [synthesis[:, start : start + length] for start in starts]
    # Of many rows, products are faster than a transform of all of a long target, and need less memory.
    by_products = target.shape[1] > _LONGEST_TRANSFORM and len(target) > length
    best = (_by_products if by_products else _by_transform)(target, segments, norms, polarity)
    sizes = [np.sqrt(np.square(segment).sum()) for segment in segments]
    return np.array([value / size if size > 0 else 0.0 for value, size in zip(best, sizes, strict=True)])


def _by_transform(target, segments, norms, polarity):
    """The best correlation of each segment, divided by the norms of the places."""
    transform_length = scipy.fft.next_fast_len(target.shape[1], real=True)
    spectrum = scipy.fft.rfft(target, transform_length, axis=1)
    for segment in segments:
        cross = (spectrum * scipy.fft.rfft(segment, transform_length, axis=1).conj()).sum(axis=0)
        # Segments must not wrap around, so only places of whole segments count.
        correlation = scipy.fft.irfft(cross, transform_length)[: len(norms)]
        yield ((correlation if polarity else np.abs(correlation)) / norms).max()


def _by_products(target, segments, norms, polarity):
    """The same, block by block of the target."""
    length = segments[0].shape[1]
    columns = np.ascontiguousarray(np.stack(segments).transpose(2, 0, 1))
    best = np.full(len(segments), -np.inf)
    for start in range(0, len(norms), _BLOCK):
        own = norms[start : start + _BLOCK]
        correlation = sum(
            columns[offset] @ target[:, start + offset : start + offset + len(own)] for offset in range(length)
        )
        best = np.maximum(best, ((correlation if polarity else np.abs(correlation)) / own).max(axis=1))
    return best
