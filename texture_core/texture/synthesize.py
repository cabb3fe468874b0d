"""Synthesise a texture from a recording, as arrays."""

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
from texture_core.texture.kept_windows import KeptWindows
from texture_core.texture.pieces import invert_pieces, synthesize_windows
from texture_core.texture.plan import choose_for_plan, plan_texture

_CEILING = 10 ** (-0.1 / 20)
_RESAMPLER_CONTEXT_SECONDS = 0.1


@dataclass(frozen=True)
class Level:
    """Level of a result.

    Attributes
    ----------
    gain : float
        Gain to apply to the computed samples.
    shortfall : float
        How far the result is below the recording's level in dB, to prevent clipping; 0 if nothing would clip.
    rms, peak : float
        RMS and peak of the result, full scale 1.
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
    """Synthesise a new texture from a recording.

    Parameters
    ----------
    samples : array_like
        (n,) or (n, channels). Full scale is 1 for floats, the range of the type for integers.
    sample_rate : int
        Sample rate of the recording and of the result in Hz.
    duration : float, optional
        Duration of the result in seconds; default: that of the recording. Long textures are computed in windows.
    seed : int
        Seed of the texture. The same seed, machine and number of threads give the same samples.
    parameters : Parameters, optional
        Default: the preset ``default``, with shorter lags if the recording requires it.
    loop : bool
        If true, make a seamless loop. Its duration is rounded to a multiple of 4 ms (8 ms with the presets ``quick``
        and ``default``), or of up to 1 s at sample rates such as 44.1 kHz.
    channels : {'keep', 'mono'}
        Keep stereo, with its width and balance in each frequency band, or mix all channels to one by their mean. More
        than two channels require ``mono``.
    computed_rate : {16000, 24000, 32000, 48000}
        Sample rate of the synthesis in Hz. Frequencies above half of it are lost. Higher rates take longer. Limited to
        the smallest of these rates that covers the sample rate of the recording.
    device : {'auto', 'cpu', 'cuda'}
    threads : int, optional
        Number of CPU threads of torch.
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration, counting over all windows.
    stop : callable, optional
        Called after each iteration; if it returns true, synthesis stops and the result so far is returned.

    Returns
    -------
    numpy.ndarray
        (round(duration * sample_rate),), or (round(duration * sample_rate), 2) for stereo; float32. The RMS is that of
        the recording at the computed rate, after any mixing. It is lower, with a warning, if samples would clip (peak
        above -0.1 dBFS).

    Raises
    ------
    AudioError
        If the recording is silent, is not an array of samples, or has more than two channels to keep.
    ParameterError
        If the recording or the duration is too short for the parameters, or the device is not available.

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
    """Synthesise a planned texture. See `synthesize` for the other arguments, the result and the warning."""
    blocks = list(synthesize_blocks(plan, seed=seed, device=device, threads=threads, progress=progress, stop=stop))
    computed = np.concatenate(blocks)
    level = choose_level(rms(computed), float(np.abs(computed).max()), plan.target_rms)
    if level.shortfall > 0:
        warnings.warn(
            f"the texture is {level.shortfall:.1f} dB below the recording's level, so that no sample clips",
            stacklevel=3,
        )
    return computed * np.float32(level.gain)


def synthesize_blocks(
    plan, *, seed=0, device="auto", threads=None, progress=None, stop=None, checkpoint=None, code=None
):
    """Synthesise a texture block by block, in constant memory.

    Parameters
    ----------
    plan : TexturePlan
    seed, device, threads, progress, stop
        See `synthesize`.
    checkpoint : CheckpointPlan, optional
        Where the windows of a long texture are saved, to continue from them if the process is killed; see
        `texture_core.texture.kept_windows`.
    code : str, optional
        Digest of the running code; windows that other code has saved are ignored.

    Yields
    ------
    numpy.ndarray
        (any number,), or (any number, 2) for stereo; float32, at the plan's sample rate. `choose_level` computes the
        gain still to apply.
    """
    device = resolve_device(device)
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    plan, _ = choose_for_plan(plan, seed=seed, device=device)
    options = {"seed": seed, "loop": plan.loop, "device": device}
    between = partial(_between, plan) if plan.morph else None
    kept = None
    if checkpoint and len(plan.windows) > 1:
        kept = KeptWindows(checkpoint, plan, seed=seed, device=device, code=code)
    pieces = synthesize_windows(
        plan.target,
        plan.parameters,
        plan.windows,
        progress=progress,
        stop=stop,
        between=between,
        peak=_peak(plan),
        kept=kept,
        **options,
    )
    blocks = _recovered(pieces, plan, options)
    remaining = plan.length
    for block in _resampled(blocks, plan.target.sample_rate, plan.sample_rate, plan.loop):
        block = block[:remaining]
        if plan.morph:
            block = block * plan.morph.gain((plan.length - remaining + np.arange(len(block))) / plan.length)
        remaining -= len(block)
        if len(block):
            yield block


def _peak(plan):
    """Return the maximum of computed samples that does not clip at the recording's level."""
    # Two signals or two recordings are put together only later.
    return _CEILING / plan.target_unit if plan.image is None and plan.morph is None else None


def _recovered(pieces, plan, options):
    """Return samples (any number,), or (any number, 2) for stereo, from the pieces of the texture."""
    if plan.parameters.optimizer.waveform_iterations:
        blocks = (piece.samples.T for piece in pieces)
        return (block[:, 0] for block in blocks) if plan.image is None else plan.image.render(blocks, plan.loop)
    pieces = (piece.log_magnitude for piece in pieces)
    if plan.image is None:
        return invert_pieces(pieces, plan.target, plan.parameters.inversion, **options)
    count = len(plan.target.log_magnitude) // plan.bins
    signals = []
    # The signals advance together, so that only the current piece is kept for the second.
    for number, copies in enumerate(itertools.tee(pieces, count)):
        # Equal phases would correlate the signals.
        own = options | {"seed": derive_seed(options["seed"], "signal", number) if number else options["seed"]}
        signals.append(invert_pieces(_of_signal(copies, number, plan), plan.target, plan.parameters.inversion, **own))
    blocks = (np.stack(together, axis=1) for together in zip(*signals, strict=True))
    return plan.image.render(blocks, plan.loop)


def _of_signal(pieces, number, plan):
    for piece in pieces:
        yield piece[number * plan.bins : (number + 1) * plan.bins]


def _between(plan, frames):
    """Return fields of a `SynthesisTask` for frames of a morph, counted from its start."""
    return plan.morph.between(plan.target, frames * plan.target.hop_length / plan.target.sample_rate / plan.duration)


def _resampled(blocks, from_rate, to_rate, loop):
    if from_rate == to_rate:
        yield from blocks
        return
    stream = opening = None
    # The resampler needs context before its first sample: resample a loop from a little after its start, and around to
    # there.
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
    """Compute the `Level` that gives a texture the recording's RMS, or less if samples would clip.

    Parameters
    ----------
    computed_rms, computed_peak : float
        Level of the texture as computed.
    target_rms : float
    """
    if computed_rms == 0:
        return Level(1.0, 0.0, 0.0, 0.0)
    wanted = target_rms / computed_rms
    gain = min(wanted, _CEILING / computed_peak)
    return Level(gain, 20 * math.log10(wanted / gain), computed_rms * gain, computed_peak * gain)
