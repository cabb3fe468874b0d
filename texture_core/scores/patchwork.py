"""The patchwork score: how much of the synthesis consists of pieces copied from the original; lower is better.

The diversity score shifts the whole synthesis against the original and does not detect a collage. This score searches
the original for each quarter of a second separately.
"""

import numpy as np
import scipy.fft
import scipy.signal

from texture_core.audio.segments import COPIED, SEGMENT_SECONDS, best_correlations, standardize

_WELCH_LENGTH = 2048
# Bands weaker than this, relative to the strongest, contain only noise and are not whitened fully.
_SPECTRUM_FLOOR = 1e-4


def compute(score_input):
    """Compute the best normalised correlation of each 0.25 s of the synthesis with any place of the original.

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
