"""Divergence of a classifier's predictions for a synthesis from those for the target (paper, eq. 8)."""

from typing import NamedTuple

import numpy as np
import soxr

from texture_core.classifiers.log_mel import SAMPLE_RATE

# Probabilities are held between EPSILON and 1 - EPSILON. A class that the classifier is all but sure is absent from the
# target then adds at most ln(1 / EPSILON) = 13.8, divided by the number of classes, however extreme its logit. Where
# the bound lies hardly matters for means over patches: 1e-4 in its place lowers YAMNet's divergences by 1.5 %, 1e-12
# raises them by less than 0.1 % (halves of 28 recordings).
EPSILON = 1e-6


class Predictions(NamedTuple):
    """Predictions for a recording: probabilities (patches, classes), embeddings (patches, dimensions)."""

    probabilities: np.ndarray
    embeddings: np.ndarray


def bernoulli_divergence(probabilities, reference, epsilon=EPSILON):
    """Compute the Kullback-Leibler divergence of independent yes-or-no labels, averaged over the classes.

    Parameters
    ----------
    probabilities, reference : array_like
        (classes,), p(y | synthesis) and p(y | target).
    epsilon : float
        Both are clipped to epsilon ... 1 - epsilon.

    Returns
    -------
    float
        The mean over classes of p ln(p / q) + (1 - p) ln((1 - p) / (1 - q)), in nats; 0 for equal probabilities.
    """
    p, q = (
        np.clip(np.asarray(values, dtype=np.float64), epsilon, 1 - epsilon) for values in (probabilities, reference)
    )
    return float(np.mean(p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))))


def classifier_divergence(predict, target, synthesis, sample_rate):
    """Compute the divergence of a classifier's probabilities for a synthesis from those for its target.

    Parameters
    ----------
    predict : callable
        Maps 16 kHz samples to `Predictions`. The probability of a class is averaged over patches, because the time of
        events in a texture does not matter.
    target, synthesis : array_like
        (n,), samples; the lengths may differ.
    sample_rate : int
        Hz, of both.

    Returns
    -------
    float
        See `bernoulli_divergence`.
    """
    pooled = []
    for samples in (synthesis, target):
        samples = np.asarray(samples, dtype=np.float64)
        if sample_rate != SAMPLE_RATE:
            samples = soxr.resample(samples, sample_rate, SAMPLE_RATE, quality="VHQ")
        pooled.append(predict(samples).probabilities.mean(axis=0))
    return bernoulli_divergence(*pooled)
