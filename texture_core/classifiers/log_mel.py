"""Log-mel examples as VGGish and YAMNet were trained on.

Sources: ``research/audioset/vggish`` (mel_features, vggish_input) and ``research/audioset/yamnet`` (features, params)
of the TensorFlow models repository. Both take 16 kHz mono samples in -1 to 1. Where generic mel spectrograms
differ: here frames are not centred, magnitudes are not squared, and the triangles are linear in mel instead of in Hz.
"""

import numpy as np

from texture_core.errors import AudioError
from texture_core.spectrogram.log_magnitude import periodic_hann

SAMPLE_RATE = 16000
FRAME_LENGTH = 400
HOP_LENGTH = 160
N_FFT = 512
BANDS = 64
LOWEST_HZ = 125.0
HIGHEST_HZ = 7500.0
EXAMPLE_FRAMES = 96
MINIMUM_SAMPLES = FRAME_LENGTH + (EXAMPLE_FRAMES - 1) * HOP_LENGTH  # 15600, 0.975 s
VGGISH_OFFSET = 0.01
YAMNET_OFFSET = 0.001
YAMNET_HOP_FRAMES = 48


def hertz_to_mel(frequency):
    """Convert a frequency in Hz to mel: 1127 ln(1 + f / 700)."""
    return 1127.0 * np.log1p(np.asarray(frequency, dtype=np.float64) / 700.0)


def mel_matrix():
    """Compute the mel filter bank.

    Returns
    -------
    numpy.ndarray
        (257, 64), float64. 66 edges equally spaced in mel from 125 to 7500 Hz, triangles linear in mel, not normalised;
        the row of 0 Hz is zero.
    """
    edges = np.linspace(hertz_to_mel(LOWEST_HZ), hertz_to_mel(HIGHEST_HZ), BANDS + 2)
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    mel = hertz_to_mel(np.arange(N_FFT // 2 + 1) * SAMPLE_RATE / N_FFT)[:, None]
    weights = np.maximum(0.0, np.minimum((mel - lower) / (centre - lower), (upper - mel) / (upper - centre)))
    weights[0] = 0.0
    return weights


def log_mel(samples, offset):
    """Compute the natural logarithm of the mel bands' magnitudes plus an offset.

    Parameters
    ----------
    samples : array_like
        (n,), 16 kHz, with n at least 400.
    offset : float
        `VGGISH_OFFSET` or `YAMNET_OFFSET`.

    Returns
    -------
    numpy.ndarray
        (1 + (n - 400) // 160, 64), float32; frame t begins at sample 160 t.
    """
    samples = np.asarray(samples, dtype=np.float64)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME_LENGTH)[::HOP_LENGTH]
    magnitude = np.abs(np.fft.rfft(frames * periodic_hann(FRAME_LENGTH), N_FFT, axis=1))
    return np.log(magnitude @ mel_matrix() + offset).astype(np.float32)


def vggish_examples(samples):
    """Split samples into the examples that VGGish embeds, 0.96 s each; an incomplete tail is dropped.

    Parameters
    ----------
    samples : array_like
        (n,), 16 kHz, with n at least 15600.

    Returns
    -------
    numpy.ndarray
        (examples, 96, 64), float32.

    Raises
    ------
    AudioError
        If the samples are too few for one example.
    """
    if len(samples) < MINIMUM_SAMPLES:
        raise AudioError(
            f"VGGish: {len(samples) / SAMPLE_RATE:.3f} s of sound, expected at least "
            f"{MINIMUM_SAMPLES / SAMPLE_RATE:.3f} s; use a longer recording"
        )
    bands = log_mel(samples, VGGISH_OFFSET)
    count = len(bands) // EXAMPLE_FRAMES
    return bands[: count * EXAMPLE_FRAMES].reshape(count, EXAMPLE_FRAMES, BANDS)


def yamnet_patches(samples):
    """Split samples into the patches that YAMNet classifies, 0.96 s each, one every 0.48 s.

    Parameters
    ----------
    samples : array_like
        (n,), 16 kHz. Zeros are added up to 0.975 s and a whole number of hops, so that every sample is in a patch.

    Returns
    -------
    numpy.ndarray
        (1 + ceil((n - 15600) / 7680), 96, 64), float32.
    """
    samples = np.asarray(samples, dtype=np.float64)
    hop = YAMNET_HOP_FRAMES * HOP_LENGTH
    further = max(0, -(-(len(samples) - MINIMUM_SAMPLES) // hop))
    padded = np.pad(samples, (0, MINIMUM_SAMPLES + further * hop - len(samples)))
    bands = log_mel(padded, YAMNET_OFFSET)
    windows = np.lib.stride_tricks.sliding_window_view(bands, EXAMPLE_FRAMES, axis=0)[::YAMNET_HOP_FRAMES]
    return np.ascontiguousarray(windows.transpose(0, 2, 1))
