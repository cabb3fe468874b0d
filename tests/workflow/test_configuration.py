"""Loading a configuration: settings, grids, corpora."""

import os
import shutil
from pathlib import Path

import pytest
import yaml
from configurations import CHECKOUT, MINIMAL, problems_of, the_problem_of
from planning.configuration import load

from texture_core.parameters.method import Parameters
from texture_core.tuning.choice import needs_choice


def test_the_shipped_configurations_are_valid(here):
    config = yaml.safe_load((CHECKOUT / "config/config.yaml").read_text(encoding="utf-8")) or {}
    demo = load(config, checkout=CHECKOUT)
    assert demo.corpus == "demo"
    assert demo.outputs == {}
    assert set(demo.settings) == {"gram", "full"}
    assert {texture.class_name for texture in demo.textures} == {"rhythmic", "pitched", "other"}
    assert demo.recording(demo.textures[0]) == f"results/demo/recordings/{demo.textures[0].name}.wav"


def test_the_paper_configuration_asks_for_its_recordings(here):
    shutil.copytree(CHECKOUT / "config", here / "config")
    problem = the_problem_of(yaml.safe_load((CHECKOUT / "config/paper.yaml").read_text(encoding="utf-8")))
    assert problem.startswith(
        "corpus_dir: expected the folder that holds the recordings of config/corpora/mcdermott168.tsv"
    )
    assert "https://mcdermottlab.mit.edu" in problem
    assert "--config corpus_dir=" in problem


def test_the_paper_configuration_is_the_papers(here):
    shutil.copytree(CHECKOUT / "config", here / "config")
    paper = yaml.safe_load((CHECKOUT / "config/paper.yaml").read_text(encoding="utf-8"))
    loaded = load(paper | {"corpus_dir": "sounds", "bad_textures": "skip", "sheet": None})
    assert list(loaded.settings) == [
        "griffin_lim",
        "mcdermott_simoncelli",
        "ulyanov_lebedev",
        "gram",
        "gram_autocorrelation",
        "gram_autocorrelation_diversity_1e-5",
        "gram_autocorrelation_diversity_1e-3",
    ]
    for name in ("griffin_lim", "mcdermott_simoncelli"):
        assert loaded.settings.pop(name).method == name
    one_layer = loaded.settings.pop("ulyanov_lebedev")
    assert (one_layer.alpha, one_layer.beta, one_layer.optimizer.iterations) == (0, 0, 300)
    assert (one_layer.features.kernel_widths, one_layer.features.filters) == ((11,), 4096)
    weights = {name: (setting.alpha, setting.beta) for name, setting in loaded.settings.items()}
    assert weights == {
        "gram": (0, 0),
        "gram_autocorrelation": (1000, 0),
        "gram_autocorrelation_diversity_1e-5": (1000, 1e-5),
        "gram_autocorrelation_diversity_1e-3": (1000, 1e-3),
    }
    for setting in loaded.settings.values():
        assert (setting.features.filters, setting.optimizer.iterations, setting.inversion.iterations) == (
            512,
            2000,
            500,
        )
        assert setting.method == "optimization"
        assert setting.features.kernel_widths == (2, 4, 8, 16, 32, 64)


def test_a_range_that_another_axis_of_the_grid_completes_is_fine(here):
    low, high = "autocorrelation.minimum_lag", "autocorrelation.maximum_lag"
    loaded = load({"grid": {low: [0.01], high: [0.1, 0.15]}}, checkout=CHECKOUT)
    assert [setting.autocorrelation.maximum_lag for setting in loaded.settings.values()] == [0.1, 0.15]
    assert the_problem_of({"grid": {high: [0.1]}}) == (
        "grid, point autocorrelation-maximum_lag-0p1.autocorrelation.maximum_lag: expected seconds above minimum_lag "
        "(0.2), found 0.1; correct it"
    )


def test_headings_with_nothing_below_them_are_left_out(here):
    empty = dict.fromkeys(("audio", "spectrogram", "classifiers", "defaults", "grid"))
    loaded = load(empty | {"settings": {"gram": {"losses": None, "features": {"options": None}}}}, checkout=CHECKOUT)
    assert loaded.settings == {"gram": Parameters()}


def test_the_longest_demand_of_all_settings_counts(here):
    short = {"autocorrelation": {"minimum_lag": 0.05, "maximum_lag": 0.2}, "features": {"kernel_widths": [2]}}
    settings = {"short": short, "long": {"autocorrelation": {"maximum_lag": 1.0}, "alpha": 0}}
    loaded = load({"settings": settings}, checkout=CHECKOUT)
    assert loaded.minimum_seconds == pytest.approx(1.0)
    assert "1.0 s" in loaded.minimum_reason


def test_settings_start_from_the_defaults(here):
    defaults = {"alpha": 7, "features": {"filters": 8, "padding": "circular"}}
    settings = {"plain": None, "own": {"features": {"filters": 16}, "optimizer": None}}
    loaded = load({"defaults": defaults, "settings": settings}, checkout=CHECKOUT)
    plain_setting, own = loaded.settings["plain"], loaded.settings["own"]
    assert (plain_setting.alpha, plain_setting.features.filters, plain_setting.features.padding) == (7, 8, "circular")
    assert (own.alpha, own.features.filters, own.features.padding) == (7, 16, "circular")


