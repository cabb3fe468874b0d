"""How near McDermott & Simoncelli's statistics of the synthesis are to the recording's, in decibels; higher is better.

The score by which they judge their own syntheses (Neuron 71, 2011): 30 dB in each class counts as equal, an average
below 20 dB as failed. It knows nothing of the order of events beyond their modulation, nor of copies.
"""

import numpy as np
import soxr

from texture_core.errors import ClassifierError
from texture_core.methods.mcdermott_simoncelli import CLASSES, MODEL_RATE, VERSION

# No file of results holds an infinity. A recording against itself gets this; its copies by Griffin-Lim have 27 to 32.
MOST_DB = 100.0


def compute(score_input):
    """The signal-to-noise ratio of each class of statistics, the recording's being the signal.

    Parameters
    ----------
    score_input : ScoreInput

    Returns
    -------
    dict
        ``mcdermott_snr``: the mean over the eight classes, in dB. ``mcdermott_snr_envelope_mean`` and so on: each
        class, 10 log₁₀(Σ target² / Σ (target - synthesis)²) over the channels whose variance is within 30 dB of the
        loudest in the recording, held between -100 and 100. None where a side is silent or shorter than an envelope
        sample of the model (2.5 ms): it has no statistics.

    Raises
    ------
    ClassifierError
        If the package that measures the statistics is not installed.

    Notes
    -----
    Both sides are measured alike, with ramps at their ends, because what is scored is a recording and not a loop. So
    the figures that ``mcdermott_simoncelli`` records of itself, without ramps and before it is resampled, are higher.
    """
    measure = _measure()
    sides = [
        measure(side, score_input.sample_rate) for side in (score_input.target_samples, score_input.synthesis_samples)
    ]
    names = [f"mcdermott_snr_{name.lower().replace(' ', '_')}" for name in CLASSES.values()]
    if None in sides:
        return dict.fromkeys(["mcdermott_snr", *names])
    target, synthesis = sides
    with np.errstate(divide="ignore"):
        found = target.snr(synthesis, classes=tuple(CLASSES))
    values = [float(np.clip(found[name], -MOST_DB, MOST_DB)) for name in CLASSES]
    return {"mcdermott_snr": float(np.mean(values)), **dict(zip(names, values, strict=True))}


def _measure():
    try:
        import sonore
        from sonore.texture import TextureModel, TextureStats
    except ImportError:
        raise ClassifierError(
            f"the package sonore {VERSION} is not installed; install it with: pip install sonore=={VERSION}"
        ) from None

    def measure(samples, rate):
        samples = np.asarray(samples, dtype=np.float64)
        if rate != MODEL_RATE:
            samples = soxr.resample(samples, rate, MODEL_RATE, quality="VHQ")
        if len(samples) < TextureModel().decimation or not samples.any():
            return None
        return TextureStats.measure(sonore.Sound(samples, MODEL_RATE))

    return measure
