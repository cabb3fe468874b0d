"""What the unit tests share: the device, the study's recordings, and small random material."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from texture_core.records.spectrogram_files import Spectrogram


@pytest.fixture(autouse=True)
def one_thread():
    """Small tensors are fastest on one thread, and synthesis sets torch's number for the whole process."""
    torch.set_num_threads(1)


@pytest.fixture(
    params=[
        "cpu",
        pytest.param(
            "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here")
        ),
    ]
)
def device(request):
    return request.param


@pytest.fixture(scope="session")
def corpus_folder():
    """The folder with the recordings of the study, which are not part of the project."""
    named = os.environ.get("TEXTURE_CORPUS")
    beside = sorted(Path(__file__).parents[3].glob("*/corpus/mcdermott168"))
    folders = [folder for folder in ([Path(named)] if named else beside) if folder.is_dir()]
    if not folders:
        pytest.skip("the recordings of the study are not here; name their folder in TEXTURE_CORPUS")
    return folders[0]


@pytest.fixture
def without_sonore(monkeypatch):
    """As if the package were not installed."""
    for name in ("sonore", "sonore.texture"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def random_spectrogram():
    """Makes spectrograms of noise: nothing repeats, so no shift but the right one fits."""

    def make(frames, seed=0, *, n_fft=32, hop_length=8, sample_rate=2000):
        values = np.abs(np.random.default_rng(seed).normal(size=(n_fft // 2 + 1, frames))).astype(np.float32)
        return Spectrogram(values, sample_rate, n_fft, hop_length)

    return make
