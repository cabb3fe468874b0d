"""A new texture from a recording of one, arrays in and out: the library in one function."""

import itertools
import math
import tempfile
import warnings
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import soxr

from texture_core.audio import rms
from texture_core.channels import signals_of
from texture_core.choice import needs_choice, with_weights
from texture_core.devices import resolve_device
from texture_core.errors import AudioError, ParameterError
from texture_core.morph_path import MorphPath, geometric
from texture_core.parameters import AudioParameters, Parameters, minimum_seconds
from texture_core.presets import fit_to_duration, preset_parameters
from texture_core.progress import counting_on
from texture_core.randomness import derive_seed
from texture_core.rates import computed_transform, target_peak
from texture_core.spectrogram import log_spectrogram
from texture_core.stereo import PannedImage, StereoImage
from texture_core.storage import Spectrogram, replacing
from texture_core.windows import Window, invert_pieces, plan_windows, synthesize_windows

# A window is as long as the recording, within these bounds: what a synthesis of one piece may cost at most, and what is
# long against the frames that windows share.
_SHORTEST_WINDOW_SECONDS = 5.0
_LONGEST_WINDOW_SECONDS = 8.0
_CEILING = 10 ** (-0.1 / 20)
_RESAMPLER_CONTEXT_SECONDS = 0.1
_BLOCK = 1 << 16
# libsndfile's names, by the file name's ending; and by the encoding, where there is a choice.
_FORMATS = {".wav": "WAV", ".flac": "FLAC", ".aiff": "AIFF", ".aif": "AIFF", ".ogg": "OGG"}
_SUBTYPES = {"pcm16": "PCM_16", "pcm24": "PCM_24", "float": "FLOAT"}


@dataclass(frozen=True)
class TexturePlan:
    """All that is decided before a texture is computed; made by `plan_texture`.

    Attributes
    ----------
    target : Spectrogram
        Of the recording as the method sees it: one signal, or the two of stereo, whose bins follow each other.
    target_samples : numpy.ndarray
        (n,), float32: what the target's first signal is the spectrogram of. The peak of all signals is that of
        `texture_core.rates.target_peak`.
    target_rms : float
        Of the recording, at the computed rate, before its level was changed.
    target_unit : float
        The amplitude in the recording that is 1 in `target_samples`.
    parameters : Parameters
        With the preset ``auto``, `choose_for_plan` makes a plan with the weights chosen; `synthesize_blocks` and what
        calls it do so by themselves.
    windows : tuple of Window
    loop : bool
    sample_rate : int
        Hz, of the result.
    length : int
        Samples of the result, of each channel.
    image : PannedImage, StereoImage or None
        What makes left and right of the signals; None where the result has one channel.
    morph : MorphPath or None
        Of a texture between two; then `target` and what else is of a recording is of the first, and `target_rms` of the
        result.
    """

    target: Spectrogram
    target_samples: np.ndarray
    target_rms: float
    target_unit: float
    parameters: Parameters
    windows: tuple[Window, ...]
    loop: bool
    sample_rate: int
    length: int
    image: PannedImage | StereoImage | None
    morph: MorphPath | None = None

    @property
    def channels(self):
        """How many channels the result has."""
        return 1 if self.image is None else 2

    @property
    def bins(self):
        """How many bins of the target belong to each signal."""
        return self.target.n_fft // 2 + 1

    @property
    def iterations(self):
        """How many iterations there are at most, over all windows."""
        return len(self.windows) * self.parameters.optimizer.iterations

    @property
    def duration(self):
        """Seconds of the result."""
        return self.length / self.sample_rate


@dataclass(frozen=True)
class Level:
    """What is known of a result's level.

    Attributes
    ----------
    gain : float
        Brings the computed samples to their level.
    shortfall : float
        How far that is below the recording's level, in dB, so that no sample clips; 0 where nothing would.
    rms, peak : float
        Of the result, full scale 1.
    """

    gain: float
    shortfall: float
    rms: float
    peak: float


