"""Checking a configuration: what passes, and the message for each thing that does not."""

import copy
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml
from planning.configuration import load
from planning.jobs import Jobs, plain
from planning.naming import is_name, point_name, safe_name
from planning.problems import PlanningError

from texture_core.parameters.method import Parameters
from texture_core.tuning.choice import needs_choice

CHECKOUT = Path(__file__).parents[2]
MINIMAL = {"settings": {"gram": {"alpha": 0, "beta": 0}}}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to run in, with a folder of two recordings."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "sounds"
    folder.mkdir()
    for name in ("rain.wav", "wind.flac"):
        soundfile.write(folder / name, np.full(1600, 0.1, np.float32), 16000)
    return tmp_path


def problems_of(configuration, **options):
    with pytest.raises(PlanningError) as caught:
        load(configuration, checkout=CHECKOUT, **options)
    return caught.value.problems


def the_problem_of(configuration, **options):
    (problem,) = problems_of(configuration, **options)
    return problem


def with_setting(**parameters):
    return {"settings": {"mine": parameters}}


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


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        (with_setting(alpha=-1), "settings.mine.alpha: expected a number, at least 0, found -1; correct it"),
        (with_setting(beta=float("nan")), "settings.mine.beta: expected a number, at least 0, found nan; correct it"),
        (
            with_setting(beta="1e-4"),
            "settings.mine.beta: expected a number, at least 0, found '1e-4', which YAML reads as text; write 1.0e-4",
        ),
        (with_setting(alpha=True), "settings.mine.alpha: expected a number, at least 0, found true; correct it"),
        (
            with_setting(features={"filters": "2.5e2"}),
            "features.filters: expected a whole number, at least 1, found '2.5e2', which YAML reads as text; write 250",
        ),
        (
            with_setting(features={"type": "ensembel"}),
            "settings.mine.features.type: expected ensemble, limit, stacked or trained, found 'ensembel'; "
            "did you mean ensemble?",
        ),
        (
            with_setting(features={"type": "limit", "views": [{}, {"type": "standardised"}]}),
            "settings.mine.features.views, item 2, type: expected differences, log_magnitude or standardized, found "
            "'standardised'; did you mean standardized?",
        ),
        (
            with_setting(autocorrelation={"minimum_lag": 3}),
            "settings.mine.autocorrelation.maximum_lag: expected seconds above minimum_lag (3), found 2.0",
        ),
        (with_setting(alhpa=1), "settings.mine.alhpa: expected a known key (alpha, beta, "),
        (with_setting(alhpa=1), "found alhpa; did you mean alpha?"),
        (
            with_setting(features={"kernel_widths": [2, "4"]}),
            "settings.mine.features.kernel_widths, item 2: expected a whole number of frames, at least 1, found '4', "
            "which YAML reads as text; write 4",
        ),
        (
            with_setting(features={"kernel_widths": 4}),
            "settings.mine.features.kernel_widths: expected a list of one or more whole numbers of frames",
        ),
        (
            with_setting(losses={"sendikk": 1}),
            "settings.mine.losses: expected band_levels, sendik or structural and their weights, found 'sendikk'; "
            "did you mean sendik?",
        ),
        (with_setting(preset="tonal"), "settings.mine.preset: expected quick, default, auto, paper, rhythmic"),
        (with_setting(features=3), "settings.mine.features: expected a mapping, found 3; correct it"),
        (MINIMAL | {"scores": ["diversty"]}, "found 'diversty'; did you mean diversity?"),
        (MINIMAL | {"scores": []}, "scores: expected a list of different names of scores, at least one, found []"),
        (MINIMAL | {"scores": "diversity"}, "found 'diversity'; write [diversity]"),
        (MINIMAL | {"seed": -1}, "seed: expected a whole number from 0 to 4294967295, found -1"),
        (MINIMAL | {"device": "gpu"}, "device: expected auto, cpu or cuda, found 'gpu'"),
        (MINIMAL | {"bad_texture": "skip"}, "found bad_texture; did you mean bad_textures?"),
        (
            MINIMAL | {"audio": {"duration": 1.0}},
            "audio.duration: expected at least 2.000 s for the longest lag (2.0 s) and a frame, in setting gram",
        ),
        (
            MINIMAL | {"spectrogram": {"hop_length": 300}},
            "spectrogram.hop_length: expected 1 to n_fft / 2 = 256 samples",
        ),
        (MINIMAL | {"corpus": "a b"}, "corpus: expected a name of letters, digits, _ and - only"),
        (MINIMAL | {"corpus": "Classifiers"}, "corpus: expected a name other than classifiers, found Classifiers"),
        (MINIMAL | {"corpus_dir": 2024}, "found 2024, which is read as a number; write ./2024"),
        (
            MINIMAL | {"corpus_dir": "nowhere"},
            "corpus_dir: expected a folder of recordings, found nothing there ('nowhere')",
        ),
        (MINIMAL | {"corpus_dir": "sounds/rain.wav"}, "corpus_dir: expected a folder of recordings, found a file"),
        (
            MINIMAL | {"textures": ["tappin"]},
            "textures: expected names of the corpus, found 'tappin'; did you mean tapping?",
        ),
        (MINIMAL | {"textures": "tapping"}, "found 'tapping'; write [tapping]"),
        (MINIMAL | {"classifiers": {"vgg": "x"}}, "classifiers.vgg: expected a known key ("),
        (
            MINIMAL | {"classifiers": {"yamnet": "absent.tflite"}},
            "classifiers.yamnet: expected a file, found none at 'absent.tflite'; correct it",
        ),
        (MINIMAL | {"textures": []}, "textures: expected a list of different names of textures, at least one"),
        (MINIMAL | {"corpus_dir": "sounds", "sheet": "none.tsv"}, "none.tsv: expected a sheet, found no such file"),
        ({"defaults": {"alpha": -1}} | MINIMAL, "defaults.alpha: expected a number, at least 0, found -1"),
        ({"preset": "fast"}, "preset: expected quick, default, auto, paper, rhythmic, pitched, speech_music or other"),
        (
            {"preset": "quick"} | MINIMAL,
            "preset: expected none beside settings or a grid, found quick; write preset: quick into defaults",
        ),
        (with_setting(loop=1), "settings.mine.loop: expected true or false, found 1"),
        (with_setting(takes=0), "settings.mine.takes: expected a whole number, at least 1, found 0"),
        (
            with_setting(duration=0),
            "settings.mine.duration: expected seconds above 0, or null for that of the recording",
        ),
        (with_setting(channels="stereo"), "settings.mine.channels: expected keep or mono, found 'stereo'"),
        (with_setting(computed_rate=44100), "computed_rate: expected 16000, 24000, 32000 or 48000, found 44100"),
        (with_setting(encoding="pcm8"), "settings.mine.encoding: expected pcm16, pcm24 or float, found 'pcm8'"),
        (with_setting(format="mp3"), "settings.mine.format: expected own, wav, flac, aiff or ogg, found 'mp3'"),
        (
            with_setting(loop=True, takes=2, method="griffin_lim"),
            "settings.mine.method: expected optimization beside loop and takes, which sounds alone have, found griff",
        ),
        (
            {"settings": {"loops": {"takes": 2}, "loops-2": {}}},
            "settings.loops-2: expected names that no take of another setting has, found loops-2 with loops too",
        ),
        (
            {"preset": "quick", "exhibits": ["evolution"]},
            "exhibits: expected a setting of a study to show, found only quick",
        ),
        ({"grid": {"takes": [1, 0]}}, "grid.takes, value 2: expected a whole number, at least 1, found 0"),
        ({"settings": {"a b": {}}}, "settings.a b: expected a name of letters, digits, _ and - only"),
        ({"settings": {"Audio": {}}}, "settings.Audio: expected a name other than audio, "),
        (
            {"settings": {"gram": {}, "Gram": {}}},
            "settings.Gram: expected a name that is distinct also when case is ignored",
        ),
        ({"settings": {1: {}, "gram": {}}}, "settings.1: expected a key that is text, found 1; put it in quotes"),
        ({"grid": {}}, "grid: expected at least one key path with a list of values, found none"),
        ({"grid": {"alpha": 3}} | MINIMAL, "grid.alpha: expected a list of values, at least one, found 3"),
        ({"grid": {"alpha": [1, -2]}}, "grid.alpha, value 2: expected a number, at least 0, found -2"),
        ({"grid": {"alpha": [1, 1.0]}}, "grid: expected points with different names, found alpha-1 twice"),
        ({"grid": {"features.filter": [1]}} | MINIMAL, "found features.filter; did you mean features.filters?"),
        ({"grid": {"features": [{}]}} | MINIMAL, "grid.features: expected the key path of a parameter"),
        ({"grid": {"optimizer.type": ["adam"]}}, "grid.optimizer.type, value 1: expected conditioned_lbfgs, lbfgsb"),
        (
            {"grid": {"alpha": [0]}, "settings": {"alpha-0": {}}},
            "grid, point alpha-0: expected a name of its own, found another setting of that name",
        ),
    ],
)
def test_one_problem_is_told_once(here, configuration, expected):
    problem = the_problem_of(configuration)
    assert expected in problem


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


