"""Log spectrograms."""

import numpy as np

from texture_core.parameters.method import SpectrogramParameters


def periodic_hann(length):
    """Return the periodic Hann window, (length,), float64."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


def log_spectrogram(samples, parameters=None):
    """Compute ln(1 + \\|S\\|) of the short-time Fourier transform (paper, section 3).

    Parameters
    ----------
    samples : array_like
        (n,), with n above n_fft / 2.
    parameters : SpectrogramParameters, optional

    Returns
    -------
    numpy.ndarray
        (n_fft / 2 + 1, 1 + n // hop_length), float32, at least 0. Frame t is centred on sample t * hop_length; the ends
        are padded by reflection. The transform is unnormalised, as in ``torch.stft``.

    Raises
    ------
    ValueError
        If there are too few samples for the padding.
    """
    parameters = parameters or SpectrogramParameters()
    samples = np.asarray(samples, dtype=np.float64)
    half = parameters.n_fft // 2
    if samples.ndim != 1 or len(samples) <= half:
        raise ValueError(f"samples: expected one channel of more than {half} samples, found shape {samples.shape}")
    padded = np.pad(samples, half, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, parameters.n_fft)[:: parameters.hop_length]
    magnitude = np.abs(np.fft.rfft(frames * periodic_hann(parameters.n_fft), axis=1))
    return np.ascontiguousarray(np.log1p(magnitude).T.astype(np.float32))
