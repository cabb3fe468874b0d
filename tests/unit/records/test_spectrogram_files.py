"""Spectrograms and syntheses are read as they were written, and what is damaged is named."""

import fcntl
import json
import time

import h5py
import numpy as np
import pytest
from stored import spectrogram, synthesis

from texture_core import __version__
from texture_core.errors import StorageError
from texture_core.records.files import read_json
from texture_core.records.spectrogram_files import (
    Spectrogram,
    Synthesis,
    read_spectrogram,
    read_synthesis,
    write_spectrogram,
    write_synthesis,
)


def assert_same_spectrogram(found, expected):
    np.testing.assert_array_equal(found.log_magnitude, expected.log_magnitude)
    assert found.log_magnitude.dtype == np.float32
    for name in ("sample_rate", "n_fft", "hop_length", "window", "scale"):
        assert getattr(found, name) == getattr(expected, name)
        assert type(getattr(found, name)) is type(getattr(expected, name))


@pytest.mark.parametrize("frames", [1, 255, 256, 257, 1001])
def test_spectrogram_round_trip(frames, tmp_path):
    write_spectrogram(tmp_path / "deep" / "er" / "a b.h5", spectrogram(frames))
    assert_same_spectrogram(read_spectrogram(tmp_path / "deep" / "er" / "a b.h5"), spectrogram(frames))


def test_synthesis_round_trip(tmp_path):
    write_synthesis(tmp_path / "a.h5", synthesis())
    found = read_synthesis(tmp_path / "a.h5")
    assert_same_spectrogram(found.spectrogram, synthesis().spectrogram)
    np.testing.assert_array_equal(found.loss, synthesis().loss)
    assert found.attributes == synthesis().attributes | {"texture_core_version": __version__}
    # Whoever wants the spectrogram alone may read it from there.
    assert_same_spectrogram(read_spectrogram(tmp_path / "a.h5"), synthesis().spectrogram)


def test_the_layout_that_others_rely_on(tmp_path):
    write_synthesis(tmp_path / "a.h5", synthesis())
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["log_magnitude"].shape == (257, 300)
        assert file["log_magnitude"].dtype == np.float32
        assert file["log_magnitude"].compression is not None
        assert {"sample_rate", "n_fft", "hop_length", "window", "scale", "texture_core_version"} <= set(file.attrs)
        columns = ["total", "gram", "autocorrelation", "diversity", "evaluations", "seconds"]
        assert list(file["loss"].attrs["columns"]) == columns
        assert json.loads(file.attrs["parameters"]) == synthesis().attributes["parameters"]


def test_the_same_values_are_the_same_bytes_at_another_time(tmp_path):
    write_synthesis(tmp_path / "a.h5", synthesis())
    time.sleep(1.1)
    write_synthesis(tmp_path / "b.h5", synthesis())
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize("read", [read_spectrogram, read_synthesis, read_json])
def test_a_missing_file(read, tmp_path):
    with pytest.raises(StorageError, match="there is no such file") as caught:
        read(tmp_path / "no such.h5")
    assert "no such.h5" in str(caught.value)


