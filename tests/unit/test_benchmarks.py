"""The library against the paper's loss written plainly."""

import pytest
import torch

from benchmarks.problems import engine_parameters, load, networks
from benchmarks.reference import ReferenceObjective
from texture_core.losses.objective import Objective
from texture_core.methods import initial_spectrogram


@pytest.fixture(scope="module")
def problem():
    return load(["tapping"], 2.6)[0]


@pytest.mark.parametrize("dtype, bound", [(torch.float64, 1e-10), (torch.float32, 1e-4)])
def test_gradients_are_the_reference_s(problem, device, dtype, bound):
    target = problem.log_magnitude.to(device)
    exact = ReferenceObjective(target.double(), networks(130, dtype=torch.float64), 1000.0, 0)
    engine = Objective(target.to(dtype), engine_parameters(130, 1000.0, 0), 250.0, 0)
    iterate = initial_spectrogram.noise(problem.log_magnitude, torch.Generator().manual_seed(0)).to(target)
    value, expected = exact.value_and_gradient(iterate.double())
    terms, gradient = engine.evaluate(iterate.to(dtype))
    assert terms["total"] == pytest.approx(value, rel=bound)
    assert torch.linalg.vector_norm(gradient.double() - expected) < bound * torch.linalg.vector_norm(expected)
