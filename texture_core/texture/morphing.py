"""Synthesise a texture between two recordings, static or moving over time, as arrays."""

from dataclasses import replace

import numpy as np

from texture_core.audio.recording import rms
from texture_core.errors import ParameterError
from texture_core.parameters.method import AudioParameters, SpectrogramParameters
from texture_core.parameters.presets import between_parameters, fit_to_duration, preset_parameters
from texture_core.texture.morph_path import MorphPath, geometric
from texture_core.texture.plan import fitted, least_frames, plan_texture, shared_frames
from texture_core.texture.windows import plan_short_windows

# Number of instants at which the level of a moving morph is sampled.
_LEVELS = 1000
# In units of the overlap of windows.
_SHORTEST_WINDOW = 4


def morph(
    first,
    second,
    sample_rate,
    *,
    position=0.5,
    second_sample_rate=None,
    duration=None,
    seed=0,
    parameters=None,
    loop=False,
    device="auto",
    threads=None,
    progress=None,
    stop=None,
):
    """Synthesise a texture between two recordings.

    The statistics are interpolated along optimal-transport geodesics (see `texture_core.losses.geodesic`), so that each
    moment has features of both recordings. The level is interpolated in dB.

    Parameters
    ----------
    first, second : array_like
        (n,) or (n, channels) each, of any lengths; see `texture_core.synthesize`.
    sample_rate : int
        Sample rate of the first recording and of the result in Hz.
    position : float or sequence of float
        0 is the first recording, 1 the second. With several positions, the morph moves through them from start to end,
        equally spaced in time: ``(0, 1)`` goes from the first recording to the second.
    second_sample_rate : int, optional
        Sample rate of the second recording in Hz; default: that of the first.
    duration : float, optional
        Duration of the result in seconds; default: that of the first recording.
    seed, device, threads, progress, stop
        See `texture_core.synthesize`.
    parameters : Parameters, optional
        See `texture_core.synthesize`; both recordings must be long enough. The preset ``auto`` chooses weights for each
        recording and interpolates them.
    loop : bool
        If true, make a seamless loop; requires a single position.

    Returns
    -------
    numpy.ndarray
        (round(duration * sample_rate),), float32, mono.

    Raises
    ------
    AudioError
        If a recording is silent, or not an array of samples.
    ParameterError
        If a position is not in 0 to 1, or a loop has several; if a recording or the duration is too short for the
        parameters; or if the device is not available.

    Examples
    --------
    >>> import texture_core as tc
    >>> rain, crickets = (tc.demo_texture(name, duration=3.0) for name in ("rain", "crickets"))
    >>> rain_into_crickets = tc.morph(rain, crickets, 16000, position=(0, 1), duration=12.0)  # doctest: +SKIP
    """
    # It imports torch, which `plan_morph` does only when nothing is wrong with the recordings.
    from texture_core.texture.synthesize import synthesize_plan

    plan = plan_morph(
        first,
        second,
        sample_rate,
        position=position,
        second_sample_rate=second_sample_rate,
        duration=duration,
        parameters=parameters,
        loop=loop,
    )
    return synthesize_plan(plan, seed=seed, device=device, threads=threads, progress=progress, stop=stop)


def plan_morph(
    first, second, sample_rate, *, position=0.5, second_sample_rate=None, duration=None, parameters=None, loop=False
):
    """Check two recordings and plan a morph. See `morph` for the arguments and the errors.

    Returns
    -------
    TexturePlan
        At position 0 or 1, the plan of a texture of that recording.
    """
    positions = _checked_positions(position, loop)
    sides = ((first, sample_rate), (second, second_sample_rate or sample_rate))
    shared = {"loop": loop, "channels": "mono", "result_rate": sample_rate}
    own = [plan_texture(*side, duration=duration, parameters=parameters, **shared) for side in sides]
    if set(positions) == {0.0}:
        return own[0]
    options = shared | {"duration": own[0].duration if duration is None else duration}
    if set(positions) == {1.0}:
        return plan_texture(*sides[1], parameters=parameters, **options)
    lengths = [len(plan.target_samples) / plan.target.sample_rate for plan in own]
    # Their features are other ones than those that the recordings were long enough for.
    parameters = fit_to_duration(
        between_parameters(parameters or preset_parameters()), min(*lengths, own[0].duration) if loop else min(lengths)
    )
    plan, other = (plan_texture(*side, parameters=parameters, **options) for side in sides)
    from texture_core.texture.morph_level import gains

    level = gains(plan.target, other.target, plan.target_rms, other.target_rms)
    path = MorphPath(other.target, other.target_samples, other.target_unit, level, positions)
    fractions = (np.arange(_LEVELS) + 0.5) / _LEVELS
    levels = np.array([geometric(plan.target_rms, other.target_rms, place) for place in path.at(fractions)])
    if len(positions) > 1:
        plan = replace(plan, windows=_windows(plan))
    return replace(plan, target_rms=rms(levels), morph=path)


def plan_morph_of_recordings(first, second, position, parameters, output):
    """Fit parameters to the durations of two recordings and plan their morph, as the command line and the workflow do.

    Parameters
    ----------
    first, second : texture_core.audio.recording.Recording
    position
        See `morph`.
    parameters : Parameters
    output : OutputParameters
        Only the duration and the loop are used here.

    Returns
    -------
    TexturePlan

    Raises
    ------
    AudioError, ParameterError
        See `morph`.
    """
    duration = output.duration
    if duration is None and first.is_sample:
        duration = first.seconds
    return plan_morph(
        first.samples,
        second.samples,
        first.sample_rate,
        position=position,
        second_sample_rate=second.sample_rate,
        duration=duration,
        parameters=fitted(parameters, min(first.seconds, second.seconds), output),
        loop=output.loop,
    )


def _checked_positions(position, loop):
    try:
        positions = tuple(float(place) for place in np.atleast_1d(np.asarray(position, dtype=np.float64)))
    except (TypeError, ValueError):
        raise ParameterError(f"position: expected numbers from 0 to 1, found {position!r}") from None
    if not positions or not all(0 <= place <= 1 for place in positions):
        raise ParameterError(f"position: expected one or more numbers from 0 to 1, found {position!r}")
    if len(set(positions)) == 1:
        return positions[:1]
    if loop:
        raise ParameterError(
            f"position: expected one position for a loop, found {position!r}; leave out the loop or the other positions"
        )
    return positions


def _windows(plan):
    """Windows as short as the parameters allow, so that the statistics change in small steps."""
    spectrogram = SpectrogramParameters(plan.target.n_fft, plan.target.hop_length, plan.target.window)
    shared = shared_frames(plan.parameters, spectrogram)
    least = least_frames(plan.parameters, AudioParameters(sample_rate=plan.target.sample_rate), spectrogram)
    frames = sum(window.stop - window.start for window in plan.windows)
    return plan_short_windows(frames, max(least, _SHORTEST_WINDOW * shared), shared, shared)
