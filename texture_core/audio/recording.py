"""Read, check and prepare recordings, and write audio files."""

import sys
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import soundfile
import soxr

from texture_core.audio.stretches import EVERYTHING, SAMPLE, from_first_sound, joined, stretches
from texture_core.errors import AudioError
from texture_core.parameters.method import AudioParameters
from texture_core.records.files import replacing
from texture_core.records.paths import is_file, is_folder

_BLOCK = 1 << 18
_RATES = (1000, 768000)
# A resampler needs some context beyond the cut; this much is read past the kept duration.
_MARGIN_SECONDS = 0.1
NORMALIZED_RMS = 0.1


@dataclass(frozen=True)
class Recording:
    """A recording, or a sample of a long one; see `texture_core.audio.stretches`.

    Attributes
    ----------
    samples : numpy.ndarray
        (frames, channels), float32, full scale 1.0.
    sample_rate : int
        Hz.
    seconds : float
        Duration of the recording; that of a sample is shorter.
    """

    samples: np.ndarray
    sample_rate: int
    seconds: float

    @property
    def is_sample(self):
        """Whether this is a sample of a longer recording."""
        return len(self.samples) / self.sample_rate < self.seconds


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
    scan = _read(path, duration, lambda count, sample_rate: EVERYTHING)
    return scan.samples, scan.sample_rate


def read_sample(path, duration=None, sample=SAMPLE):
    """Read a recording of any length in constant memory: a sample of a long one, all of a short one.

    The whole file is read and checked. See `read_recording` for the other arguments and the errors.

    Parameters
    ----------
    sample : texture_core.audio.stretches.Sample
        Shape of the sample.

    Returns
    -------
    Recording
    """
    scan = _read(path, duration, partial(stretches, sample=sample))
    if not scan.samples.any():
        scan = _read(path, duration, partial(from_first_sound, scan.first_sound, sample=sample))
    return Recording(scan.samples, scan.sample_rate, scan.count / scan.sample_rate)


@dataclass(frozen=True)
class _Scan:
    """What was found in a file: the chosen parts, and facts about all frames."""

    parts: list[np.ndarray]
    sample_rate: int
    count: int
    first_sound: int | None
    bad: int
    first_bad: int | None

    @cached_property
    def samples(self):
        return joined(self.parts, self.sample_rate)


def _read(path, duration, choose):
    """Read a whole file and keep the parts that ``choose(frames, sample_rate)`` returns."""
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
            limit = sys.maxsize if duration is None else int((duration + _MARGIN_SECONDS) * sample_rate)
            chosen = choose(min(file.frames, limit), sample_rate)
            scan = _scan(file, limit, chosen)
        if (actual := choose(scan.count, sample_rate)) != chosen:
            # The number of frames in the header is wrong.
            with soundfile.SoundFile(path) as file:
                scan = _scan(file, limit, actual)
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
    if scan.count == 0:
        raise AudioError(f"{path}: the file holds no samples")
    if scan.bad:
        raise AudioError(
            f"{path}: {scan.bad} samples are NaN or infinite, the first at {scan.first_bad / sample_rate:.3f} s; "
            "repair or cut it"
        )
    if scan.first_sound is None:
        raise AudioError(f"{path}: all samples are zero")
    return scan


def _scan(file, limit, chosen):
    # By blocks, so that a header which claims more than the file holds costs no memory.
    parts = [[] for _ in chosen]
    count = bad = 0
    first_bad = first_sound = None
    while count < limit:
        wanted = min(_BLOCK, limit - count)
        block = file.read(wanted, dtype="float32", always_2d=True)
        for part, (start, stop) in zip(parts, chosen, strict=True):
            if start < count + len(block) and stop > count:
                kept = block[max(start - count, 0) : stop - count]
                # A view would keep all of the block.
                part.append(kept.copy() if len(kept) < len(block) else kept)
        if not np.isfinite(block).all():
            unusable = ~np.isfinite(block).all(axis=1)
            first_bad = count + int(unusable.argmax()) if first_bad is None else first_bad
            bad += int(unusable.sum())
        if first_sound is None and block.any():
            first_sound = count + int(block.any(axis=1).argmax())
        count += len(block)
        if len(block) < wanted:
            break
    none = np.zeros((0, file.channels), np.float32)
    parts = [np.concatenate(part or [none]) for part in parts]
    return _Scan(parts, file.samplerate, count, first_sound, bad, first_bad)


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
    recording = read_sample(path, parameters.duration)
    try:
        prepared = prepare_audio(recording.samples, recording.sample_rate, parameters)
    except AudioError as error:
        raise AudioError(f"{path}: {error}") from None
    duration = len(prepared) / parameters.sample_rate
    if recording.is_sample:
        duration = min(recording.seconds, parameters.duration or recording.seconds)
    if duration < minimum_seconds:
        raise AudioError(f"{path}: lasts {duration:.3f} s, expected at least {minimum_seconds:.3f} s")
    return {"duration": duration, "sample_rate": recording.sample_rate, "channels": recording.samples.shape[1]}


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
