"""A study whose processes are killed at random, again and again, ends as one that nobody disturbed."""

import contextlib
import os
import random
import re
import signal
import subprocess
import time
from datetime import datetime

import psutil
import pytest

INTERVAL = 1.0
# How long the reports of a run may take to the disk, and one iteration, on a machine that is busy.
SLACK = 10.0
# Long enough that kills meet optimisations of both kinds, small enough for seconds.
CHANGES = {
    "settings": {
        "papers": {"alpha": 5.0, "beta": 1.0e-4, "optimizer": {"type": "lbfgsb", "iterations": 500}},
        "ours": {"alpha": 5.0, "beta": 1.0e-4, "optimizer": {"type": "projected_lbfgs", "iterations": 500}},
    },
    "checkpoint_interval": INTERVAL,
    "audio": {"duration": 0.6},
    "textures": ["rain"],
}
# What tells of a run and not of its results.
RECORDS = ("/logs/", "/checkpoints/")


class Run:
    """One start of Snakemake in a session of its own, and what it told."""

    def __init__(self, tree, log):
        self._log = log
        self._began = time.monotonic()
        with open(log, "wb") as file:
            self._process = subprocess.Popen(
                tree.command(), cwd=tree.root, env=tree.environment(), stdout=file, stderr=file, start_new_session=True
            )

    def wait(self, seconds):
        """Whether it has ended by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.poll() is not None

    def at_work(self):
        """The processes of its jobs."""
        found = []
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self._process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if any("/.snakemake/scripts/" in argument for argument in child.cmdline()[1:2]):
                        found.append(child)
        return found

    def wait_for_a_while(self, chance):
        """Wait at random, mostly until jobs are at work and then some; whether it has ended by itself."""
        if chance.random() < 0.15:
            return self.wait(chance.uniform(0.0, 5.0))
        while not self.wait(0.1):
            if self.at_work():
                break
        # As long as the start took, so that a busy machine's jobs come to work too.
        return self.wait(chance.uniform(0.0, 1.5 * min(20.0, time.monotonic() - self._began)))

    def kill(self, victim, chance):
        """SIGKILL to Snakemake alone, to one of its jobs, or to all of them at once; whether there was a victim."""
        if victim == "job":
            jobs = self.at_work()
            if not jobs:
                return False
            with contextlib.suppress(psutil.NoSuchProcess):
                chance.choice(jobs).kill()
        elif victim == "snakemake":
            os.kill(self._process.pid, signal.SIGKILL)
        else:
            os.killpg(self._process.pid, signal.SIGKILL)
        return True

    def code(self):
        """Its exit code, or None while it runs."""
        return self._process.poll()

    def stop(self):
        """End what is left of it: a job that lost its Snakemake may go on for a moment, as it would elsewhere."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def text(self):
        return self._log.read_text(encoding="utf-8", errors="replace")

    def jobs(self):
        """The messages of the jobs that it began, and of those that it finished."""
        begun = dict(re.findall(r"^Job (\d+): (.+)$", self.text, re.MULTILINE))
        finished = {begun[number] for number in re.findall(r"^Finished jobid: (\d+)", self.text, re.MULTILINE)}
        return set(begun.values()), finished


def results(tree):
    """The bytes of every result."""
    files = [path for path in tree.path("results").rglob("*") if path.is_file()]
    names = {f"/{path.relative_to(tree.root)}": path for path in files}
    kept = {name: path for name, path in names.items() if not any(part in name for part in RECORDS)}
    return {name: path.read_bytes() for name, path in kept.items() if not name.endswith(".snakemake_timestamp")}


def lost_seconds(tree, now):
    """For each synthesis under way, how long ago it last saved its state, or began to iterate."""
    lost = {}
    for log in tree.path("results/my_recordings/logs/synthesize").glob("*/*.log"):
        setting, texture = log.parent.name, log.stem
        folder = tree.path(f"results/my_recordings/{setting}")
        if (folder / f"synthesis/{texture}.h5").exists():
            continue
        begun = re.match(r"(\S+ \S+) .*iterations at most", log.read_text(encoding="utf-8"))
        if begun:
            last = datetime.strptime(begun[1], "%Y-%m-%d %H:%M:%S").timestamp()
            with contextlib.suppress(FileNotFoundError):
                last = max(last, (folder / f"checkpoints/{texture}.checkpoint").stat().st_mtime)
            lost[setting, texture] = now - last
    return lost


def synthesis_logs(tree, begun):
    """The logs of the syntheses among the jobs that were begun."""
    for log in tree.path("results/my_recordings/logs/synthesize").glob("*/*.log"):
        if f"synthesize: texture {log.stem}, setting {log.parent.name}" in begun:
            yield log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def undisturbed(fresh_tree, tmp_path_factory, tiny_study):
    """The study before it is run, and the bytes of all results of a run that nobody disturbed."""
    tree = fresh_tree.copy(tmp_path_factory.mktemp("undisturbed") / "project")
    tree.configure(tiny_study | CHANGES)
    before = tree.copy(tmp_path_factory.mktemp("before") / "project")
    outcome = tree.snakemake()
    assert outcome.code == 0, outcome.text
    assert not list(tree.path("results").rglob("checkpoints"))
    return before, results(tree)


@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_killed_at_random_it_ends_with_the_same_bytes(kills, undisturbed, tmp_path, capsys):
    before, expected = undisturbed
    chance = random.Random(kills)
    tree, finished = before.copy(tmp_path / "project 0"), set()
    starts, rounds, gone_on, worst = 0, 0, 0, 0.0
    tally = dict.fromkeys(("snakemake", "job", "both"), 0)
    complete = False
    while not complete:
        run = Run(tree, tmp_path / f"{starts}.log")
        starts += 1
        try:
            code = None
            while code is None:
                if sum(tally.values()) >= kills:
                    assert run.wait(600), run.text
                elif not run.wait_for_a_while(chance):
                    victim = chance.choice(list(tally))
                    lost = lost_seconds(tree, time.time())
                    if run.kill(victim, chance):
                        tally[victim] += 1
                        worst = max([worst, *lost.values()])
                    if victim != "job":
                        # The jobs of a Snakemake that is gone go on for a moment.
                        time.sleep(chance.uniform(0.0, 2.0))
                        break
                code = run.code()
        finally:
            run.stop()
        begun, now_finished = run.jobs()
        assert not begun & finished, f"finished before, and begun again: {sorted(begun & finished)}"
        finished |= now_finished
        gone_on += sum("goes on from a checkpoint" in text for text in synthesis_logs(tree, begun))
        if code == 0:
            assert results(tree) == expected
            assert not list(tree.path("results").rglob("checkpoints"))
            rounds += 1
            complete = sum(tally.values()) >= kills
            tree, finished = before.copy(tmp_path / f"project {rounds}"), set()
        else:
            unlocked = tree.snakemake("--unlock")
            assert unlocked.code == 0, unlocked.text
    with capsys.disabled():
        print(
            f"\n{kills} kills ({', '.join(f'{name} {count}' for name, count in tally.items())}) over {rounds} rounds: "
            f"{gone_on} syntheses went on from a checkpoint, at most {worst:.1f} s lost"
        )
    assert worst < INTERVAL + SLACK
