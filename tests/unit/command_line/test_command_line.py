"""The command line as users have it: another process, files, pipes, exit codes and Ctrl-C."""

import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scored import spectrogram_of

import texture_core as tc
from texture_core.command_line import build_parser, main
from texture_core.parameters.output import OutputParameters
from texture_core.records.spectrogram_files import write_spectrogram, write_synthesis

PROGRAM = Path(sys.executable).with_name("texture-core")
QUICK = ["--preset", "quick", "--iterations", "2", "--threads", "1"]


def run(*arguments, **options):
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, check=False, env=environment, **options)


def test_help_answers_at_once_and_shows_examples():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5
    assert done.returncode == 0
    assert b"texture-core synthesize rain.wav --duration 60" in done.stdout
    code = "import sys, texture_core.command_line as c; c.build_parser().format_help(); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert not {"torch", "numpy", "scipy", "h5py", "soundfile"} & set(modules)
    for command in ("synthesize", "morph", "score", "inspect"):
        with pytest.raises(SystemExit) as leaving:
            main([command, "--help"])
        assert leaving.value.code == 0


def test_the_defaults_are_those_of_the_library():
    options = build_parser().parse_args(["synthesize", "a.wav"])
    assert options.preset == "default"
    for name in ("channels", "computed_rate", "encoding", "takes", "loop"):
        assert getattr(options, name) == OutputParameters.stated[name].default


