"""Bad input through real Snakemake: what the user sees, and what is left standing."""

import time

import h5py
import numpy as np
import pytest
import soundfile

from texture_core.records.files import read_json


def add_bad_recordings(tree):
    """Six recordings that cannot be used, each for another reason."""
    folder = tree.path("my recordings")
    rate = 16000
    tone = np.sin(np.arange(rate) / 10).astype(np.float32)
    (folder / "text.wav").write_text("This is no audio.", encoding="utf-8")
    (folder / "empty.wav").write_bytes(b"")
    soundfile.write(folder / "zeros.wav", np.zeros(rate), rate)
    soundfile.write(folder / "nan.wav", np.where(np.arange(rate) == 999, np.nan, tone), rate, subtype="FLOAT")
    soundfile.write(folder / "infinite.wav", np.where(np.arange(rate) == 5, np.inf, tone), rate, subtype="FLOAT")
    soundfile.write(folder / "short.wav", tone[:1600], rate)
    names = ["text", "empty", "zeros", "nan", "infinite", "short"]
    rows = "".join(f"{name}\tother\t{name}\t{name}.wav\n" for name in names)
    tree.write("my recordings/corpus.tsv", tree.read("my recordings/corpus.tsv") + rows)
    return names


def results_of(tree):
    return {
        path.relative_to(tree.root): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in tree.path("results").rglob("*")
        if path.is_file()
    }


def test_a_dry_run_of_a_fresh_clone_shows_the_whole_plan(fresh, planned_jobs):
    stages = ("check_corpus", "prepare_audio", "spectrogram", "synthesize", "invert", "score", "figures")
    assert fresh.planned() == planned_jobs((*stages, "table", "listening_page"))
    assert not fresh.path("results").exists()


def test_the_demo_is_planned_without_any_argument(empty_tree):
    planned = empty_tree.planned(configfiles=())
    assert {"demo_corpus: texture tapping", "synthesize: texture rain, setting full", "listening_page: demo"} <= planned


def test_all_problems_are_shown_before_any_job_and_without_a_traceback(fresh):
    fresh.write_sheet([("name", "class", "title", "file"), ("taps", "", "Taps", "tapping, slow.wav")])
    changed = fresh.configuration()
    changed["settings"]["full"]["alpha"] = -1
    changed["scores"] = ["loudness"]
    fresh.configure(changed)
    fresh.write("study.yaml", fresh.read("study.yaml") + "seed: 1\nseed: 2\n")
    fresh.write("results", "in the way")
    outcome = fresh.snakemake()
    assert outcome.code == 1
    assert "5 problems in the configuration and its corpus; nothing was run." in outcome.text
    for part in (
        "settings.full.alpha: expected a number, at least 0, found -1",
        "scores: expected ",
        "corpus.tsv, row 2, column class: expected a text of 1 to 60 characters, such as rhythmic, found ''",
        "expected each key once, found seed again",
        "results: expected a folder for the results, found a file; move it away",
    ):
        assert outcome.text.count(part) == 1, outcome.text
    assert "Traceback" not in outcome.text
    assert outcome.jobs == set()


def test_bad_recordings_stop_the_run_together_and_cost_no_finished_work(finished, planned_jobs):
    before = results_of(finished)
    sheet = finished.read("my recordings/corpus.tsv")
    names = add_bad_recordings(finished)
    outcome = finished.snakemake()
    assert outcome.code == 1
    assert "check_corpus: 6 of 8 recordings cannot be used." in outcome.text
    for name in names:
        assert outcome.text.count(f"  - texture {name}: my recordings/{name}.wav: ") == 1
    for reason in ("not audio", "the file is empty", "all samples are zero", "NaN or infinite", "lasts 0.100 s"):
        assert reason in outcome.text
    assert "A recording must last at least 0.212 s" in outcome.text
    assert "bad_textures: skip" in outcome.text
    assert "Traceback" not in outcome.text
    assert outcome.jobs == set()
    assert results_of(finished) == before
    finished.write("my recordings/corpus.tsv", sheet)
    assert finished.planned() == set()


