"""The benchmarks' reference as an oracle for the library, and the race between them."""

from argparse import Namespace

import pytest
import torch

from benchmarks.picture import draw_race
from benchmarks.problems import engine_parameters, load, networks
from benchmarks.race import FRAME_RATE, race
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
    engine = Objective(target.to(dtype), engine_parameters(130, 1000.0, 0), FRAME_RATE, 0)
    iterate = initial_spectrogram.noise(problem.log_magnitude, torch.Generator().manual_seed(0)).to(target)
    value, expected = exact.value_and_gradient(iterate.double())
    terms, gradient = engine.evaluate(iterate.to(dtype))
    assert terms["total"] == pytest.approx(value, rel=bound)
    assert torch.linalg.vector_norm(gradient.double() - expected) < bound * torch.linalg.vector_norm(expected)


@pytest.mark.parametrize("engine_start", ["noise", "surrogate"])
def test_a_race_reports_when_the_engine_passed_each_mark(problem, tmp_path, engine_start):
    arguments = Namespace(
        alpha=1000.0,
        beta=1e-4,
        filters=4,
        device="cpu",
        marks=[2, 5],
        engine_iterations=30,
        engine_start=engine_start,
    )
    rows, curves = race(problem, arguments)
    seconds, losses = curves["reference"]
    assert [row["iterations"] for row in rows] == [2, 5] and len(seconds) == len(losses) == 5
    for row in rows:
        assert row["reference_seconds"] == seconds[row["iterations"] - 1]
        assert row["loss"] == pytest.approx(losses[row["iterations"] - 1], rel=1e-4)
        assert row["ratio"] == pytest.approx(row["reference_seconds"] / row["engine_seconds"])
        # The engine is there at that iteration and not before.
        passed = curves["engine"][1]
        assert passed[row["engine_iterations"] - 1] <= row["loss"] * 1.0001
        assert all(value > row["loss"] * 0.9999 for value in passed[: row["engine_iterations"] - 1])
    draw_race({"tapping": curves}, tmp_path / "race.png")
    assert (tmp_path / "race.png").read_bytes().startswith(b"\x89PNG")