def test_synthesize_and_score(folder, capsys):
    done = run("synthesize", "rain.wav", "--takes", 2, "--seed", 5, "--plot", "rain.png", *QUICK, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    first, second = done.stderr.decode().splitlines()
    assert first.startswith("rain-texture-1.wav: texture of 2.500 s, 16000 Hz, mono, seed 5, RMS -")
    assert "seed 6" in second
    sounds = [soundfile.read(folder / f"rain-texture-{number}.wav")[0] for number in (1, 2)]
    assert [len(sound) for sound in sounds] == [40000, 40000]
    assert not np.array_equal(*sounds)
    assert (folder / "rain.png").read_bytes().startswith(b"\x89PNG")
    # One take of that seed is that take.
    assert main(["synthesize", "rain.wav", "--seed", "6", "-o", "six.flac", "--quiet", *QUICK]) == 0
    assert capsys.readouterr() == ("", "")
    # To the last of 24 bits, which the formats round in their own ways.
    assert np.abs(soundfile.read(folder / "six.flac")[0] - sounds[1]).max() < 2.5e-7

    table = run("score", "rain.wav", "rain-texture-1.wav", cwd=folder)
    assert table.returncode == 0
    header, *lines, explained = table.stdout.decode().splitlines()
    assert header.split() == ["synthesis", "natural"]
    assert explained.startswith("natural: the second half of the original against its first")
    values = {line.split()[0]: float(line.split()[1]) for line in lines}
    natural = {line.split()[0]: float(line.split()[2]) for line in lines}
    assert 0 < natural["autocorrelation"] < 1
    assert b"yamnet is skipped" in table.stderr
    assert main(["score", "rain.wav", "rain-texture-1.wav", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report["scores"]) == set(values)
    assert values["diversity"] == pytest.approx(report["scores"]["diversity"], rel=1e-3)
    assert set(report["missing"]) >= {"yamnet"}
    assert main(["score", "rain.wav", "rain.wav", "--json"]) == 0
    copy = json.loads(capsys.readouterr().out)["scores"]
    assert copy["patchwork_share"] == 1
    assert copy["autocorrelation"] == pytest.approx(0, abs=1e-9)
    assert copy["diversity"] > 100 * values["diversity"]


def test_auto_chooses_once_for_all_takes_and_tells_what(folder, small_presets, capsys):
    arguments = ["rain.wav", "--preset", "auto", "--alpha", "3", "--iterations", "1", "--takes", "2", "--device", "cpu"]
    assert main(["synthesize", *arguments, "-o", "a.wav"]) == 0
    told, *takes = capsys.readouterr().err.splitlines()
    match = re.match(r"preset auto: alpha 3, beta (1e-05|0\.001): \d of 2 are no copies", told)
    assert match
    assert [take.partition(":")[0] for take in takes] == ["a-1.wav", "a-2.wav"]
    # The same as with these weights given.
    given = ["--preset", "default", "--alpha", "3", "--beta", match[1], "--iterations", "1", "--device", "cpu"]
    assert main(["synthesize", "rain.wav", *given, "--quiet", "-o", "b.wav"]) == 0
    np.testing.assert_array_equal(soundfile.read("a-1.wav")[0], soundfile.read("b.wav")[0])


def test_stereo_stays_stereo_unless_it_is_mixed(folder, small_presets, capsys):
    rain = [tc.demo_texture("rain", duration=0.6, sample_rate=24000, seed=seed) for seed in (1, 2)]
    soundfile.write("wide.wav", 0.3 * np.stack(rain, axis=1), 24000)
    arguments = ["synthesize", "wide.wav", "--preset", "quick", "--iterations", "1", "--threads", "1"]
    assert main([*arguments, "--computed-rate", "24000", "--plot", "a.png", "-o", "a.wav"]) == 0
    assert "a.wav: texture of 0.600 s, 24000 Hz, stereo, seed 0" in capsys.readouterr().err
    samples, _ = soundfile.read("a.wav")
    assert samples.shape == (14400, 2)
    # What is above 8 kHz is there.
    spectrum = np.abs(np.fft.rfft(samples[:, 0])) ** 2
    assert spectrum[round(8500 * 0.6) : round(11000 * 0.6)].mean() > 0.01 * spectrum.mean()
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")
    assert main([*arguments, "--channels", "mono", "-o", "b.wav"]) == 0
    assert soundfile.info("b.wav").channels == 1
    soundfile.write("surround.wav", 0.1 * np.random.default_rng(0).normal(size=(24000, 4)), 24000)
    assert main(["synthesize", "surround.wav", "-o", "c.wav"]) == 1
    assert "found 4; channels: mono mixes them to one" in capsys.readouterr().err
    assert not (folder / "c.wav").exists()


def test_morphs(folder, small_presets, capsys):
    tc.write_audio(folder / "tapping.wav", tc.demo_texture("tapping", duration=2.4, sample_rate=8000), 8000)
    assert main(["morph", "rain.wav", "tapping.wav", *QUICK, "--plot", "both.png"]) == 0
    assert capsys.readouterr().err.startswith("rain-tapping.wav: texture of 2.500 s, 16000 Hz, mono, seed 0, RMS -")
    assert (folder / "both.png").read_bytes().startswith(b"\x89PNG")
    assert main(["morph", "rain.wav", "tapping.wav", "--position", "0", "1", "-o", "path.wav", "--quiet", *QUICK]) == 0
    halfway, path = (soundfile.read(folder / name)[0] for name in ("rain-tapping.wav", "path.wav"))
    assert len(path) == len(halfway) == 40000
    assert not np.array_equal(path, halfway)
    assert main(["morph", "-", "-"]) == 1
    assert "expected - for one recording at most" in capsys.readouterr().err
    assert main(["morph", "rain.wav", "tapping.wav", "--position", "0", "1", "--loop", "-o", "x.wav", *QUICK]) == 1
    assert "expected one position for a loop" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["morph", "rain.wav", "tapping.wav", "--position", "2"])
    assert "expected a number from 0 to 1, found 2" in capsys.readouterr().err
    # At an end there is one recording to show.
    for end in ("0", "1"):
        arguments = ["--position", end, "-o", f"{end}.wav", "--plot", f"{end}.png", *QUICK]
        assert main(["morph", "rain.wav", "tapping.wav", *arguments]) == 0
        assert (folder / f"{end}.png").exists()


def test_pipes(folder):
    arguments = ["synthesize", "-", "--loop", "--duration", "2.4", *QUICK]
    done = run(*arguments, input=(folder / "rain.wav").read_bytes())
    assert done.returncode == 0, done.stderr
    samples, rate = soundfile.read(io.BytesIO(done.stdout))
    assert (len(samples), rate) == (38400, 16000)
    assert done.stderr.startswith(b"standard output.wav: loop of 2.400 s")
    done = run("synthesize", "-", "-o", "x.wav", *QUICK, input=b"no sound", cwd=folder)
    assert done.returncode == 1
    assert done.stderr.startswith(b"texture-core: error: standard input: not audio")


def test_a_picture_that_cannot_be_drawn_does_not_cost_the_sound(folder, small_presets, capfdbinary):
    assert main(["synthesize", "rain.wav", "-o", "-", "--plot", "rain.wav/a.png", *QUICK]) == 1
    output = capfdbinary.readouterr()
    assert b"rain.wav/a.png: cannot be written" in output.err
    assert len(soundfile.read(io.BytesIO(output.out))[0]) == 40000


def test_a_picture_of_a_moment_and_of_a_name_with_dollars(folder, small_presets):
    assert main(["synthesize", "rain.wav", "--duration", "0.01", "-o", "$1_$2.wav", "--plot", "a.png", *QUICK]) == 0
    assert (folder / "a.png").exists()


def test_scores_of_short_sounds_tell_which_lags_they_are_of(folder, capsys):
    tc.write_audio(folder / "short.wav", tc.demo_texture("rain", duration=1.0), 16000)
    assert main(["score", "rain.wav", "short.wav", "--json"]) == 0
    output = capsys.readouterr()
    assert "texture-core: the sound is short (1.00 s): rhythm is compared only for lags of 0.20 to 0.37 s" in output.err
    lags = json.loads(output.out)["autocorrelation"]
    assert lags["minimum_lag"] == 0.2 and lags["maximum_lag"] == pytest.approx(0.37, abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["synthesize", "rain.wav", "-o", "rain.wav"], "rain.wav: exists already; --force overwrites it"),
        (["synthesize", "rain.wav", "-o", "-", "--takes", "2"], "--takes"),
        (["synthesize", "rain.wav", "-o", ".", "--takes", "2"], "-o: expected a file name, found ."),
        (["synthesize", "rain.wav", "--plot", "a.doc"], "--plot"),
        (["synthesize", "rain.wav", "--plot", "rain.wav"], "exists already"),
        (["synthesize", "rain.wav", "-o", "a.flac", "--encoding", "float"], "do not support float"),
        (["synthesize", "rain.wav", "--loop", "--duration", "0.05"], "duration: 0.050 s, expected at least"),
        (["score", "rain.wav", "none.wav"], "none.wav: there is no such file"),
        (["inspect", "rain.wav"], "not a whole spectrogram file"),
    ],
)
def test_errors_are_one_line_and_code_1(arguments, message, folder, capsys):
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("texture-core: error: ")
    assert output.err.count("\n") == 1
    assert message in output.err
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


