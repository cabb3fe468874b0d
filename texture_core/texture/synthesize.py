"""A new texture from a recording of one, arrays in and out: the library in one function."""

import itertools
import math
import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np
import soxr

from texture_core.audio.recording import rms
from texture_core.runtime.devices import resolve_device
from texture_core.runtime.randomness import derive_seed
from texture_core.texture.pieces import invert_pieces, synthesize_windows
from texture_core.texture.plan import choose_for_plan, plan_texture

_CEILING = 10 ** (-0.1 / 20)
_RESAMPLER_CONTEXT_SECONDS = 0.1


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
