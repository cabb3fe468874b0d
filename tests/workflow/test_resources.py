"""What jobs ask a cluster for: above what was measured, in proportion, and grown on retry."""

import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from planning.resources import (
    DEMO_SECONDS,
    UNKNOWN_SECONDS,
    Estimates,
    inversion_estimate,
    recording_facts,
    sound_estimate,
    synthesis_estimate,
)

from texture_core.demo import demo_texture
from texture_core.parameters.method import AudioParameters, FeatureParameters, Parameters, SpectrogramParameters
from texture_core.parameters.output import OutputParameters
from texture_core.parameters.presets import preset_parameters

AUDIO, SPECTROGRAM = AudioParameters(), SpectrogramParameters()
PAPER, DEFAULT = Parameters(), preset_parameters("default")
WIDE = Parameters(alpha=0, beta=0, features=FeatureParameters(kernel_widths=(11,), filters=4096))
WIDEST = Parameters(features=FeatureParameters(kernel_widths=(2, 4, 8, 16, 32, 64, 128, 256), filters=128))


def iterations(parameters, count):
    return replace(parameters, optimizer=replace(parameters.optimizer, iterations=count))


def estimate(parameters, seconds, **options):
    return synthesis_estimate(parameters, seconds, AUDIO, SPECTROGRAM, **options)


@pytest.mark.parametrize(
    ("parameters", "seconds", "megabytes"),
    [(PAPER, 7, 907), (PAPER, 4, 860), (WIDE, 4, 1414), (WIDEST, 7, 742)],
)
def test_the_memory_asked_for_is_above_the_measured_and_not_far_above(parameters, seconds, megabytes):
    assert 1.2 * megabytes < estimate(parameters, seconds).megabytes < 2.5 * megabytes


@pytest.mark.parametrize(("parameters", "seconds", "evaluation"), [(PAPER, 4, 0.5), (PAPER, 7, 0.8), (WIDE, 4, 2.7)])
def test_the_time_asked_for_is_above_the_measured_and_not_far_above(parameters, seconds, evaluation):
    minutes = estimate(iterations(parameters, 2000), seconds).minutes
    assert 2.5 < minutes / (2000 * evaluation / 60) < 7


def test_time_grows_with_iterations_duration_and_filters():
    short = estimate(iterations(PAPER, 10), 4).minutes
    assert short <= 7
    long = estimate(iterations(PAPER, 4000), 4).minutes
    assert long - 5 == pytest.approx(2 * (estimate(iterations(PAPER, 2000), 4).minutes - 5), abs=1)
    more_filters = replace(PAPER, features=FeatureParameters(filters=1024))
    assert estimate(PAPER, 8).minutes > 1.9 * (estimate(PAPER, 4).minutes - 5)
    assert estimate(more_filters, 4).minutes > estimate(PAPER, 4).minutes
    assert estimate(PAPER, 60).megabytes > 2 * estimate(PAPER, 7).megabytes


def test_a_synthesis_on_a_gpu_asks_for_the_memory_of_cuda_too():
    assert estimate(PAPER, 7, gpu=True).megabytes >= estimate(PAPER, 7).megabytes + 4000


def test_a_method_without_features_has_an_estimate():
    baseline = Parameters(method="griffin_lim")
    assert estimate(baseline, 7).minutes == estimate(iterations(baseline, 4000), 7).minutes


def test_a_sound_grows_with_what_is_made_and_what_it_is_made_of():
    def sound(parameters=DEFAULT, seconds=8.0, channels=1, **output):
        return sound_estimate(parameters, OutputParameters(**output), seconds, channels, 44100)

    one = sound()
    assert sound(duration=80).minutes - 5 == pytest.approx(10 * (one.minutes - 5), rel=0.3)
    assert sound(duration=80).megabytes == one.megabytes
    assert sound(seconds=80).megabytes > one.megabytes + 1000
    assert sound(channels=2).minutes > one.minutes
    assert sound(channels=2, computed_rate=48000).megabytes > 2 * one.megabytes
    assert sound(channels=6).minutes == sound(channels=2).minutes
    assert sound(PAPER).minutes > one.minutes


