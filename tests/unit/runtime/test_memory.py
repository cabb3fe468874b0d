"""What a lack of memory ends in: a message with the estimate and what to change."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import texture_core
from texture_core.errors import TextureError
from texture_core.parameters.method import Parameters
from texture_core.runtime.memory import MemoryShortageError, explained_shortage

# Raises at its first use what torch raises on a GPU that is full.
GREEDY = """
import torch
from texture_core.features.ensemble import create as ensemble

def create(parameters, bins, seed, device="cpu", dtype=torch.float32):
    features = ensemble(parameters, bins, seed, device, dtype)
    def greedy(log_magnitude):
        if log_magnitude.requires_grad:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return features(log_magnitude)
    return greedy
"""
PROGRAM = """
import numpy as np
from texture_core.errors import TextureError
from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import Parameters
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
target = Spectrogram(np.ones((17, 60), dtype=np.float32), 2000, 32, 8)
features = {"type": "greedy", "kernel_widths": [2, 4], "filters": 3}
parameters = from_mapping(Parameters, {"alpha": 0, "features": features})
try:
    synthesize_spectrogram(target, parameters, seed=0, texture="rain", setting="full")
except TextureError as error:
    print(error)
"""
REPEATED = """
from pathlib import Path
import numpy as np, torch
from texture_core.parameters.method import Parameters
from texture_core.parameters.mapping import from_mapping
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
values = np.abs(np.random.default_rng(0).normal(size=(65, 400))).astype(np.float32)
target = Spectrogram(values, 2000, 128, 8)
parameters = from_mapping(Parameters, {
    "features": {"kernel_widths": [2, 16], "filters": 32},
    "autocorrelation": {"minimum_lag": 0.05, "maximum_lag": 0.2},
    "optimizer": {"type": "projected_lbfgs", "iterations": 3},
})
for seed in range(30):
    synthesize_spectrogram(target, parameters, seed=seed, device="cpu", threads=1)
    if seed in (9, 29):
        print(next(line.split()[1] for line in Path("/proc/self/status").open() if line.startswith("VmRSS")))
"""


def test_repeated_syntheses_keep_no_memory():
    done = subprocess.run([sys.executable, "-c", REPEATED], capture_output=True, text=True, check=True, timeout=300)
    early, late = (int(text) / 1024 for text in done.stdout.split())
    assert late - early < 10


def test_too_little_memory_in_a_synthesis_names_texture_setting_and_what_to_change(tmp_path):
    package = tmp_path / "texture_core"
    shutil.copytree(Path(texture_core.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "features/greedy.py").write_text(GREEDY)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.stdout.startswith("texture rain, setting full: out of memory on "), done.stderr
    for part in ("60 frames with 2 networks of 3 filters need about 0.0 GB", "features.filters", "audio.duration"):
        assert part in done.stdout


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        MemoryError("Unable to allocate 20 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes."),
    ],
)
@pytest.mark.parametrize(("device", "advice"), [("cuda", "set device: cpu"), ("cpu", "mem_mb in --set-resources")])
def test_each_kind_of_shortage_is_explained_for_its_device(error, device, advice):
    expected = rf"out of memory on {device}: 1751 frames.*0\.\d GB.*{advice}"
    with pytest.raises(MemoryShortageError, match=expected), explained_shortage(Parameters(), 1751, 257, device):
        raise error


def test_a_real_shortage_on_the_cpu_is_recognised():
    with pytest.raises(TextureError, match="out of memory on cpu"), explained_shortage(Parameters(), 10, 10, "cpu"):
        torch.empty(2**60, dtype=torch.uint8)


def test_other_errors_pass():
    with pytest.raises(RuntimeError, match="size mismatch"), explained_shortage(Parameters(), 10, 10, "cpu"):
        raise RuntimeError("size mismatch")
