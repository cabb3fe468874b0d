"""The patchwork score: how much of the synthesis consists of pieces copied from the original; lower is better.

The diversity score shifts the whole synthesis against the original and does not detect a collage. This score searches
the original for each quarter of a second separately.
"""

import numpy as np
import scipy.fft
import scipy.signal

from texture_core.errors import ParameterError

SEGMENT_SECONDS = 0.25
COPIED = 0.5
_WELCH_LENGTH = 2048
# Bands weaker than this, relative to the strongest, contain only noise and are not whitened fully.
_SPECTRUM_FLOOR = 1e-4
# Lower bound of the energy in the normalisation, relative to the strongest place of the original.
_ENERGY_FLOOR = 1e-6


def compute(score_input):
    """Compute the best normalised correlation of each 0.25 s of the synthesis with any place of the original.

    Parameters
    ----------
    score_input : ScoreInput

    Returns
    -------
    dict
        ``patchwork_median``, the median over segments, and ``patchwork_share``, the share of segments above 0.5: of the
        samples, whitened by the original's spectrum, ignoring polarity. ``patchwork_spectrogram_median`` and
        ``patchwork_spectrogram_share``: of the log spectrograms, with each bin standardised by the original's mean and
        variance, and each frame centred.

    Raises
    ------
    ParameterError
        If either side is shorter than a segment.

    Notes
    -----
    Measured on recordings: noise with the original's spectrum has a median of 0.07 to 0.14 and a share of 0 (up to 0.2
    where few partials carry all energy), samples pasted from the original about 1. Phase recovery creates new phases:
    even a Griffin-Lim copy of the whole original has only 0.3 to 0.5 for samples, but 0.98 for spectrograms. An
    original that repeats one sound unchanged is found in any good synthesis, copied or not.
    """
    target, synthesis = score_input.target, score_input.rendered
    samples = whiten(score_input.target_samples, score_input.synthesis_samples)
    of_samples = best_correlations(*samples, round(SEGMENT_SECONDS * score_input.sample_rate), polarity=False)
    bands = standardize(target.log_magnitude, synthesis.log_magnitude)
    of_bands = best_correlations(*bands, round(SEGMENT_SECONDS * target.sample_rate / target.hop_length))
    return {
        "patchwork_median": float(np.median(of_samples)),
        "patchwork_share": float(np.mean(of_samples > COPIED)),
        "patchwork_spectrogram_median": float(np.median(of_bands)),
        "patchwork_spectrogram_share": float(np.mean(of_bands > COPIED)),
    }


def whiten(target, synthesis):
    """Divide both spectra by the target's long-term magnitude; return a pair of arrays (1, n), float64."""
    frequencies, power = scipy.signal.welch(target, nperseg=min(_WELCH_LENGTH, len(target)))
    gain = 1 / np.sqrt(power + _SPECTRUM_FLOOR * power.max())
    whitened = []
    for samples in (target, synthesis):
        length = scipy.fft.next_fast_len(len(samples) + _WELCH_LENGTH, real=True)
        gains = np.interp(np.arange(length // 2 + 1) / length, frequencies, gain)
        spectrum = scipy.fft.rfft(np.asarray(samples, dtype=np.float64), length)
        whitened.append(scipy.fft.irfft(spectrum * gains, length)[None, : len(samples)])
    return tuple(whitened)


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
