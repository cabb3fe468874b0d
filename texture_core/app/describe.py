"""Read one sound for the page: ``python -m texture_core.app.describe FILE --picture PNG --listening FLAC``.

Prints JSON to standard output. It runs in a separate process, because the file may come from anywhere.
"""

import argparse
import json
import math
import resource
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from texture_core.app.settings import LONGEST_RECORDING_SECONDS
from texture_core.audio.loudness import loudness
from texture_core.audio.rates import COMPUTED_RATES, computed_transform
from texture_core.audio.recording import read_recording
from texture_core.errors import AudioError, TextureError
from texture_core.records.files import replacing
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.report.spectrogram_image import common_maximum, spectrogram_image
from texture_core.spectrogram.log_magnitude import log_spectrogram

# Bytes of memory; a minute of eight channels at 192 kHz takes 2 GB.
_MEMORY = 6 << 30
_SHORTEST_SECONDS = 0.3
# Of a picture, before they are pooled.
_FRAMES = 4000


def describe(path, picture, listening, *, unit=None, maximum=None, longest=None):
    """Measure a sound, draw its spectrogram and convert it to a format that browsers play.

    Parameters
    ----------
    path : path
    picture : path
        PNG to write.
    listening : path
        FLAC to write, 24 bits; more than two channels are mixed to one.
    unit, maximum : float, optional
        For the picture: the amplitude that is scaled to 1, and the log magnitude of the brightest colour. Pass those of
        another sound to make the pictures comparable; default: the sound's own.
    longest : float, optional
        Maximum duration in seconds.

    Returns
    -------
    dict
        ``seconds``; ``sample_rate`` in Hz; ``channels``; ``loudness`` in LUFS, None for silence; ``peak`` (full scale
        is 1); ``unit`` and ``maximum``; ``highest``, the highest frequency of the picture in Hz.

    Raises
    ------
    AudioError
        If the sound cannot be read, is silent, too short or too long.
    """
    samples, sample_rate = read_recording(path, longest + 1 if longest else None)
    seconds = len(samples) / sample_rate
    if longest and seconds > longest:
        raise AudioError(f"{path}: lasts more than {longest:g} s, the most that is taken here; cut out a typical part")
    if seconds < _SHORTEST_SECONDS:
        raise AudioError(f"{path}: lasts {seconds:.2f} s, expected at least {_SHORTEST_SECONDS:g} s")
    channels = samples.shape[1]
    if channels > 2:
        samples = samples.mean(axis=1, keepdims=True)
    peak = float(np.abs(samples).max())
    if peak == 0:
        raise AudioError(f"{path}: its channels cancel each other when they are mixed")
    spectrogram = _spectrogram(samples / np.float32(unit or peak), sample_rate)
    maximum = maximum or common_maximum([spectrogram])
    spectrogram_image(picture, spectrogram, maximum=maximum)
    _write_flac(listening, samples, sample_rate)
    level = loudness(samples, sample_rate)
    return {
        "seconds": seconds,
        "sample_rate": sample_rate,
        "channels": channels,
        "loudness": level if math.isfinite(level) else None,
        "peak": peak,
        "unit": unit or peak,
        "maximum": maximum,
        "highest": spectrogram.sample_rate / 2,
    }


def _spectrogram(samples, sample_rate):
    from texture_core.audio.channels import resample

    rate, parameters = computed_transform(sample_rate, COMPUTED_RATES[-1])
    # Shown up to half of its own rate, or of the highest that is computed.
    rate = min(rate, sample_rate)
    resampled = resample(samples, sample_rate, rate)
    hop = max(parameters.hop_length, len(resampled) // _FRAMES)
    parameters = replace(parameters, hop_length=min(hop, parameters.n_fft // 2))
    power = np.mean([np.expm1(log_spectrogram(channel, parameters)) ** 2 for channel in resampled.T], axis=0)
    return Spectrogram(np.log1p(np.sqrt(power)), rate, parameters.n_fft, parameters.hop_length)


def _write_flac(path, samples, sample_rate):
    import soundfile

    with replacing(path) as temporary:
        # Floats that exceed full scale are rare in recordings, and would wrap around.
        soundfile.write(temporary, np.clip(samples, -1, 1), sample_rate, format="FLAC", subtype="PCM_24")


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--picture", type=Path, required=True)
    parser.add_argument("--listening", type=Path, required=True)
    parser.add_argument("--unit", type=float)
    parser.add_argument("--maximum", type=float)
    parser.add_argument("--recording", action="store_true")
    options = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    longest = LONGEST_RECORDING_SECONDS if options.recording else None
    try:
        facts = describe(
            options.file,
            options.picture,
            options.listening,
            unit=options.unit,
            maximum=options.maximum,
            longest=longest,
        )
    except TextureError as error:
        print(error, file=sys.stderr)
        return 1
    except MemoryError:
        print(f"{options.file}: needs more memory than there is", file=sys.stderr)
        return 1
    print(json.dumps(facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
