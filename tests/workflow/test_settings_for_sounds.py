"""Settings that make sounds: what they leave behind, beside the command line's, and what reruns."""

import functools
import json

import configurations
import numpy as np
import pytest
import soundfile
from configurations import SHORT
from planning.configuration import load

from texture_core.command_line import main
from texture_core.demo import demo_texture
from texture_core.parameters.method import WEIGHTS_BY_KIND, Parameters
from texture_core.parameters.output import OutputParameters
from texture_core.parameters.presets import preset_names, preset_parameters
from texture_core.records.files import read_json

AUTO = {"alpha": [0, 2], "beta": [0], "iterations": 1}
SETTINGS = {
    "plain": SHORT | {"channels": "keep"},
    "loops": SHORT | {"loop": True, "duration": 1.2, "takes": 2, "format": "wav", "encoding": "pcm16"},
    "chosen": SHORT | {"preset": "auto", "auto": AUTO, "channels": "mono"},
}
RECORDING = "my recordings/forest/wet rain.flac"
OPTIONS = ("--preset", "quick", "--iterations", "4", "--device", "cpu", "--threads", "1", "--seed", "5", "--quiet")
COLLECTED = {"table: my_recordings", "listening_page: my_recordings"}
CHECK = {"check_corpus: every recording of my_recordings"}
job = functools.partial(configurations.job, texture="forest_wet_rain")


@pytest.fixture(scope="module")
def made(empty_tree, tmp_path_factory):
    """A folder with a stereo recording in a subfolder and what is no recording, and all sounds made of it."""
    tree = empty_tree.copy(tmp_path_factory.mktemp("sounds") / "project")
    channels = [demo_texture("rain", seed=seed, duration=1.4, sample_rate=22050) for seed in (0, 1)]
    tree.write("my recordings/notes.txt", "no sound")
    tree.write("my recordings/memo.m4a", "no sound for libsndfile")
    tree.path(RECORDING).parent.mkdir()
    soundfile.write(tree.path(RECORDING), 0.3 * np.stack(channels, axis=1), 22050)
    tree.configure({"corpus_dir": "my recordings", "seed": 5, "device": "cpu", "settings": SETTINGS})
    outcome = tree.snakemake(patience=1200)
    assert outcome.code == 0, outcome.text
    return tree, outcome.text


@pytest.fixture
def copied(made, tmp_path):
    return made[0].copy(tmp_path / "project")


def path(tree, name):
    return tree.path(f"results/my_recordings/{name}")


def test_sounds_are_byte_for_byte_the_command_lines(made, tmp_path):
    tree, _ = made
    recording = str(tree.path(RECORDING))
    loops = ("--loop", "--duration", "1.2", "--takes", "2", "--encoding", "pcm16")
    for options, files in [
        (("-o", "plain.flac"), {"plain.flac": "plain/audio/forest_wet_rain.flac"}),
        (
            (*loops, "-o", "loop.wav"),
            {f"loop-{take}.wav": f"loops/audio/forest_wet_rain-{take}.wav" for take in (1, 2)},
        ),
    ]:
        output = tmp_path / options[-1]
        assert main(["synthesize", recording, *OPTIONS, *options[:-1], str(output)]) == 0
        for name, result in files.items():
            assert (tmp_path / name).read_bytes() == path(tree, result).read_bytes()


def test_sounds_have_the_form_that_is_asked_for(made):
    tree, _ = made
    found = {
        name: soundfile.info(path(tree, name))
        for name in (
            "plain/audio/forest_wet_rain.flac",
            "loops/audio/forest_wet_rain-2.wav",
            "chosen/audio/forest_wet_rain.flac",
        )
    }
    assert [(info.samplerate, info.channels, info.subtype) for info in found.values()] == [
        (22050, 2, "PCM_24"),
        (22050, 2, "PCM_16"),
        (22050, 1, "PCM_24"),
    ]
    plain, loops, _ = found.values()
    assert (plain.frames, loops.duration) == (soundfile.info(tree.path(RECORDING)).frames, pytest.approx(1.2, abs=0.2))
    # A study's results are not made where none is asked for.
    for name in ("audio", "spectrogram", "figures", "plain/synthesis"):
        assert not path(tree, name).exists()


