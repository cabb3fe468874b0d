"""The workflow on a real Slurm of one node, which the test starts and stops."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import soundfile
import torch
from processes import run_snakemake, wait_for
from slurm_node import SlurmNode, missing

from texture_core.demo import demo_texture

pytestmark = pytest.mark.slurm

PLUGIN = "snakemake_executor_plugin_slurm"
# Only a hang takes so long, s.
PATIENCE = 1200
# Seconds of synthesis, of which checkpoints save the most, so that what goes wrong meets it midway.
CHANGES = {
    "audio": {"duration": 0.6},
    "checkpoint_interval": 0.5,
    "settings": {
        "full": {"alpha": 5.0, "beta": 1.0e-4, "optimizer": {"type": "projected_lbfgs", "iterations": 400}},
    },
}
TEXTURES = ("taps", "rain")


@pytest.fixture
def slurm():
    """A running Slurm."""
    reason = missing()
    if not reason and importlib.util.find_spec(PLUGIN) is None:
        reason = "no executor for Slurm; make test-slurm installs it beside .venv"
    if reason:
        pytest.skip(reason)
    # Not pytest's folder, which is closed to others.
    folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))
    folder.chmod(0o755)
    node = SlurmNode(folder)
    try:
        node.start()
        yield node
    finally:
        node.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def studies(fresh_tree, tiny_study, tmp_path):
    """A study that is to go to Slurm, and the same with what is compared, made on this machine."""
    local, remote = (fresh_tree.copy(tmp_path / name / "project") for name in ("local", "remote"))
    for tree in (local, remote):
        tree.configure(tiny_study | CHANGES)
    scores = [f"results/my_recordings/full/scores/{texture}.json" for texture in TEXTURES]
    outcome = local.snakemake(*scores, patience=PATIENCE)
    assert outcome.code == 0, outcome.text
    return local, remote


def options(synthesis="synthesize"):
    """As a user would, but with the settings of a cluster without accounting and of a test in a hurry."""
    return [
        *("--workflow-profile", "profiles/slurm", "--configfile", "study.yaml"),
        # Slurm would start what the node ran again, but only after two minutes; with StartTime=now the controller of
        # 22.05 was seen to crash.
        "--slurm-no-requeue",
        *("--slurm-status-command", "squeue", "--slurm-no-account", "--latency-wait", "20", "--retries", "0"),
        *("--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2"),
        # This machine has no CUDA: what asks for a GPU computes on the CPU.
        *("--set-resources", f"{synthesis}:gpu=1", f"{synthesis}:slurm_partition=gpu"),
        *("--default-resources", "slurm_partition=main", "mem_mb=2000", "runtime=15"),
    ]


def run_on(slurm, tree, *arguments):
    """Run the workflow on Slurm to its end; return what it printed."""
    done = run_snakemake(tree.root, *options(*arguments), environment=slurm.environment, patience=PATIENCE)
    assert done.returncode == 0, done.stdout + slurm.why()
    return done.stdout


def same_results(tree, reference, texture):
    for name in (f"spectrogram/{texture}.h5", f"full/synthesis/{texture}.h5"):
        found, expected = (each.path(f"results/my_recordings/{name}") for each in (tree, reference))
        with h5py.File(found) as one, h5py.File(expected) as other:
            assert np.array_equal(one["log_magnitude"][:], other["log_magnitude"][:]), name
    for name in (f"audio/{texture}.wav", f"full/audio/{texture}.wav"):
        found, expected = (soundfile.read(each.path(f"results/my_recordings/{name}"))[0] for each in (tree, reference))
        assert np.array_equal(found, expected), name
    scores = [each.read(f"results/my_recordings/full/scores/{texture}.json") for each in (tree, reference)]
    assert scores[0] == scores[1]


def synthesis_of(slurm, texture):
    """The number of the job that computes a texture's synthesis."""
    (number,) = [job["JobId"] for job in slurm.jobs() if "synthesize" in job["Comment"] and texture in job["Comment"]]
    return number