def synthesize(
    samples,
    sample_rate,
    *,
    duration=None,
    seed=0,
    parameters=None,
    loop=False,
    channels="keep",
    computed_rate=16000,
    device="auto",
    threads=None,
    progress=None,
    stop=None,
):
    """Synthesise a new texture from a recording of one.

    Parameters
    ----------
    samples : array_like
        (n,) or (n, channels), floats of full scale 1 or whole numbers of full scale.
    sample_rate : int
        Hz, of the recording and of the result.
    duration : float, optional
        Seconds of the result; default as long as the recording. Long textures are computed window by window.
    seed : int
        Another seed gives another texture of the same kind. The same seed, threads and machine give the same samples.
    parameters : Parameters, optional
        Default: the preset ``default``, with shorter lags for a recording that is too short for its own.
    loop : bool
        Whether the end is followed by the start without a seam. The duration is then rounded to a whole number of
        frames of 4 ms (of more at rates such as 44.1 kHz: at most 1 s).
    channels : {'keep', 'mono'}
        Whether two channels stay two, with their width and balance in each band, or are mixed to one by their mean.
        More than two can only be mixed.
    computed_rate : {16000, 24000, 32000, 48000}
        Hz. What the recording has above half of it does not come back. No more is computed than the recording has a
        use for, and time grows with the rate.
    device : {'auto', 'cpu', 'cuda'}
    threads : int, optional
        Of torch on the CPU.
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration, counted over all windows.
    stop : callable, optional
        Asked after each iteration; if true, the texture ends with what is there.

    Returns
    -------
    numpy.ndarray
        (round(duration * sample_rate),), or (round(duration * sample_rate), 2) of a recording in stereo that stays so;
        float32. Its RMS is that of the recording at the computed rate, mixed as it is; lower where samples would clip
        (peak above -0.1 dB of full scale), which a warning tells.

    Raises
    ------
    AudioError
        If the recording is silent, or not an array of samples, or has more than two channels to keep.
    ParameterError
        If the recording or the duration is too short for the parameters, or the device is not there.

    Examples
    --------
    >>> import texture_core as tc
    >>> rain = tc.demo_texture("rain", duration=3.0)
    >>> new_rain = tc.synthesize(rain, 16000, parameters=tc.preset_parameters("quick"), seed=3)  # doctest: +SKIP
    """
    plan = plan_texture(
        samples,
        sample_rate,
        duration=duration,
        parameters=parameters,
        loop=loop,
        channels=channels,
        computed_rate=computed_rate,
    )
    return synthesize_plan(plan, seed=seed, device=device, threads=threads, progress=progress, stop=stop)


def synthesize_plan(plan, *, seed=0, device="auto", threads=None, progress=None, stop=None):
    """Compute a texture that is planned; arguments, result and warning as of `synthesize`."""
    blocks = list(synthesize_blocks(plan, seed=seed, device=device, threads=threads, progress=progress, stop=stop))
    computed = np.concatenate(blocks)
    level = choose_level(rms(computed), float(np.abs(computed).max()), plan.target_rms)
    if level.shortfall > 0:
        warnings.warn(
            f"the texture is {level.shortfall:.1f} dB below the recording's level, so that no sample clips",
            stacklevel=3,
        )
    return computed * np.float32(level.gain)


