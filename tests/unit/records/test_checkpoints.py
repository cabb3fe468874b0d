"""A checkpoint of something else, or a damaged one, is ignored, and one that cannot be written does no harm."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from killed_synthesis import IDENTITY, Killed, plan, small, synthesize, written

from texture_core.errors import StorageError
from texture_core.records.checkpoints import read_checkpoint, remove_checkpoint, write_checkpoint


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
