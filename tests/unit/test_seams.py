"""The measure of steps in benchmarks/seams.py finds steps that are planted, and none where there are none."""

import numpy as np

from benchmarks.seams import RATE, ranks

FRAMES = [500, 1000, 1500, 2000]


def noise(seconds=10):
    return np.random.default_rng(3).normal(size=seconds * RATE).astype(np.float32)


def test_a_planted_click_ranks_highest():
    loop = noise()
    for frame in FRAMES:
        loop[frame * 64 + 20] += 12
    _, click, _ = ranks(loop, FRAMES)
    # Of the places elsewhere 8 % are within reach of one of the four.
    assert click.min() > 0.9


def test_a_planted_change_of_the_spectrum_ranks_highest():
    loop = noise()
    smooth = np.convolve(loop, np.ones(8) / 8, mode="same").astype(np.float32)
    loop[500 * 64 : 1500 * 64] = smooth[500 * 64 : 1500 * 64]
    spectrum, _, _ = ranks(loop, [500, 1500])
    # Of the places elsewhere 4 % are within reach of one of the two.
    assert spectrum.min() > 0.95


def test_a_tone_that_does_not_go_on_ranks_highest():
    phase = 2 * np.pi * 500 * np.arange(10 * RATE) / RATE
    phase += np.pi / 2 * np.searchsorted(64 * np.array(FRAMES), np.arange(len(phase)), side="right")
    _, click, prediction = ranks((np.sin(phase) + 0.1 * noise()).astype(np.float32), FRAMES)
    assert prediction.min() > 0.99
    assert click.min() < 0.9


def test_a_loop_that_begins_again_elsewhere_has_a_step_there():
    loop = noise() * np.exp(np.linspace(0, 3, 10 * RATE)).astype(np.float32)
    spectrum, _, _ = ranks(loop, [0])
    assert spectrum[0] > 0.98


def test_where_nothing_is_planted_ranks_are_spread_evenly():
    found = ranks(noise(40), np.arange(25, 10000, 100))
    for row in found:
        assert abs(row.mean() - 0.5) < 0.1
        assert 0.2 < row.std() < 0.36