def test_scores_are_what_the_command_line_says(made, capsys):
    tree, _ = made
    for setting, audio, scores in [
        ("plain", "forest_wet_rain.flac", "forest_wet_rain.json"),
        ("loops-2", "forest_wet_rain-2.wav", "forest_wet_rain-2.json"),
    ]:
        folder = path(tree, setting.partition("-")[0])
        assert main(["score", str(tree.path(RECORDING)), str(folder / "audio" / audio), "--json"]) == 0
        expected = json.loads(capsys.readouterr().out)["scores"]
        record = read_json(folder / "scores" / scores)
        assert record["scores"] == {name: expected[name] for name in record["scores"]}
        assert {"autocorrelation", "diversity"} <= set(record["scores"])
        assert record["setting"] == setting


def test_the_page_has_every_take_and_the_files_to_take_away(made):
    tree, text = made
    page = path(tree, "listening/index.html").read_text(encoding="utf-8")
    for column in ("plain", "loops-1", "loops-2", "chosen"):
        assert f'data-setting="{column}"' in page
    for name in (
        "plain/audio/forest_wet_rain.flac",
        "loops/audio/forest_wet_rain-2.wav",
        "chosen/audio/forest_wet_rain.flac",
    ):
        assert f'href="../{name}" download' in page
    assert "stereo, 22.05 kHz, loop of 1.2 s, played " in page
    assert '<option value="forest">forest (1)</option>' in page
    # The recording itself is what sounds are compared with.
    assert "my%20recordings/forest/wet%20rain.flac" in page
    assert f"Look and listen: open {path(tree, 'listening/index.html')}" in text


def test_what_is_no_recording_is_told_once(made):
    _, text = made
    assert text.count("memo.m4a: a format that libsndfile does not read; convert to WAV or FLAC") == 1
    assert text.count("notes.txt: not audio by their endings") == 1


def test_a_choice_is_made_once_and_recorded(made):
    tree, _ = made
    record = read_json(path(tree, "chosen/choice/forest_wet_rain.json"))
    assert record["alpha"] in (0, 2)
    assert record["beta"] == 0
    rows = path(tree, "chosen/choices.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[1].startswith(f"forest_wet_rain\t{record['alpha']:g}\t0\t")


def changed(name, **parameters):
    return SETTINGS | {name: SETTINGS[name] | parameters}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, set()),
        ({"threads": 2, "checkpoint_interval": None}, set()),
        (
            {"settings": changed("loops", takes=3)},
            {job(stage, "loops", take=3) for stage in ("sound", "score")} | COLLECTED,
        ),
        (
            {"settings": changed("plain", computed_rate=24000)},
            {job(stage, "plain") for stage in ("sound", "score")} | COLLECTED,
        ),
        (
            {"settings": changed("plain", format="wav")},
            {job(stage, "plain") for stage in ("sound", "score")} | COLLECTED,
        ),
        (
            {"settings": changed("chosen", auto=AUTO | {"alpha": [0, 3]})},
            {job(stage, "chosen") for stage in ("choose", "sound", "score")} | COLLECTED | {"choices: setting chosen"},
        ),
        (
            {"settings": changed("chosen", encoding="pcm16")},
            {job(stage, "chosen") for stage in ("sound", "score")} | COLLECTED,
        ),
        (
            {"scores": ["diversity"]},
            {job("score", setting) for setting in ("plain", "chosen")}
            | {job("score", "loops", take=take) for take in (1, 2)}
            | COLLECTED,
        ),
    ],
)
def test_what_a_change_reruns(copied, change, expected):
    copied.configure(copied.configuration() | change)
    assert copied.planned() == expected


