"""Loop points, fades and progress of ``texture-core synthesize``, and the scores of a beginning."""

import json

import numpy as np
import pytest
import soundfile
from wavinfo import WavInfoReader

import texture_core as tc
from texture_core.command_line import main

QUICK = ["--preset", "quick", "--iterations", "2", "--threads", "1", "--quiet"]


def test_loops_carry_their_loop_points_and_textures_none(folder, small_presets):
    assert main(["synthesize", "rain.wav", "--loop", "-o", "loop.wav", *QUICK]) == 0
    (loop,) = WavInfoReader("loop.wav").smpl.sample_loops
    assert (loop.start, loop.end) == (0, soundfile.info("loop.wav").frames - 1)
    assert main(["synthesize", "rain.wav", "-o", "texture.wav", *QUICK]) == 0
    assert WavInfoReader("texture.wav").smpl is None


def test_fades_change_the_ends_alone(folder, small_presets):
    stereo = np.stack([tc.demo_texture("rain", duration=2.5, seed=seed) for seed in (1, 2)], axis=1)
    soundfile.write("wide.wav", 0.5 * stereo, 16000)
    for name, options in (("plain.wav", []), ("soft.wav", ["--fade", "0.25"])):
        assert main(["synthesize", "wide.wav", "--duration", "1", "-o", name, *options, *QUICK]) == 0
    plain, soft = (soundfile.read(name)[0] for name in ("plain.wav", "soft.wav"))
    np.testing.assert_allclose(soft[4000:12000], plain[4000:12000], atol=2e-7)
    assert np.abs(soft[[0, -1]]).max() < 1e-6
    np.testing.assert_allclose(soft[2000], plain[2000] / 2, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fade", "0.1", "--loop"], "fade: a loop has no beginning and no end to fade"),
        (["--fade", "0.6", "--duration", "1"], "fade: expected at most 0.5 s, half the texture, found 0.6 s"),
    ],
)
def test_fades_that_cannot_be_are_told_of_before_anything_is_computed(folder, capsys, options, message):
    assert main(["synthesize", "rain.wav", "-o", "a.wav", *options, *QUICK]) == 1
    assert message in capsys.readouterr().err
    assert not (folder / "a.wav").exists()


def test_progress_for_programs_is_json_and_ends_at_the_total(folder, small_presets, capsys):
    arguments = ["--takes", "2", "--progress", "json", "-o", "a.wav", *QUICK]
    assert main(["synthesize", "rain.wav", *arguments]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    for take in ("take 1 of 2", "take 2 of 2"):
        own = [line for line in lines if line["progress"] == take]
        counts = [line["iteration"] for line in own]
        assert counts == sorted(counts)
        assert counts[0] == 0 and counts[-1] == own[0]["total"] == 2


def test_scores_of_the_beginning_do_not_see_the_rest(folder, capsys):
    rain = tc.demo_texture("rain", duration=4.0, seed=1)
    for name, rest in (("a.wav", rain[32000:]), ("b.wav", -0.5 * rain[32000:])):
        tc.write_audio(name, np.concatenate([rain[:32000], rest]), 16000)
    reports = []
    for name in ("a.wav", "b.wav"):
        assert main(["score", "rain.wav", name, "--seconds", "2", "--json"]) == 0
        reports.append(json.loads(capsys.readouterr().out)["scores"])
    assert reports[0] == reports[1]
    assert main(["score", "rain.wav", "b.wav", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scores"] != reports[0]