def test_all_problems_are_told_together(here):
    Path("sounds.tsv").write_text("name\tclass\ttitle\tfile\nrain\t\tRain\train.wav\n", encoding="utf-8")
    Path("results").write_text("not a folder", encoding="utf-8")
    configuration = {
        "corpus_dir": "sounds",
        "seed": "x",
        "scores": ["loudness"],
        "settings": {
            "gram": {"alpha": -1, "beta": -2, "features": {"filters": 0}},
            "GRAM": {"optimizer": {"history": 0}},
        },
        "grid": {"alpha": [-3]},
    }
    problems = problems_of(configuration)
    places = [problem.partition(": ")[0] for problem in problems]
    assert sorted(places) == sorted(
        [
            "seed",
            "scores",
            "settings.gram.alpha",
            "settings.gram.beta",
            "settings.gram.features.filters",
            "settings.GRAM.optimizer.history",
            "settings.GRAM",
            "grid.alpha, value 1",
            f"{here}/sounds.tsv, row 2, column class",
            "results",
        ]
    )
    message = str(PlanningError(problems))
    assert message.startswith("10 problems in the configuration and its corpus; nothing was run.\n")
    assert all(f"\n  - {problem}" in message for problem in problems)


def test_a_key_given_twice_is_told_with_its_lines(here):
    Path("twice.yaml").write_text(
        "settings:\n  gram:\n    alpha: 0\n  other: &shared {alpha: 1}\n  third: *shared\n  gram:\n    alpha: 5\n",
        encoding="utf-8",
    )
    configuration = yaml.safe_load(Path("twice.yaml").read_text(encoding="utf-8"))
    problem = the_problem_of(configuration, files=["twice.yaml"])
    assert problem == (
        "twice.yaml, line 6: expected each key once, found settings.gram again after line 2; "
        "remove or rename one of the two"
    )


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


