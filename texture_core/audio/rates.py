"""The sample rates that one sound may be computed at, and transforms that last as long as the paper's at each."""

from texture_core.errors import ParameterError
from texture_core.parameters.method import AudioParameters, SpectrogramParameters

# The paper's first. At each of them the paper's hop of 4 ms is a whole number of samples.
COMPUTED_RATES = (16000, 24000, 32000, 48000)
_PAPER_RATE = AudioParameters().sample_rate


def computed_transform(sample_rate, computed_rate):
    """The rate that a recording is computed at, and its transform.

    Parameters
    ----------
    sample_rate : int
        Hz, of the recording.
    computed_rate : int
        Hz, one of `COMPUTED_RATES`, that is wanted.

    Returns
    -------
    computed_rate : int
        Hz, no higher than the recording has a use for.
    spectrogram : SpectrogramParameters
        Windows of 32 ms, a hop of 4 ms.

    Raises
    ------
    ParameterError
        If there is no such rate.
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
    """The peak at which a recording has the log magnitudes, bin by bin, that it has with peak 1 at the paper's rate.

    A transform of more samples sums more of them: unscaled magnitudes grow with the rate, of noise as of tones.
    """
    return _PAPER_RATE / computed_rate
