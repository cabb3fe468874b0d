"""Number of threads of a command, and how they wait."""

import os
import subprocess
import sys

import pytest

from texture_core.runtime.threads import default_threads


def run(code, **environment):
    """Run Python code without the OpenMP settings of this process; return its two outputs as one."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    process = subprocess.run(
        [sys.executable, "-c", code],
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=True,
    )
    return process.stdout


def test_one_processor_is_left_free(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for processors, threads in ((1, 1), (2, 1), (8, 7)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda process, n=processors: set(range(n)), raising=False)
        assert default_threads() == threads


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no processor affinity")
def test_only_processors_of_this_process_count():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
        "from texture_core.runtime.threads import default_threads; print(default_threads())"
    )
    assert run(code) == "1\n"


def test_the_environment_states_the_threads(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert default_threads() == 5
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    for nothing in ("", "0", "2,3", "many"):
        monkeypatch.setenv("OMP_NUM_THREADS", nothing)
        assert default_threads() == 2


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, "5000"), ({"GOMP_SPINCOUNT": "77"}, "77"), ({"OMP_WAIT_POLICY": "passive"}, "0")],
)
def test_openmp_takes_how_long_threads_wait(environment, expected):
    shown = run("import texture_core; import torch", OMP_DISPLAY_ENV="verbose", **environment)
    if "GOMP_SPINCOUNT" not in shown:
        pytest.skip("torch has another OpenMP than GNU's here")
    assert f"GOMP_SPINCOUNT = '{expected}'" in shown
