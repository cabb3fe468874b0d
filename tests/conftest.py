"""What tests of several kinds share."""

import fcntl
import os
import signal
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


@pytest.fixture(scope="session")
def made_once(tmp_path_factory, worker_id):
    """Makes folders that all workers share: ``made_once(name, make)``; no test may change what is in them.

    The worker that comes first calls ``make`` with the path of the folder to make; the others wait for it.
    """
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent

    def made_once(name, make):
        folder = shared / name
        with open(shared / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                unfinished = tmp_path_factory.mktemp("unfinished") / name
                make(unfinished)
                unfinished.rename(folder)
        return folder

    return made_once


@pytest.fixture
def start_app():
    """Starts apps, of a folder each, that end with the test."""
    from small_app import RunningApp

    started = []

    def start_app(folder, **options):
        started.append(RunningApp(folder, **options))
        return started[-1]

    yield start_app
    for app in started:
        if app.process.poll() is None:
            app.close(signal.SIGKILL)


@pytest.fixture
def small_presets(monkeypatch):
    """Every preset, by name, with few filters, kernels and iterations: what uses them takes no time."""
    for name, parameters in presets._BY_NAME.items():
        widths = parameters.features.kernel_widths
        small = replace(
            parameters,
            # The widest kernel limits the lags of short sounds.
            features=replace(parameters.features, filters=4, kernel_widths=(widths[0], widths[-1])),
            optimizer=replace(
                parameters.optimizer,
                iterations=2,
                waveform_iterations=min(parameters.optimizer.waveform_iterations, 2),
            ),
            inversion=replace(parameters.inversion, iterations=2),
        )
        monkeypatch.setitem(presets._BY_NAME, name, small)
    return presets._BY_NAME
