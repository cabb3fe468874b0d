"""The total of equation 1: its terms, its gradient, and when the diversity term ends."""

import math

import numpy as np
import pytest
import torch

from texture_core import registry
from texture_core.errors import OptimizationError, ParameterError
from texture_core.losses.autocorrelation import AutocorrelationLoss
from texture_core.losses.diversity import DiversityLoss
from texture_core.losses.gram import GramLoss
from texture_core.losses.objective import Objective
from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import Parameters

FRAME_RATE = 250.0
BINS, FRAMES, SEED = 5, 40, 3


def parameters(**fields):
    mapping = {
        "features": {"kernel_widths": [1, 4, 16], "filters": 3},
        "autocorrelation": {"minimum_lag": 2 / FRAME_RATE, "maximum_lag": 20 / FRAME_RATE},
        "alpha": 0.5,
        "beta": 0.03,
    }
    return from_mapping(Parameters, mapping | fields)


def spectrogram(seed, device="cpu", dtype=torch.float64):
    values = np.abs(np.random.default_rng(seed).normal(size=(BINS, FRAMES)))
    return torch.from_numpy(values).to(device, dtype)


def features(settings, log_magnitude):
    create = registry.load("features", settings.features.type).create
    return create(settings.features, BINS, SEED, device=log_magnitude.device, dtype=log_magnitude.dtype)(log_magnitude)


@pytest.mark.parametrize("padding", ["valid", "circular"])
def test_the_total_is_the_weighted_sum_of_the_terms(padding, device):
    settings = parameters(features={"kernel_widths": [1, 4, 16], "filters": 3, "padding": padding})
    target, other = spectrogram(0, device), spectrogram(1, device)
    terms, gradient = Objective(target, settings, FRAME_RATE, SEED).evaluate(other)
    target_maps, maps = features(settings, target), features(settings, other)
    expected = {
        "gram": GramLoss(target_maps)(maps).item(),
        "autocorrelation": AutocorrelationLoss(target_maps, settings.autocorrelation, FRAME_RATE)(maps).item(),
        "diversity": DiversityLoss(target_maps, FRAMES, settings.diversity)(maps).item(),
    }
    expected["total"] = expected["gram"] + 0.5 * expected["autocorrelation"] + 0.03 * expected["diversity"]
    assert terms == pytest.approx(expected, rel=1e-12)
    assert all(type(value) is float for value in terms.values())
    assert gradient.shape == other.shape
    assert gradient.dtype == torch.float64
    assert not other.requires_grad


@pytest.mark.parametrize("padding", ["valid", "circular"])
@pytest.mark.parametrize(
    ("alpha", "beta", "shifts", "first"),
    [
        (0, 0, "exact", 2),
        (0.5, 0, "exact", 2),
        (0.5, 0, "exact", 0),
        (0, 0.03, "exact", 2),
        (0, 0.03, "comb", 2),
        (0.5, 0.03, "exact", 2),
    ],
)
def test_gradient(alpha, beta, shifts, first, padding):
    settings = parameters(
        alpha=alpha,
        beta=beta,
        autocorrelation={"minimum_lag": first / FRAME_RATE, "maximum_lag": 20 / FRAME_RATE},
        diversity={"shifts": shifts, "comb_spacing": 7},
        features={"kernel_widths": [1, 4, 16], "filters": 3, "padding": padding},
    )
    other = spectrogram(1)
    # Finite differences are wrong across the rectifier's kink.
    preactivations = [a - b for a, b in zip(features(settings, other), features(settings, -other), strict=True)]
    assert min(values.abs().min().item() for values in preactivations) > 1e-5
    objective = Objective(spectrogram(0), settings, FRAME_RATE, SEED)

    class Total(torch.autograd.Function):
        @staticmethod
        def forward(ctx, log_magnitude):
            with torch.enable_grad():
                terms, gradient = objective.evaluate(log_magnitude)
            ctx.save_for_backward(gradient)
            return log_magnitude.new_tensor(terms["total"])

        @staticmethod
        def backward(ctx, outer):
            return outer * ctx.saved_tensors[0]

    assert torch.autograd.gradcheck(Total.apply, other.requires_grad_(True), eps=1e-6, atol=1e-7, rtol=1e-5)


def test_a_term_of_weight_zero_is_not_computed():
    assert set(
        Objective(spectrogram(0), parameters(alpha=0, beta=0), FRAME_RATE, SEED).evaluate(spectrogram(1))[0]
    ) == {
        "gram",
        "total",
    }
    # Lags that the clip is too short for are no hindrance where the term has no weight.
    long_lags = {"minimum_lag": 0.2, "maximum_lag": 2.0}
    Objective(spectrogram(0), parameters(alpha=0, autocorrelation=long_lags), FRAME_RATE, SEED)
    with pytest.raises(ParameterError, match=r"autocorrelation\.maximum_lag"):
        Objective(spectrogram(0), parameters(autocorrelation=long_lags), FRAME_RATE, SEED)


@pytest.mark.parametrize("iterations", [0, 1, 3])
def test_the_diversity_term_takes_part_in_the_first_iterations_only(iterations):
    settings = parameters(diversity={"iterations": iterations})
    objective = Objective(spectrogram(0), settings, FRAME_RATE, SEED)
    without = Objective(spectrogram(0), parameters(beta=0), FRAME_RATE, SEED).evaluate(spectrogram(1))
    for iteration in range(1, 6):
        terms, gradient = objective.evaluate(spectrogram(1))
        assert ("diversity" in terms) == (iteration <= iterations)
        if iteration > iterations:
            assert terms == without[0]
            assert torch.equal(gradient, without[1])
        else:
            assert terms["total"] > without[0]["total"]
            assert not torch.equal(gradient, without[1])
        objective.advance()


def test_the_comb_moves_with_the_iterations():
    settings = parameters(diversity={"shifts": "comb", "comb_spacing": 10, "comb_memory": 0})
    objective = Objective(spectrogram(0), settings, FRAME_RATE, SEED)
    values = []
    for _ in range(20):
        values.append(objective.evaluate(spectrogram(1))[0]["diversity"])
        assert objective.evaluate(spectrogram(1))[0]["diversity"] == values[-1]
        objective.advance()
    exact = Objective(spectrogram(0), parameters(), FRAME_RATE, SEED).evaluate(spectrogram(1))[0]["diversity"]
    assert max(values) == exact
    assert len(set(values[:10])) == 10
    assert values[10:] == values[:10]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_values_that_are_not_finite_are_an_error_with_iteration_and_term(bad):
    objective = Objective(spectrogram(0), parameters(), FRAME_RATE, SEED)
    broken = spectrogram(1)
    broken[2, 17] = bad
    with pytest.raises(OptimizationError, match=r"iteration 1: the gram term is (nan|inf)"):
        objective.evaluate(broken)
    for _ in range(11):
        objective.advance()
    with pytest.raises(OptimizationError, match=r"iteration 12: the gram term is (nan|inf)"):
        objective.evaluate(broken)
    assert math.isfinite(objective.evaluate(spectrogram(1))[0]["total"])
