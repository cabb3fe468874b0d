"""The soak's own tools: which processes it watches, what it takes for growth, and that it notices other bytes."""

import math
import os
import subprocess
import sys
import time

import pytest

from benchmarks.soak.__main__ import different
from benchmarks.soak.memory import LIBRARY, MemoryWatch, kind_of
from benchmarks.soak.study import CHECKOUT, Study
from benchmarks.soak.summary import end_of_first_cycle, series_of, summarize, trend

# Has 200 MB for a moment, then little.
GREEDY = "import time; block = bytearray(200_000_000); del block; print('had', flush=True); time.sleep(60)"


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (["python", "/tmp/a/.snakemake/scripts/tmpabc.synthesize.py"], "synthesize"),
        (["python", "-m", "snakemake", "--cores", "1"], "snakemake"),
        (["python", "-m", "benchmarks.soak.library"], LIBRARY),
        (["mount", "-t", "tmpfs"], None),
        ([], None),
    ],
)
def test_processes_are_known_by_their_command(command, kind):
    assert kind_of(command) == kind


def test_the_peak_of_a_process_is_kept_after_it_ended(tmp_path):
    script = tmp_path / ".snakemake/scripts/tmpabc.greedy.py"
    script.parent.mkdir(parents=True)
    script.write_text(GREEDY)
    with MemoryWatch() as watch:
        process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(1)
        process.kill()
        process.communicate()
    ((_, peak),) = watch.peaks["greedy"]
    assert 200 < peak < 250


HOURS = [index / 10 for index in range(20)]
# Neither rises nor falls.
NOISE = [3.0, -1.0, -2.0, 2.0, -3.0, 1.0, 1.0, -1.0, 2.0, -2.0] * 2


@pytest.mark.parametrize(("slope", "verdict"), [(0.0, "steady"), (100.0, "grows"), (-100.0, "steady"), (1.0, "steady")])
def test_growth_is_a_slope_that_is_certain_and_not_negligible(slope, verdict):
    found = trend([(hour, 300.0 + slope * hour + noise) for hour, noise in zip(HOURS, NOISE, strict=True)])
    assert found.slope == pytest.approx(slope, abs=2)
    assert found.verdict == verdict
    assert found.median == pytest.approx(300 + slope * 0.95, abs=3)


def test_a_slope_of_a_few_values_is_not_judged():
    assert trend([(0.0, 1.0), (1.0, 200.0)]).verdict == "too few"


def test_the_summary_names_what_was_not_mended_and_what_grows():
    rounds = [
        {"fault": "kill_job", "problem": "", "hours": 0.05, "snakemake_files": 5},
        {"fault": "fill_disk", "problem": "other bytes", "hours": 0.1, "snakemake_files": 50},
        *({"fault": "kill_job", "problem": "", "hours": hour, "snakemake_files": 50} for hour in HOURS[2:]),
    ]
    record = {
        "rounds": rounds,
        "peak_megabytes": {"synthesize": [[hour, 300.0] for hour in HOURS]},
        "library_megabytes": [[hour, 300.0 + 50 * hour] for hour in HOURS],
    }
    last = summarize(record).splitlines()[-1]
    assert last == "Not mended: round 2 (fill_disk). Growing: library, MB."


def test_what_was_before_each_fault_had_a_round_is_no_growth():
    rounds = [
        {"fault": fault, "problem": "", "hours": hours, "snakemake_files": 0}
        for fault, hours in [("kill_job", 0.1), ("fill_disk", 0.2), ("kill_job", 0.3)]
    ]
    assert end_of_first_cycle(rounds) == 0.2
    assert end_of_first_cycle(rounds[:2]) == math.inf
    record = {"rounds": rounds, "peak_megabytes": {}, "library_megabytes": [[0.15, 100.0], [0.25, 300.0]]}
    assert series_of(record)["library, MB"] == [[0.25, 300.0]]


def test_other_bytes_a_missing_and_a_further_result_are_noticed(tmp_path):
    study = Study(tmp_path / "study")
    folder = study.results / "demo/full"
    for name in ("audio/rain.wav", "logs/rain.log", "scores/rain.json"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("as it was")
    expected = study.bytes()
    assert different(study.bytes(), expected) == ""
    (folder / "logs/rain.log").write_text("told something else")
    assert different(study.bytes(), expected) == ""
    (folder / "audio/rain.wav").write_text("as it is not")
    (folder / "scores/rain.json").rename(folder / "scores/taps.json")
    assert different(study.bytes(), expected) == (
        "other bytes after the rerun: demo/full/audio/rain.wav, demo/full/scores/rain.json, demo/full/scores/taps.json"
    )
    study.clear()
    assert study.bytes() == {}


def test_the_summary_of_a_record_is_one_command(tmp_path):
    record = tmp_path / "soak.json"
    record.write_text('{"rounds": [], "peak_megabytes": {}, "library_megabytes": []}')
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", "--summary", "--output", record],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == "Not mended: none. Growing: none."