def test_bad_recordings_are_skipped_and_named(finished, planned_jobs):
    finished.record("new.wav", "chimes")
    sheet = finished.read("my recordings/corpus.tsv")
    finished.write("my recordings/corpus.tsv", f"{sheet}new\tpitched\tNew\tnew.wav\ngone\tother\tGone\tgone.wav\n")
    names = add_bad_recordings(finished)
    finished.configure(finished.configuration() | {"bad_textures": "skip"})
    outcome = finished.snakemake()
    assert outcome.code == 0, outcome.text
    stages = ("prepare_audio", "spectrogram", "synthesize", "invert", "score", "figures")
    assert outcome.jobs == planned_jobs(stages, textures=["new"]) | planned_jobs(
        ("check_corpus", "table", "listening_page")
    )
    report = read_json(finished.path("results/my_recordings/corpus_check.json"))
    assert [texture["name"] for texture in report["textures"]] == ["taps", "rain", "new"]
    assert {item["texture"] for item in report["left_out"]} == {*names, "gone"}
    table = finished.read("results/my_recordings/table1.md")
    for name in (*names, "gone"):
        assert f"- {name}: " in table
    assert finished.planned() == set()


def test_a_corpus_without_one_usable_recording_is_refused(fresh):
    names = add_bad_recordings(fresh)
    outcome = fresh.snakemake("--config", "bad_textures=skip", f"textures=[{','.join(names)}]")
    assert outcome.code == 1
    assert "No usable recording is left" in outcome.text
    assert "Traceback" not in outcome.text


def test_a_truncated_file_from_an_earlier_run_is_named(finished):
    name = "results/my_recordings/full/synthesis/rain.h5"
    path = finished.path(name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    # It looks like a finished result, so that what follows meets it.
    outcome = finished.snakemake("--forcerun", "invert", "--until", "invert", "--config", "textures=[rain]")
    assert outcome.code == 1
    assert f"{name}: not a whole spectrogram file" in outcome.text
    assert "delete it and run again" in outcome.text
    assert "Traceback" not in outcome.text
    log = finished.read("results/my_recordings/logs/invert/full/rain.log")
    assert f"{name}: not a whole spectrogram file" in log
    path.unlink()
    outcome = finished.snakemake("results/my_recordings/full/audio/rain.wav", "--config", "textures=[rain]")
    assert outcome.code == 0, outcome.text
    with h5py.File(path) as file:
        assert np.isfinite(file["log_magnitude"][:]).all()


def test_titles_with_html_stay_text(finished, html_title):
    page = finished.read("results/my_recordings/listening/index.html")
    assert "<script>alert" not in page
    assert "Rain &lt;script&gt;alert(1)&lt;/script&gt; &amp; " in page
    figure = finished.read("results/my_recordings/figures/rain.spectrogram.svg")
    assert "<script" not in figure


@pytest.mark.parametrize("layers", [["study.yaml"], ["study.yaml", "more.yaml"]])
def test_configurations_are_layered_and_never_on_the_demo(fresh, layers):
    fresh.write("more.yaml", "settings: {more: {alpha: 3}}\nthreads: 2\n")
    outcome = fresh.snakemake("--dry-run", configfiles=layers)
    settings = {message.rpartition("setting ")[2] for message in outcome.jobs if message.startswith("synthesize")}
    assert settings == {"gram", "full", *(["more"] if len(layers) == 2 else [])}


def test_a_failed_job_tells_its_reason_and_leaves_finished_work_alone(finished):
    changed = finished.configuration()
    changed["settings"]["full"]["alpha"] = 1.0e300
    finished.configure(changed)
    started = time.time()
    outcome = finished.snakemake("--config", "textures=[rain]")
    assert outcome.code == 1
    assert not finished.path("results/my_recordings/full/synthesis/rain.h5").exists()
    log = finished.read("results/my_recordings/logs/synthesize/full/rain.log")
    assert "texture rain, setting full" in log
    assert "iteration" in log
    assert "Traceback" not in outcome.text
    assert finished.path("results/my_recordings/gram/synthesis/rain.h5").stat().st_mtime < started