def plan_texture(
    samples,
    sample_rate,
    *,
    duration=None,
    parameters=None,
    loop=False,
    channels="keep",
    computed_rate=16000,
    result_rate=None,
):
    """Check a recording and decide what is computed; arguments and errors as of `synthesize`.

    Parameters
    ----------
    result_rate : int, optional
        Hz; default that of the recording.

    Returns
    -------
    TexturePlan
    """
    recording = _checked(samples, sample_rate)
    result_rate = result_rate or sample_rate
    computed_rate, spectrogram = computed_transform(sample_rate, computed_rate)
    audio = AudioParameters(sample_rate=computed_rate)
    signals, level, image = signals_of(recording, sample_rate, channels, computed_rate, spectrogram.n_fft)
    seconds = signals.shape[1] / audio.sample_rate
    if duration is None:
        duration = seconds
    if not (isinstance(duration, int | float) and math.isfinite(duration) and duration > 0):
        raise ParameterError(f"duration: expected seconds above 0, found {duration!r}")
    if parameters is None:
        parameters = fit_to_duration(preset_parameters(), min(seconds, duration) if loop else seconds)
    if parameters.method != "optimization":
        raise ParameterError(f"method: expected optimization for a single texture, found {parameters.method}")
    if parameters.optimizer.waveform_iterations:
        raise ParameterError(
            "optimizer.waveform_iterations: expected 0 for what is put together of windows, found "
            f"{parameters.optimizer.waveform_iterations}"
        )
    needed, reason = minimum_seconds(parameters, audio, spectrogram)
    if seconds < needed:
        raise ParameterError(f"the recording lasts {seconds:.3f} s, expected at least {needed:.3f} s, for {reason}")
    frame_rate = audio.sample_rate / spectrogram.hop_length
    least = least_frames(parameters, audio, spectrogram)
    if loop:
        unit = _frames_of_whole_samples(result_rate, audio, spectrogram)
        frames = max(round(duration * frame_rate / unit), 1) * unit
        if frames < least:
            raise ParameterError(f"duration: a loop of {duration:g} s is too short, {reason} needs {needed:.3f} s")
        length = round(frames / frame_rate * result_rate)
    else:
        # What is too short to have the statistics is the start of something longer. A frame more than the duration
        # needs, because a resampler looks ahead.
        frames = max(math.ceil(duration * frame_rate) + 2, least)
        length = max(round(duration * result_rate), 1)
    unit = np.abs(signals).max() / np.float32(target_peak(computed_rate))
    prepared = signals / unit
    log_magnitude = np.concatenate([log_spectrogram(signal, spectrogram) for signal in prepared])
    return TexturePlan(
        Spectrogram(log_magnitude, audio.sample_rate, spectrogram.n_fft, spectrogram.hop_length),
        prepared[0],
        level,
        float(unit),
        parameters,
        _windows(frames, seconds, least, parameters, spectrogram, frame_rate, loop),
        loop,
        result_rate,
        length,
        image,
    )


def _checked(samples, sample_rate):
    samples = np.asarray(samples)
    if isinstance(sample_rate, bool) or sample_rate != int(sample_rate) or not 1000 <= sample_rate <= 768000:
        raise AudioError(f"sample_rate: expected whole Hz in 1000 to 768000, found {sample_rate!r}")
    if samples.ndim not in (1, 2) or samples.size == 0 or samples.dtype.kind not in "fiu":
        raise AudioError(f"samples: expected real numbers (n,) or (n, channels), found {samples.dtype} {samples.shape}")
    if samples.ndim == 2 and samples.shape[1] > samples.shape[0]:
        raise AudioError(f"samples: expected (n, channels), found {samples.shape}; transpose them")
    if samples.dtype.kind in "iu":
        limits = np.iinfo(samples.dtype)
        middle = (int(limits.max) + int(limits.min) + 1) / 2
        samples = (samples - middle) / (limits.max + 1 - middle)
    if not np.isfinite(samples).all():
        raise AudioError("samples: some are NaN or infinite; repair or cut the recording")
    return samples


def _frames_of_whole_samples(sample_rate, audio, spectrogram):
    """The fewest frames that are a whole number of samples at a rate."""
    return Fraction(spectrogram.hop_length * sample_rate, audio.sample_rate).denominator


def least_frames(parameters, audio, spectrogram):
    """The fewest frames that have the statistics of the parameters."""
    return (
        math.ceil(minimum_seconds(parameters, audio, spectrogram)[0] * audio.sample_rate / spectrogram.hop_length) + 1
    )


