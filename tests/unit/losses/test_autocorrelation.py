"""The autocorrelation loss against loops."""

import numpy as np
import pytest
import torch
from maps import FRAME_RATE, lag_range, random_maps, relative_squared_distance, tensors

from texture_core.errors import ParameterError
from texture_core.losses.autocorrelation import AutocorrelationLoss
from texture_core.parameters.method import AutocorrelationParameters


def autocorrelation_by_loops(values, lags):
    rows, frames = values.shape
    result = np.zeros((rows, len(lags)))
    for i in range(rows):
        for j, lag in enumerate(lags):
            for t in range(frames):
                result[i, j] += values[i, t] * values[i, (t + lag) % frames] / frames
    return result


@pytest.mark.parametrize(
    ("shapes", "target_shapes"),
    [
        ([(2, 20)], [(2, 20)]),
        ([(3, 21), (2, 14)], [(3, 21), (2, 14)]),
        ([(3, 25), (2, 18)], [(3, 21), (2, 14)]),
    ],
    ids=["one network", "two networks", "another length"],
)
@pytest.mark.parametrize(("first", "last"), [(3, 9), (0, 13), (5, 5)])
def test_autocorrelation_loss(shapes, target_shapes, first, last, device):
    maps, target = random_maps(shapes, 1), random_maps(target_shapes, 2)
    lags = range(first, last + 1)
    if first == last:
        parameters = AutocorrelationParameters(minimum_lag=(first - 0.4) / FRAME_RATE, maximum_lag=last / FRAME_RATE)
    else:
        parameters = lag_range(first, last)
    expected = relative_squared_distance(
        [autocorrelation_by_loops(values, lags) for values in maps],
        [autocorrelation_by_loops(values, lags) for values in target],
    )
    loss = AutocorrelationLoss(tensors(target, device), parameters, FRAME_RATE)
    assert loss(tensors(maps, device)).item() == pytest.approx(expected, rel=1e-11)
    single = AutocorrelationLoss(tensors(target, device, torch.float32), parameters, FRAME_RATE)
    assert single(tensors(maps, device, torch.float32)).item() == pytest.approx(expected, rel=1e-5)


def test_too_few_frames_for_the_longest_lag():
    maps = tensors(random_maps([(2, 30), (2, 20)], 1))
    AutocorrelationLoss(maps, lag_range(2, 19), FRAME_RATE)
    with pytest.raises(ParameterError, match=r"autocorrelation\.maximum_lag.*20 frames.*has only 20"):
        AutocorrelationLoss(maps, lag_range(2, 20), FRAME_RATE)
