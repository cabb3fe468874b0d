"""Snakemake in a process of its own, and waiting for what other processes do."""

import os
import subprocess
import sys
import time


def plain_environment():
    """The variables of this process but for Snakemake's."""
    return {key: value for key, value in os.environ.items() if not key.startswith("SNAKEMAKE")}


def run_snakemake(folder, *arguments, environment=None, patience=300):
    """Run Snakemake in a folder; its output and its errors are in ``stdout``."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=folder,
        env=environment or plain_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=patience,
    )


def wait_for(condition, seconds=60, explanation=lambda: "it did not come"):
    """Wait until a condition holds and return its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, explanation()
        time.sleep(0.05)
    return value