def test_a_choice_depends_on_the_candidates_and_the_synthesis_on_the_rest(here):
    def jobs(**parameters):
        made = jobs_of(with_setting(preset="auto", **parameters))
        return made.choice("mine"), made.synthesis("mine")

    choice, synthesis = jobs()
    assert not {"alpha", "beta", "auto"} & set(synthesis)
    assert choice["auto"]["beta"] == [1e-5, 1e-3]
    assert "alpha" not in choice
    for parameters in ({"optimizer": {"iterations": 900}}, {"start": "surrogate"}, {"features": {"filters": 300}}):
        assert jobs(**parameters)[0] == choice
        assert jobs(**parameters)[1] != synthesis
    for parameters in ({"auto": {"alpha": [2, 3]}}, {"auto": {"tolerance": 2}}, {"auto": {"filters": 9}}):
        assert jobs(**parameters)[0] != choice
        assert jobs(**parameters)[1] == synthesis
    # Without it nothing is in the way of what was there before.
    plain_jobs = jobs_of(with_setting(auto={"alpha": [2, 3]}))
    assert plain_jobs.synthesis("mine") == jobs_of(with_setting()).synthesis("mine")
    assert not plain_jobs.needs_choice("mine")


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


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1000, "1000"),
        (1000.0, "1000"),
        (0.5, "0p5"),
        (1e-4, "1e-4"),
        (2.5e-4, "2p5e-4"),
        (1e6, "1e6"),
        (0.01, "0p01"),
        (-1, "-1"),
        (True, "true"),
        (None, "null"),
        ("griffin lim", "griffin_lim"),
    ],
)
def test_names_of_points_tell_their_values(value, text):
    assert point_name({"a.b": value}) == f"a-b-{text}"
    assert is_name(point_name({"a.b": value}))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("norm_ASE-03 Knife Sharpening 1", "norm_ASE-03_Knife_Sharpening_1"),
        ("forêt", "foret"),
        ("雨", "u96e8"),
        ("../etc", "etc"),
        ("a\"b'c", "a_b_c"),
        ("***", "unnamed"),
        ("x" * 300, "x" * 180),
    ],
)
def test_names_are_made_safe(text, name):
    assert safe_name(text) == name
    assert is_name(safe_name(text))


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


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["a b.wav", "a_b.wav"], "expected file names that stay distinct as a_b, found 'a b.wav' and 'a_b.wav'"),
        (["a.wav", "A.flac"], "expected file names that stay distinct as a, found 'A.flac' and 'a.wav'"),
        (["{x}.wav"], "expected file names without { and }, found '{x}.wav'"),
        ([], "expected recordings (.aif, "),
    ],
)
def test_a_folder_whose_files_make_no_corpus(here, files, expected):
    folder = here / "some"
    folder.mkdir()
    for name in files:
        (folder / name).write_bytes(b"x")
    assert expected in the_problem_of(MINIMAL | {"corpus_dir": "some"})


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


