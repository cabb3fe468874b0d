"""A synthesis that was killed goes on from its checkpoint to the same bytes."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.optimize
import torch
from killed_synthesis import IDENTITY, OPTIMIZERS, Killed, plan, small, synthesize, written

from texture_core import registry
from texture_core.methods import optimization
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.optimizers import _setulb, lbfgsb
from texture_core.records.checkpoints import read_checkpoint, write_checkpoint
from texture_core.records.provenance import without_clock


@pytest.mark.parametrize("kill_after", [1, 6, 7, 14])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_killed_after_any_iteration_it_ends_with_the_same_bytes(optimizer, kill_after, random_spectrogram, tmp_path):
    """Before, at and after the end of the diversity term; what is lost is the iteration under way."""
    target, notes = random_spectrogram(60), []
    expected = written(synthesize(target, small(optimizer)), tmp_path)
    checkpoint = plan(tmp_path / "checkpoints" / "rain.checkpoint", notes)
    with pytest.raises(Killed):
        synthesize(target, small(optimizer), checkpoint, kill_after)
    assert written(synthesize(target, small(optimizer), checkpoint), tmp_path) == expected
    # The state is saved after an iteration was told.
    assert notes == [f"resuming from a checkpoint after iteration {kill_after - 1}"] * (kill_after > 1)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_killed_again_and_again(optimizer, random_spectrogram, tmp_path, device):
    target, notes = random_spectrogram(60), []
    expected = written(synthesize(target, small(optimizer), device=device), tmp_path)
    checkpoint = plan(tmp_path / "rain.checkpoint", notes)
    for kill_after in range(2, 15):
        with pytest.raises(Killed):
            synthesize(target, small(optimizer), checkpoint, kill_after, device=device)
    assert written(synthesize(target, small(optimizer), checkpoint, device=device), tmp_path) == expected
    assert len(notes) == 13


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_optimiser_that_has_started_anew_goes_on(optimizer, tmp_path):
    """Its line search fails on values that are wrong for a while, before and after it was interrupted."""

    class Function:
        def __init__(self, evaluations=0):
            generator = np.random.default_rng(3)
            self._matrix = torch.from_numpy(generator.normal(size=(30, 20)))
            self._right = torch.from_numpy(3 * generator.normal(size=30))
            self.evaluations = evaluations

        def __call__(self, x):
            self.evaluations += 1
            residual = self._matrix @ x.reshape(-1) - self._right
            wrong = 1e3 + self.evaluations if self.evaluations in range(10, 35) else 0.0
            return 0.5 * float(residual @ residual) + wrong, (self._matrix.T @ residual).reshape(x.shape)

    def run(function, path, keep=None, resume=None):
        return registry.load("optimizers", optimizer).minimize(
            function,
            torch.ones(4, 5, dtype=torch.float64),
            iterations=40,
            history=3,
            on_iteration=lambda iterate, _: path.append(iterate.numpy().tobytes()),
            keep=keep,
            resume=resume,
        )

    states, path = [], []
    function = Function()

    def keep(state):
        write_checkpoint(tmp_path / f"{len(states)}", IDENTITY, state())
        states.append(function.evaluations)

    run(function, path, keep)
    assert len(path) > 12
    assert any(evaluations > 35 for evaluations in states)
    for number, evaluations in enumerate(states):
        rest = []
        run(Function(evaluations), rest, resume=read_checkpoint(tmp_path / f"{number}", IDENTITY))
        assert rest == path[number + 1 :], number


def test_a_result_that_was_not_written_is_not_computed_again(random_spectrogram, tmp_path):
    target, notes = random_spectrogram(60), []
    checkpoint = plan(tmp_path / "rain.checkpoint", notes, interval=1e9)
    first = synthesize(target, small(), checkpoint)
    # Not an evaluation, or it would be killed after the first.
    second = synthesize(target, small(), checkpoint, kill_after=1)
    assert written(first, tmp_path) == written(second, tmp_path, "b.h5")
    assert notes == ["resuming from a checkpoint after iteration 14"]
    assert second.loss[-1, -1] == first.loss[-1, -1]


def test_seconds_count_over_all_runs(random_spectrogram, tmp_path):
    checkpoint = plan(tmp_path / "rain.checkpoint", [])
    with pytest.raises(Killed):
        synthesize(random_spectrogram(60), small(), checkpoint, 8)
    synthesis = synthesize(random_spectrogram(60), small(), checkpoint)
    stripped, seconds = without_clock(synthesis)
    assert len(seconds) == 15
    assert seconds == sorted(seconds)
    assert np.isnan(stripped.loss[:, -1]).all()
    assert "seconds" not in stripped.attributes


def test_the_interval_is_kept(random_spectrogram, tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("texture_core.records.checkpoints.time.monotonic", lambda: now[0])
    path = tmp_path / "rain.checkpoint"
    ages = []

    def progress(iteration, _):
        now[0] += 1.0
        ages.append(path.exists())
        if iteration == 5:
            raise Killed

    with pytest.raises(Killed):
        synthesize_spectrogram(
            random_spectrogram(60), small(), seed=1, checkpoint=plan(path, [], interval=3.0), progress=progress
        )
    assert ages == [False, False, False, True, True]


def test_an_optimiser_that_keeps_its_state_to_itself_is_told(random_spectrogram, tmp_path, monkeypatch):
    monkeypatch.setattr(optimization.registry, "constant", lambda kind, name, constant, default=None: default)
    target, notes = random_spectrogram(60), []
    checkpoint = plan(tmp_path / "rain.checkpoint", notes)
    with pytest.raises(Killed):
        synthesize(target, small(), checkpoint, 3)
    assert notes == ["optimiser projected_lbfgs does not support checkpoints: none are saved"]
    assert not (tmp_path / "rain.checkpoint").exists()


@pytest.mark.parametrize("history", [1, 4, 10])
def test_the_routine_takes_the_path_of_scipys_function(history, random_spectrogram, monkeypatch):
    """The paper's optimiser, on a synthesis: driven step by step it is what ``scipy.optimize.minimize`` makes it."""
    assert _setulb.usable()
    parameters = small("lbfgsb")
    parameters = replace(parameters, optimizer=replace(parameters.optimizer, history=history, iterations=40))
    driven = synthesize(random_spectrogram(60), parameters)
    calls = []
    original = scipy.optimize.minimize
    monkeypatch.setattr(lbfgsb._setulb, "usable", lambda: False)
    monkeypatch.setattr(lbfgsb.scipy.optimize, "minimize", lambda *a, **k: calls.append(1) or original(*a, **k))
    public = synthesize(random_spectrogram(60), parameters)
    assert calls
    assert driven.spectrogram.log_magnitude.tobytes() == public.spectrogram.log_magnitude.tobytes()
    np.testing.assert_array_equal(driven.loss[:, :-1], public.loss[:, :-1])


@pytest.mark.parametrize(
    "routine",
    [
        None,
        lambda *arguments: None,
        lambda one, two: None,
    ],
    ids=["gone", "another meaning", "other arguments"],
)
def test_another_scipy_is_not_driven(routine, monkeypatch):
    class Other:
        setulb = staticmethod(routine) if routine else None

    monkeypatch.setattr(_setulb, "_lbfgsb", Other if routine else None)
    _setulb.usable.cache_clear()
    try:
        assert not _setulb.usable()
    finally:
        monkeypatch.undo()
        _setulb.usable.cache_clear()


def test_without_the_routine_it_computes_all_the_same_and_saves_the_result_alone(
    random_spectrogram, tmp_path, monkeypatch
):
    target = random_spectrogram(60)
    expected = written(synthesize(target, small("lbfgsb")), tmp_path)
    monkeypatch.setattr(lbfgsb._setulb, "usable", lambda: False)
    notes = []
    checkpoint = plan(tmp_path / "rain.checkpoint", notes)
    with pytest.raises(Killed):
        synthesize(target, small("lbfgsb"), checkpoint, 5)
    assert not (tmp_path / "rain.checkpoint").exists()
    assert written(synthesize(target, small("lbfgsb"), checkpoint), tmp_path) == expected
