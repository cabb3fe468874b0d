"""The study that is run again and again: one texture of the built-in demo, small enough for seconds."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import yaml

CHECKOUT = Path(__file__).parents[2]
TEXTURE = "rain"
# Iterations enough that a kill meets a synthesis between two checkpoints.
CONFIGURATION = {
    "textures": [TEXTURE],
    "audio": {"duration": 0.6},
    "checkpoint_interval": 0.2,
    "defaults": {
        "alpha": 5.0,
        "beta": 1.0e-4,
        "features": {"filters": 2, "kernel_widths": [2, 4]},
        "autocorrelation": {"minimum_lag": 0.05, "maximum_lag": 0.2},
        "optimizer": {"type": "projected_lbfgs", "iterations": 600},
        "inversion": {"iterations": 2},
    },
    "settings": {"full": {}},
}
# Of one start of Snakemake, s; only a hang takes so long.
PATIENCE = 900
# What tells of a run and not of its results.
RECORDS = ("logs", "checkpoints")
SCRIPTS = "/.snakemake/scripts/"


class Run:
    """One start of Snakemake, in a session of its own.

    Parameters
    ----------
    folder : path
        Where it runs.
    targets : iterable of str
        What is asked for; all results if empty.
    """

    def __init__(self, folder, targets=()):
        self._log = Path(folder) / "run.log"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SNAKEMAKE")}
        arguments = ["--snakefile", str(CHECKOUT / "Snakefile"), "--cores", "1", *targets]
        with open(self._log, "wb") as log:
            self.process = psutil.Popen(
                [sys.executable, "-m", "snakemake", *arguments, "--configfile", "study.yaml"],
                cwd=folder,
                env=environment | {"PYTHONPATH": str(CHECKOUT)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def text(self):
        """What it told so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait(self):
        """Wait for the end; its exit code."""
        return self.process.wait(PATIENCE)

    def wait_for(self, condition):
        """Wait until a condition holds; False if the run ended before that."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if condition():
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.02)
        return False

    def jobs(self):
        """The processes that run the scripts of its rules."""
        found = []
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in self.process.children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                    if any(SCRIPTS in argument for argument in child.cmdline()[1:2]):
                        found.append(child)
        return found

    def stop(self):
        """End whatever is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Study:
    """The study in a folder of its own.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.results = self.folder / "results"
        self.synthesis = self.results / f"demo/full/synthesis/{TEXTURE}.h5"
        self.checkpoint = self.results / f"demo/full/checkpoints/{TEXTURE}.checkpoint"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "study.yaml").write_text(yaml.safe_dump(CONFIGURATION), encoding="utf-8")

    @contextlib.contextmanager
    def run(self, *targets):
        """One start of Snakemake, of which nothing is left afterwards."""
        run = Run(self.folder, targets)
        try:
            yield run
        finally:
            run.stop()

    def unlock(self):
        """As the user does after Snakemake was killed."""
        with self.run("--unlock") as run:
            run.wait()

    def clear(self):
        """Remove the results, but not Snakemake's record of all the runs before."""
        for entry in self.results.iterdir() if self.results.exists() else ():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def bytes(self):
        """The bytes of every result, by its path below the results."""
        paths = {path.relative_to(self.results): path for path in self.results.rglob("*") if path.is_file()}
        return {
            str(name): path.read_bytes()
            for name, path in paths.items()
            if not set(name.parts) & set(RECORDS) and path.name != ".snakemake_timestamp"
        }

    def records(self):
        """The files that Snakemake keeps beside the results.

        Without the log that each of its starts adds, and the copy of a script that stays behind when it is killed while
        the script runs.
        """
        folder = self.folder / ".snakemake"
        return [
            path
            for path in folder.rglob("*")
            if path.is_file() and path.relative_to(folder).parts[0] not in ("log", "scripts")
        ]


def mount(folder, *options):
    """Mount a disk in memory at a folder, or change one that is mounted; needs root.

    Raises
    ------
    OSError
        If that is not allowed.
    """
    remount = ["remount"] if os.path.ismount(folder) else []
    command = ["mount", "-t", "tmpfs", "-o", ",".join([*remount, *options]), "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{folder}: no disk can be mounted ({done.stderr.strip()})")


def unmount(folder):
    """Undo every `mount` of a folder."""
    while os.path.ismount(folder):
        subprocess.run(["umount", str(folder)], check=True)
