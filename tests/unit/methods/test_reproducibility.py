"""The same seed gives the same bytes, and another one another synthesis."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from small_synthesis import small

from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram

SCRIPT = """
import sys
from pathlib import Path

from texture_core.audio.recording import write_audio
from texture_core.demo import demo_texture
from texture_core.phase.inversion import invert
from texture_core.parameters.method import InversionParameters, Parameters
from texture_core.parameters.mapping import from_mapping
from texture_core.records.provenance import without_clock
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.records.spectrogram_files import Spectrogram, write_spectrogram, write_synthesis
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram

folder = Path(sys.argv[1])
names = dict(seed=int(sys.argv[2]), texture=sys.argv[3], setting=sys.argv[4])
target = Spectrogram(log_spectrogram(demo_texture("tapping", seed=1, duration=1.5)), 16000, 512, 64)
parameters = from_mapping(Parameters, dict(
    alpha=0.5, beta=1e-3, features=dict(filters=8), autocorrelation=dict(maximum_lag=1.0),
    diversity=dict(iterations=3), optimizer=dict(iterations=5)))
synthesis = synthesize_spectrogram(target, parameters, threads=2, device="cpu", **names)
samples = invert(synthesis.spectrogram, InversionParameters(iterations=5), threads=2, target_rms=0.1, **names)
write_spectrogram(folder / "spectrogram.h5", target)
write_synthesis(folder / "synthesis.h5", without_clock(synthesis)[0])
write_audio(folder / "synthesis.wav", samples, 16000)
"""


def outputs(folder, seed=0, texture="rain", setting="full", hash_seed="0"):
    """Run the chain in a process of its own; the bytes of each file that it wrote."""
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), str(seed), texture, setting],
        check=True,
        # Threads that wait without spinning do not mind a busy machine.
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "OMP_WAIT_POLICY": "PASSIVE"},
    )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    first = outputs(tmp_path / "first")
    second = outputs(tmp_path / "second", hash_seed="77")
    assert set(first) == {"spectrogram.h5", "synthesis.h5", "synthesis.wav"}
    for name in first:
        assert first[name] == second[name], name


def test_the_same_seed_gives_the_same_values_twice_and_nothing_global_plays_a_part(random_spectrogram):
    target = random_spectrogram(100)
    torch.manual_seed(1)
    first = synthesize_spectrogram(target, small(), seed=0)
    torch.manual_seed(2)
    np.random.seed(3)  # noqa: NPY002 the global state is what is tested
    state = torch.get_rng_state()
    second = synthesize_spectrogram(target, small(), seed=0)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(first.spectrogram.log_magnitude, second.spectrogram.log_magnitude)
    np.testing.assert_array_equal(first.loss[:, :-1], second.loss[:, :-1])


@pytest.mark.parametrize("start", ["noise", "surrogate"])
def test_seed_texture_and_setting_each_give_another_synthesis(start, random_spectrogram):
    target = random_spectrogram(100)
    names = {"seed": 0, "texture": "rain", "setting": "full"}
    first = synthesize_spectrogram(target, small(start=start), **names)
    for changed in ({"seed": 1}, {"texture": "wind"}, {"setting": "gram"}):
        other = synthesize_spectrogram(target, small(start=start), **(names | changed))
        distance = np.abs(first.spectrogram.log_magnitude - other.spectrogram.log_magnitude).mean()
        assert distance > 0.05 * target.log_magnitude.mean(), changed
