"""Runs on a full or read-only disk, and two runs at once: the user is told, nothing is spoilt, a rerun completes."""

import subprocess
import time

import pytest
import soundfile

from texture_core.records.spectrogram_files import read_spectrogram

pytestmark = pytest.mark.slow

RESULTS = "results/my_recordings"
# The longest chain of jobs, for one texture.
WANTED = (f"{RESULTS}/full/scores/rain.json",)


def whole(tree):
    """That each result that stands there can be read, and no other file does."""
    for path in tree.path(RESULTS).rglob("*"):
        if path.is_file() and "logs" not in path.parts:
            assert not path.name.startswith("."), path
            if path.suffix == ".h5":
                read_spectrogram(path)
            elif path.suffix == ".wav":
                soundfile.read(path)


@pytest.mark.parametrize(
    ("fault", "cured"), [("size=100k", "size=10m"), ("nr_inodes=12", "nr_inodes=1000")], ids=["full", "no inodes"]
)
def test_a_run_on_a_full_disk_says_so_and_completes_when_there_is_room(fault, cured, fresh, mount):
    mount(fresh.path("results"), fault)
    outcome = fresh.snakemake(*WANTED, cores=1)
    assert outcome.code == 1
    assert "No space left on device" in outcome.text
    # The folders are Snakemake's to create, the files ours.
    assert "cannot be written" in outcome.text or "Failed to create output directory" in outcome.text, outcome.text
    assert "Traceback" not in outcome.text, outcome.text
    whole(fresh)
    subprocess.run(["mount", "-o", f"remount,{cured}", fresh.path("results")], check=True)
    outcome = fresh.snakemake(*WANTED, cores=1)
    assert outcome.code == 0, outcome.text
    whole(fresh)
    assert fresh.planned(*WANTED) == set()


def test_a_read_only_disk_is_told_before_any_job(fresh, mount):
    mount(fresh.path("results"), "ro")
    outcome = fresh.snakemake(*WANTED)
    assert outcome.code == 1
    assert "results: expected a folder that can be written to" in outcome.text
    assert "Traceback" not in outcome.text
    assert outcome.jobs == set()


def test_a_second_run_on_the_same_results_says_so_and_leaves_the_first_alone(fresh):
    # Long enough for the second to come in between.
    configuration = fresh.configuration()
    configuration["defaults"]["inversion"] = {"iterations": 2000}
    fresh.configure(configuration)
    first = fresh.start(*fresh.options(*WANTED, cores=1), stdout=subprocess.DEVNULL)
    locks = fresh.path(".snakemake/locks")
    while not (locks.is_dir() and any(locks.iterdir())):
        assert first.poll() is None
        time.sleep(0.05)
    second = fresh.snakemake(*WANTED, cores=1)
    assert first.poll() is None, "the first run had ended before the second began"
    assert second.code == 1
    assert "Directory cannot be locked" in second.text
    assert "no other Snakemake process is trying to create the same files" in second.text
    assert second.jobs == set()
    assert first.wait(timeout=300) == 0
    assert fresh.path(WANTED[0]).is_file()
