"""What is planned for a long recording: its sample takes its place, but for the duration."""

import numpy as np
import pytest

from texture_core.audio.recording import rms
from texture_core.audio.stretches import LONGEST_SECONDS, sample_of
from texture_core.parameters.output import OutputParameters
from texture_core.parameters.presets import preset_parameters
from texture_core.texture.plan import plan_recording, plan_texture

RATE = 1000
QUICK = preset_parameters("quick")


@pytest.fixture(scope="module")
def recording():
    """Noise of 200 s, the last half of it 20 dB below the first."""
    noise = 0.1 * np.random.default_rng(0).standard_normal(200 * RATE)
    noise[len(noise) // 2 :] *= 0.1
    return noise.astype(np.float32)


def test_the_plan_is_that_of_the_sample_but_for_the_duration(recording):
    plan = plan_texture(recording, RATE, parameters=QUICK)
    expected = plan_texture(sample_of(recording, RATE), RATE, parameters=QUICK, duration=200.0)
    np.testing.assert_array_equal(plan.target.log_magnitude, expected.target.log_magnitude)
    assert (plan.duration, plan.windows, plan.target_rms) == (200.0, expected.windows, expected.target_rms)
    assert plan.target.log_magnitude.shape[1] * 128 / 16000 == pytest.approx(127.25, abs=0.02)
    # The sample has half of its stretches in each half.
    assert plan.target_rms == pytest.approx(rms(recording), rel=0.05)


def test_integers_have_the_same_scale(recording):
    integers = np.round(recording * 32767).astype(np.int16)
    plan = plan_texture(integers, RATE, parameters=QUICK)
    assert plan.target_rms == pytest.approx(plan_texture(recording, RATE, parameters=QUICK).target_rms, rel=1e-3)


def test_a_sample_that_was_read_has_the_duration_of_its_recording(recording):
    sample = sample_of(recording, RATE)
    plan = plan_recording(sample, RATE, QUICK, OutputParameters(), seconds=200.0)
    assert plan.duration == plan_recording(recording, RATE, QUICK, OutputParameters()).duration == 200.0
    shorter = plan_recording(sample, RATE, QUICK, OutputParameters(duration=3.0), seconds=200.0)
    assert shorter.duration == 3.0


def test_up_to_the_bound_all_of_a_recording_counts(recording):
    bounded = recording[: round(LONGEST_SECONDS * RATE)]
    plan = plan_texture(bounded, RATE, parameters=QUICK)
    assert plan.duration == LONGEST_SECONDS
    assert plan.target.log_magnitude.shape[1] == 1 + LONGEST_SECONDS * 125
