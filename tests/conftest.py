"""What tests of several kinds share."""

import os
from dataclasses import replace

# Before anything computes, here or in a child process: on small arrays threads cost more than they gain, and several
# workers' threads wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from texture_core.parameters import presets


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
