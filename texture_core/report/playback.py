"""Sounds made ready for listening side by side: equally loud, and compressed without loss.

A page that is opened from disk may not touch the samples that it plays (browsers silence Web Audio there), so that the
gains are applied here. The compression is FLAC: synthesised noise is what lossy codecs change most, and a listener
would judge the codec. It is also the one in which Chromium finds a position to the millisecond: it misses one by up to
0.08 s in MP3 and 0.5 s in Ogg Vorbis, too much to compare two sounds at the same position.
"""

import math
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import soundfile

from texture_core.audio.loudness import loudness, matching_gains
from texture_core.errors import StorageError
from texture_core.records.files import replacing

TARGET_LOUDNESS = -23.0
PEAK_CEILING = -1.0
_FULL_SCALE = 32767

# Chromium never arrives at a position in the last three frames of about half of all FLAC files. Frames of this
# compression level are short.
_COMPRESSION_LEVEL = 0.25
_FRAME_SAMPLES = 1152
_LAST_FRAMES = 4
# How long a loop is heard at least.
_LOOP_SECONDS = 12.0
# How much of another sound is heard, so that neither page nor memory grow with field recordings.
_LONGEST_SECONDS = 120.0


@dataclass(frozen=True)
class Playback:
    """A file made for listening.

    Attributes
    ----------
    seconds : float
        Its duration.
    gain : float
        What was applied to its source, in dB.
    reach : float
        The last position, in seconds, that every browser can jump to.
    repeats : int
        How often the source is repeated in it.
    channels, sample_rate : int
        Of both files; Hz.
    source_seconds : float
        Duration of the source. More than 120 s are cut, unless it is a loop.
    """

    seconds: float
    gain: float
    reach: float
    repeats: int
    channels: int
    sample_rate: int
    source_seconds: float


def write_matched(sounds, loops=None):
    """Write sounds as FLAC of 16 bits, all equally loud: at -23 LUFS, or below if a peak would exceed -1 dB otherwise.

    One sound is in memory at a time.

    Parameters
    ----------
    sounds : sequence of tuple of Path
        Source (any format that libsndfile reads) and destination each.
    loops : sequence of bool, optional
        Whether each source is a seamless loop, which is repeated: browsers pause before they begin again. Default: none
        is.

    Returns
    -------
    list of Playback
        In the order of ``sounds``.

    Raises
    ------
    StorageError
        If a source is missing or unreadable, or a destination cannot be written.
    """
    levels, peaks = [], []
    loops = loops or [False] * len(sounds)
    for (source, _), loop in zip(sounds, loops, strict=True):
        samples, sample_rate, _ = read_sound(source, loop)
        levels.append(loudness(samples, sample_rate))
        peaks.append(np.abs(samples).max(initial=0.0))
    gains = matching_gains(levels, peaks, target=TARGET_LOUDNESS, ceiling=PEAK_CEILING)
    return [_write(*paths, gain, loop) for paths, gain, loop in zip(sounds, gains, loops, strict=True)]


def _write(source, destination, gain, loop):
    samples, sample_rate, source_seconds = read_sound(source, loop)
    repeats = max(2, math.ceil(_LOOP_SECONDS * sample_rate / len(samples))) if loop else 1
    samples = np.tile(samples, (repeats, 1))
    # Silence keeps its level, which nothing limits.
    scaled = np.clip(np.round(samples * (_FULL_SCALE * 10 ** (gain / 20))), -_FULL_SCALE, _FULL_SCALE)
    with replacing(destination) as temporary, _naming(destination):
        soundfile.write(
            temporary,
            scaled.astype(np.int16),
            sample_rate,
            format="FLAC",
            subtype="PCM_16",
            compression_level=_COMPRESSION_LEVEL,
        )
    reach = max(len(samples) - _LAST_FRAMES * _FRAME_SAMPLES, 0)
    seconds, reach = len(samples) / sample_rate, reach / sample_rate
    return Playback(seconds, gain, reach, repeats, samples.shape[1], sample_rate, source_seconds)


def read_sound(path, whole=False):
    """Read a sound, or its first 120 s.

    Parameters
    ----------
    path : Path
    whole : bool
        Whether to read all of a long sound.

    Returns
    -------
    samples : numpy.ndarray
        (n, channels), float32.
    sample_rate : int
        Hz.
    seconds : float
        Duration of the whole sound.

    Raises
    ------
    StorageError
        If the file is missing or unreadable.
    """
    if not path.is_file():
        raise StorageError(f"{path}: no such file, which the listening page needs; run the workflow again")
    with _naming(path), soundfile.SoundFile(path) as file:
        count = -1 if whole else round(_LONGEST_SECONDS * file.samplerate)
        samples = file.read(count, dtype="float32", always_2d=True)
        return samples, file.samplerate, max(file.frames, len(samples)) / file.samplerate


@contextmanager
def _naming(path):
    try:
        yield
    except soundfile.SoundFileError as error:
        raise StorageError(
            f"{path}: not a sound that can be read or written ({error}); delete it, run again"
        ) from error
