"""Sample rates for the synthesis of one sound, and transforms with the durations of the paper's at each rate."""

from texture_core.errors import ParameterError
from texture_core.parameters.method import AudioParameters, SpectrogramParameters
from texture_core.parameters.output import OutputParameters

# The paper's first. At each of them the paper's hop of 4 ms is a whole number of samples.
COMPUTED_RATES = OutputParameters.stated["computed_rate"].choices
_PAPER_RATE = AudioParameters().sample_rate


def computed_transform(sample_rate, computed_rate):
    """Choose the sample rate and the transform for synthesising a recording.

    Parameters
    ----------
    sample_rate : int
        Hz, of the recording.
    computed_rate : int
        Requested rate in Hz, one of `COMPUTED_RATES`.

    Returns
    -------
    computed_rate : int
        Hz, no higher than the smallest of `COMPUTED_RATES` that covers the recording's sample rate.
    spectrogram : SpectrogramParameters
        Windows of 32 ms, a hop of 4 ms.

    Raises
    ------
    ParameterError
        If the requested rate is not one of `COMPUTED_RATES`.
    """
    if computed_rate not in COMPUTED_RATES:
        known = ", ".join(map(str, COMPUTED_RATES))
        raise ParameterError(f"computed_rate: expected one of {known} Hz, found {computed_rate!r}")
    sufficient = next((rate for rate in COMPUTED_RATES if rate >= sample_rate), COMPUTED_RATES[-1])
    computed_rate = min(computed_rate, sufficient)
    paper = SpectrogramParameters()
    return computed_rate, SpectrogramParameters(
        paper.n_fft * computed_rate // _PAPER_RATE, paper.hop_length * computed_rate // _PAPER_RATE
    )


def target_peak(computed_rate):
    """Return the peak that gives a recording the same log magnitudes as peak 1 at the paper's rate.

    The transform is unnormalised, so its magnitudes grow with the number of samples per window.
    """
    return _PAPER_RATE / computed_rate
