"""The message for each problem of a configuration."""

import os
from pathlib import Path

import pytest
import yaml
from configurations import MINIMAL, problems_of, the_problem_of, with_setting
from planning.problems import PlanningError


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
            "settings.mine.features.views, item 2, type: expected band_differences, differences, log_magnitude or "
            "standardized, found 'standardised'; did you mean standardized?",
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
            "settings.mine.losses: expected band_levels, collage, sendik or structural and their weights, found "
            "'sendikk'; did you mean sendik?",
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


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["a b.wav", "a_b.wav"], "expected file names that stay distinct as a_b, found 'a b.wav' and 'a_b.wav'"),
        (["a_b.wav", "a/b.wav"], "expected file names that stay distinct as a_b, found 'a_b.wav' and 'a/b.wav'"),
        (["a.wav", "A.flac"], "expected file names that stay distinct as a, found 'A.flac' and 'a.wav'"),
        (["{x}.wav"], "expected file names without { and }, found '{x}.wav'"),
        ([], "expected recordings (.aif, "),
    ],
)
def test_a_folder_whose_files_make_no_corpus(here, files, expected):
    (here / "some/a").mkdir(parents=True)
    for name in files:
        (here / "some" / name).write_bytes(b"x")
    assert expected in the_problem_of(MINIMAL | {"corpus_dir": "some"})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_results_without_the_right_to_write(here):
    Path("results").mkdir(mode=0o500)
    assert "results: expected a folder that can be written to" in the_problem_of(MINIMAL)
