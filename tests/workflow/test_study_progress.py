"""What a person reads of a study's progress in another terminal."""

import subprocess
import sys

from texture_core.records.files import read_json


def progress(tree, *options):
    command = [sys.executable, "workflow/progress.py", "results/my_recordings", *options]
    return subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)


def test_a_finished_study(finished):
    done = progress(finished)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].split()[:2] == ["gram", "2/2"]
    assert lines[2].split()[:2] == ["full", "2/2"]
    assert lines[-1] == "4 of 4 sounds are scored."
    assert any(line.split()[:3] == ["synthesize", "4", "jobs"] for line in lines)


def test_a_study_on_its_way(finished):
    finished.path("results/my_recordings/full/scores/rain.json").unlink()
    lines = progress(finished, "--scores", "so_far.tsv").stdout.splitlines()
    assert lines[2].split()[:2] == ["full", "1/2"]
    assert lines[-1].startswith("3 of 4 sounds are scored; at the pace of the last 0:")
    whole = finished.read("results/my_recordings/scores.tsv").splitlines(keepends=True)
    assert finished.read("so_far.tsv") == "".join(line for line in whole if not line.startswith("rain\tfull"))


def test_the_plan_is_written_when_a_run_begins(finished):
    plan = read_json(finished.path("results/my_recordings/plan.json"))
    assert plan["sounds"] == [["gram", ["taps", "rain"]], ["full", ["taps", "rain"]]]
    assert plan["textures"]["taps"]["class"] == "rhythmic"


def test_a_folder_without_a_study(finished):
    finished.path("results/my_recordings/plan.json").unlink()
    done = progress(finished)
    assert done.returncode == 1
    assert done.stderr.endswith("my_recordings: no run has begun here; give results/CORPUS of a running study\n")
