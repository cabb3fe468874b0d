"""Rerun exactly what changed: each row of the table in config/README.md, planned by real Snakemake after a real run."""

import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
COLLECTED = ("table", "listening_page")
AFTER_SYNTHESIS = ("synthesize", "invert", "score", "figures", *COLLECTED)
CHAIN = ("prepare_audio", "spectrogram", *AFTER_SYNTHESIS)


def reversed_keys(value):
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return value


def test_a_first_run_makes_every_file(finished_tree):
    results = finished_tree.path("results/my_recordings")
    made = {str(path.relative_to(results)) for path in results.rglob("*") if path.is_file()}
    expected = {"scores.tsv", "table1.tsv", "table1.md", "listening/index.html", "corpus_check.json"}
    for texture in ("taps", "rain"):
        expected |= {
            f"audio/{texture}.wav",
            f"spectrogram/{texture}.h5",
            f"figures/{texture}.spectrogram.svg",
            f"figures/{texture}.loss.svg",
        }
        for setting in ("gram", "full"):
            expected |= {
                f"{setting}/synthesis/{texture}.h5",
                f"{setting}/audio/{texture}.wav",
                f"{setting}/scores/{texture}.json",
            }
    assert expected <= made
    assert not [name for name in made if "/." in f"/{name}" and not name.endswith(".snakemake_timestamp")]


def test_the_demo_makes_its_own_recordings(fresh):
    demo = fresh.configuration() | {"corpus_dir": None, "textures": ["tapping"]}
    fresh.configure(demo)
    targets = ("results/demo/spectrogram/tapping.h5", "results/demo/corpus_check.json")
    outcome = fresh.snakemake(*targets)
    assert outcome.code == 0, outcome.text
    assert {"demo_corpus: texture tapping", "check_corpus: every recording of demo"} < outcome.jobs
    assert fresh.planned(*targets) == set()


def test_what_is_finished_is_found_finished_at_once(finished):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome = finished.snakemake("--dry-run")
    assert (outcome.code, outcome.jobs) == (0, set()), outcome.text
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Three seconds are promised of a quiet machine; on one that has much to do, the same work takes more.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5


@pytest.mark.parametrize("name", ["corpus_check.json", "full/scores/rain.json", "table1.md"])
def test_a_result_that_was_deleted_is_made_again(name, finished):
    path = finished.path(f"results/my_recordings/{name}")
    path.unlink()
    planned = finished.planned()
    rule = {"corpus_check.json": "check_corpus", "full/scores/rain.json": "score", "table1.md": "table"}[name]
    assert any(job.startswith(f"{rule}: ") for job in planned), planned


def test_a_second_run_does_nothing(finished):
    outcome = finished.snakemake()
    assert outcome.code == 0
    assert "Nothing to be done" in outcome.text
    assert outcome.jobs == set()


def test_touching_every_file_reruns_nothing(finished):
    # Times in random order, so that many inputs become newer than what was made from them.
    files = [path for path in finished.root.rglob("*") if path.is_file() and ".snakemake/" not in str(path)]
    random.Random(0).shuffle(files)
    now = time.time()
    for age, path in enumerate(files):
        os.utime(path, (now - age, now - age))
    recording = finished.path("my recordings/tapping, slow.wav")
    assert recording.stat().st_size > 1_000_000
    os.utime(recording, (now + 10, now + 10))
    os.utime(finished.path("results/my_recordings/spectrogram/taps.h5"), (now + 5, now + 5))
    assert finished.planned() == set()


