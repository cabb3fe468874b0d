"""A study whose processes are killed at random, again and again, ends as one that nobody disturbed."""

import contextlib
import os
import random
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime

import psutil
import pytest

# On a machine that has other things to do.
LONGEST_RUN = 1800
VICTIMS = ("snakemake", "job", "both")


@dataclass(frozen=True)
class Plan:
    """A study, what is asked of it, and when it is killed.

    Attributes
    ----------
    kills : int
    optimizers : dict of str to str
        The settings' names and optimisers.
    iterations : int
        Of each synthesis: long enough that kills meet it, short enough for seconds.
    interval : float
        Between two checkpoints, s.
    moments : tuple of str
        Methods of `Run`, one of which, chosen at random, tells that the time for a kill has come.
    delay : float
        How much later it comes at most, s.
    targets : tuple of str
        Files; all results if empty.
    """

    kills: int
    optimizers: dict
    iterations: int
    interval: float
    moments: tuple
    delay: float
    targets: tuple = ()

    def changes(self):
        """What the small study's configuration becomes."""
        return {
            "settings": {
                name: {"alpha": 5.0, "beta": 1.0e-4, "optimizer": {"type": kind, "iterations": self.iterations}}
                for name, kind in self.optimizers.items()
            },
            "checkpoint_interval": self.interval,
            "audio": {"duration": 0.6},
            "textures": ["rain"],
        }


SHORT = Plan(
    kills=3,
    optimizers={"ours": "projected_lbfgs"},
    iterations=300,
    interval=0.5,
    moments=("saved",),
    delay=1.0,
    targets=("results/my_recordings/ours/audio/rain.wav",),
)
LONG = Plan(
    kills=30,
    optimizers={"papers": "lbfgsb", "ours": "projected_lbfgs"},
    iterations=150,
    interval=1.0,
    moments=("at_work", "under_way", "under_way", "under_way"),
    delay=4.0,
)
# What tells of a run and not of its results.
RECORDS = ("/logs/", "/checkpoints/")