def shared_frames(parameters, spectrogram):
    """How many frames a window takes over from the one before, and how many it makes past those that it hands on."""
    return max(*parameters.features.kernel_widths, -(-spectrogram.n_fft // spectrogram.hop_length))


def _windows(frames, seconds, least, parameters, spectrogram, frame_rate, loop):
    overlap = shared_frames(parameters, spectrogram)
    bounded = min(max(seconds, _SHORTEST_WINDOW_SECONDS), _LONGEST_WINDOW_SECONDS)
    # Two windows in place of one are more than half as long as that, which has to be enough for the parameters.
    longest = max(round(bounded * frame_rate), 2 * least, 8 * overlap)
    return plan_windows(frames, longest, overlap, overlap, loop)


def choose_for_plan(plan, *, seed=0, device="auto", threads=None, progress=None):
    """Choose the weights that a plan with the preset ``auto`` leaves open.

    Parameters
    ----------
    plan : TexturePlan
    seed, device, threads
        As of `synthesize`.
    progress : callable, optional
        As of `texture_core.auto.choose_weights`.

    Returns
    -------
    plan : TexturePlan
        With the weights chosen.
    record : dict or None
        See `texture_core.choice.choice_record`; None where there was nothing to choose.
    """
    if not needs_choice(plan.parameters):
        return plan, None
    # What it imports beside, scores and phase recovery, is of no use without it.
    from texture_core.auto import choose_weights, planned_candidate_iterations

    # Of stereo the first signal, which has the most energy of any that two channels can be turned to.
    sides = [(replace(plan.target, log_magnitude=plan.target.log_magnitude[: plan.bins]), plan.target_samples)]
    if plan.morph:
        sides.append((plan.morph.second, plan.morph.second_samples))
    records = [
        choose_weights(
            *side,
            plan.parameters,
            seed=seed,
            device=device,
            threads=threads,
            progress=counting_on(progress, number * planned_candidate_iterations(plan.parameters)),
        )
        for number, side in enumerate(sides)
    ]
    record = records[0] if len(records) == 1 else _between_choices(*records, plan.morph.middle)
    return replace(plan, parameters=with_weights(plan.parameters, record["alpha"], record["beta"])), record


def _between_choices(first, second, position):
    weights = {name: geometric(first[name], second[name], position) for name in ("alpha", "beta")}
    told = [f"alpha {record['alpha']:g}, beta {record['beta']:g}, as {record['reason']}" for record in (first, second)]
    return weights | {
        "rule": first["rule"],
        "reason": f"between those of the first ({told[0]}) and of the second ({told[1]})",
        "candidates": first["candidates"] + second["candidates"],
    }


def synthesize_blocks(plan, *, seed=0, device="auto", threads=None, progress=None, stop=None):
    """Compute a texture block by block, in memory that does not grow with its duration.

    Parameters
    ----------
    plan : TexturePlan
    seed, device, threads, progress, stop
        As of `synthesize`.

    Yields
    ------
    numpy.ndarray
        (any number,), or (any number, 2) of stereo; float32, at the plan's sample rate, at a level that `choose_level`
        tells how to correct.
    """
    device = resolve_device(device)
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    plan, _ = choose_for_plan(plan, seed=seed, device=device)
    options = {"seed": seed, "loop": plan.loop, "device": device}
    between = partial(_between, plan) if plan.morph else None
    pieces = synthesize_windows(
        plan.target, plan.parameters, plan.windows, progress=progress, stop=stop, between=between, **options
    )
    blocks = _recovered(pieces, plan, options)
    remaining = plan.length
    for block in _resampled(blocks, plan.target.sample_rate, plan.sample_rate, plan.loop):
        kept = block[:remaining]
        if plan.morph:
            kept = kept * plan.morph.gain((plan.length - remaining + np.arange(len(kept))) / plan.length)
        remaining -= len(kept)
        if len(kept):
            yield kept


def _recovered(pieces, plan, options):
    """Samples (any number,), or (any number, 2) of stereo, of the spectrogram's pieces."""
    if plan.image is None:
        return invert_pieces(pieces, plan.target, plan.parameters.inversion, **options)
    count = len(plan.target.log_magnitude) // plan.bins
    signals = []
    # The signals go on together, so that no more than the piece under way is kept for the second.
    for number, copies in enumerate(itertools.tee(pieces, count)):
        # Equal phases would be a correlation.
        own = options | {"seed": derive_seed(options["seed"], "signal", number) if number else options["seed"]}
        signals.append(invert_pieces(_of_signal(copies, number, plan), plan.target, plan.parameters.inversion, **own))
    blocks = (np.stack(together, axis=1) for together in zip(*signals, strict=True))
    return plan.image.render(blocks, plan.loop)


def _of_signal(pieces, number, plan):
    for piece in pieces:
        yield piece[number * plan.bins : (number + 1) * plan.bins]


def _between(plan, frames):
    """What a `SynthesisTask` takes for frames of a morph, counted from its start."""
    return plan.morph.between(plan.target, frames * plan.target.hop_length / plan.target.sample_rate / plan.duration)


def _resampled(blocks, from_rate, to_rate, loop):
    if from_rate == to_rate:
        yield from blocks
        return
    stream = opening = None
    # Past the end of a loop comes its start, and where the resampler starts it knows nothing of what was before: so a
    # loop is resampled from a little after its start, and around to there.
    unit = from_rate // math.gcd(from_rate, to_rate)
    context = math.ceil(_RESAMPLER_CONTEXT_SECONDS * from_rate / unit) * unit if loop else 0
    skip = context * to_rate // from_rate
    for block in blocks:
        if stream is None:
            channels = 1 if block.ndim == 1 else block.shape[1]
            stream = soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32", quality="VHQ")
            opening = block[:0]
        if len(opening) < 2 * context:
            opening = np.concatenate([opening, block[: 2 * context - len(opening)]])
        resampled = stream.resample_chunk(block)
        yield resampled[skip:]
        skip = max(skip - len(resampled), 0)
    yield stream.resample_chunk(opening, last=True)[skip:]


def choose_level(computed_rms, computed_peak, target_rms):
    """The `Level` at which a texture has a recording's RMS, or as near as no sample clips.

    Parameters
    ----------
    computed_rms, computed_peak : float
        Of the texture as it was computed.
    target_rms : float
    """
    if computed_rms == 0:
        return Level(1.0, 0.0, 0.0, 0.0)
    wanted = target_rms / computed_rms
    gain = min(wanted, _CEILING / computed_peak)
    return Level(gain, 20 * math.log10(wanted / gain), computed_rms * gain, computed_peak * gain)


def audio_format(path, encoding="pcm24"):
    """Format and subtype by which libsndfile knows what a file shall be.

    Parameters
    ----------
    path : path
        Ends in .wav, .flac, .aiff, .aif or .ogg.
    encoding : {'pcm16', 'pcm24', 'float'}
        For formats that have a choice: FLAC has no ``float``, and Ogg is Vorbis.

    Raises
    ------
    ParameterError
        If there is no such format, or it does not have the encoding.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        raise ParameterError(
            f"{path}: expected a name that ends in {', '.join(_FORMATS)}, found {suffix or 'no ending'!r}"
        )
    if encoding not in _SUBTYPES:
        raise ParameterError(f"encoding: expected one of {', '.join(_SUBTYPES)}, found {encoding!r}")
    subtype = "VORBIS" if suffix == ".ogg" else _SUBTYPES[encoding]
    if not soundfile.check_format(_FORMATS[suffix], subtype):
        raise ParameterError(f"encoding: {suffix} files have no {encoding}; use pcm16 or pcm24")
    return _FORMATS[suffix], subtype


def synthesize_to_file(path, plan, *, seed=0, encoding="pcm24", device="auto", threads=None, progress=None, stop=None):
    """Compute a texture and write it, in memory that does not grow with its duration.

    Parameters
    ----------
    path : path
    plan : TexturePlan
    encoding : {'pcm16', 'pcm24', 'float'}
        See `audio_format`.
    seed, device, threads, progress, stop
        As of `synthesize`.

    Returns
    -------
    Level

    Raises
    ------
    ParameterError
        If the path's ending or the encoding is not known.
    StorageError
        If the file cannot be written.
    """
    path = Path(path)
    container, subtype = audio_format(path, encoding)
    energy = peak = 0.0
    count = 0
    # The level is known only in the end.
    with replacing(path) as temporary, tempfile.TemporaryFile(dir=path.parent) as scratch:
        for block in synthesize_blocks(plan, seed=seed, device=device, threads=threads, progress=progress, stop=stop):
            energy += float(np.sum(np.square(block, dtype=np.float64)))
            peak = max(peak, float(np.abs(block).max()))
            count += block.size
            scratch.write(block.tobytes())
        level = choose_level(math.sqrt(energy / count), peak, plan.target_rms)
        scratch.seek(0)
        shape = {"format": container, "subtype": subtype, "channels": plan.channels}
        with soundfile.SoundFile(temporary, "w", plan.sample_rate, **shape) as file:
            while data := scratch.read(4 * plan.channels * _BLOCK):
                samples = np.frombuffer(data, dtype=np.float32).reshape(-1, plan.channels)
                file.write(samples * np.float32(level.gain))
    return level