def test_a_study_on_slurm_survives_a_cancelled_job_and_a_node_that_goes_down(slurm, studies):
    local, remote = studies
    output = remote.path("first.log")
    with open(output, "w") as log:
        command = [sys.executable, "-m", "snakemake", *options()]
        first = subprocess.Popen(command, cwd=remote.root, env=slurm.environment, stdout=log, stderr=log)
        try:

            def explanation():
                return output.read_text() + slurm.why()

            def under_way():
                assert first.poll() is None, explanation()
                folder = remote.path("results/my_recordings/full/checkpoints")
                return all((folder / f"{texture}.checkpoint").exists() for texture in TEXTURES)

            wait_for(under_way, PATIENCE, explanation)
            cancelled, lost = (synthesis_of(slurm, texture) for texture in TEXTURES)
            slurm.ask("scancel", cancelled)
            slurm.stop_node()
            slurm.wait_until_missed()
            slurm.start_node()
            first.wait(timeout=PATIENCE)
        finally:
            first.kill()
    assert first.returncode != 0, output.read_text()
    states = {job["JobId"]: job["JobState"] for job in slurm.jobs()}
    assert (states[cancelled], states[lost]) == ("CANCELLED", "NODE_FAIL")
    for texture in TEXTURES:
        assert not remote.path(f"results/my_recordings/full/synthesis/{texture}.h5").exists()

    second = run_on(slurm, remote)
    for texture in TEXTURES:
        same_results(remote, local, texture)
        log = remote.read(f"results/my_recordings/logs/synthesize/full/{texture}.log")
        assert "resuming from a checkpoint" in log
        assert re.search(r"CUDA_VISIBLE_DEVICES=[01], but torch finds no CUDA", log) or torch.cuda.is_available(), log

    jobs = slurm.jobs()
    submitted = {job["JobId"] for job in jobs}
    rules = ("check_corpus", "prepare", "synthesize", "finish", "figures", "table", "listening_page")
    for rule in rules:
        assert any(rule in job["Comment"] for job in jobs), f"{rule} did not go through sbatch"
    # Each of them was Slurm's, and no rule ran beside it.
    text = output.read_text() + second
    assert submitted <= set(numbers(text)), text
    for job in jobs:
        if "synthesize" in job["Comment"]:
            assert job["TresPerJob"] == "gres:gpu:1" and job["Partition"] == "gpu"
            # Of the estimate for 0.6 s, 2 filters and 400 iterations.
            assert (job["MinMemoryNode"], job["TimeLimit"]) == ("700M", "00:06:00")
        else:
            assert "TresPerJob" not in job and job["Partition"] == "main"
    assert remote.planned() == set()


def test_a_folder_of_stereo_recordings_and_loops_on_slurm(slurm, empty_tree, tmp_path):
    local, remote = (empty_tree.copy(tmp_path / name / "project") for name in ("local", "remote"))
    short = {"preset": "quick", "optimizer": {"iterations": 2, "waveform_iterations": 2}}
    settings = {"plain": short | {"channels": "keep"}, "loops": short | {"loop": True, "duration": 1.2, "takes": 2}}
    sides = np.stack([demo_texture("rain", seed=seed, duration=1.4, sample_rate=22050) for seed in (0, 1)], axis=1)
    for tree in (local, remote):
        tree.path("my recordings/forest").mkdir(parents=True)
        soundfile.write(tree.path("my recordings/forest/wet rain.flac"), 0.3 * sides, 22050)
        tree.configure({"corpus_dir": "my recordings", "settings": settings})
    names = ["plain/audio/forest_wet_rain.flac", *(f"loops/audio/forest_wet_rain-{take}.flac" for take in (1, 2))]
    outcome = local.snakemake(*(f"results/my_recordings/{name}" for name in names), patience=PATIENCE)
    assert outcome.code == 0, outcome.text
    run_on(slurm, remote, "sound")
    for name in names:
        found, expected = (tree.path(f"results/my_recordings/{name}") for tree in (remote, local))
        assert found.read_bytes() == expected.read_bytes()
        assert soundfile.info(found).channels == 2
    assert remote.path("results/my_recordings/listening/index.html").is_file()
    jobs = slurm.jobs()
    for rule, count in (("sound", 1), ("take", 2), ("score_take", 2), ("listening_page", 1)):
        assert sum(job["Comment"].startswith(f"rule_{rule}_") for job in jobs) == count, [
            job["Comment"] for job in jobs
        ]
    assert remote.planned() == set()


def numbers(text):
    """Of the jobs that Snakemake says it submitted."""
    return re.findall(r"SLURM jobid '?(\d+)'?", text)