def test_auto_chooses_the_weights_that_are_not_given(here):
    configuration = {
        "defaults": {"preset": "auto", "auto": {"alpha": [1, 10], "beta": [1e-5, 1e-4]}},
        "settings": {
            "both": None,
            "rhythm": {"beta": 0},
            "own": {"auto": {"alpha": [3, 4, 5]}},
            "gram": {"alpha": 0, "beta": 0},
            "pitched": {"preset": "pitched"},
            "copy": {"method": "griffin_lim"},
        },
        "grid": {"alpha": [7], "auto.filters": [8]},
    }
    found = load(configuration, checkout=CHECKOUT).settings
    weights = {
        name: (setting.auto.alpha, setting.auto.beta) for name, setting in found.items() if needs_choice(setting)
    }
    assert weights == {
        "both": ((1, 10), (1e-5, 1e-4)),
        "rhythm": ((1, 10), (0,)),
        "own": ((3, 4, 5), (1e-5, 1e-4)),
        "alpha-7_auto-filters-8": ((7,), (1e-5, 1e-4)),
    }
    assert (found["gram"].alpha, found["gram"].beta) == (0, 0)
    assert (found["pitched"].alpha, found["pitched"].preset) == (100, "pitched")
    # A preset takes precedence over the defaults.
    above = load({"defaults": {"alpha": 3}, "settings": {"chosen": {"preset": "auto"}}}, checkout=CHECKOUT)
    assert above.settings["chosen"] == Parameters(preset="auto")


def test_a_grid_spans_all_combinations_beside_the_settings(here):
    configuration = MINIMAL | {
        "defaults": {"optimizer": {"iterations": 5}},
        "grid": {"alpha": [0, 0.5, 1000], "features.kernel_widths": [[2], [2, 4]], "beta": [1e-4]},
        "grid_prefix": "sweep",
    }
    loaded = load(configuration, checkout=CHECKOUT)
    assert list(loaded.settings) == [
        "gram",
        "sweep_alpha-0_features-kernel_widths-2_beta-1e-4",
        "sweep_alpha-0_features-kernel_widths-2-4_beta-1e-4",
        "sweep_alpha-0p5_features-kernel_widths-2_beta-1e-4",
        "sweep_alpha-0p5_features-kernel_widths-2-4_beta-1e-4",
        "sweep_alpha-1000_features-kernel_widths-2_beta-1e-4",
        "sweep_alpha-1000_features-kernel_widths-2-4_beta-1e-4",
    ]
    point = loaded.settings["sweep_alpha-0p5_features-kernel_widths-2-4_beta-1e-4"]
    assert (point.alpha, point.beta, point.features.kernel_widths, point.optimizer.iterations) == (0.5, 1e-4, (2, 4), 5)


def test_a_folder_without_a_sheet_is_a_corpus_of_all_its_audio_files(here):
    folder = here / "my sounds"
    folder.mkdir()
    for name in ("Heavy rain.wav", "b.FLAC", ".hidden.wav", "notes.txt"):
        (folder / name).write_bytes(b"x")
    (folder / "sub.wav").mkdir()
    loaded = load(MINIMAL | {"corpus_dir": "my sounds/"})
    assert loaded.corpus == "my_sounds"
    assert [(t.name, t.class_name, t.title) for t in loaded.textures] == [
        ("Heavy_rain", "other", "Heavy rain"),
        ("b", "other", "b"),
    ]
    assert loaded.recording(loaded.textures[0]) == "my sounds/Heavy rain.wav"


def test_one_spelling_for_one_folder(here):
    for spelling in ("sounds", "./sounds/", "sounds/../sounds", str(here / "sounds")):
        assert load(MINIMAL | {"corpus_dir": spelling}).corpus_dir == "sounds"
    (here / "inner").mkdir()
    os.chdir(here / "inner")
    assert load(MINIMAL | {"corpus_dir": "../sounds"}).corpus_dir == str(here / "sounds")


def test_missing_recordings_stop_or_are_left_out(here):
    Path("sounds/corpus.tsv").write_text(
        "name\tclass\ttitle\tfile\nrain\tother\tRain\train.wav\nsnow\tother\tSnow\tsnow.wav\nhail\tother\tHail\thail.wav\n",
        encoding="utf-8",
    )
    problems = problems_of(MINIMAL | {"corpus_dir": "sounds"})
    assert [problem.partition(": ")[0] for problem in problems] == ["texture snow", "texture hail"]
    assert "found no file 'snow.wav'" in problems[0]
    loaded = load(MINIMAL | {"corpus_dir": "sounds", "bad_textures": "skip"})
    assert [texture.name for texture in loaded.textures] == ["rain"]
    assert [(texture.name, reason) for texture, reason in loaded.left_out] == [
        ("snow", "there is no file snow.wav in corpus_dir"),
        ("hail", "there is no file hail.wav in corpus_dir"),
    ]
    only_rain = load(MINIMAL | {"corpus_dir": "sounds", "textures": ["rain"]})
    assert [texture.name for texture in only_rain.textures] == ["rain"]