@pytest.mark.parametrize("read", [read_spectrogram, read_synthesis])
def test_a_truncated_file(read, tmp_path):
    write_synthesis(tmp_path / "whole.h5", synthesis())
    data = (tmp_path / "whole.h5").read_bytes()
    path = tmp_path / "a.h5"
    shares = (int(share * len(data)) for share in (0.1, 0.5, 0.9))
    for length in (0, 1, 7, 8, 50, 96, 512, 2048, *shares, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(StorageError, match=r"not a whole spectrogram file.*delete it and run again") as caught:
            read(path)
        assert str(path) in str(caught.value)


def test_a_byte_that_changed_on_the_disk(tmp_path):
    """The compressed data carry a checksum."""
    write_spectrogram(tmp_path / "whole.h5", spectrogram())
    data = (tmp_path / "whole.h5").read_bytes()
    path = tmp_path / "a.h5"
    for place in np.linspace(0.1 * len(data), 0.9 * len(data), 20, dtype=int):
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(StorageError, match="not a whole spectrogram file"):
            read_spectrogram(path)


def damaged_file(path, change):
    write_synthesis(path, synthesis())
    with h5py.File(path, "r+") as file:
        change(file)


def replace_dataset(file, name, values):
    del file[name]
    file.create_dataset(name, data=values)


def replace_by_group(file, name):
    del file[name]
    file.create_group(name)


DAMAGED = {
    "no dataset": lambda file: file.__delitem__("log_magnitude"),
    "a group": lambda file: replace_by_group(file, "log_magnitude"),
    "a bin too few": lambda file: replace_dataset(file, "log_magnitude", np.zeros((256, 300), np.float32)),
    "no frames": lambda file: replace_dataset(file, "log_magnitude", np.zeros((257, 0), np.float32)),
    "one dimension": lambda file: replace_dataset(file, "log_magnitude", np.zeros(257, np.float32)),
    "a scalar": lambda file: replace_dataset(file, "log_magnitude", np.float32(1)),
    "negative": lambda file: replace_dataset(file, "log_magnitude", np.full((257, 3), -1e-3, np.float32)),
    "NaN": lambda file: replace_dataset(file, "log_magnitude", np.full((257, 3), np.nan, np.float32)),
    "infinite": lambda file: replace_dataset(file, "log_magnitude", np.full((257, 3), np.inf, np.float32)),
    "text": lambda file: replace_dataset(file, "log_magnitude", [["text"] * 3] * 257),
    "no n_fft": lambda file: file.attrs.__delitem__("n_fft"),
    "no scale": lambda file: file.attrs.__delitem__("scale"),
    "n_fft of text": lambda file: file.attrs.__setitem__("n_fft", "many"),
    "two n_fft": lambda file: file.attrs.__setitem__("n_fft", [512, 512]),
    "sample rate 0": lambda file: file.attrs.__setitem__("sample_rate", 0),
    "negative hop": lambda file: file.attrs.__setitem__("hop_length", -64),
    "infinite sample rate": lambda file: file.attrs.__setitem__("sample_rate", np.inf),
}


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("read", [read_spectrogram, read_synthesis])
def test_a_file_with_something_wrong_in_it(read, change, tmp_path):
    damaged_file(tmp_path / "a.h5", change)
    with pytest.raises(StorageError, match=r"a\.h5: not a whole spectrogram file"):
        read(tmp_path / "a.h5")


DAMAGED_SYNTHESES = {
    "no loss": lambda file: file.__delitem__("loss"),
    "a group": lambda file: replace_by_group(file, "loss"),
    "a column too few": lambda file: replace_dataset(file, "loss", np.zeros((4, 5))),
    "one dimension": lambda file: replace_dataset(file, "loss", np.zeros(6)),
    "a scalar": lambda file: replace_dataset(file, "loss", 1.0),
    "parameters that are no JSON": lambda file: file.attrs.__setitem__("parameters", "{not JSON"),
    "a snapshot of iteration infinity": lambda file: file.create_dataset(
        "snapshots", (1, 257, 3), "f4"
    ).attrs.__setitem__("iterations", [np.inf]),
    "more samples than a disk holds": lambda file: file.create_dataset("samples", (2**62,), "f4", chunks=(256,)),
}


@pytest.mark.parametrize("change", DAMAGED_SYNTHESES.values(), ids=DAMAGED_SYNTHESES)
def test_a_synthesis_with_something_wrong_in_it(change, tmp_path):
    damaged_file(tmp_path / "a.h5", change)
    with pytest.raises(StorageError, match=r"a\.h5: not a whole spectrogram file"):
        read_synthesis(tmp_path / "a.h5")
    read_spectrogram(tmp_path / "a.h5")


def test_foreign_files(tmp_path):
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file.create_dataset("temperature", data=np.zeros(10))
    (tmp_path / "text.h5").write_text("no HDF5\n")
    (tmp_path / "folder.h5").mkdir()
    for name in ("foreign.h5", "text.h5", "folder.h5"):
        with pytest.raises(StorageError, match=name):
            read_spectrogram(tmp_path / name)


def test_a_synthesis_that_cannot_be_stored_leaves_the_old_one(tmp_path):
    path = tmp_path / "a.h5"
    write_synthesis(path, synthesis())
    before = path.read_bytes()
    broken = Synthesis(spectrogram(), np.zeros((2, 6)), {"seed": object()})
    with pytest.raises(TypeError):
        write_synthesis(path, broken)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.h5"]


def test_a_file_is_read_without_a_lock(tmp_path):
    """As on network file systems that have no locks, or while another process holds one."""
    path = tmp_path / "rain.h5"
    write_spectrogram(path, Spectrogram(np.ones((5, 3), np.float32), 16000, 8, 4))
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            h5py.File(path, "r", locking=True)
        assert read_spectrogram(path).log_magnitude.shape == (5, 3)
