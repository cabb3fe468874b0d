"""Synthesise textures of any length to files."""

import math
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from texture_core.audio.fades import fade_gain
from texture_core.audio.loop_points import write_loop_points
from texture_core.errors import ParameterError, StorageError
from texture_core.records.files import replacing

_BLOCK = 1 << 16
# libsndfile's names by file name extension, and by encoding for formats that offer a choice.
_FORMATS = {".wav": "WAV", ".flac": "FLAC", ".aiff": "AIFF", ".aif": "AIFF", ".ogg": "OGG"}
# Hz; the FLAC limit is part of the format, and libsndfile's Vorbis encoder fails above its limit.
_HIGHEST_RATES = {"FLAC": 655350, "OGG": 200000}
_SUBTYPES = {"pcm16": "PCM_16", "pcm24": "PCM_24", "float": "FLOAT"}


def audio_format(path, encoding="pcm24", sample_rate=None):
    """Return libsndfile's format and subtype for a file.

    Parameters
    ----------
    path : path
        Ends in .wav, .flac, .aiff, .aif or .ogg.
    encoding : {'pcm16', 'pcm24', 'float'}
        Sample encoding. FLAC does not support ``float``; Ogg is always Vorbis.
    sample_rate : int, optional
        Sample rate to check, in Hz.

    Raises
    ------
    ParameterError
        If the format is unknown, or does not support the encoding or the sample rate.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        raise ParameterError(
            f"{path}: expected a file name ending in {', '.join(_FORMATS)}, found {suffix or 'no ending'!r}"
        )
    if encoding not in _SUBTYPES:
        raise ParameterError(f"encoding: expected one of {', '.join(_SUBTYPES)}, found {encoding!r}")
    subtype = "VORBIS" if suffix == ".ogg" else _SUBTYPES[encoding]
    if not soundfile.check_format(_FORMATS[suffix], subtype):
        raise ParameterError(f"encoding: {suffix} files do not support {encoding}; use pcm16 or pcm24")
    highest = _HIGHEST_RATES.get(_FORMATS[suffix], math.inf)
    if sample_rate is not None and sample_rate > highest:
        raise ParameterError(f"{path}: {suffix} files support at most {highest} Hz, found {sample_rate}; use .wav")
    return _FORMATS[suffix], subtype


def check_fade(fade, duration, loop):
    """Check the fades of a texture.

    Parameters
    ----------
    fade : float
        Seconds of fade-in and of fade-out.
    duration : float
        Seconds of the texture.
    loop : bool
        Whether the texture is a loop.

    Raises
    ------
    ParameterError
        If the fades are longer than the texture, or it is a loop.
    """
    if loop and fade:
        raise ParameterError("fade: a loop has no beginning and no end to fade; leave out the fade or the loop")
    if not 0 <= 2 * fade <= duration:
        raise ParameterError(f"fade: expected at most {duration / 2:g} s, half the texture, found {fade:g} s")


def synthesize_to_file(
    path,
    plan,
    *,
    seed=0,
    encoding="pcm24",
    fade=0.0,
    device="auto",
    threads=None,
    progress=None,
    stop=None,
    checkpoint=None,
    code=None,
):
    """Synthesise a texture and write it to a file, in constant memory.

    A loop in a WAV file carries its loop points (see `texture_core.audio.loop_points`).

    Parameters
    ----------
    path : path
    plan : TexturePlan
    encoding : {'pcm16', 'pcm24', 'float'}
        See `audio_format`.
    fade : float
        Seconds of fade-in and of fade-out.
    seed, device, threads, progress, stop
        See `synthesize`.
    checkpoint, code
        See `texture_core.texture.synthesize.synthesize_blocks`. The checkpoints are removed when the file is written.

    Returns
    -------
    Level

    Raises
    ------
    ParameterError
        If the extension or the encoding is unknown, the format does not support the sample rate, or the fades are
        longer than the texture or asked of a loop.
    StorageError
        If the file cannot be written.
    """
    check_fade(fade, plan.duration, plan.loop)
    # It imports torch, which takes seconds; `audio_format` answers at once.
    from texture_core.texture.kept_windows import remove_windows
    from texture_core.texture.synthesize import choose_level, synthesize_blocks

    computing = {"seed": seed, "device": device, "threads": threads, "progress": progress, "stop": stop}
    path = Path(path)
    container, subtype = audio_format(path, encoding, plan.sample_rate)
    faded = round(fade * plan.sample_rate)
    energy = peak = 0.0
    count = 0
    # The level is only known at the end.
    with replacing(path) as temporary, tempfile.TemporaryFile(dir=path.parent) as scratch:
        for block in synthesize_blocks(plan, **computing, checkpoint=checkpoint, code=code):
            energy += float(np.sum(np.square(block, dtype=np.float64)))
            peak = max(peak, float(np.abs(block).max()))
            count += block.size
            scratch.write(block.tobytes())
        # Less than planned, if it was stopped.
        length = count // plan.channels
        level = choose_level(math.sqrt(energy / count), peak, plan.target_rms)
        scratch.seek(0)
        position = 0
        shape = {"format": container, "subtype": subtype, "channels": plan.channels}
        try:
            with soundfile.SoundFile(temporary, "w", plan.sample_rate, **shape) as file:
                while data := scratch.read(4 * plan.channels * _BLOCK):
                    samples = np.frombuffer(data, dtype=np.float32).reshape(-1, plan.channels)
                    positions = np.arange(position, position + len(samples))
                    position += len(samples)
                    gain = fade_gain(positions, length, faded) * np.float32(level.gain)
                    file.write(samples * gain[:, np.newaxis])
            if plan.loop and container == "WAV":
                write_loop_points(temporary, length, plan.sample_rate)
        except soundfile.SoundFileError as error:
            raise StorageError(f"{path}: cannot be written ({error}); free its folder, or try .wav") from error
    if checkpoint:
        remove_windows(checkpoint.path)
    return level
