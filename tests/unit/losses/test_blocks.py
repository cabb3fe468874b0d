"""Large maps are processed in blocks, with the same values and gradients."""

import pytest
import torch

from texture_core.features.convolution import OverlapSaveConvolution
from texture_core.losses.autocorrelation import autocorrelation
from texture_core.losses.diversity import CrossCorrelation, DiversityLoss, squared_distance
from texture_core.losses.objective import Objective
from texture_core.parameters.method import AutocorrelationParameters, DiversityParameters, FeatureParameters, Parameters
from texture_core.runtime.blocks import is_large, row_blocks

FRAMES = 300


def maps(rows=7, frames=FRAMES, seed=0):
    return torch.rand(rows, frames, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def in_blocks(monkeypatch, elements=1500):
    monkeypatch.setattr("texture_core.runtime.blocks._LARGE_FRAMES", 50)
    monkeypatch.setattr("texture_core.runtime.blocks._BLOCK", elements)
    monkeypatch.setattr("texture_core.features.convolution._PART", 30)


def value_and_gradient(function, given):
    variable = given.clone().requires_grad_(True)
    value = function(variable)
    weights = torch.rand(value.shape, dtype=value.dtype, generator=torch.Generator().manual_seed(9))
    (gradient,) = torch.autograd.grad((value * weights).sum(), variable)
    return value.detach(), gradient


def test_rows_are_divided_once_each(monkeypatch):
    assert list(row_blocks(maps())) == [slice(0, 7)]
    in_blocks(monkeypatch)
    assert list(row_blocks(maps())) == [slice(0, 5), slice(5, 7)]
    assert list(row_blocks(maps(), 2000)) == [slice(row, row + 1) for row in range(7)]
    assert not is_large(maps(frames=50))


CONVOLUTION = OverlapSaveConvolution(maps(4, 7 * 8, seed=3).view(4, 7, 8) - 0.5)
TARGET = maps(frames=FRAMES - 7, seed=1)
CASES = {
    "convolution": CONVOLUTION,
    "autocorrelation": lambda values: autocorrelation(values, 3, 60),
    "squared distance": lambda values: squared_distance([values[:, 7:]], [TARGET], 123, FRAMES),
    "cross-correlation": lambda values: CrossCorrelation([TARGET], FRAMES)([values[:, 7:]]),
    "diversity": lambda values: DiversityLoss([maps(seed=1)], FRAMES, DiversityParameters())([values]),
    "diversity of another length": lambda values: DiversityLoss([TARGET], FRAMES - 7, DiversityParameters())([values]),
}


@pytest.mark.parametrize("name", CASES)
def test_blocks_change_nothing(name, monkeypatch):
    expected = value_and_gradient(CASES[name], maps())
    in_blocks(monkeypatch)
    for found, wanted in zip(value_and_gradient(CASES[name], maps()), expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-11, atol=1e-12)


def test_an_objective_in_blocks_is_the_same(monkeypatch):
    parameters = Parameters(
        features=FeatureParameters(filters=6, kernel_widths=(2, 8, 16)),
        autocorrelation=AutocorrelationParameters(0.02, 0.3),
    )
    target, iterate = maps(257, seed=4), maps(257, 310, seed=5)
    for given in (target.flip(1), iterate):
        with monkeypatch.context() as patch:
            terms, gradient = Objective(target, parameters, 250.0, 0).evaluate(given)
            in_blocks(patch)
            found, found_gradient = Objective(target, parameters, 250.0, 0).evaluate(given)
        assert found == pytest.approx(terms, rel=1e-10)
        torch.testing.assert_close(found_gradient, gradient, rtol=1e-8, atol=1e-10)
