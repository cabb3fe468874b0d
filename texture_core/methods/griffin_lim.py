"""The target's own spectrogram, to be inverted: the baseline that shows what phase recovery costs (paper, section 3).

The result is a copy with new phases: as near to the original as possible, and without diversity.
"""

from texture_core.methods.task import SynthesisResult

PARAMETERS = ()
USES_GPU = False


def synthesize(task):
    """Return the target's spectrogram."""
    return SynthesisResult(task.target.log_magnitude)


def iterations(parameters):
    """Return 0."""
    return 0
