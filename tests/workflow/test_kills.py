"""A study that is killed or terminated at random moments ends with the bytes of an undisturbed one."""

import contextlib
import os
import random
import re
import signal
import subprocess
import time

import psutil
import pytest

# Only a hang takes so long, s.
PATIENCE = 1800
# Whom each signal goes to, by turns: Snakemake alone, one of its jobs, or all of them, as when a machine shuts down.
WAYS = [
    ("snakemake", signal.SIGKILL),
    ("job", signal.SIGTERM),
    ("all", signal.SIGTERM),
    ("job", signal.SIGKILL),
    ("all", signal.SIGKILL),
]
# Number of signals to the settings of the study with their optimisers, and the files that are asked for (all if none).
STUDIES = {
    5: ({"ours": "projected_lbfgs"}, ["results/my_recordings/ours/audio/rain.wav"]),
    30: ({"papers": "lbfgsb", "ours": "projected_lbfgs"}, []),
}


class Run:
    """One start of Snakemake, in its own process group."""

    def __init__(self, tree, targets, log):
        self._tree, self._log, self._began = tree, log, time.time()
        with open(log, "wb") as file:
            self._process = tree.start(*tree.options(*targets), stdout=file, stderr=file, start_new_session=True)

    def wait(self, seconds):
        """Return the exit code, or None if it still runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.poll()

    def has_saved(self):
        """Return whether a synthesis has saved a checkpoint in this run."""
        for path in self._tree.path("results/my_recordings").glob("*/checkpoints/*.checkpoint"):
            # It is removed when the synthesis ends.
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime > self._began:
                    return True
        return False

    def send(self, target, number, chance):
        """Send a signal; return whether there was a process to receive it."""
        if target == "all":
            os.killpg(self._process.pid, number)
        elif target == "snakemake":
            self._process.send_signal(number)
        else:
            jobs = []
            for child in psutil.Process(self._process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if any("/.snakemake/scripts/" in argument for argument in child.cmdline()[1:2]):
                        jobs.append(child)
            if not jobs:
                return False
            with contextlib.suppress(psutil.NoSuchProcess):
                chance.choice(jobs).send_signal(number)
        return True

    def stop(self):
        """End what is left: jobs that lost their Snakemake go on for a while."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def text(self):
        return self._log.read_text(encoding="utf-8", errors="replace")

    def jobs(self):
        """Return the messages of the jobs that were started, and of those that finished."""
        started = dict(re.findall(r"^Job (\d+): (.+)$", self.text(), re.MULTILINE))
        finished = {started[number] for number in re.findall(r"^Finished jobid: (\d+)", self.text(), re.MULTILINE)}
        return set(started.values()), finished


def results(tree):
    """Return the bytes of each result, without logs and checkpoints."""
    files = [path for path in tree.path("results").rglob("*") if path.is_file()]
    kept = [path for path in files if not {"logs", "checkpoints"} & set(path.parts)]
    kept = [path for path in kept if path.name != ".snakemake_timestamp"]
    return {str(path.relative_to(tree.root)): path.read_bytes() for path in kept}


@pytest.mark.slow
@pytest.mark.parametrize("count", [5, pytest.param(30, marks=pytest.mark.long)])
def test_interrupted_at_random_it_ends_with_the_same_bytes(count, fresh, tmp_path, tiny_study):
    """Also: no file is ever incomplete, no finished job starts again, and syntheses go on from their checkpoints."""
    optimizers, targets = STUDIES[count]
    settings = {
        name: {"alpha": 5.0, "beta": 1.0e-4, "optimizer": {"type": kind, "iterations": 600}}
        for name, kind in optimizers.items()
    }
    study = {"settings": settings, "checkpoint_interval": 0.5, "audio": {"duration": 0.6}, "textures": ["rain"]}
    fresh.configure(tiny_study | study)
    undisturbed = fresh.copy(tmp_path / "undisturbed")
    outcome = undisturbed.snakemake(*targets, patience=PATIENCE)
    assert outcome.code == 0, outcome.text
    expected = results(undisturbed)

    chance, sent, starts, resumed = random.Random(count), 0, 0, 0
    while sent < count:
        tree = fresh.copy(tmp_path / f"after {sent}")
        finished, code = set(), None
        while code != 0:
            run = Run(tree, targets, tmp_path / f"{starts}.log")
            starts += 1
            try:
                while (code := run.wait(0.1)) is None:
                    if sent < count and run.has_saved() and run.wait(chance.uniform(0.0, 1.0)) is None:
                        target, number = WAYS[sent % len(WAYS)]
                        sent += run.send(target, number, chance)
                        if target != "job":
                            run.wait(60)
                            break
            finally:
                run.stop()
            started, now_finished = run.jobs()
            assert not started & finished, f"finished before, and started again: {sorted(started & finished)}"
            finished |= now_finished
            assert results(tree).items() <= expected.items()
            for log in tree.path("results/my_recordings/logs/synthesize").glob("*/*.log"):
                resumed += "resuming from a checkpoint" in log.read_text(encoding="utf-8")
            if code is None and number == signal.SIGKILL:
                # A killed Snakemake leaves its lock, unless it was about to end.
                outcome = tree.snakemake(*targets)
                if outcome.code != 0:
                    assert "--unlock" in outcome.text
                    assert tree.snakemake("--unlock").code == 0
        assert results(tree) == expected
        assert not list(tree.path("results").rglob("checkpoints"))
    assert resumed
