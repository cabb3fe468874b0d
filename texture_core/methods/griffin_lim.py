"""The target's own spectrogram, to be inverted: the baseline that shows what phase recovery costs (paper, section 3).

It is a copy with new phases. No method can be nearer to the original, and none is less diverse.
"""

from texture_core.methods.task import SynthesisResult

PARAMETERS = ()
USES_GPU = False


def synthesize(task):
    """Hand the target's spectrogram on.

    Parameters
    ----------
    task : SynthesisTask

    Returns
    -------
    SynthesisResult
    """
    return SynthesisResult(task.target.log_magnitude)


def iterations(parameters):
    """None."""
    return 0
