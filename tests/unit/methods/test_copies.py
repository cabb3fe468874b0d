"""Copies are found, made again, and reported."""

from dataclasses import replace

import numpy as np
import pytest
from scored import spectrogram_of

from texture_core.demo import demo_texture
from texture_core.methods import optimization
from texture_core.methods.copies import likeness
from texture_core.methods.optimization import synthesize
from texture_core.methods.task import SynthesisTask
from texture_core.parameters.limits import LONG_FRAMES
from texture_core.parameters.method import Parameters
from texture_core.spectrogram.log_magnitude import log_spectrogram

SMALL = Parameters(
    alpha=1.0,
    beta=0.0,
    features={"type": "limit", "kernel_widths": (2, 8)},
    autocorrelation={"minimum_lag": 0.1, "maximum_lag": 0.3},
    optimizer={"type": "conditioned_lbfgs", "iterations": 2},
    start="surrogate",
    retakes=2,
)


def test_a_copy_moved_in_time_is_found():
    target = spectrogram_of(demo_texture("rain", duration=2.0))
    found = likeness(target, np.roll(target.log_magnitude, 77, axis=1))
    assert found.is_copy
    assert found.diversity > 100


def test_a_collage_is_found():
    target = spectrogram_of(demo_texture("rain", duration=3.0))
    pieces = np.array_split(target.log_magnitude, 8, axis=1)
    order = np.random.default_rng(0).permutation(len(pieces))
    found = likeness(target, np.concatenate([pieces[number] for number in order], axis=1))
    assert found.patchwork_share > 0.8 > found.natural_share
    assert found.is_copy


def test_a_sound_that_is_a_collage_for_the_most_part_is_found():
    samples = demo_texture("rain", duration=6.0)
    target = spectrogram_of(samples[:48000])
    own = log_spectrogram(samples[48000:])
    copied = np.concatenate([target.log_magnitude[:, 300:600], target.log_magnitude[:, 20:190]], axis=1)
    found = likeness(target, np.concatenate([copied, own[:, :280]], axis=1))
    assert 0.5 < found.patchwork_share < 0.8
    assert found.is_copy


def test_another_stretch_is_no_copy():
    samples = demo_texture("rain", duration=4.0)
    found = likeness(spectrogram_of(samples[:32000]), spectrogram_of(samples[32000:]).log_magnitude)
    assert not found.is_copy
    assert found.diversity < 5


def test_all_of_a_long_target_is_searched():
    target = spectrogram_of(demo_texture("rain", duration=12.0))
    assert target.log_magnitude.shape[1] > LONG_FRAMES
    late = likeness(target, target.log_magnitude[:, -700:-200])
    assert late.diversity > 100
    assert late.patchwork_share == 1
    another = likeness(target, spectrogram_of(demo_texture("rain", duration=14.0)[-32000:]).log_magnitude)
    assert not another.is_copy
    assert another.diversity < 5


def test_a_copy_is_made_again_from_another_start(monkeypatch):
    target = spectrogram_of(demo_texture("rain", duration=1.5))
    whole = optimization._synthesize
    settings = []

    def copy_at_first(task):
        settings.append(task.setting)
        result = whole(task)
        return replace(result, log_magnitude=target.log_magnitude) if len(settings) < 3 else result

    monkeypatch.setattr(optimization, "_synthesize", copy_at_first)
    result = synthesize(SynthesisTask(target, SMALL, 0, "rain", "full"))
    assert settings == ["full", "full take 1", "full take 2"]
    assert result.attributes["takes"] == 3
    assert result.attributes["diversity"] < 10


def test_what_is_a_copy_to_the_end_is_told(monkeypatch):
    target = spectrogram_of(demo_texture("rain", duration=1.5))
    whole = optimization._synthesize
    monkeypatch.setattr(
        optimization, "_synthesize", lambda task: replace(whole(task), log_magnitude=target.log_magnitude)
    )
    with pytest.warns(UserWarning, match="is a copy of the recording, also after 2 retakes: diversity score"):
        result = synthesize(SynthesisTask(target, SMALL, 0, "rain", "full"))
    assert result.attributes["takes"] == 3


def test_without_retakes_nothing_is_looked_for():
    target = spectrogram_of(demo_texture("rain", duration=1.5))
    assert synthesize(SynthesisTask(target, replace(SMALL, retakes=0), 0, "rain", "full")).attributes == {}
