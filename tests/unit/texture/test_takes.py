"""Several textures from one recording in one call."""

from dataclasses import replace

import numpy as np
import pytest
from small_texture import small

import texture_core as tc
from texture_core.errors import ParameterError

RATE = 16000


def test_takes_differ_and_each_is_that_of_its_seed():
    rain = tc.demo_texture("rain", duration=2.5)
    counted = []
    takes = list(
        tc.synthesize_takes(rain, RATE, 3, seed=7, parameters=small(2, 2, 2), progress=lambda i, _: counted.append(i))
    )
    assert counted == [1, 2, 3, 4, 5, 6]
    for number, take in enumerate(takes):
        assert np.array_equal(take, tc.synthesize(rain, RATE, seed=7 + number, parameters=small(2, 2, 2)))
    for other in takes[1:]:
        assert abs(np.corrcoef(takes[0], other)[0, 1]) < 0.1


def test_the_weights_of_auto_are_chosen_once():
    rain = tc.demo_texture("rain", duration=2.5)
    auto = replace(small(2, 2, 2), preset="auto")
    auto = replace(auto, auto=replace(auto.auto, alpha=(1, 10), beta=(1e-4,), filters=2, iterations=1))
    first, second = tc.synthesize_takes(rain, RATE, 2, parameters=auto)
    chosen = [replace(small(2, 2, 2), alpha=alpha, beta=1e-4) for alpha in (1, 10)]
    equal = [np.array_equal(first, tc.synthesize(rain, RATE, parameters=each)) for each in chosen]
    assert equal.count(True) == 1
    assert np.array_equal(second, tc.synthesize(rain, RATE, seed=1, parameters=chosen[equal.index(True)]))


def test_a_stop_ends_the_takes():
    rain = tc.demo_texture("rain", duration=2.5)
    assert len(list(tc.synthesize_takes(rain, RATE, 5, parameters=small(2, 2, 2), stop=lambda: True))) == 1


@pytest.mark.parametrize("takes", [0, -1, 1.5, True])
def test_numbers_of_takes_that_are_none(takes):
    with pytest.raises(ParameterError, match="takes: expected a whole number of at least 1"):
        tc.synthesize_takes(np.ones(48000), RATE, takes)


def test_what_is_wrong_with_a_recording_is_told_at_once():
    with pytest.raises(ParameterError, match="duration"):
        tc.synthesize_takes(np.ones(48000), RATE, 2, duration=-1.0)
