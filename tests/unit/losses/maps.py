"""Random feature maps, and how far two lists of them are apart."""

import numpy as np
import torch

from texture_core.parameters.method import AutocorrelationParameters

FRAME_RATE = 250.0


def random_maps(shapes, seed):
    """Feature maps as a rectifier leaves them: at least 0, many exactly 0."""
    generator = np.random.default_rng(seed)
    return [np.maximum(generator.normal(size=shape), 0) for shape in shapes]


def tensors(maps, device="cpu", dtype=torch.float64):
    return [torch.from_numpy(values).to(device=device, dtype=dtype) for values in maps]


def relative_squared_distance(statistics, target_statistics):
    distance = energy = 0.0
    for values, target in zip(statistics, target_statistics, strict=True):
        for a, b in zip(values.ravel(), target.ravel(), strict=True):
            distance += (a - b) ** 2
            energy += b**2
    return distance / energy


def lag_range(first, last):
    return AutocorrelationParameters(minimum_lag=first / FRAME_RATE, maximum_lag=last / FRAME_RATE)
