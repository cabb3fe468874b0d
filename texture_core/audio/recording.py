"""Read, check and prepare recordings, and write audio files."""

from pathlib import Path

import numpy as np
import soundfile
import soxr

from texture_core.errors import AudioError
from texture_core.parameters.method import AudioParameters
from texture_core.records.files import replacing
from texture_core.records.paths import is_file, is_folder

_BLOCK = 1 << 18
_RATES = (1000, 768000)
# A resampler needs some context beyond the cut; this much is read past the kept duration.
_MARGIN_SECONDS = 0.1
NORMALIZED_RMS = 0.1


def read_recording(path, duration=None):
    """Read a recording in any format that libsndfile supports.

    Parameters
    ----------
    path : path
    duration : float, optional
        Seconds to read from the start; default: all.

    Returns
    -------
    samples : numpy.ndarray
        (frames, channels), float32, full scale 1.0.
    sample_rate : int
        Hz.

    Raises
    ------
    AudioError
        If the file does not exist, is not audio, or has no samples, only zeros, or NaN or infinite samples.
    """
    path = Path(path)
    if is_folder(path):
        raise AudioError(f"{path}: is a folder, expected an audio file")
    if not is_file(path):
        raise AudioError(f"{path}: there is no such file, or its folder cannot be searched")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes)")
    try:
        with soundfile.SoundFile(path) as file:
            sample_rate = file.samplerate
            limit = None if duration is None else int((duration + _MARGIN_SECONDS) * sample_rate)
            samples = _read_blocks(file, limit)
    except (soundfile.SoundFileError, OSError, TypeError) as error:  # TypeError: headerless formats, such as .raw
        reason = getattr(error, "error_string", None) or str(error)
        if "does not exist" in reason:
            # What libsndfile says of MP3 files in which it finds no MPEG audio.
            reason = "its content is not what its name says"
        raise AudioError(
            f"{path}: not audio that can be read ({reason}); if another program plays it, convert it to WAV or FLAC"
        ) from error
    if not _RATES[0] <= sample_rate <= _RATES[1]:
        raise AudioError(f"{path}: sample rate {sample_rate} Hz, expected {_RATES[0]} to {_RATES[1]} Hz")
    if len(samples) == 0:
        raise AudioError(f"{path}: the file holds no samples")
    bad = np.flatnonzero(~np.isfinite(samples).all(axis=1))
    if len(bad):
        raise AudioError(
            f"{path}: {len(bad)} samples are NaN or infinite, the first at {bad[0] / sample_rate:.3f} s; "
            "repair or cut it"
        )
    if not samples.any():
        raise AudioError(f"{path}: all samples are zero")
    return samples, sample_rate


def _read_blocks(file, limit):
    # By blocks, so that a header which claims more than the file holds costs no memory.
    blocks = []
    count = 0
    while limit is None or count < limit:
        wanted = _BLOCK if limit is None else min(_BLOCK, limit - count)
        block = file.read(wanted, dtype="float32", always_2d=True)
        blocks.append(block)
        count += len(block)
        if len(block) < wanted:
            break
    return np.concatenate(blocks) if blocks else np.zeros((0, file.channels), np.float32)


def prepare_audio(samples, sample_rate, parameters=None):
    """Mix to mono, resample, cut and normalise (paper, section 3: 16 kHz, normalised).

    Parameters
    ----------
    samples : array_like
        (frames,) or (frames, channels), finite.
    sample_rate : int
        Hz.
    parameters : AudioParameters, optional

    Returns
    -------
    numpy.ndarray
        (n,), float32, at ``parameters.sample_rate``.

    Raises
    ------
    AudioError
        If the result is silent: all zeros, or channels that cancel in the mix.

    Notes
    -----
    Resampling is band-limited (soxr, very high quality). Channels are averaged.
    """
    parameters = parameters or AudioParameters()
    samples = np.asarray(samples, dtype=np.float64)
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    if sample_rate != parameters.sample_rate:
        samples = soxr.resample(samples, sample_rate, parameters.sample_rate, quality="VHQ")
    if parameters.duration is not None:
        samples = samples[: round(parameters.duration * parameters.sample_rate)]
    peak = np.abs(samples).max(initial=0.0)
    if peak == 0 or not np.isfinite(peak):
        raise AudioError("the kept part of the recording, mixed to mono, is silent")
    if parameters.normalize == "peak":
        samples = samples / peak
    elif parameters.normalize == "rms":
        samples = samples * (NORMALIZED_RMS / rms(samples))
    return samples.astype(np.float32)


def check_recording(path, parameters=None, minimum_seconds=0.0):
    """Check whether a recording is usable, by reading all of the part that is kept.

    Parameters
    ----------
    path : path
    parameters : AudioParameters, optional
    minimum_seconds : float
        The shortest usable duration.

    Returns
    -------
    dict
        duration (kept seconds), sample_rate (Hz) and channels of the file.

    Raises
    ------
    AudioError
        If the recording is unusable; the message gives the reason in one line.
    """
    parameters = parameters or AudioParameters()
    samples, sample_rate = read_recording(path, parameters.duration)
    try:
        prepared = prepare_audio(samples, sample_rate, parameters)
    except AudioError as error:
        raise AudioError(f"{path}: {error}") from None
    duration = len(prepared) / parameters.sample_rate
    if duration < minimum_seconds:
        raise AudioError(f"{path}: lasts {duration:.3f} s, expected at least {minimum_seconds:.3f} s")
    return {"duration": duration, "sample_rate": sample_rate, "channels": samples.shape[1]}


def read_audio(path):
    """Read a file as mono: samples (n,), float32, and sample rate in Hz. Raises the errors of `read_recording`."""
    samples, sample_rate = read_recording(path)
    return samples.mean(axis=1), sample_rate


def write_audio(path, samples, sample_rate):
    """Write mono samples (n,) as a float32 WAV file."""
    # Half of what this module takes to import, and most jobs only read.
    import scipy.io.wavfile

    with replacing(path) as temporary:
        # Not soundfile: it notes the time in a chunk of float files, so that equal samples were not equal bytes.
        scipy.io.wavfile.write(temporary, sample_rate, np.asarray(samples, dtype=np.float32))


def rms(samples):
    """Compute the root mean square of samples, as a float."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
