"""Match of McDermott & Simoncelli's statistics between synthesis and recording, in dB; higher is better.

The authors judge their own syntheses by this score (Neuron 71, 2011): 30 dB in each class counts as equal, an average
below 20 dB as failed. It is blind to the order of events beyond their modulation, and to copies.
"""

import numpy as np
import soxr

from texture_core.errors import ClassifierError
from texture_core.methods.mcdermott_simoncelli import CLASSES, MODEL_RATE, VERSION

# Results are finite: a recording against itself gets this value. Its copies by Griffin-Lim have 27 to 32.
MOST_DB = 100.0


def compute(score_input):
    """Compute the signal-to-noise ratio of each class of statistics, with the recording as the signal.

    Returns
    -------
    dict
        ``mcdermott_snr``: the mean over the eight classes, in dB. ``mcdermott_snr_envelope_mean`` and so on: each
        class, 10 log₁₀(Σ target² / Σ (target - synthesis)²) over the channels with a variance within 30 dB of the
        loudest in the recording, clipped to -100 to 100. None if a side is silent or shorter than an envelope sample of
        the model (2.5 ms).

    Raises
    ------
    ClassifierError
        If the package that measures the statistics is not installed.

    Notes
    -----
    Both sides are measured with ramps at their ends, because they are recordings and not loops. The values that the
    method ``mcdermott_simoncelli`` records, without ramps and before resampling, are therefore higher.
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
