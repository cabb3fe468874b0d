"""The autocorrelation loss against loops."""

import numpy as np
import pytest
import torch
from maps import FRAME_RATE, lag_range, random_maps, relative_squared_distance, tensors

from texture_core.errors import ParameterError
from texture_core.losses.autocorrelation import AutocorrelationLoss, autocorrelation
from texture_core.parameters.lags import lag_frames
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


def test_the_papers_lags_are_50_to_500_frames_of_4_ms():
    assert lag_frames(AutocorrelationParameters(), FRAME_RATE) == (50, 500)
    maps, target = random_maps([(1, 620)], 1), random_maps([(1, 620)], 2)

    def statistics(values):
        return np.array([(values * np.roll(values, -lag, axis=1)).sum() / 620 for lag in range(50, 501)])

    expected = relative_squared_distance([statistics(maps[0])], [statistics(target[0])])
    loss = AutocorrelationLoss(tensors(target), AutocorrelationParameters(), FRAME_RATE)
    assert loss(tensors(maps)).item() == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(10, 19, 0.0), (10, 20, 1 / 2), (10, 21, 1.0), (11, 20, 1.0), (5, 15, 0.0)]
)
def test_both_ends_of_the_lag_range_count_and_nothing_beyond(first, last, expected):
    # Pulses of distance 10 in both; distance 20 in the target alone, 21 in the other alone; 29 to 40 lie beyond.
    target, maps = torch.zeros(2, 1, 60, dtype=torch.float64)
    target[0, [0, 10, 30]] = 1
    maps[0, [0, 10, 31]] = 1
    loss = AutocorrelationLoss([target], lag_range(first, last), FRAME_RATE)
    assert loss([maps]).item() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("frames", [120, 121])
def test_autocorrelation_is_circular_and_blind_to_a_shift(frames):
    (values,) = random_maps([(4, frames)], 5)
    loss = AutocorrelationLoss(tensors([values]), lag_range(1, frames - 1), FRAME_RATE)
    assert loss(tensors([np.roll(values, 37, axis=1)])).item() < 1e-25
    assert loss(tensors([values[:, np.random.default_rng(6).permutation(frames)]])).item() > 1e-3


@pytest.mark.parametrize("period", [2, 7, 25])
def test_autocorrelation_of_a_pulse_train_peaks_at_its_period(period, device):
    train = torch.zeros(1, 8 * period, device=device)
    train[0, 3 % period :: period] = 2.0
    values = autocorrelation(train, 1, 2 * period - 1)[0]
    assert int(values.argmax()) + 1 == period
    # Eight pulses of height 2 in 8 * period frames.
    assert values[period - 1].item() == pytest.approx(4 / period, rel=1e-5)
    others = torch.cat([values[: period - 1], values[period:]])
    assert others.abs().max().item() < 1e-5


def test_too_few_frames_for_the_longest_lag():
    maps = tensors(random_maps([(2, 30), (2, 20)], 1))
    AutocorrelationLoss(maps, lag_range(2, 19), FRAME_RATE)
    with pytest.raises(ParameterError, match=r"autocorrelation\.maximum_lag.*20 frames.*has only 20"):
        AutocorrelationLoss(maps, lag_range(2, 20), FRAME_RATE)
