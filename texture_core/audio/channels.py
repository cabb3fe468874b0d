"""Conversion of the channels of a recording to the signals that are synthesised."""

import numpy as np
import soxr

from texture_core.audio.recording import prepare_audio, rms
from texture_core.audio.stereo import take_apart
from texture_core.errors import AudioError, ParameterError
from texture_core.parameters.method import AudioParameters
from texture_core.parameters.output import OutputParameters

_KINDS = OutputParameters.stated["channels"].choices


def signals_of(samples, sample_rate, channels, computed_rate, n_fft):
    """Convert a recording to mutually uncorrelated signals.

    Parameters
    ----------
    samples : numpy.ndarray
        (n,) or (n, channels), finite.
    sample_rate : int
        Hz.
    channels : {'keep', 'mono'}
        Keep stereo, or mix all channels to one by their mean.
    computed_rate : int
        Sample rate of the signals in Hz.
    n_fft : int
        Window length of the spectrograms in samples.

    Returns
    -------
    signals : numpy.ndarray
        (1 or 2, n), float32.
    level : float
        RMS of the recording over all kept channels, at the computed rate.
    image : PannedImage, StereoImage or None
        Renders the signals to left and right; None for mono.

    Raises
    ------
    AudioError
        If there are more than two channels to keep, or the recording is silent.
    ParameterError
        If `channels` is unknown.
    """
    if channels not in _KINDS:
        raise ParameterError(f"channels: expected {' or '.join(_KINDS)}, found {channels!r}")
    count = 1 if samples.ndim == 1 else samples.shape[1]
    if channels == "mono" or count == 1:
        audio = AudioParameters(sample_rate=computed_rate, normalize="none")
        mixed = prepare_audio(samples, sample_rate, audio)
        return mixed[None], rms(mixed), None
    if count > 2:
        raise AudioError(f"samples: expected one or two channels, found {count}; channels: mono mixes them to one")
    stereo = resample(samples, sample_rate, computed_rate)
    if not stereo.any():
        raise AudioError("the recording is silent")
    signals, image = take_apart(stereo, n_fft)
    return np.ascontiguousarray(signals.T, dtype=np.float32), rms(stereo), image


def resample(samples, sample_rate, computed_rate):
    """Resample samples (n, channels), float64; band-limited (soxr, very high quality)."""
    samples = np.asarray(samples, dtype=np.float64)
    if sample_rate == computed_rate:
        return samples
    return soxr.resample(samples, sample_rate, computed_rate, quality="VHQ")
