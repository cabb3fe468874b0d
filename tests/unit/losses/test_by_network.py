"""Evaluating one network at a time: the same loss and gradient, in less memory, when there is no more."""

import json
import os
import subprocess
import sys

import pytest
import torch

from texture_core.features.ensemble import Ensemble
from texture_core.features.stacked import Stacked
from texture_core.losses.autocorrelation import AutocorrelationLoss
from texture_core.losses.by_network import evaluate_by_network, separable
from texture_core.losses.diversity import DiversityLoss
from texture_core.losses.gram import GramLoss
from texture_core.losses.sendik import SendikLoss
from texture_core.parameters.method import AutocorrelationParameters, DiversityParameters, FeatureParameters

BINS, FRAMES, FRAME_RATE = 17, 90, 250
WEIGHTS = {"gram": 1.0, "autocorrelation": 300.0, "diversity": 0.1}


def spectrogram(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(BINS, FRAMES, generator=generator, dtype=torch.float64)


@pytest.fixture(params=[("valid", "exact"), ("circular", "comb")], ids=" ".join)
def problem(request):
    """Features, and weighted losses against a target."""
    padding, shifts = request.param
    parameters = FeatureParameters(kernel_widths=(2, 5, 9), filters=4, padding=padding)
    features = Ensemble(parameters, BINS, 0, dtype=torch.float64)
    target = features(spectrogram(0))
    lags = AutocorrelationParameters(minimum_lag=0.02, maximum_lag=0.2)
    losses = {
        "gram": GramLoss(target),
        "autocorrelation": AutocorrelationLoss(target, lags, FRAME_RATE),
        "diversity": DiversityLoss(target, FRAMES, DiversityParameters(shifts=shifts)),
    }
    return features, {name: (WEIGHTS[name], loss) for name, loss in losses.items()}


# A shifted copy of the target is where the diversity is steepest.
@pytest.mark.parametrize("iterate", [spectrogram(1), spectrogram(0).roll(7, 1) * 1.1], ids=["another", "a copy"])
def test_it_gives_what_all_networks_together_give(problem, iterate):
    features, losses = problem
    variable = iterate.clone().requires_grad_(True)
    feature_maps = features(variable)
    expected = {name: loss(feature_maps) for name, (_, loss) in losses.items()}
    total = sum(WEIGHTS[name] * value for name, value in expected.items())
    (gradient,) = torch.autograd.grad(total, variable)
    shift = losses["diversity"][1].worst_shift

    losses["diversity"][1].worst_shift = None
    values, found = evaluate_by_network(features, losses, iterate)
    assert losses["diversity"][1].worst_shift == shift
    assert values.keys() == expected.keys()
    for name, value in values.items():
        assert value.item() == pytest.approx(expected[name].item(), rel=1e-12)
    assert torch.linalg.vector_norm(found - gradient) < 1e-12 * torch.linalg.vector_norm(gradient)


def test_layers_and_losses_that_are_no_sums_over_networks_are_told_apart(problem):
    features, losses = problem
    maps = features(spectrogram(0))
    three = [loss for _, loss in losses.values()]
    assert separable(features, three)
    assert not separable(features, [*three, SendikLoss(maps)])
    assert not separable(Stacked(FeatureParameters(filters=4), BINS, 0), three)


# Allows ever more address space beyond what the process has, and tells how each evaluation ended.
PROGRAM = """
import json, resource, warnings
from pathlib import Path
import torch
from texture_core.runtime.memory import is_shortage
from texture_core.losses.objective import Objective
from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import Parameters

features = {"kernel_widths": [2, 3, 4, 5, 6, 7, 8, 9], "filters": 64, **FEATURES}
parameters = from_mapping(Parameters, {"alpha": 1.0, "beta": 1e-2, "features": features})
generator = torch.Generator().manual_seed(0)
target, iterate = torch.rand(2, 17, 2000, generator=generator)

def fresh():
    return Objective(target, parameters, 250, 0)

def allowed(megabytes):
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 1_000_000, hard))

def unlimited():
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))

terms, gradient = fresh().evaluate(iterate)
outcomes = []
for megabytes in range(2, 100, 4):
    objective = fresh()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        allowed(megabytes)
        try:
            found, found_gradient = objective.evaluate(iterate)
        except (MemoryError, RuntimeError) as error:
            unlimited()
            assert is_shortage(error), error
            outcomes.append({"ended": "no memory", "told": len(told)})
            continue
        unlimited()
        again = objective.evaluate(iterate)
    difference = torch.linalg.vector_norm(found_gradient - gradient) / torch.linalg.vector_norm(gradient)
    outcomes.append({
        "ended": "by network" if told else "at once",
        "told": len(told),
        "loss": abs(found["total"] / terms["total"] - 1),
        "gradient": difference.item(),
        "same again": torch.equal(again[1], found_gradient),
    })
    if not told:
        break
print(json.dumps(outcomes))
"""


def outcomes(features):
    # Each tensor is then mapped by itself and given back at once, so that what is allowed is what counts.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "OMP_NUM_THREADS": "1"}
    program = PROGRAM.replace("**FEATURES", f"**{features!r}")
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_where_memory_is_short_networks_are_evaluated_one_after_another():
    found = outcomes({})
    assert found[0]["ended"] == "no memory"
    assert found[-1]["ended"] == "at once"
    between = [outcome for outcome in found if outcome["ended"] == "by network"]
    assert between
    for outcome in between:
        # Once, and without trying all networks again.
        assert outcome["told"] == 1 and outcome["same again"]
        assert outcome["loss"] < 1e-5 and outcome["gradient"] < 1e-5


def test_where_networks_are_layers_too_little_memory_is_an_error():
    found = outcomes({"type": "stacked"})
    assert {outcome["ended"] for outcome in found} == {"no memory", "at once"}
    assert not any(outcome["told"] for outcome in found)