# Told of before what computes is imported, which takes seconds.
AT_ONCE = """
import sys
from texture_core.command_line import main
code = main(sys.argv[1:])
print(*{"torch", "scipy", "matplotlib"} & set(sys.modules))
sys.exit(code)
"""


@pytest.fixture(scope="module")
def bad_folder(tmp_path_factory):
    """One recording, and what is none; no test changes it."""
    folder = tmp_path_factory.mktemp("bad")
    tc.write_audio(folder / "rain.wav", tc.demo_texture("rain", duration=2.5), 16000)
    tc.write_audio(folder / "short.wav", tc.demo_texture("rain", duration=2.5)[:1000], 16000)
    tc.write_audio(folder / "silent.wav", np.zeros(40000), 16000)
    (folder / "text.wav").write_text("no sound")
    (folder / "folder").mkdir()
    return folder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["synthesize", "none.wav"], "none.wav: there is no such file"),
        (["synthesize", "text.wav"], "text.wav: not audio that can be read"),
        (["synthesize", "silent.wav"], "silent.wav: all samples are zero"),
        (["synthesize", "folder"], "folder: is a folder, expected an audio file"),
        (["synthesize", "short.wav"], "expected at least 0.248 s"),
        (["synthesize", "rain.wav", "-o", "a.mp3"], "ending in .wav, .flac"),
        (["synthesize", "rain.wav", "-o", "text.wav/a.wav"], "text.wav/a.wav: cannot be written"),
        (["synthesize", "rain.wav", "--preset", "auto", "-o", "text.wav/a.wav"], "text.wav/a.wav: cannot be written"),
        (["morph", "rain.wav", "none.wav"], "none.wav: there is no such file"),
        (["morph", "rain.wav", "short.wav"], "expected at least 0.248 s"),
        (["score", "rain.wav", "silent.wav"], "silent.wav: all samples are zero"),
        (["inspect", "none.h5"], "none.h5: there is no such file"),
        (["recreate", "none.h5", "none.h5"], "none.h5: there is no such file"),
    ],
)
def test_what_is_wrong_with_files_is_told_at_once(arguments, message, bad_folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", AT_ONCE, *arguments], capture_output=True, cwd=bad_folder, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stdout.split() == []
    # Half a second is promised; on a machine that has much to do, the same work takes more.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], ""),
        (["melt"], ""),
        (["synthesize"], ""),
        (["synthesize", "a.wav", "--duration", "0"], "expected a number above 0, found 0"),
        (["synthesize", "a.wav", "--duration", "long"], "expected a number above 0, found long"),
        (["synthesize", "a.wav", "--takes", "0"], "expected a whole number, at least 1, found 0"),
        (["synthesize", "a.wav", "--computed-rate", "44100"], ""),
        (["synthesize", "a.wav", "--alpha", "-1"], "expected a number, at least 0, found -1"),
        (["synthesize", "a.wav", "--iterations", "0"], "expected a whole number of iterations, at least 1, found 0"),
        (["morph", "a.wav", "b.wav", "--position", "1.1"], "expected a number from 0 to 1, found 1.1"),
        (["synthesize", "a.wav", "--preset", "fast"], "quick"),
        (["score", "a.wav"], ""),
    ],
)
def test_wrong_usage_is_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("usage: texture-core")
    assert message in told


