"""Spectrograms of audio files of any rate and length, as fine as a small picture needs them."""

import numpy as np

from texture_core.audio.rates import target_peak
from texture_core.parameters.method import SpectrogramParameters
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.report.playback import read_sound
from texture_core.spectrogram.log_magnitude import log_spectrogram

# Several frames per column of a picture; also the frames of one block, because long sounds would need much memory.
_FRAMES = 1920
_WINDOW_SECONDS, _HOP_SECONDS = 0.032, 0.004


def sound_spectrogram(path, original, repeats=1):
    """Compute the spectrogram of what is heard of a sound: channels mixed, on the scale of the study's spectrograms.

    Parameters
    ----------
    path : Path
        Any format that libsndfile reads.
    original : Path
        The recording, whose peak is 1 on that scale.
    repeats : int
        How often a loop is repeated.

    Returns
    -------
    Spectrogram

    Raises
    ------
    StorageError
        If a file is missing or unreadable.
    """
    samples, sample_rate, _ = read_sound(path, whole=repeats > 1)
    reference = samples if path == original else read_sound(original)[0]
    peak = np.abs(reference.mean(axis=1)).max(initial=0.0) or 1.0
    n_fft = 2 * round(_WINDOW_SECONDS * sample_rate / 2)
    mixed = np.tile(samples.mean(axis=1) * (target_peak(sample_rate) / peak), repeats)
    if len(mixed) <= n_fft:
        mixed = np.pad(mixed, (0, n_fft + 1 - len(mixed)))
    hop_length = min(max(round(_HOP_SECONDS * sample_rate), len(mixed) // _FRAMES), n_fft // 2)
    parameters, block = SpectrogramParameters(n_fft, hop_length), _FRAMES * hop_length
    # Block by block, the last with the remainder, which may be too short by itself.
    starts = range(0, max(len(mixed) - n_fft, 1), block)
    ends = [*starts[1:], len(mixed)]
    values = [log_spectrogram(mixed[start:end], parameters) for start, end in zip(starts, ends, strict=True)]
    return Spectrogram(np.concatenate(values, axis=1), sample_rate, n_fft, hop_length)