def test_an_inversion_takes_minutes():
    def minutes(count, seconds):
        parameters = replace(PAPER, inversion=replace(PAPER.inversion, iterations=count))
        return inversion_estimate(parameters, seconds, AUDIO, SPECTROGRAM).minutes

    assert 5 <= minutes(0, 7) < minutes(500, 7) < minutes(500, 70)
    assert minutes(500, 7) < 60


def test_each_attempt_asks_for_twice_as_much():
    first = estimate(PAPER, 7)
    third = first.grown(3)
    assert (third.megabytes, third.minutes) == (4 * first.megabytes, 4 * first.minutes)
    assert first.grown(1) == first


def study(folder=None, textures=("rain",), duration=None, settings=1):
    return SimpleNamespace(
        corpus_dir=folder,
        textures=[SimpleNamespace(name=name, file=f"{name}.wav") for name in textures],
        audio=replace(AUDIO, duration=duration),
        spectrogram=SPECTROGRAM,
        settings={f"setting_{index}": iterations(PAPER, index + 1) for index in range(settings)},
        recording=lambda texture: f"{folder}/{texture.file}",
    )


def test_the_length_is_the_recordings_up_to_what_is_kept(tmp_path):
    soundfile.write(tmp_path / "rain.wav", demo_texture("rain", duration=2.5), 16000)
    assert Estimates(study(tmp_path)).seconds("rain") == 2.5
    assert Estimates(study(tmp_path, duration=1.0)).seconds("rain") == 1.0
    assert Estimates(study(tmp_path, duration=9.0)).seconds("rain") == 2.5
    assert Estimates(study()).seconds("rain") == DEMO_SECONDS


def test_a_choice_has_time_for_all_its_candidates():
    configuration = study()
    configuration.settings["auto"] = replace(PAPER, preset="auto")
    estimates = Estimates(configuration)
    few = replace(PAPER.auto, alpha=(1.0,))
    configuration.settings["few"] = replace(PAPER, preset="auto", auto=few)
    assert estimates.choice("rain", "auto").minutes == 4 * estimates.choice("rain", "few").minutes
    assert estimates.choice("rain", "auto").megabytes <= estimates.synthesis("rain", "auto").megabytes


def test_a_recording_that_cannot_be_read_stops_no_planning(tmp_path):
    (tmp_path / "rain.wav").write_text("no sound")
    assert recording_facts(tmp_path / "rain.wav")[0] == UNKNOWN_SECONDS
    assert recording_facts(tmp_path / "missing.wav")[0] == UNKNOWN_SECONDS
    assert Estimates(study(tmp_path)).synthesis("rain", "setting_0").megabytes > 0


def test_the_demo_is_as_long_as_it_is_said_to_be():
    assert len(demo_texture("rain")) / 16000 == DEMO_SECONDS


def test_the_estimates_of_a_large_study_take_no_time(tmp_path):
    names = [f"texture_{index}" for index in range(168)]
    for name in names:
        soundfile.write(tmp_path / f"{name}.wav", demo_texture("rain", duration=0.2), 16000)
    configuration = study(tmp_path, names, settings=30)
    started = time.process_time()
    resources = Estimates(configuration)
    for name in names:
        for setting in configuration.settings:
            resources.synthesis(name, setting)
            resources.inversion(name, setting)
            resources.synthesis(name, setting, attempt=2)
    resources.collecting()
    assert time.process_time() - started < 2


def test_a_long_recording_asks_for_no_more_than_its_sample(tmp_path):
    """Stretches of 12 s in the chain with spectrogram files, and of 128 s for sounds of any length."""
    for minutes in (5, 50):
        with soundfile.SoundFile(tmp_path / f"{minutes}.wav", "w", 1000, 1, subtype="PCM_U8") as file:
            file.write(np.zeros(minutes * 60 * 1000))
    configuration = SimpleNamespace(
        corpus_dir=tmp_path,
        audio=AUDIO,
        textures=[SimpleNamespace(name=name) for name in ("5", "50")],
        recording=lambda texture: tmp_path / f"{texture.name}.wav",
    )
    assert Estimates(configuration).seconds("5") == Estimates(configuration).seconds("50") == 12.0
    short, long = (
        sound_estimate(DEFAULT, OutputParameters(duration=8.0), 60 * minutes, 2, 44100) for minutes in (5, 50)
    )
    assert short == long