class Run:
    """One start of Snakemake in a session of its own, and what it told."""

    def __init__(self, tree, targets, log):
        self._tree, self._log = tree, log
        self.began = time.time()
        with open(log, "wb") as file:
            self._process = subprocess.Popen(
                tree.command(*targets),
                cwd=tree.root,
                env=tree.environment(),
                stdout=file,
                stderr=file,
                start_new_session=True,
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

    def wait_for_a_while(self, plan, chance):
        """Wait until one of the plan's moments, and at random a little longer; whether it has ended by itself."""
        until = getattr(self, chance.choice(plan.moments))
        while not self.wait(0.1):
            if until():
                return self.wait(chance.uniform(0.0, plan.delay))
        return True

    def saved(self):
        """The checkpoints that this run saved."""
        found = []
        for path in self._tree.path("results/my_recordings").glob("*/checkpoints/*.checkpoint"):
            # It goes when the synthesis ends.
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime > self.began:
                    found.append(path)
        return found

    def under_way(self):
        """For each synthesis that this run began, how long ago it last saved its state, or began to iterate."""
        now, ages = time.time(), {}
        for (setting, texture), last in beginnings(self._tree).items():
            folder = self._tree.path(f"results/my_recordings/{setting}")
            # The log may still be that of an earlier run.
            if last > self.began - 1 and not (folder / f"synthesis/{texture}.h5").exists():
                with contextlib.suppress(FileNotFoundError):
                    last = max(last, (folder / f"checkpoints/{texture}.checkpoint").stat().st_mtime)
                ages[setting, texture] = now - last
        return ages

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


def beginnings(tree):
    """When the log of each synthesis says that it began."""
    times = {}
    for log in tree.path("results/my_recordings/logs/synthesize").glob("*/*.log"):
        begun = re.match(r"(\S+ \S+) .*iterations at most", log.read_text(encoding="utf-8"))
        if begun:
            times[log.parent.name, log.stem] = datetime.strptime(begun[1], "%Y-%m-%d %H:%M:%S").timestamp()
    return times


def synthesis_logs(tree, begun):
    """The logs of the syntheses among the jobs that were begun."""
    for log in tree.path("results/my_recordings/logs/synthesize").glob("*/*.log"):
        if f"synthesize: texture {log.stem}, setting {log.parent.name}" in begun:
            yield log.read_text(encoding="utf-8")


@pytest.fixture
def undisturbed(request, fresh_tree, tmp_path, tiny_study):
    """The plan, its study before it is run, and, if nobody disturbs it, all results and the start-up in seconds."""
    plan = request.param
    tree = fresh_tree.copy(tmp_path / "undisturbed")
    tree.configure(tiny_study | plan.changes())
    before = tree.copy(tmp_path / "before")
    run = Run(tree, plan.targets, tmp_path / "undisturbed.log")
    try:
        assert run.wait(LONGEST_RUN), run.text
    finally:
        run.stop()
    assert run.code() == 0, run.text
    assert not list(tree.path("results").rglob("checkpoints"))
    return plan, before, results(tree), max(beginnings(tree).values()) - run.began


@pytest.mark.slow
@pytest.mark.parametrize(
    "undisturbed",
    [pytest.param(SHORT, id="3"), pytest.param(LONG, id="30", marks=pytest.mark.long)],
    indirect=True,
)
def test_killed_at_random_it_ends_with_the_same_bytes(undisturbed, tmp_path, capsys):
    """Also: no finished job is begun again, and no more is lost than what came after the last checkpoint."""
    plan, before, expected, start_up = undisturbed
    chance = random.Random(plan.kills)
    tally = dict.fromkeys(VICTIMS, 0)
    rounds, gone_on, worst, starts = 0, 0, 0.0, 0
    while not rounds or sum(tally.values()) < plan.kills:
        tree = before.copy(tmp_path / f"round {rounds}")
        finished, code = set(), None
        while code != 0:
            run = Run(tree, plan.targets, tmp_path / f"{starts}.log")
            starts += 1
            try:
                code, lost = disturb(run, plan, tally, chance)
            finally:
                run.stop()
            worst = max([worst, *lost])
            begun, now_finished = run.jobs()
            assert not begun & finished, f"finished before, and begun again: {sorted(begun & finished)}"
            finished |= now_finished
            gone_on += sum("resuming from a checkpoint" in text for text in synthesis_logs(tree, begun))
            assert code is None or code == 0 or tally["job"], run.text
            if code is None:
                unlocked = tree.snakemake("--unlock")
                assert unlocked.code == 0, unlocked.text
        assert results(tree) == expected
        assert not list(tree.path("results").rglob("checkpoints"))
        rounds += 1
    with capsys.disabled():
        print(
            f"\n{plan.kills} kills ({', '.join(f'{name} {count}' for name, count in tally.items())}) in {starts} starts"
            f" of {rounds} studies: {gone_on} syntheses went on from a checkpoint, at most {worst:.1f} s were lost,"
            f" with a checkpoint every {plan.interval:g} s and a start-up of {start_up:.0f} s"
        )
    assert gone_on
    assert worst < plan.interval + start_up


def disturb(run, plan, tally, chance):
    """Kill until Snakemake is gone or the number is full; its exit code, None if killed, and how long was lost each."""
    lost = []
    while sum(tally.values()) < plan.kills:
        if run.wait_for_a_while(plan, chance):
            return run.code(), lost
        # By turns, so that a few kills meet all kinds.
        victim = VICTIMS[sum(tally.values()) % len(VICTIMS)]
        lost += run.under_way().values()
        if not run.kill(victim, chance):
            continue
        tally[victim] += 1
        if victim == "snakemake":
            # Its jobs go on for a moment.
            time.sleep(chance.uniform(0.0, 2.0))
            lost += run.under_way().values()
        if victim != "job":
            return None, lost
    assert run.wait(LONGEST_RUN), run.text
    return run.code(), lost
