"""Natural variation of a recording: its second half, scored against the first, in place of a synthesis.

It is the reference row of a table: methods with better scores begin to copy.
"""

from texture_core.errors import ParameterError
from texture_core.methods.task import SynthesisResult
from texture_core.spectrogram.halves import second_half

NEEDS_SAMPLES = True
PARAMETERS = ()
USES_GPU = False
SCORED_AGAINST_FIRST_HALF = True


def synthesize(task):
    """Return the second half of the recording.

    Raises
    ------
    ParameterError
        If there are no samples, or half of them are too few for a spectrogram.
    """
    if task.samples is None:
        raise ParameterError("method: natural_variation needs the recording's samples, but none were given")
    if len(task.samples) // 2 <= task.target.n_fft:
        raise ParameterError(
            f"method: natural_variation needs a recording of more than {2 * task.target.n_fft} samples, found "
            f"{len(task.samples)}"
        )
    half, samples = second_half(task.target, task.samples)
    return SynthesisResult(half.log_magnitude, samples=samples)


def iterations(parameters):
    """Return the number of iterations, 0."""
    return 0
