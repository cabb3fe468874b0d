"""What tests of several kinds share."""

import os
import subprocess
from dataclasses import replace

# Before anything computes, here or in a child process: on small arrays threads cost more than they gain, and several
# workers' threads wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from texture_core.parameters import presets


@pytest.fixture
def mount():
    """Mounts a small disk at a folder, as root."""
    mounted = []

    def mount(folder, *options):
        if os.geteuid() != 0:
            pytest.skip("only root mounts disks")
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder], capture_output=True)
        if done.returncode:
            pytest.skip("no disk can be mounted here")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        while os.path.ismount(folder):
            subprocess.run(["umount", folder], check=True)


@pytest.fixture
def small_presets(monkeypatch):
    """Every preset, by name, with few filters and iterations: what uses them stands as it is, and takes no time."""
    for name, parameters in presets._BY_NAME.items():
        small = replace(
            parameters,
            features=replace(parameters.features, filters=4),
            optimizer=replace(
                parameters.optimizer,
                iterations=4,
                waveform_iterations=min(parameters.optimizer.waveform_iterations, 4),
            ),
            inversion=replace(parameters.inversion, iterations=4),
        )
        monkeypatch.setitem(presets._BY_NAME, name, small)
    return presets._BY_NAME
