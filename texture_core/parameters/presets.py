"""Complete parameter sets for one sound at a time, by name."""

from dataclasses import replace

from texture_core.errors import ParameterError
from texture_core.parameters.limits import minimum_seconds
from texture_core.parameters.method import (
    AUTO,
    WEIGHTS_BY_KIND,
    AudioParameters,
    FeatureParameters,
    OptimizerParameters,
    Parameters,
    SpectrogramParameters,
    ViewParameters,
)

# Chosen on 24 recordings (docs/performance.md). Every second frame is enough where the sound itself is optimised.
_VIEWS = (
    ViewParameters(),
    # Quiet bins count as loud ones.
    ViewParameters("standardized", weight=0.2),
    # Quiet moments count as loud ones: what is between events.
    ViewParameters("log_magnitude", weight=0.1, loudness=0.0, options={"gain": 30.0, "bias": 0.3}),
    # Onsets, and the flutter of a quiet background.
    ViewParameters("differences", weight=0.3, loudness=0.0, options={"lag": 4, "gain": 100.0, "bias": 0.3}),
)
_QUICK = Parameters(
    alpha=1.0,
    beta=0.0,
    features=FeatureParameters(type="limit", kernel_widths=(4, 16), options={"stride": 2}, views=_VIEWS),
    losses={"band_levels": 0.1, "collage": 1.0},
    optimizer=OptimizerParameters(type="conditioned_lbfgs", iterations=60, waveform_iterations=60),
    start="surrogate",
    frame_step=2,
    retakes=2,
)
_DEFAULT = replace(
    _QUICK,
    features=replace(_QUICK.features, kernel_widths=(1, 2, 4, 8, 16, 32), options={"stride": 1}),
    optimizer=replace(_QUICK.optimizer, waveform_iterations=100),
)
_BY_NAME = {
    "quick": _QUICK,
    "default": _DEFAULT,
    AUTO: replace(_DEFAULT, preset=AUTO),
    "paper": Parameters(),
    **{name: Parameters(**weights) for name, weights in WEIGHTS_BY_KIND.items()},
}


def preset_names():
    """The names of all presets, a tuple."""
    return tuple(_BY_NAME)


def preset_parameters(name="default"):
    """The `Parameters` of a preset.

    Parameters
    ----------
    name : str
        ``default``: infinitely many filters on four views of the spectrogram, from a start that is near, then the sound
        itself; ``quick``: the same with half the patches, two kernel widths and fewer iterations. ``paper``: 2000
        iterations of L-BFGS-B from noise. Those of `texture_core.parameters.method.WEIGHTS_BY_KIND`: ``paper`` with
        weights for a kind of sound. ``auto``: ``default`` with weights that are chosen for the recording by trial
        syntheses.

    Raises
    ------
    ParameterError
        If there is no such preset.
    """
    if name not in _BY_NAME:
        raise ParameterError(f"preset: expected one of {', '.join(_BY_NAME)}, found {name!r}")
    return _BY_NAME[name]


def between_parameters(parameters):
    """Return the `Parameters` for a texture between two, from those for one.

    The Gram matrices of finite networks have a geodesic between them, the limit of infinitely many filters has none.
    """
    if parameters.features.type != "limit":
        return parameters
    features = FeatureParameters(filters=min(parameters.features.filters, 256))
    return replace(parameters, features=features, losses={}, frame_step=1, retakes=0)


def with_iterations(parameters, iterations):
    """Return `Parameters` with so many iterations, of spectrogram and sound together in the proportion that they had.

    Each of the two keeps at least one if it had any.
    """
    optimizer = parameters.optimizer
    if not optimizer.waveform_iterations:
        return replace(parameters, optimizer=replace(optimizer, iterations=iterations))
    share = optimizer.waveform_iterations / (optimizer.iterations + optimizer.waveform_iterations)
    waveform = max(round(share * iterations), 1)
    counts = {"iterations": max(iterations - waveform, 1), "waveform_iterations": waveform}
    return replace(parameters, optimizer=replace(optimizer, **counts))


def fix_weight(parameters, name, value):
    """Parameters with ``alpha`` or ``beta`` at a value; with preset ``auto`` only the other is left to be chosen."""
    if parameters.preset == AUTO:
        return replace(parameters, auto=replace(parameters.auto, **{name: (value,)}))
    return replace(parameters, **{name: value})


def fit_to_duration(parameters, seconds):
    """Parameters for which a short recording is long enough.

    Where it is too short for the lags of the autocorrelation term, they go up to half of what the widest kernel leaves
    of it; where no lag is left, the term is left out.

    Parameters
    ----------
    parameters : Parameters
    seconds : float

    Returns
    -------
    Parameters
        The same object where the recording is long enough.

    Raises
    ------
    ParameterError
        If the recording is too short for the kernels and the transform themselves.
    """
    audio, spectrogram = AudioParameters(), SpectrogramParameters()
    if seconds >= minimum_seconds(parameters, audio, spectrogram)[0]:
        return parameters
    lags = parameters.autocorrelation
    frame = spectrogram.hop_length * parameters.frame_step / audio.sample_rate
    trimmed = (max(parameters.features.kernel_widths) - 1) * frame
    longest = min(lags.maximum_lag, (seconds - trimmed) / 2)
    if longest > lags.minimum_lag:
        fitted = replace(parameters, autocorrelation=replace(lags, maximum_lag=longest))
    else:
        fitted = _without_rhythm(parameters, frame)
    needed, reason = minimum_seconds(fitted, audio, spectrogram)
    if seconds < needed:
        raise ParameterError(f"duration: {seconds:.3f} s, expected at least {needed:.3f} s, for {reason}")
    return fitted


def least_seconds(parameters):
    """The shortest recording that `fit_to_duration` takes.

    Parameters
    ----------
    parameters : Parameters

    Returns
    -------
    seconds : float
    reason : str
        What asks for that much, in words.
    """
    audio, spectrogram = AudioParameters(), SpectrogramParameters()
    frame = spectrogram.hop_length * parameters.frame_step / audio.sample_rate
    return minimum_seconds(_without_rhythm(parameters, frame), audio, spectrogram)


def _without_rhythm(parameters, frame):
    """Parameters without the autocorrelation term; `frame` is the duration of one in seconds."""
    shortest = replace(parameters.autocorrelation, minimum_lag=0.0, maximum_lag=frame)
    return replace(fix_weight(parameters, "alpha", 0.0), autocorrelation=shortest)