def test_force_overwrites_and_short_recordings_are_told_of(folder, small_presets, capsys):
    tc.write_audio(folder / "short.wav", tc.demo_texture("rain", duration=1.2), 16000)
    (folder / "a.wav").write_text("old")
    assert main(["synthesize", "short.wav", "-o", "a.wav", "--force", *QUICK]) == 0
    assert "the sound is short (1.20 s): rhythm is matched only up to lags of 0.54 s" in capsys.readouterr().err
    assert soundfile.info("a.wav").duration == 1.2


@pytest.mark.parametrize("save", [True, False])
def test_an_interrupt_saves_what_there_is_only_where_asked(save, folder):
    arguments = ["synthesize", "rain.wav", "-o", "a.wav", *QUICK, "--iterations", "100000"]
    process = subprocess.Popen(
        [PROGRAM, *arguments, *(["--save-on-interrupt"] if save else [])],
        cwd=folder,
        stderr=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        # What runs the tests in the background may have left Ctrl-C ignored, which programs inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    # The file that becomes the result is there once the work has begun.
    deadline = time.monotonic() + 60
    while not list(folder.glob(".a-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in message
    if save:
        assert b"interrupted: writing the result so far" in message
        assert soundfile.info(folder / "a.wav").duration == 2.5
    else:
        assert message == b"texture-core: interrupted; unfinished files were not written\n"
    assert sorted(path.name for path in folder.iterdir()) == (["a.wav"] if save else []) + ["rain.wav"]


def test_inspect(folder, capsys):
    samples = tc.demo_texture("rain", duration=1.0)
    spectrogram = spectrogram_of(samples)
    write_spectrogram("rain.h5", spectrogram)
    assert main(["inspect", "rain.h5"]) == 0
    text = capsys.readouterr().out
    assert "kind: spectrogram\n" in text
    assert "duration: 1\n" in text
    assert f"texture_core_version: {tc.__version__}\n" in text

    parameters = tc.Parameters(alpha=0.0, features={"filters": 3}, optimizer={"iterations": 3})
    synthesis = tc.synthesize_spectrogram(spectrogram, parameters, seed=7, device="cpu")
    write_synthesis("made.h5", synthesis)
    assert main(["inspect", "made.h5"]) == 0
    text = capsys.readouterr().out
    assert "kind: synthesis\n" in text
    assert "seed: 7\n" in text
    assert "    filters: 3\n" in text
    table = text[text.index("loss:") :].splitlines()
    assert table[1].split()[:3] == ["iteration", "total", "gram"]
    assert [int(line.split()[0]) for line in table[2:]] == [0, 1, 2, 3]
    assert main(["inspect", "made.h5", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["device"] == "cpu"
    assert [row["total"] for row in facts["loss"]] == pytest.approx(list(synthesis.loss[:, 0]))
    assert facts["loss"][0]["autocorrelation"] is None
