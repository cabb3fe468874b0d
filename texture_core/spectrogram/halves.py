"""Natural variation: one half of a recording scored against the other, which says how near a score can sensibly be.

A synthesis that is nearer to its recording than the recording's own halves are to each other begins to copy it.
"""

from dataclasses import replace

from texture_core.parameters.method import SpectrogramParameters
from texture_core.spectrogram.log_magnitude import log_spectrogram


def first_half(target, samples):
    """The first half of a recording.

    Parameters
    ----------
    target : Spectrogram
        Of the whole recording.
    samples : numpy.ndarray
        (n,), float32: the recording.

    Returns
    -------
    target : Spectrogram
    samples : numpy.ndarray
        (n // 2,).
    """
    return _part(target, samples[: len(samples) // 2])


def second_half(target, samples):
    """The second half of a recording, as long as the first; arguments and result as of `first_half`."""
    return _part(target, samples[len(samples) // 2 :][: len(samples) // 2])


def fitting_lags(autocorrelation, seconds):
    """Lags that a half of so many seconds is long enough for: at most half of it."""
    return replace(autocorrelation, maximum_lag=min(autocorrelation.maximum_lag, seconds / 2))


def _part(target, samples):
    parameters = SpectrogramParameters(target.n_fft, target.hop_length, target.window)
    return replace(target, log_magnitude=log_spectrogram(samples, parameters)), samples