def test_looks_of_the_code_rerun_nothing(finished):
    for folder in ("texture_core", "workflow"):
        for path in finished.path(folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r'\A"""', '"""Reworded. ', text) + "\n\n# A comment.\n", encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--isolated", "--line-length=60"]
    subprocess.run([*ruff, "texture_core", "workflow"], cwd=finished.root, check=True)
    for path in finished.path("workflow/rules").glob("*.smk"):
        path.write_text(f"# A comment.\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    assert finished.read("texture_core/audio/recording.py").count("\n") > 200
    assert finished.planned() == set()


def test_key_order_and_spelling_of_the_configuration_rerun_nothing(finished):
    changed = reversed_keys(finished.configuration())
    assert list(changed["settings"]) == ["full", "gram"]
    changed["settings"]["full"]["alpha"] = 5
    changed["settings"]["gram"]["beta"] = 0.0
    changed["device"] = "cpu"
    changed["threads"] = 2
    changed["checkpoint_interval"] = 5
    # Defaults that are spelled out, and another spelling of the same folder.
    changed["settings"]["gram"]["diversity"] = {"iterations": 100}
    changed["spectrogram"] = {"n_fft": 512}
    changed["scores"] = ["diversity", "autocorrelation"]
    changed["corpus_dir"] = str(finished.path("my recordings")) + "/"
    finished.configure(changed)
    assert finished.planned() == set()


def test_a_new_parameter_touches_one_file_and_reruns_nothing(finished, planned_jobs):
    name = "texture_core/parameters/method.py"
    old = "    inversion: InversionParameters = InversionParameters()\n"
    assert finished.read(name).count(old) == 1
    new = (
        '    tilt: float = parameter(1.0, "Tilt of the weights.", unit="decibels", minimum=-3, maximum=3, paper=1, '
        "neutral=1.0)\n"
    )
    finished.write(name, finished.read(name).replace(old, old + new))
    assert finished.planned() == set()

    changed = finished.configuration()
    changed["settings"]["full"]["tilt"] = 1
    finished.configure(changed)
    assert finished.planned() == set()

    changed["settings"]["full"]["tilt"] = 2.5
    finished.configure(changed)
    figures = planned_jobs(["figures"])
    assert finished.planned() == planned_jobs(AFTER_SYNTHESIS, settings=["full"]) | figures

    changed["settings"]["full"]["tilt"] = 4
    finished.configure(changed)
    outcome = finished.snakemake("--dry-run")
    assert outcome.code != 0
    assert "settings.full.tilt: expected decibels from -3 to 3, found 4; correct it" in outcome.text

    shutil.copytree(CHECKOUT / "docs/site", finished.path("docs/site"))
    subprocess.run([sys.executable, finished.path("docs/site/configuration_tables.py")], check=True)
    row = "| `tilt` | decibels from -3 to 3 | `1.0` | Tilt of the weights. Paper: 1. |\n"
    assert finished.read("config/README.md").count(row) == 1


def test_a_new_plugin_reruns_nothing(finished):
    for kind in ("scores", "features", "optimizers", "phase"):
        finished.write(f"texture_core/{kind}/new_one.py", '"""New."""\n\nVALUE = 1\n')
    assert finished.planned() == set()


@pytest.mark.parametrize(
    ("module", "stages"),
    [
        ("texture_core/losses/gram.py", AFTER_SYNTHESIS),
        ("texture_core/features/ensemble.py", AFTER_SYNTHESIS),
        ("texture_core/optimizers/lbfgsb.py", AFTER_SYNTHESIS),
        ("texture_core/phase/griffin_lim.py", ("invert", "score", *COLLECTED)),
        ("texture_core/scores/diversity.py", ("score", *COLLECTED)),
        # The page links to the figures.
        ("texture_core/report/loss_figure.py", ("figures", "listening_page")),
        ("texture_core/report/score_rows.py", COLLECTED),
        ("texture_core/report/listening.py", ("listening_page",)),
        ("texture_core/report/templates/listening.html.j2", ("listening_page",)),
        ("workflow/scripts/invert.py", ("invert", "score", *COLLECTED)),
    ],
)
def test_an_edit_reruns_what_runs_it(finished, planned_jobs, module, stages):
    finished.edit(module)
    assert finished.planned() == planned_jobs(stages)


def test_an_edit_and_its_undo_rerun_nothing(finished):
    name = "texture_core/losses/gram.py"
    before = finished.read(name)
    finished.edit(name)
    assert finished.planned() != set()
    finished.write(name, before)
    assert finished.planned() == set()


def test_one_textures_samples_rerun_its_chain(finished, planned_jobs):
    finished.record("weather/rain #1 ' %.flac", "rain", sample_rate=22050, seed=1)
    assert finished.planned() == planned_jobs(CHAIN, textures=["rain"]) | planned_jobs(("check_corpus",))


@pytest.mark.parametrize(
    ("section", "key", "value", "stages"),
    [
        (None, "alpha", 6, AFTER_SYNTHESIS),
        ("features", "filters", 3, AFTER_SYNTHESIS),
        ("inversion", "iterations", 3, ("invert", "score", *COLLECTED)),
    ],
)
def test_one_settings_parameter_reruns_that_setting(finished, planned_jobs, section, key, value, stages):
    changed = finished.configuration()
    setting = changed["settings"]["full"]
    (setting.setdefault(section, {}) if section else setting)[key] = value
    finished.configure(changed)
    figures = planned_jobs(["figures"]) if "figures" in stages else set()
    assert finished.planned() == planned_jobs(stages, settings=["full"]) | figures


def test_the_seed_reruns_what_draws(finished, planned_jobs):
    assert finished.planned("--config", "seed=1") == planned_jobs(AFTER_SYNTHESIS)


def test_another_spectrogram_reruns_all_that_follows(finished, planned_jobs):
    finished.configure(finished.configuration() | {"spectrogram": {"hop_length": 32}})
    # Shorter frames change how long a recording must be, so the check looks again.
    assert finished.planned() == planned_jobs(("check_corpus", "spectrogram", *AFTER_SYNTHESIS))


def test_a_new_setting_reruns_its_own_jobs(finished, planned_jobs):
    changed = finished.configuration()
    changed["settings"]["stronger"] = {"alpha": 50}
    finished.configure(changed)
    expected = planned_jobs(("synthesize", "invert", "score"), settings=["stronger"])
    assert finished.planned() == expected | planned_jobs(("figures", *COLLECTED))


def test_a_removed_setting_reruns_what_collects(finished, planned_jobs):
    changed = finished.configuration()
    del changed["settings"]["gram"]
    finished.configure(changed)
    assert finished.planned() == planned_jobs(("figures", *COLLECTED))


def test_a_new_texture_reruns_its_own_jobs(finished, planned_jobs):
    # Where bad textures are skipped, test_bad_input.py holds the same of a real run.
    finished.record("new.wav", "chimes")
    sheet = "my recordings/corpus.tsv"
    finished.write(sheet, finished.read(sheet) + "new\tpitched\tNew\tnew.wav\n")
    assert finished.planned() == planned_jobs(CHAIN, textures=["new"]) | planned_jobs(("check_corpus",))


def test_an_edited_title_reruns_what_shows_it(finished, planned_jobs):
    sheet = "my recordings/corpus.tsv"
    finished.write(sheet, finished.read(sheet).replace("Three taps", "Taps"))
    expected = planned_jobs(("figures", "listening_page"), textures=["taps"])
    assert finished.planned() - planned_jobs(("check_corpus", "table")) == expected


def test_another_class_reruns_no_score(finished, planned_jobs):
    sheet = "my recordings/corpus.tsv"
    finished.write(sheet, finished.read(sheet).replace("\trhythmic\t", "\tpitched\t"))
    assert finished.planned() == planned_jobs(("check_corpus", *COLLECTED))


def test_a_run_uses_the_code_of_its_own_tree(finished, planned_jobs):
    name = "texture_core/report/table1_files.py"
    finished.write(name, finished.read(name).replace('"# Table 1: ', '"# Table one: '))
    assert finished.read("results/my_recordings/table1.md").startswith("# Table 1: ")
    outcome = finished.snakemake()
    assert outcome.code == 0, outcome.text
    assert outcome.jobs == planned_jobs(COLLECTED)
    assert finished.read("results/my_recordings/table1.md").startswith("# Table one: ")
