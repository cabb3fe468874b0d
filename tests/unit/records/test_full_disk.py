"""Files on a disk that is full, without inodes or read-only: a clear error, no crash, nothing left behind."""

import subprocess

import numpy as np
import pytest

from texture_core.audio.recording import write_audio
from texture_core.errors import StorageError
from texture_core.records.files import write_json
from texture_core.records.spectrogram_files import (
    LOSS_COLUMNS,
    Spectrogram,
    Synthesis,
    read_spectrogram,
    write_spectrogram,
    write_synthesis,
)

VALUES = np.abs(np.random.default_rng(0).normal(size=(257, 400))).astype(np.float32)
SPECTROGRAM = Spectrogram(VALUES, 16000, 512, 64)
SYNTHESIS = Synthesis(SPECTROGRAM, np.zeros((2, len(LOSS_COLUMNS))), {"parameters": {}}, snapshots={1: VALUES})
WRITERS = {
    "a.h5": lambda path: write_spectrogram(path, SPECTROGRAM),
    "b.h5": lambda path: write_synthesis(path, SYNTHESIS),
    "c.wav": lambda path: write_audio(path, np.ones(100000, np.float32), 16000),
    "d.json": lambda path: write_json(path, list(range(50000))),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    ("fault", "cured", "reason"),
    [
        ("size=64k", "size=4m", "No space left on device"),
        ("nr_inodes=1", "nr_inodes=100", "No space left on device"),
        ("ro", "rw", "Read-only file system"),
    ],
)
def test_what_cannot_be_written_is_told_and_leaves_nothing(name, fault, cured, reason, mount, tmp_path):
    folder = mount(tmp_path / "disk", fault)
    path = folder / name
    with pytest.raises(StorageError, match=rf"{name}: cannot be written \({reason}\); free or unlock its folder"):
        WRITERS[name](path)
    assert list(folder.iterdir()) == []
    subprocess.run(["mount", "-o", f"remount,{cured}", folder], check=True)
    WRITERS[name](path)
    assert list(folder.iterdir()) == [path]


def test_what_stood_there_before_stays_when_the_disk_is_full(mount, tmp_path):
    folder = mount(tmp_path / "disk", "size=500k")
    write_spectrogram(folder / "a.h5", SPECTROGRAM)
    with pytest.raises(StorageError):
        write_spectrogram(folder / "a.h5", SPECTROGRAM)
    np.testing.assert_array_equal(read_spectrogram(folder / "a.h5").log_magnitude, VALUES)