def test_results_that_cannot_be_written(here):
    Path("results").write_text("a file", encoding="utf-8")
    assert the_problem_of(MINIMAL) == "results: expected a folder for the results, found a file; move it away"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_results_without_the_right_to_write(here):
    Path("results").mkdir(mode=0o500)
    assert "results: expected a folder that can be written to" in the_problem_of(MINIMAL)


def jobs_of(configuration):
    return Jobs(load(configuration, checkout=CHECKOUT), CHECKOUT)


def test_equal_parameters_print_alike(here):
    one = {
        "settings": {"mine": {"alpha": 1000, "beta": 1e-4, "features": {"options": {"b": 1, "a": [2.0]}, "filters": 4}}}
    }
    other = copy.deepcopy(one)
    other["settings"]["mine"] = {
        "features": {"filters": 4, "options": {"a": [2], "b": 1.0}},
        "beta": 0.0001,
        "alpha": 1000.0,
        "optimizer": {"type": "lbfgsb"},
    }
    for stage in ("synthesis", "inversion", "scores"):
        assert repr(getattr(jobs_of(one), stage)("mine")) == repr(getattr(jobs_of(other), stage)("mine"))


def test_each_stage_gets_its_own_parameters_only(here):
    jobs = jobs_of(MINIMAL)
    assert "inversion" not in jobs.synthesis("gram")
    assert set(jobs.inversion("gram")) == {"algorithm", "iterations", "match_rms"}
    assert set(jobs.scores("gram")) == {"names", "autocorrelation"}
    assert set(jobs.spectrogram()) == {"n_fft", "hop_length", "window"}


def test_plain_values_keep_their_numbers():
    assert repr(plain({"b": (1.0, 2.5), "a": {"d": True, "c": None}})) == "{'a': {'c': None, 'd': True}, 'b': [1, 2.5]}"