def test_a_new_recording_and_edited_code_rerun_what_is_theirs(copied):
    copied.record("more/taps.wav", "tapping", duration=0.9)
    new = {job(stage, setting, texture="more_taps") for stage in ("sound", "score") for setting in ("plain", "chosen")}
    new |= {job(stage, "loops", texture="more_taps", take=take) for stage in ("sound", "score") for take in (1, 2)}
    new |= {job("choose", "chosen", texture="more_taps"), "choices: setting chosen"}
    assert copied.planned() == new | COLLECTED | CHECK
    copied.path("my recordings/more/taps.wav").unlink()
    assert copied.planned() == set()
    copied.edit("texture_core/texture/plan.py")
    assert {name for name in copied.planned() if name.startswith(("sound", "choose"))} == {
        *(job("sound", setting) for setting in ("plain", "chosen")),
        *(job("sound", "loops", take=take) for take in (1, 2)),
        job("choose", "chosen"),
    }


def test_a_sound_that_fails_names_texture_and_setting_and_costs_no_other(copied):
    settings = {
        "plain": SHORT | {"channels": "keep", "computed_rate": 24000},
        "brief": SHORT | {"loop": True, "duration": 0.05},
    }
    copied.configure(copied.configuration() | {"settings": settings})
    outcome = copied.snakemake()
    assert outcome.code == 1
    assert "texture forest_wet_rain, setting brief: duration: " in outcome.text
    assert "Traceback" not in outcome.text
    assert path(copied, "plain/scores/forest_wet_rain.json").is_file()
    assert job("sound", "plain") in outcome.jobs


def test_more_channels_than_two_are_told_before_any_job(copied):
    six = np.random.default_rng(0).uniform(-0.1, 0.1, (22050, 6))
    soundfile.write(copied.path("my recordings/surround.wav"), six, 22050)
    outcome = copied.snakemake()
    assert outcome.code == 1
    assert (
        "texture surround: my recordings/surround.wav: has 6 channels, expected one or two for setting plain or loops; "
        "mix them with channels: mono"
    ) in outcome.text
    assert outcome.jobs == set()
    settings = {name: setting | {"channels": "mono"} for name, setting in SETTINGS.items()}
    copied.configure(copied.configuration() | {"settings": settings})
    assert job("sound", "plain", texture="surround") in copied.planned()


# ---- presets


@pytest.mark.parametrize("name", preset_names())
def test_presets_are_the_command_lines(made, name):
    configuration = {"corpus_dir": str(made[0].path("my recordings"))}
    for given in (
        {"preset": name},
        {"settings": {name: {"preset": name, "takes": 1}}},
        {"defaults": {"features": {"filters": 3}}, "settings": {name: {"preset": name, "takes": 1}}},
    ):
        loaded = load(configuration | given, checkout=made[0].root)
        expected = preset_parameters(name)
        (found,) = loaded.settings.values()
        if name in WEIGHTS_BY_KIND:
            # A label, and weights alone: all else is as in the defaults.
            expected = Parameters(**WEIGHTS_BY_KIND[name], preset=name, features=found.features)
            assert found.features.filters == given.get("defaults", {}).get("features", {}).get("filters", 512)
        assert found == expected
        assert loaded.outputs == {name: OutputParameters()}


def test_a_folder_alone_is_made_at_the_default_preset(made):
    loaded = load({"corpus_dir": str(made[0].path("my recordings"))}, checkout=made[0].root)
    assert loaded.settings == {"default": preset_parameters("default")}
    given = {"defaults": {"loop": True, "alpha": 30}, "preset": "quick"}
    loaded = load({"corpus_dir": str(made[0].path("my recordings"))} | given, checkout=made[0].root)
    assert loaded.outputs["quick"].loop
    assert loaded.settings["quick"].alpha == 30
    assert loaded.settings["quick"].frame_step == preset_parameters("quick").frame_step


def test_only_auto_of_sounds_is_that_of_the_command_line(made):
    """In a study, auto leaves all but the weights to the setting and the defaults."""
    given = {"settings": {"study": {"preset": "auto"}, "sounds": {"preset": "auto", "loop": True}}}
    loaded = load(given, checkout=made[0].root)
    assert loaded.settings["study"] == Parameters(preset="auto")
    assert loaded.settings["sounds"] == preset_parameters("auto")
