"""A synthesis that was killed goes on from its checkpoint to the same bytes, and from no other file."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.optimize
import torch

from texture_core import registry
from texture_core.errors import StorageError
from texture_core.methods import optimization
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.optimizers import _setulb, lbfgsb
from texture_core.parameters.method import Parameters, from_mapping
from texture_core.records.checkpoints import CheckpointPlan, read_checkpoint, remove_checkpoint, write_checkpoint
from texture_core.records.provenance import without_clock
from texture_core.records.spectrogram_files import write_synthesis

OPTIMIZERS = registry.names("optimizers")
IDENTITY = {"seed": 3, "parameters": {"alpha": 1.0}, "code": "abc"}


class Killed(BaseException):
    """As sudden as a signal: nothing in between catches it."""


def small(optimizer="projected_lbfgs", **changes):
    values = {
        "alpha": 0.5,
        "beta": 0.01,
        "features": {"filters": 4, "kernel_widths": [2, 4]},
        "autocorrelation": {"minimum_lag": 0.02, "maximum_lag": 0.1},
        "diversity": {"iterations": 6, "shifts": "comb", "comb_spacing": 7, "comb_memory": 3},
        "optimizer": {"type": optimizer, "iterations": 14, "history": 4},
        "losses": {"sendik": 0.01},
        "snapshots": [2, 9],
    }
    return from_mapping(Parameters, values | changes)


def plan(path, notes, interval=0.0):
    return CheckpointPlan(path, interval, notes.append)


def synthesize(target, parameters, checkpoint=None, kill_after=None, **changes):
    def progress(iteration, _):
        if iteration == kill_after:
            raise Killed

    names = {"seed": 1, "texture": "rain", "setting": "full", "threads": 1, "device": "cpu", "code": "abc"}
    return synthesize_spectrogram(target, parameters, checkpoint=checkpoint, progress=progress, **names | changes)


def written(synthesis, folder, name="a.h5"):
    write_synthesis(folder / name, without_clock(synthesis)[0])
    return (folder / name).read_bytes()


# --- going on ---


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


# --- SciPy's routine ---


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


# --- checkpoints that are not used ---


@pytest.fixture
def interrupted(random_spectrogram, tmp_path):
    """The target, the plan with a checkpoint in its place, its notes, and the bytes of an uninterrupted run."""
    target, notes = random_spectrogram(60), []
    checkpoint = plan(tmp_path / "rain.checkpoint", notes)
    with pytest.raises(Killed):
        synthesize(target, small(), checkpoint, 9)
    return target, checkpoint, notes, written(synthesize(target, small()), tmp_path)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seed": 2}, "seed"),
        ({"texture": "wind"}, "texture"),
        ({"setting": "gram"}, "setting"),
        ({"code": "abd"}, "provenance.code"),
        ({"code": None}, "provenance.code"),
    ],
)
def test_a_checkpoint_of_something_else_is_ignored(changes, named, interrupted, tmp_path):
    target, checkpoint, notes, _ = interrupted
    found = synthesize(target, small(), checkpoint, **changes)
    assert len(notes) == 1
    assert "checkpoint ignored, starting from the beginning" in notes[0]
    assert f"made with another {named}" in notes[0]
    assert written(found, tmp_path) == written(synthesize(target, small(), **changes), tmp_path, "b.h5")


def test_a_checkpoint_of_other_parameters_targets_packages_processors_and_threads_is_ignored(
    interrupted, random_spectrogram, monkeypatch
):
    target, checkpoint, notes, _ = interrupted
    before = checkpoint.path.read_bytes()

    def reason(*arguments, **changes):
        checkpoint.path.write_bytes(before)
        notes.clear()
        synthesize(*arguments, checkpoint, **changes)
        (note,) = notes
        return note.partition("made with another ")[2]

    assert reason(target, small(beta=0.02)) == "parameters.beta"
    assert reason(random_spectrogram(60, seed=9), small()) == "provenance.inputs"
    assert reason(replace(target, sample_rate=2001), small()) == "provenance.inputs"
    assert reason(target, small(), threads=2) == "threads"
    monkeypatch.setattr("texture_core.records.provenance.processor", lambda device: "an abacus")
    assert reason(target, small()) == "provenance.processor"
    monkeypatch.setattr("texture_core.records.provenance.metadata.version", lambda name: "0.1")
    assert reason(target, small()) == "provenance.packages, provenance.processor"


@pytest.mark.parametrize("place", [0, 30, 100, 0.5, -1])
@pytest.mark.parametrize("damage", ["a bit", "the end"])
def test_a_damaged_checkpoint_is_ignored(damage, place, interrupted, tmp_path):
    target, checkpoint, notes, expected = interrupted
    data = bytearray(checkpoint.path.read_bytes())
    place = int(place * len(data)) if isinstance(place, float) else place % len(data)
    if damage == "a bit":
        data[place] ^= 1
    else:
        del data[place:]
    checkpoint.path.write_bytes(data)
    assert written(synthesize(target, small(), checkpoint), tmp_path) == expected
    assert len(notes) == 1
    assert notes[0].startswith("checkpoint ignored")
    assert "\n" not in notes[0]


def claiming(shape, kind="<f8", state=None, identity=IDENTITY):
    header = {"identity": identity, "state": {"x": {"array": 0}} if state is None else state, "arrays": [[kind, shape]]}
    return b"texture-core checkpoint 1 " + b"0" * 64 + b"\n" + json.dumps(header).encode() + b"\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"texture-core checkpoint 2 " + b"0" * 64 + b"\n{}\n",
        b"\x89HDF\r\n\x1a\n" + bytes(200),
        claiming([10**15]),
        claiming([10**9, 10**9, 10**9]),
        claiming([-8]),
        claiming([1.5]),
        claiming([0], "|O"),
        claiming([0]),
        claiming([0], identity=[]),
        claiming([0], identity=None),
        b"texture-core checkpoint 1 " + b"0" * 64 + b"\n" + b"[" * 100_000,
        b"texture-core checkpoint 1 " + b"0" * 64 + b"\n" + b"\xff" * 100,
    ],
)
def test_foreign_files_are_no_checkpoints(content, tmp_path):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(StorageError, match="a: "):
        read_checkpoint(tmp_path / "a", IDENTITY)


def test_a_folder_a_dead_link_and_a_locked_file_in_its_place_do_no_harm(random_spectrogram, tmp_path):
    for name in ("folder", "link"):
        notes = []
        path = tmp_path / name
        path.mkdir() if name == "folder" else path.symlink_to(tmp_path / "nothing")
        synthesis = synthesize(random_spectrogram(60), small(), plan(path, notes))
        assert notes[0].startswith("checkpoint ignored")
        assert np.isfinite(synthesis.spectrogram.log_magnitude).all()


def test_a_checkpoint_that_cannot_be_written_costs_one_line(random_spectrogram, tmp_path):
    (tmp_path / "file").write_text("in the way")
    notes = []
    target = random_spectrogram(60)
    synthesis = synthesize(target, small(), plan(tmp_path / "file" / "rain.checkpoint", notes))
    (note,) = notes
    assert note.startswith("checkpoint not written, continuing without: ")
    assert "rain.checkpoint: cannot be written" in note
    assert written(synthesis, tmp_path) == written(synthesize(target, small()), tmp_path, "b.h5")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_checkpoint(path, IDENTITY, {"x": np.arange(3)})
    full = open("/dev/full", "wb")  # noqa: SIM115 the code under test closes it
    monkeypatch.setattr("texture_core.records.checkpoints.open", lambda *_: full, raising=False)
    with pytest.raises(StorageError, match="No space left on device"):
        write_checkpoint(path, IDENTITY, {"x": np.zeros(10**6)})
    monkeypatch.undo()
    assert read_checkpoint(path, IDENTITY)["x"].tolist() == [0, 1, 2]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


# --- the file ---


def test_what_is_read_is_what_was_written(tmp_path):
    state = {
        "number": 0.1 + 0.2,
        "none": None,
        "deep": [{"pairs": [(np.arange(6.0).reshape(2, 3), np.float32([1.5]), 2)]}, "text"],
        "scalar": np.array(3.5),
        "empty": np.zeros((0, 4), np.int32),
        "strided": np.arange(10)[::2],
        "odd": np.array([np.nan, np.inf, -0.0]),
    }
    write_checkpoint(tmp_path / "a", IDENTITY, state)
    found = read_checkpoint(tmp_path / "a", IDENTITY)
    assert found["number"] == state["number"]
    assert found["none"] is None
    matrix, vector, number = found["deep"][0]["pairs"][0]
    assert matrix.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (vector.dtype, vector.tolist(), number) == (np.float32, [1.5], 2)
    assert (found["scalar"].shape, float(found["scalar"])) == ((), 3.5)
    assert found["empty"].shape == (0, 4)
    assert found["strided"].tolist() == [0, 2, 4, 6, 8]
    assert found["odd"].tobytes() == state["odd"].tobytes()


def test_leftovers_go_and_nothing_else(tmp_path):
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    names = [
        "rain.checkpoint",
        ".rain-0123456789abcdef.checkpoint",
        ".rain-wind-0123456789abcdef.checkpoint",
        "wind.checkpoint",
    ]
    for name in names:
        (folder / name).write_text("x")
    remove_checkpoint(folder / "rain.checkpoint")
    assert sorted(path.name for path in folder.iterdir()) == [names[2], names[3]]
    remove_checkpoint(folder / "rain.checkpoint")
    remove_checkpoint(folder / "wind.checkpoint")
    (folder / names[2]).unlink()
    remove_checkpoint(folder / "wind.checkpoint")
    assert not folder.exists()
