"""Complete parameter sets for one sound at a time, by name."""

from dataclasses import replace

from texture_core.errors import ParameterError
from texture_core.parameters.limits import minimum_seconds
from texture_core.parameters.method import (
    AUTO,
    WEIGHTS_BY_KIND,
    AudioParameters,
    FeatureParameters,
    InversionParameters,
    OptimizerParameters,
    Parameters,
    SpectrogramParameters,
)

# A start that is near, and an α that leaves the Gram term its share: within 200 iterations the autocorrelation term
# ends as low as with the paper's weights, the Gram term 10 to 60 times lower.
_DEFAULT = Parameters(
    alpha=3.0,
    beta=1e-4,
    optimizer=OptimizerParameters(type="conditioned_lbfgs", iterations=200),
    inversion=InversionParameters(algorithm="admm", iterations=200),
    start="surrogate",
)
_QUICK = replace(
    _DEFAULT,
    features=FeatureParameters(filters=128),
    optimizer=replace(_DEFAULT.optimizer, iterations=100),
    inversion=replace(_DEFAULT.inversion, iterations=100),
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
        ``default``: 512 filters and 200 iterations from a start that is near, some minutes for each window of seconds
        on two cores. ``quick``: a quarter of the filters and half the iterations. ``paper``: 2000 iterations of
        L-BFGS-B from noise. Those of `texture_core.parameters.method.WEIGHTS_BY_KIND`: as ``paper``, with weights for
        a kind of sound. ``auto``: as ``default``, with weights that are chosen for the recording before its synthesis.

    Raises
    ------
    ParameterError
        If there is no such preset.
    """
    if name not in _BY_NAME:
        raise ParameterError(f"preset: expected one of {', '.join(_BY_NAME)}, found {name!r}")
    return _BY_NAME[name]


def fix_weight(parameters, name, value):
    """Parameters with ``alpha`` or ``beta`` at a value; with preset ``auto`` only the other is left to be chosen."""
    if parameters.preset == AUTO:
        return replace(parameters, auto=replace(parameters.auto, **{name: (value,)}))
    return replace(parameters, **{name: value})


def fit_to_duration(parameters, seconds, audio=None, spectrogram=None):
    """Parameters for which a short recording is long enough.

    Where it is too short for the lags of the autocorrelation term, they go up to half of what the widest kernel leaves
    of it; where no lag is left, the term is left out.

    Parameters
    ----------
    parameters : Parameters
    seconds : float
    audio : AudioParameters, optional
    spectrogram : SpectrogramParameters, optional

    Returns
    -------
    Parameters
        The same object where the recording is long enough.

    Raises
    ------
    ParameterError
        If the recording is too short for the kernels and the transform themselves.
    """
    audio, spectrogram = audio or AudioParameters(), spectrogram or SpectrogramParameters()
    if seconds >= minimum_seconds(parameters, audio, spectrogram)[0]:
        return parameters
    lags = parameters.autocorrelation
    trimmed = (max(parameters.features.kernel_widths) - 1) * spectrogram.hop_length / audio.sample_rate
    longest = min(lags.maximum_lag, (seconds - trimmed) / 2)
    if longest > lags.minimum_lag:
        fitted = replace(parameters, autocorrelation=replace(lags, maximum_lag=longest))
    else:
        frame = spectrogram.hop_length / audio.sample_rate
        shortest = replace(lags, minimum_lag=0.0, maximum_lag=frame)
        fitted = replace(fix_weight(parameters, "alpha", 0.0), autocorrelation=shortest)
    needed, reason = minimum_seconds(fitted, audio, spectrogram)
    if seconds < needed:
        raise ParameterError(f"duration: {seconds:.3f} s, expected at least {needed:.3f} s, for {reason}")
    return fitted
