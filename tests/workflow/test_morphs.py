"""Morphs from a sheet: what is refused, what they leave behind, beside the command line's, and what reruns."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from configurations import CHECKOUT, SHORT, job, the_problem_of
from planning.configuration import load
from planning.morphs import Morph, read_morphs
from planning.resources import Estimates

from texture_core.audio.recording import read_sample
from texture_core.command_line import main
from texture_core.demo import demo_texture
from texture_core.parameters.output import OutputParameters
from texture_core.parameters.presets import fit_to_duration
from texture_core.texture.file import synthesize_to_file
from texture_core.texture.morphing import plan_morph

AUTO = {"alpha": [0, 2], "beta": [0], "filters": 8, "iterations": 1}
SETTINGS = {
    "plain": SHORT | {"channels": "keep"},
    "loops": SHORT | {"preset": "auto", "auto": AUTO, "loop": True, "duration": 1.2, "takes": 2, "format": "wav"},
}
HEADER = ("first", "second", "position", "settings")
STILL = ("forest_rain", "taps", "0.25", "")
MOVING = ("taps", "forest_rain", "0 1", "plain")
COLLECTED = {"listening_page: my_recordings"}


# ---- the sheet


OUTPUTS = {"plain": OutputParameters(), "loops": OutputParameters(loop=True)}


def sheet(folder, *rows, header=HEADER, name="morphs.csv"):
    path = folder / name
    path.write_text("".join(",".join(row) + "\n" for row in (header, *rows)), encoding="utf-8")
    return path


def the_problem(path, names=("rain", "fire"), outputs=OUTPUTS):
    _, (problem,) = read_morphs(path, names, outputs)
    assert problem.startswith(f"{path}")
    return problem.removeprefix(f"{path}")


def test_a_sheet_gives_its_morphs(tmp_path):
    path = sheet(tmp_path, ("rain", "fire", "0.25 0.25", ""), ("fire", "rain", "0 1 0.001", "plain"))
    morphs, problems = read_morphs(path, ("rain", "fire"), OUTPUTS)
    assert problems == []
    assert morphs == [
        Morph("rain-to-fire_0p25", "rain", "fire", (0.25,), ("plain", "loops")),
        Morph("fire-to-rain_0_1_1e-3", "fire", "rain", (0.0, 1.0, 0.001), ("plain",)),
    ]
    assert read_morphs(sheet(tmp_path, ("rain", "fire"), header=HEADER[:2]), ("rain", "fire"), OUTPUTS) == (
        [Morph("rain-to-fire_0p5", "rain", "fire", (0.5,), ("plain", "loops"))],
        [],
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            ("rain", "fires", "0.5", ""),
            ", row 2, column second: expected the name of a texture, found 'fires'; did you mean fire?",
        ),
        (("", "fire", "0.5", ""), ", row 2, column first: expected the name of a texture, found ''; correct it"),
        (
            ("rain", "fire", "1.5", ""),
            ", row 2, column position: expected one or more numbers from 0 to 1, separated by spaces, found '1.5'; "
            "correct it",
        ),
        (("rain", "fire", "half", ""), "found 'half'; correct it"),
        (("rain", "fire", "nan", ""), "found 'nan'; correct it"),
        (("rain", "fire", "0 ; 1", ""), "found '0 ; 1'; correct it"),
        (
            ("rain", "fire", "0.5", "plan"),
            ", row 2, column settings: expected settings that make sounds (plain and loops), found 'plan'; did you "
            "mean plain?",
        ),
        (
            ("rain", "fire", "0 1", "loops"),
            ", row 2, column settings: setting loops makes loops, which have one position, found 2; name other "
            "settings",
        ),
        (("rain", "fire", "0.5", "", "x"), ", row 2: expected 4 cells, found 5; remove the others"),
    ],
)
def test_a_bad_row_is_told_with_its_place(tmp_path, row, expected):
    assert expected in the_problem(sheet(tmp_path, row))


def test_a_morph_has_a_name_and_a_rate_of_its_own(tmp_path):
    row = ("rain", "fire", "0.5", "plain")
    assert ", row 3: expected a morph of its own, found rain-to-fire_0p5 in row 2 too; remove one of the two" in (
        the_problem(sheet(tmp_path, row, ("rain", "fire", ".50", "loops")))
    )
    assert "found rain-to-fire_0p5 as a texture too; rename the texture" in the_problem(
        sheet(tmp_path, row), ("rain", "fire", "Rain-to-fire_0p5")
    )
    assert "at most 180 characters, found 187" in the_problem(
        sheet(tmp_path, ("a", "b" * 180, "0", "")), ("a", "b" * 180)
    )
    bright = {"plain": OutputParameters(computed_rate=48000)}
    assert ", column settings: setting plain has the computed_rate 48000, expected 16000 as of all morphs" in (
        the_problem(sheet(tmp_path, row), outputs=bright)
    )
    assert "expected a setting that can make this morph, found none (plain has the computed_rate 48000" in (
        the_problem(sheet(tmp_path, ("rain", "fire", "0.5", "")), outputs=bright)
    )
    assert ", row 1: expected the columns first and second, found no second among first" in the_problem(
        sheet(tmp_path, header=("first",))
    )


def test_without_named_settings_those_that_can_make_a_morph(tmp_path):
    outputs = OUTPUTS | {"bright": OutputParameters(computed_rate=48000)}
    path = sheet(tmp_path, ("rain", "fire", "0.5", ""), ("rain", "fire", "0 1", ""))
    morphs, problems = read_morphs(path, ("rain", "fire"), outputs)
    assert problems == []
    assert [morph.settings for morph in morphs] == [("plain", "loops"), ("plain",)]


def test_morphs_of_textures_that_are_not_chosen_are_left_out(here):
    rows = ("rain", "wind", "0.5", ""), ("rain", "rain", "0", ""), ("rain", "fires", "0", "")
    given = {"corpus_dir": "sounds", "preset": "quick", "textures": ["rain"], "morphs": str(sheet(here, *rows[:2]))}
    assert [morph.name for morph in load(given, checkout=CHECKOUT).morphs] == ["rain-to-rain_0"]
    assert "found 'fires'" in the_problem_of(given | {"morphs": str(sheet(here, *rows))})


def test_a_setting_with_a_problem_is_not_missed_in_the_sheet_too(here):
    given = {"corpus_dir": "sounds", "settings": {"plain": {"preset": "quick", "takes": 0}}}
    problem = the_problem_of(given | {"morphs": str(sheet(here, ("rain", "wind", "0", "")))})
    assert problem.startswith("settings.plain.takes")


def test_morphs_need_a_sheet_and_settings_for_sounds(here):
    folder = {"corpus_dir": "sounds"}
    assert the_problem_of(folder | {"morphs": "none.tsv"}) == (
        "none.tsv: expected a sheet, found no such file; correct the key morphs"
    )
    study = {"settings": {"gram": {"alpha": 0}}}
    assert the_problem_of(folder | study | {"morphs": str(sheet(here, ("rain", "wind", "0", "")))}) == (
        "morphs: expected a setting that makes sounds, found none; add one, such as {preset: default}"
    )


def test_morphs_of_recordings_that_are_left_out_are_left_out(here):
    (here / "sounds" / "corpus.csv").write_text(
        "name,class,title,file\n" + "".join(f"{name},x,T,{name}.wav\n" for name in ("rain", "lost")), encoding="utf-8"
    )
    rows = ("rain", "lost", "0.5", ""), ("rain", "rain", "0", "")
    given = {"corpus_dir": "sounds", "morphs": str(sheet(here, *rows)), "bad_textures": "skip"}
    assert [morph.name for morph in load(given, checkout=CHECKOUT).morphs] == ["rain-to-rain_0"]


def test_a_morph_takes_longer_than_its_sounds(here):
    given = {"corpus_dir": "sounds", "settings": {"plain": {"preset": "quick", "duration": 60}}}
    configuration = load(given | {"morphs": str(sheet(here, ("rain", "wind", "0.5", "")))}, checkout=CHECKOUT)
    estimates, (morph,) = Estimates(configuration), configuration.morphs
    assert estimates.morph(morph, "plain").minutes > estimates.sound("rain", "plain").minutes + 10
    assert estimates.morph(morph, "plain", 2).minutes == 2 * estimates.morph(morph, "plain").minutes


# ---- the results


@pytest.fixture(scope="module")
def made(empty_tree, tmp_path_factory):
    """A stereo and a mono recording, a silent one that is skipped, and all sounds and morphs made of them."""
    tree = empty_tree.copy(tmp_path_factory.mktemp("morphs") / "project")
    channels = [demo_texture("rain", seed=seed, duration=1.4, sample_rate=22050) for seed in (0, 1)]
    tree.record("taps.wav", "tapping", duration=1.3)
    tree.path("my recordings/forest").mkdir()
    soundfile.write(tree.path("my recordings/forest/rain.flac"), 0.3 * np.stack(channels, axis=1), 22050)
    soundfile.write(tree.path("my recordings/silence.wav"), np.zeros(16000), 16000)
    sheet(tree.root, STILL, MOVING, ("silence", "taps", "0.5", "plain"))
    tree.configure(
        {
            "corpus_dir": "my recordings",
            "morphs": "morphs.csv",
            "bad_textures": "skip",
            "seed": 5,
            "device": "cpu",
            "settings": SETTINGS,
        }
    )
    outcome = tree.snakemake(patience=1800)
    assert outcome.code == 0, outcome.text
    return tree


@pytest.fixture
def copied(made, tmp_path):
    return made.copy(tmp_path / "project")


def result(tree, name):
    return tree.path(f"results/my_recordings/{name}")


RECORDINGS = [Path("my recordings") / name for name in ("forest/rain.flac", "taps.wav")]


@pytest.mark.parametrize(
    ("reverse", "positions", "name"),
    [(False, ("0.25",), "forest_rain-to-taps_0p25.flac"), (True, ("0", "1"), "taps-to-forest_rain_0_1.wav")],
)
def test_morphs_are_byte_for_byte_the_command_lines(made, tmp_path, reverse, positions, name):
    recordings = [str(made.path(recording)) for recording in RECORDINGS][:: -1 if reverse else 1]
    options = ("--preset", "quick", "--iterations", "4", "--device", "cpu", "--threads", "1", "--seed", "5", "--quiet")
    output = tmp_path / name
    assert main(["morph", *recordings, "--position", *positions, *options, "-o", str(output)]) == 0
    assert output.read_bytes() == result(made, f"plain/audio/{name}").read_bytes()


def test_takes_and_chosen_weights_are_the_librarys(made, tmp_path):
    first, second = (read_sample(made.path(recording)) for recording in RECORDINGS)
    given = {"corpus_dir": str(made.path("my recordings")), "settings": SETTINGS}
    plan = plan_morph(
        first.samples,
        second.samples,
        first.sample_rate,
        second_sample_rate=second.sample_rate,
        position=0.25,
        duration=1.2,
        loop=True,
        parameters=fit_to_duration(load(given, checkout=made.root).settings["loops"], 1.2),
    )
    synthesize_to_file(tmp_path / "take.wav", plan, seed=5, device="cpu", threads=1)
    takes = [result(made, f"loops/audio/forest_rain-to-taps_0p25-{take}.wav").read_bytes() for take in (1, 2)]
    assert takes[0] == (tmp_path / "take.wav").read_bytes()
    assert takes[0] != takes[1]


def test_the_page_has_the_morphs_of_usable_recordings(made):
    page = result(made, "listening/index.html").read_text(encoding="utf-8")
    for name in (
        "plain/audio/forest_rain-to-taps_0p25.flac",
        "plain/audio/taps-to-forest_rain_0_1.wav",
        "loops/audio/forest_rain-to-taps_0p25-2.wav",
    ):
        assert f'href="../{name}" download' in page
    assert '<span class="title">rain to taps, 0.25</span>' in page
    assert '<option value="morph">morph (2)</option>' in page
    assert '<a class="elsewhere" href="../../../my%20recordings/taps.wav">second recording' in page
    assert "silence-to" not in page
    assert not list(made.root.glob("results/*/*/audio/silence-*"))


def test_what_a_change_reruns(copied):
    assert copied.planned() == set()
    sheet(copied.root, STILL, ("taps", "forest_rain", "0 1 0", "plain"), ("taps", "forest_rain", "1", "loops"))
    assert copied.planned() == COLLECTED | {
        job("morph", "plain", "taps-to-forest_rain_0_1_0"),
        job("morph", "loops", "taps-to-forest_rain_1", 1),
        job("morph", "loops", "taps-to-forest_rain_1", 2),
    }
    sheet(copied.root, STILL, MOVING)
    copied.edit("texture_core/texture/morphing.py")
    assert copied.planned() == COLLECTED | {
        job("morph", "plain", "forest_rain-to-taps_0p25"),
        job("morph", "plain", "taps-to-forest_rain_0_1"),
        *(job("morph", "loops", "forest_rain-to-taps_0p25", take) for take in (1, 2)),
    }


def test_a_changed_recording_reruns_its_morphs(copied):
    # What a skipped recording hides is planned only after the check.
    copied.path("my recordings/silence.wav").unlink()
    sheet(copied.root, STILL, MOVING)
    copied.configure(copied.configuration() | {"bad_textures": "stop"})
    copied.record("taps.wav", "tapping", duration=1.3, seed=1)
    assert {name for name in copied.planned() if name.startswith("morph")} == {
        job("morph", "plain", "forest_rain-to-taps_0p25"),
        job("morph", "plain", "taps-to-forest_rain_0_1"),
        *(job("morph", "loops", "forest_rain-to-taps_0p25", take) for take in (1, 2)),
    }
