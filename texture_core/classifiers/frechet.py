"""Fréchet audio distance of two collections of sounds, in the embeddings of a classifier."""

import numpy as np
import soxr

from texture_core.classifiers.log_mel import SAMPLE_RATE
from texture_core.errors import ParameterError


def frechet_distance(first, second):
    """Compute the Fréchet distance of normal distributions fitted to two sets of points.

    Parameters
    ----------
    first, second : array_like
        (points, dimensions), at least two points each.

    Returns
    -------
    float
        ‖μ₁ - μ₂‖² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½), at least 0 up to rounding.

    Raises
    ------
    ParameterError
        If there are fewer than two points, or the dimensions differ.

    Notes
    -----
    With Σ = AᵀA, the trace of the root is the sum of the singular values of A₁A₂ᵀ. No matrix root is computed, so the
    result is accurate even with fewer points than dimensions. But few points bias the value upwards, so only compare
    values from the same number of points. Source: Kilgour et al., Fréchet audio distance, Interspeech 2019.
    """
    sets = [np.asarray(points, dtype=np.float64) for points in (first, second)]
    if any(points.ndim != 2 or len(points) < 2 for points in sets) or sets[0].shape[1] != sets[1].shape[1]:
        shapes = " and ".join(str(points.shape) for points in sets)
        raise ParameterError(
            f"Fréchet distance: expected two sets of 2 or more points of one dimension, found {shapes}"
        )
    means = [points.mean(axis=0) for points in sets]
    roots = [(points - mean) / np.sqrt(len(points) - 1) for points, mean in zip(sets, means, strict=True)]
    spread = sum(np.square(root).sum() for root in roots)
    triangles = [np.linalg.qr(root, mode="r") for root in roots]
    overlap = np.linalg.svd(triangles[0] @ triangles[1].T, compute_uv=False).sum()
    return float(np.square(means[0] - means[1]).sum() + spread - 2 * overlap)


def paired_embeddings(predict, target, synthesis, sample_rate):
    """Compute the embeddings of a recording and of its synthesis, the same number of each.

    Parameters
    ----------
    predict : callable
        Maps 16 kHz samples to `Predictions`, e.g. ``load_yamnet(path).predict``.
    target, synthesis : array_like
        (n,), samples; the lengths may differ.
    sample_rate : int
        Hz, of both.

    Returns
    -------
    pair of numpy.ndarray
        (patches, dimensions) each. Excess patches of the longer side are dropped, because the distance depends on the
        number of points.
    """
    sides = [np.asarray(side, dtype=np.float64) for side in (target, synthesis)]
    if sample_rate != SAMPLE_RATE:
        sides = [soxr.resample(side, sample_rate, SAMPLE_RATE, quality="VHQ") for side in sides]
    first, second = (predict(side).embeddings for side in sides)
    count = min(len(first), len(second))
    return first[:count], second[:count]
