"""Plan the textures of a recording, as the command line and the workflow make them."""

from texture_core.audio.stretches import is_long
from texture_core.parameters.presets import fit_to_duration
from texture_core.texture.plan import plan_texture


def plan_recording(samples, sample_rate, parameters, output, *, seconds=None):
    """Fit parameters to the duration of a recording and plan its textures.

    Parameters
    ----------
    samples, sample_rate
        See `texture_core.synthesize`.
    parameters : Parameters
    output : OutputParameters
        Number of takes, encoding and format are not used here.
    seconds : float, optional
        Duration of the recording, if the samples are a sample of it (`texture_core.audio.recording.Recording`).

    Returns
    -------
    TexturePlan

    Raises
    ------
    AudioError, ParameterError
        See `texture_core.synthesize`.
    """
    seconds = seconds or len(samples) / sample_rate
    duration = output.duration
    if duration is None and is_long(seconds * sample_rate, sample_rate):
        duration = seconds
    return plan_texture(
        samples,
        sample_rate,
        duration=duration,
        parameters=fitted(parameters, seconds, output),
        loop=output.loop,
        channels=output.channels,
        computed_rate=output.computed_rate,
    )


def fitted(parameters, seconds, output):
    """Return parameters with lags that fit recordings of `seconds` and the output; see `fit_to_duration`."""
    # A loop has no more room for lags than it lasts.
    shortest = min(seconds, output.duration) if output.loop and output.duration else seconds
    return fit_to_duration(parameters, shortest)
